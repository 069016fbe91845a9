"""What data points that repeat tell of the noise, before anything is fitted, and whether a formula leaves more."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from kansr.noise.model import Array


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
