"""Which coefficients rows see, and which moved: what learning in one place without forgetting another rests on.

A spline coefficient weighs on the output at a row only where its B-spline is not zero at the row's value of the node
that the edge starts at: on k + 1 intervals. A network in which no coefficient moves that a row sees gives the same
output there: its inputs are the same, hence the curves on its first edges, hence the nodes that these end at, and so on
to the output. That holds for any depth, sums and products.
"""

from __future__ import annotations

from dataclasses import dataclass

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.network.sweep import forward
from kansr.network.widen import steps_of
from kansr.tensors import Tensor, torch

ROUNDING = 1e-12
"""Weight of a coefficient at a row up to which it counts as none."""

_BLOCK = 4096  # rows swept at once
_PAIRS = 10_000_000  # pairs of rows compared at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many coefficients of an edge moved, and the ranges of its source node on which its curve may have changed."""

    edge: int
    coefficients: int
    ranges: tuple[tuple[float, float], ...]


def local(kan: KAN) -> Tensor:
    """Say which parameters act in one place only: the coefficients of splines, [P].

    The silu of a spline and the constants of functions act at every row.
    """
    parts = []
    for curve in kan.curves:
        own = torch.full((curve.size,), isinstance(curve, Spline), dtype=torch.bool)
        own[:1] = False
        parts.append(own)
    return torch.cat(parts).to(kan.theta.device)


def visited(kan: KAN, x: Tensor, *, threshold: float = ROUNDING) -> Tensor:
    """Say which parameters of a network (b = 1) weigh more than `threshold` at any of the rows x [n, i]: [P]."""
    most = torch.zeros(kan.parameters, dtype=x.dtype, device=x.device)
    for part in torch.split(x, _BLOCK, -2) if len(x) else ():
        weights = [e.columns[0].abs().amax(0) for e in forward(kan, part).edges]
        most = torch.maximum(most, torch.cat(weights))
    return most > threshold


def surrounded(kan: KAN, x: Tensor, by: Tensor) -> Tensor:
    """Say which rows x [n, i] lie between rows `by` [m, i]: [n].

    So does a row when other rows within one grid interval of it, in every input, lie on both sides of it along every
    input: they say anew what holds there.
    """
    inputs = range(kan.graph.inputs)
    step = torch.stack([(kan.upper[0, i] - kan.lower[0, i]) / _intervals(kan, i) for i in inputs])
    found = [torch.zeros(0, dtype=torch.bool, device=x.device)]
    for part in torch.split(x, max(1, _PAIRS // max(1, by.numel()))):
        away = (by - part[:, None]) / step  # [n, m, i]
        near = (away.abs() <= 1).all(-1, keepdim=True)
        found.append(((near & (away <= 0)).any(1) & (near & (away >= 0)).any(1)).all(-1))
    return torch.cat(found)


def _intervals(kan: KAN, node: int) -> int:
    """Give the steps of a node's grid; those of the finest grid where no spline starts there."""
    return steps_of(kan, node) if steps_of(kan, node) > 1 else max(kan.grid, 1)


def moved(before: KAN, after: KAN) -> list[Moved]:
    """Compare two networks (b = 1) on the same grids: the edges with coefficients that moved, and where these act."""
    found = []
    for i, curve in enumerate(after.curves):
        changed = (after.of_edge(i) != before.of_edge(i))[0]
        if not isinstance(curve, Spline) or not bool(changed.any()):
            continue
        source = after.graph.edges[i].source
        lower, upper = float(after.lower[0, source]), float(after.upper[0, source])
        step = (upper - lower) / curve.grid
        runs = _runs(_touched(changed[1:].tolist(), curve))
        ranges = tuple((lower + a * step, lower + b * step) for a, b in runs)
        found.append(Moved(edge=i, coefficients=int(changed.sum()), ranges=ranges))
    return found


def _touched(coefficients: list[bool], curve: Spline) -> list[bool]:
    """Say on which intervals the curve changes: coefficient i acts on intervals i - k .. i."""
    return [any(coefficients[j : j + curve.order + 1]) for j in range(curve.grid)]


def _runs(marks: list[bool]) -> list[tuple[int, int]]:
    """Give stretches of true as their first position and the one after their last."""
    edges = [j for j in range(len(marks) + 1) if (j > 0 and marks[j - 1]) != (j < len(marks) and marks[j])]
    return list(zip(edges[::2], edges[1::2], strict=True))
