"""Least squares for the last curves of a network: given what enters them, they are linear in their parameters."""

from __future__ import annotations

from dataclasses import replace

from kansr.network.kan import KAN
from kansr.network.sweep import forward
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import solve_damped
from kansr.training.rows import Rows

_RARE, _DAMPED = 1e-3, 1e-3  # least scale of a spline's coefficient, and what is added to the diagonal


def coefficients(columns: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """Least squares of y [n] on columns [n, p]: coefficients [1, p]; those of splines that see few rows stay small."""
    weighed = columns * weight[:, None]
    matrix = weighed.mT @ columns
    floor = _RARE * matrix.diagonal().max() * torch.ones_like(matrix[:1])
    return solve_damped(matrix[None], (weighed.mT @ y)[None], y.new_full((1,), _DAMPED), floor)


def outer(kan: KAN, rows: Rows) -> KAN:
    """Put the curves into the output (b = 1) at their best: all of a sum, the last factor of a product."""
    theta, root = kan.theta.clone(), kan.graph.output
    edges = list(kan.graph.into(root))
    if kan.graph.kind(root) == "product":
        edges = edges[-1:]
    sweep = forward(kan, rows.x)
    columns = torch.cat([sweep.edges[e].columns[0] for e in edges], -1)
    weight = torch.ones_like(rows.y) if rows.weight is None else rows.weight
    solution, start = coefficients(columns, rows.y, weight), 0
    for s in (kan.slices()[e] for e in edges):
        theta[:, s] = solution[:, start : start + s.stop - s.start]
        start += s.stop - s.start
    return replace(kan, theta=theta)
