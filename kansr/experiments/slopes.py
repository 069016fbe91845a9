"""How errors fall with the grid: slopes on log axes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np


def slope(grids: Sequence[int], errors: Sequence[float], *, between: tuple[int, int]) -> float | None:
    """Fit the exponent of error = constant * grid^slope to the grids within `between`; None for fewer than two.

    >>> slope([5, 10, 20, 1000], [1.0, 1 / 16, 1 / 256, 1.0], between=(5, 20))
    -4.0
    """
    low, high = between
    inside = [(g, e) for g, e in zip(grids, errors, strict=True) if low <= g <= high and e > 0]
    if len(inside) < 2:
        return None
    x, y = np.log(np.array(inside)).T
    return round(float(np.polyfit(x, y, 1)[0]), 3)


def local_slopes(grids: Sequence[int], errors: Sequence[float]) -> list[float | None]:
    """Give the slope from each grid to the next one."""
    pairs = pairwise(zip(grids, errors, strict=True))
    return [slope([g, h], [d, e], between=(g, h)) for (g, d), (h, e) in pairs]
