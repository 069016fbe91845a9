"""What rows count: measurement errors or weights of rows, as least squares takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighing:
    """The weight of each row, and how large residuals are expected to be.

    Parameters
    ----------
    weight
        [n], mean 1: inverse squares of the measurement errors, or weights.
    noise
        Mean square of the weighed residuals that the measurement errors explain; None where only relative weights are
        known. Then `mean_square / noise` is chi^2 by the rows.
    """

    weight: Array
    noise: float | None = None

    @classmethod
    def of(cls, sigma: Array, absolute: bool) -> Weighing:
        """Weigh rows by their errors [n], which are in the unit of the target when `absolute`."""
        least = float(sigma.min())  # so that no square overflows
        inverse = (least / sigma) ** 2
        mean = float(inverse.mean())
        return cls(weight=inverse / mean, noise=least**2 / mean if absolute else None)

    @property
    def root(self) -> Array:
        """Square root of the weights: what rows of residuals and slopes are multiplied with."""
        return np.sqrt(self.weight)

    def head(self, rows: int) -> Weighing:
        """The first rows only."""
        return Weighing(weight=self.weight[:rows], noise=self.noise)


def weighed(residual: Array, weighing: Weighing | None) -> Array:
    """Give residuals [n] or slopes [n, p] in units in which all rows count alike."""
    if weighing is None:
        return residual
    return residual * (weighing.root if residual.ndim == 1 else weighing.root[:, None])


def size_of(y: Array, weighing: Weighing | None = None) -> float:
    """Give the size of targets [n] that errors are read against: their spread, weighed where rows are.

    Where rows that count little hold the largest targets, that of the others is what a fit sees.

    >>> size_of(np.array([1.0, 3.0])), size_of(np.array([5.0, 5.0]))
    (1.0, 5.0)
    """
    size = float(np.std(y)) or float(np.max(np.abs(y))) or 1.0
    if weighing is None:
        return size
    least = float(np.sqrt(np.mean(weighed(y, weighing) ** 2)))
    return min(size, least) if least > 0 else size
