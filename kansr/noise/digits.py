"""The digits of a table: how far apart neighbouring values are that it can write."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_FULL = 14  # significant digits from which a column is taken to hold whole doubles
_DISTINCT = 3  # different values below which digits tell nothing


def steps(values: Array) -> Array:
    """Give for each value [n] the distance to the next one that the column can write; 0 for whole doubles.

    A column is written with a fixed number of decimals, or with a fixed number of significant digits, zeros at the end
    left out: the larger of both distances is right in either case.

    >>> steps(np.array([1.25, 10.25, 3.0])).tolist()
    [0.01, 0.01, 0.01]
    >>> steps(np.array([1.25e-3, 1.05e4, 3.0])).round(9).tolist()
    [1e-05, 100.0, 0.01]
    >>> steps(np.array([1.0, 2.0, 1 / 3])).tolist()
    [0.0, 0.0, 0.0]
    """
    if len(np.unique(values)) < _DISTINCT:
        return np.zeros(len(values))
    digits, places = zip(*map(_written, values.tolist()), strict=True)
    if max(digits) >= _FULL:
        return np.zeros(len(values))
    with np.errstate(divide="ignore"):
        leading = np.floor(np.log10(np.abs(values)))
    by_digits = 10.0 ** np.where(np.isfinite(leading), leading - max(digits) + 1, -np.inf)
    return np.asarray(np.maximum(by_digits, 10.0 ** -max(places)))


def _written(value: float) -> tuple[int, int]:
    """Give the significant digits and the decimal places of a number as it is written shortest."""
    mantissa, _, exponent = f"{value!r}".lstrip("-").partition("e")
    before, _, after = mantissa.partition(".")
    after = "" if after == "0" else after
    digits = (before + after).lstrip("0")
    places = len(after) - int(exponent or 0)
    if places <= 0:
        digits = digits.rstrip("0")
    return max(len(digits), 1), places
