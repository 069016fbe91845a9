"""The digits of a table: how far apart neighbouring values are that it can write."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_FULL = 14  # significant digits from which a column is taken to hold whole doubles
_ZEROS = 3  # zeros at the end, over all values, that are no chance
_DISTINCT = 3  # different values below which digits tell nothing


def steps(values: Array) -> Array:
    """Give for each value [n] the distance to the next one that the column can write; 0 for whole doubles.

    A column is written with a fixed number of decimals, or with a fixed number of significant digits, zeros at the end
    left out. These it is only where too many values end in zeros for chance: one in ten does, at each place.

    >>> steps(np.array([1.25, 10.25, 3.0])).tolist()
    [0.01, 0.01, 0.01]
    >>> steps(np.array([1.25e-3, 1.05e4, 3.0])).round(9).tolist()
    [1e-05, 100.0, 0.01]
    >>> steps(np.arange(6.0, 11.0)).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    >>> steps(np.array([1.0, 2.0, 1 / 3])).tolist()
    [0.0, 0.0, 0.0]
    """
    if len(np.unique(values)) < _DISTINCT:
        return np.zeros(len(values))
    digits, last = zip(*map(_written, values.tolist()), strict=True)
    if max(digits) >= _FULL:
        return np.zeros(len(values))
    with np.errstate(divide="ignore"):
        leading = np.floor(np.log10(np.abs(values)))
    fixed = min(place for place, value in zip(last, values, strict=True) if value)
    zeros = np.maximum(np.where(np.isfinite(leading), leading - max(digits) + 1 - fixed, 0), 0)
    return np.asarray(10.0 ** (fixed + zeros * (zeros.sum() >= _ZEROS)))


def _written(value: float) -> tuple[int, int]:
    """Give the significant digits of a number as it is written shortest, and the power of ten of the last of them."""
    _, digits, last = Decimal(repr(value)).normalize().as_tuple()
    return len(digits), int(last)
