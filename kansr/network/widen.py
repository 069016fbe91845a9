"""Widening a grid: intervals of the same length beyond its ends, the curve on the old range as it was.

On a uniform grid the old splines are splines of the wider grid, too, so their coefficients are taken over to the bit.
Those that are new continue the curve as the straight line that it was outside. A spline of order k bends only at knots
and needs k intervals to become straight: there, and only there, a widened curve differs from the old one.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil, gcd
from typing import NamedTuple

from kansr.errors import UsageError
from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.network.knots import from_samples, ranges, sample_positions
from kansr.network.sweep import forward
from kansr.tensors import Tensor, torch

_MOST = 1000  # intervals that one node may be given more
_ROUNDING = 1e-9  # share of an interval by which a value may lie outside


class Widened(NamedTuple):
    """A network on wider grids, and where in its parameters the old ones stand: [P of the old network]."""

    kan: KAN
    where: Tensor

    def of(self, mask: Tensor) -> Tensor:
        """Give a mask [P] of the old parameters as one of the new: what is new is false."""
        wide = torch.zeros(self.kan.parameters, dtype=torch.bool, device=mask.device)
        wide[self.where] = mask
        return wide


def covering(kan: KAN, x: Tensor) -> Widened:
    """Widen the grids of a network (b = 1) until the values of each node at rows x [n, i] lie on them.

    Raises
    ------
    UsageError
        If values lie so far out that a grid would need a thousand intervals more.
    """
    low, high = ranges(kan, x)
    added = [_added(kan, node, float(low[0, node]), float(high[0, node])) for node in range(kan.graph.nodes)]
    return widened(kan, added)


def widened(kan: KAN, added: list[tuple[int, int]]) -> Widened:
    """Add steps below and above the grid of each node of a network (b = 1); a step is `step_of` that node."""
    curves, parts, kept = list(kan.curves), [], []
    lower, upper = kan.lower.clone(), kan.upper.clone()
    for node, (below, above) in enumerate(added):
        step = (kan.upper[:, node] - kan.lower[:, node]) / steps_of(kan, node)
        lower[:, node] -= below * step
        upper[:, node] += above * step
    start = 0
    for i, curve in enumerate(kan.curves):
        s, p, first = kan.graph.edges[i].source, kan.of_edge(i), 0
        if isinstance(curve, Spline) and any(added[s]):
            first, last = (steps * (curve.grid // steps_of(kan, s)) for steps in added[s])
            curves[i] = wide = _wider(curve, first, last)
            p = _continued(curve, p, (kan.lower[:, s], kan.upper[:, s]), wide, (lower[:, s], upper[:, s]))
        own = torch.arange(curve.size, device=p.device)
        kept.append(start + own + first * (own > 0))  # the base comes first and stays first
        parts.append(p)
        start += p.shape[-1]
    after = replace(kan, curves=tuple(curves), theta=torch.cat(parts, -1), lower=lower, upper=upper)
    return Widened(after, torch.cat(kept))


def within(kan: KAN, x: Tensor) -> Tensor:
    """Say at which rows x [n, i] every node lies on its grid, for a network with b = 1: [n].

    Elsewhere a curve is the straight line that goes on from its end.
    """
    starts = sorted({kan.graph.edges[i].source for i in kan.splines})
    nodes = torch.stack(forward(kan, x).nodes, -1)[0]  # [n, nodes]
    return ((nodes >= kan.lower[0]) & (nodes <= kan.upper[0]))[:, starts].all(-1)


def steps_of(kan: KAN, node: int) -> int:
    """Give the steps of a node's range: the most that divide it at knots of every spline that starts there.

    These are the intervals of the grid where all splines share it.
    """
    splines = [c for i in kan.graph.out_of(node) if isinstance(c := kan.curves[i], Spline)]
    return gcd(*(c.grid for c in splines)) if splines else 1


def _added(kan: KAN, node: int, low: float, high: float) -> tuple[int, int]:
    """Count the steps that a node needs below and above its grid to hold values from `low` to `high`."""
    if not any(isinstance(kan.curves[i], Spline) for i in kan.graph.out_of(node)):
        return 0, 0
    lower, upper = float(kan.lower[0, node]), float(kan.upper[0, node])
    step = (upper - lower) / steps_of(kan, node)
    below, above = (max(0.0, out / step - _ROUNDING) for out in (lower - low, high - upper))
    if not below + above <= _MOST:
        raise UsageError(
            f"rows lie too far from those that are known: values from {low:g} to {high:g}, the grid from {lower:g} "
            f"to {upper:g}",
            hint="fit them together, in one table",
        )
    return ceil(below), ceil(above)


def _wider(spline: Spline, below: int, above: int) -> Spline:
    grid = spline.grid + below + above
    return Spline(grid, spline.order, spline.below + below, spline.above + above)


def _continued(
    old: Spline, p: Tensor, old_range: tuple[Tensor, Tensor], new: Spline, new_range: tuple[Tensor, Tensor]
) -> Tensor:
    """Parameters [1, size] of a wider spline: the old ones, and those beyond closest to the curve as it went on."""
    below, above = new.below - old.below, new.above - old.above

    def outside(intervals: int, start: Tensor, end: Tensor) -> Tensor:
        """Coefficients [1, intervals + k] of the curve outside, from which the wider spline takes all but k."""
        piece = Spline(intervals, old.order)
        x = start[:, None] + sample_positions(piece).to(p) * (end - start)[:, None]
        silu = new.design(x, *new_range).value[..., 0] * p[:, :1]
        return from_samples(piece, old.evaluate(x, p, *old_range).value - silu, torch.zeros_like(p[:, :1]))[:, 1:]

    parts = [p[:, :1], p[:, 1:]]
    if below:
        parts.insert(1, outside(below, new_range[0], old_range[0])[:, :below])
    if above:
        parts.append(outside(above, old_range[1], new_range[1])[:, old.order :])
    return torch.cat(parts, -1)
