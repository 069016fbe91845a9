"""Write a product of factors that do not change sign as a sum of logs.

The factors of a product node in front of a free curve have a power gauge (factors to the power p, the curve to 1/p)
that hides every symbol. In a sum of logs the curves are unique up to an affine map, and come out as clean logs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from kansr.network.curves import Spline
from kansr.network.graph import Graph, graph
from kansr.network.kan import KAN
from kansr.network.knots import from_samples, ranges, sample_positions, with_margin
from kansr.network.sweep import forward
from kansr.structure.surgery import spline_of
from kansr.tensors import Tensor, torch

_SMALLEST = 1e-3  # share of its largest value down to which a factor may come: beyond, its log is too steep


def as_sums(kan: KAN, x: Tensor) -> KAN | None:
    """Turn each product node whose factors keep their sign at rows x [n, i] into a sum of logs (b = 1, splines).

    The curves are laid anew on the same grid, so the result wants a few steps of training. None if no node qualifies.
    """
    nodes = [n for n in range(kan.graph.inputs, kan.graph.nodes) if kan.graph.kind(n) == "product"]
    changed = None
    for node in nodes:
        signs = _signs(changed or kan, node, x)
        if signs is not None:
            changed = _as_sum(changed or kan, node, signs, x)
    return changed


def _signs(kan: KAN, node: int, x: Tensor) -> Tensor | None:
    """Signs of the factors of a node, None unless all are splines, keep their signs and stay away from zero."""
    if any(not isinstance(kan.curves[e], Spline) for e in (*kan.graph.into(node), *kan.graph.out_of(node))):
        return None
    sweep = forward(kan, x)
    values = torch.stack([sweep.edges[e].value[0] for e in kan.graph.into(node)])  # [e, n]
    size = values.abs()
    definite = (values > 0).all(1) | (values < 0).all(1)
    far = size.amin(1) > _SMALLEST * size.amax(1)
    return torch.sign(values[:, 0]) if bool((definite & far).all()) else None


def _as_sum(kan: KAN, node: int, signs: Tensor, x: Tensor) -> KAN:
    sign = signs.prod()
    theta = [kan.of_edge(e) for e in range(len(kan.graph.edges))]
    for e, s in zip(kan.graph.into(node), signs.tolist(), strict=True):
        theta[e] = _resampled(kan, e, partial(_log, s))
    sweep = forward(kan, x)
    logs = torch.stack([sweep.edges[e].value[0].abs().log() for e in kan.graph.into(node)]).sum(0)
    low, high = with_margin(logs.min()[None], logs.max()[None])
    lower, upper = kan.lower.clone(), kan.upper.clone()
    lower[:, node], upper[:, node] = low, high
    shape, curves = _with_sum(kan.graph, node), list(kan.curves)
    positions = low + (high - low) * sample_positions(spline_of(kan)).to(x)
    for e in kan.graph.out_of(node):
        value = _curve_at(kan, e, sign * positions.exp())
        theta[e] = from_samples(spline_of(kan), value, torch.zeros_like(low)[:, None])
    if node == kan.graph.output:
        theta.append(from_samples(spline_of(kan), (sign * positions.exp())[None], torch.zeros_like(low)[:, None]))
        curves.append(spline_of(kan))
        one = torch.ones_like(lower[:, :1])
        lower, upper = torch.cat([lower, -one], -1), torch.cat([upper, one], -1)
    new = KAN(graph=shape, curves=tuple(curves), theta=torch.cat(theta, -1), lower=lower, upper=upper)
    seen = ranges(new, x)
    free = torch.arange(shape.nodes, device=lower.device) == shape.output
    return replace(new, lower=torch.where(free, seen[0], new.lower), upper=torch.where(free, seen[1], new.upper))


def _with_sum(shape: Graph, node: int) -> Graph:
    kinds = list(shape.kinds)
    kinds[node - shape.inputs] = "sum"
    edges: list[tuple[int, int]] = [*shape.edges]
    if node == shape.output:
        kinds.append("sum")
        edges.append((node, node + 1))
    return graph(shape.inputs, kinds, edges)


def _resampled(kan: KAN, edge: int, function: Callable[[Tensor], Tensor]) -> Tensor:
    """Parameters of a spline for a function of an edge's curve."""
    source = kan.graph.edges[edge].source
    low, high = kan.lower[:, source], kan.upper[:, source]
    positions = low + (high - low) * sample_positions(spline_of(kan)).to(low)
    value = function(_curve_at(kan, edge, positions))
    return from_samples(spline_of(kan), value, torch.zeros_like(low)[:, None])


def _log(sign: float, value: Tensor) -> Tensor:
    return (sign * value).clamp(min=_SMALLEST * float(value.abs().max())).log()


def _curve_at(kan: KAN, edge: int, x: Tensor) -> Tensor:
    source = kan.graph.edges[edge].source
    return kan.curves[edge].evaluate(x[None], kan.of_edge(edge), kan.lower[:, source], kan.upper[:, source]).value
