"""Gradient and Hessian of the output by the inputs, in closed form: what the structure of a law is read from."""

from __future__ import annotations

from typing import NamedTuple

from kansr.network.kan import KAN
from kansr.network.sweep import forward
from kansr.tensors import Tensor, torch


class Derivatives(NamedTuple):
    """Output and its first two derivatives by the inputs."""

    value: Tensor  # [b, n]
    gradient: Tensor  # [b, n, i]
    hessian: Tensor  # [b, n, i, i]


def derivatives(kan: KAN, x: Tensor) -> Derivatives:
    """Carry value, gradient and Hessian forward through the network, at rows x [n, inputs].

    A curve gives `phi' g` and `phi'' g g' + phi' H`; a product node follows the product rule.
    """
    graph = kan.graph
    sweep = forward(kan, x, bend=True)
    b, n, inputs = kan.batch, x.shape[-2], graph.inputs
    carried = [_input(x, i, b, n, inputs) for i in range(inputs)]
    for node in range(inputs, graph.nodes):
        parts = []
        for i in graph.into(node):
            curve, source = sweep.edges[i], carried[graph.edges[i].source]
            if curve.bend is None:
                raise ValueError("a curve on this network gives no second derivative")
            parts.append(_through(source, curve.value, curve.slope, curve.bend))
        total = parts[0]
        for part in parts[1:]:
            total = _times(total, part) if graph.kind(node) == "product" else _plus(total, part)
        carried.append(total)
    return carried[-1]


def _input(x: Tensor, i: int, b: int, n: int, inputs: int) -> Derivatives:
    unit = torch.zeros(b, n, inputs, dtype=x.dtype, device=x.device)
    unit[..., i] = 1
    return Derivatives(x[..., i].expand(b, n), unit, torch.zeros(b, n, inputs, inputs, dtype=x.dtype, device=x.device))


def _through(u: Derivatives, value: Tensor, slope: Tensor, bend: Tensor) -> Derivatives:
    square = u.gradient[..., :, None] * u.gradient[..., None, :]
    return Derivatives(
        value,
        slope[..., None] * u.gradient,
        bend[..., None, None] * square + slope[..., None, None] * u.hessian,
    )


def _plus(u: Derivatives, v: Derivatives) -> Derivatives:
    return Derivatives(u.value + v.value, u.gradient + v.gradient, u.hessian + v.hessian)


def _times(u: Derivatives, v: Derivatives) -> Derivatives:
    cross = u.gradient[..., :, None] * v.gradient[..., None, :]
    return Derivatives(
        u.value * v.value,
        u.value[..., None] * v.gradient + v.value[..., None] * u.gradient,
        u.value[..., None, None] * v.hessian + v.value[..., None, None] * u.hessian + cross + cross.transpose(-1, -2),
    )
