"""What data points that repeat tell of the noise, before anything is fitted, and whether a formula leaves more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kansr.later import later
from kansr.noise.model import Array

if TYPE_CHECKING:
    from scipy import special
else:
    special = later("scipy.special")

_PLACES = 10  # different places in a column below which neighbours tell nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class PureError:
    """The noise that replicates show: its standard deviation, and by how many degrees of freedom."""

    size: float
    freedom: int


def replicates(x: Array, residual: Array) -> PureError | None:
    """Estimate noise from rows [n, features] that are the same in all features; None where no two are.

    The residuals [n] may be those of any formula: what is the same at the same place cancels.

    >>> replicates(np.array([[1.0], [1.0], [2.0]]), np.array([3.0, 5.0, 9.0]))
    PureError(size=1.4142135623730951, freedom=1)
    """
    _, which = np.unique(x, axis=0, return_inverse=True)
    which = which.ravel()
    count = np.bincount(which)
    freedom = len(residual) - len(count)
    if freedom < 1:
        return None
    mean = np.bincount(which, weights=residual) / count
    square = float(np.sum((residual - mean[which]) ** 2))
    return PureError(size=math.sqrt(square / freedom), freedom=freedom)


def neighbours(column: Array, residual: Array) -> float | None:
    """Estimate noise from residuals [n] of rows next to each other along a column [n]; None for too few places.

    Each is compared with the line through its two neighbours, so that neither a slope nor what a formula misses
    smoothly enters (Gasser, Sroka and Jennen-Steinmetz, Biometrika 73, 1986).

    >>> x = np.arange(200.0)
    >>> round(neighbours(x, np.random.default_rng(0).standard_normal(200) + np.sin(x / 40)), 1)
    1.0
    """
    places, which = np.unique(column, return_inverse=True)
    if len(places) < _PLACES:
        return None
    mean = np.bincount(which.ravel(), weights=residual) / np.bincount(which.ravel())
    count = np.bincount(which.ravel())
    share = (places[2:] - places[1:-1]) / (places[2:] - places[:-2])
    apart = share * mean[:-2] + (1 - share) * mean[2:] - mean[1:-1]
    unit = share**2 / count[:-2] + (1 - share) ** 2 / count[2:] + 1 / count[1:-1]
    return math.sqrt(float(np.mean(apart**2 / unit)))


def lack_of_fit(x: Array, residual: Array, free: int) -> float | None:
    """Give the p-value of the F test for lack of fit: residuals [n] of a formula of so many constants by replicates.

    None where there are no replicates, or as many constants as different places (Fisher; Draper and Smith, Applied
    Regression Analysis, 1998, section 2.1).
    """
    pure = replicates(x, residual)
    if pure is None or not pure.size > 0:
        return None
    places = len(residual) - pure.freedom
    between = places - free
    if between < 1:
        return None
    square = float(np.sum(residual**2)) - pure.size**2 * pure.freedom
    ratio = max(square, 0.0) / between / pure.size**2
    return float(special.fdtrc(between, pure.freedom, ratio))
