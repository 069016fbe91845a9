"""The staircase as a test: can this graph express what made the data?

If it can, the error falls like G^-(k+1) with the grid until noise or the number of rows stops it. If it cannot, the
error stays where it is, however fine the grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kansr.training.stages import StageRow

_STEEP = 1.5  # slope of log error against log grid from which a staircase counts as falling
_STEEPER = 1.8  # the same where a finer grid did not help any more
_SMALL = 2e-2  # and the share of the target's spread below which it must have come
_TINY = 5e-5  # an error below this is no chance, even where the last extension was stopped by the number of rows
_EXACT = 1e-7  # an error below this needs no slope: it is rounding, or a polynomial


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a staircase says of its graph.

    Parameters
    ----------
    right
        The error fell as the order of the spline says, to a small value.
    falling
        The last extension still lowered it: more grid would help. Else what is left is noise, or the wrong graph.
    slope
        Exponent of the grid between the last two stages (nan with fewer).
    floor
        Lowest validation RMSE, as a share of the target's spread.
    """

    right: bool
    falling: bool
    slope: float
    floor: float


def verify(history: Sequence[StageRow]) -> Verdict:
    """Judge a graph by the staircase of its training."""
    rungs = list({row.grid: row for row in history}.values())  # the last row of each grid
    best = min(range(len(rungs)), key=lambda i: rungs[i].rmse_validation)
    floor, slope = rungs[best].rmse_validation, _slope(rungs)
    falling = slope >= _STEEP
    right = floor <= _EXACT or (falling and floor <= _SMALL) or _fell(rungs[: best + 1], floor)
    return Verdict(right=right, falling=falling or floor <= _EXACT, slope=slope, floor=floor)


def _fell(rungs: Sequence[StageRow], floor: float) -> bool:
    """Say whether an error fell far before the number of rows, or rounding, stopped it."""
    if floor <= _TINY:
        return rungs[0].rmse_validation >= _STEEP * floor
    return floor <= _SMALL / 4 and _slope(rungs) >= _STEEPER


def _slope(rungs: Sequence[StageRow]) -> float:
    if len(rungs) < 2 or not all(row.grid for row in rungs[-2:]):  # functions have no grid
        return math.nan
    before, last = rungs[-2], rungs[-1]
    lower = max(last.rmse_validation, 1e-300)
    return math.log(max(before.rmse_validation, 1e-300) / lower) / math.log(last.grid / before.grid)
