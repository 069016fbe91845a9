"""An unknown function of one to three numbers: a product of cubic splines, linear in its coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kansr.network.bspline import basis
from kansr.network.knots import MARGIN
from kansr.tensors import torch

Array = NDArray[np.float64]

_ORDER = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnknownFunction:
    """f(t) = sum of c_ij.. B_i(t_1) B_j(t_2) .. on a grid of G intervals in each argument.

    `lower` and `upper` [k] are the ranges of the k arguments, `coefficients` [(G + 3)^k].
    """

    grid: int
    lower: Array
    upper: Array
    coefficients: Array

    @classmethod
    def of(cls, arguments: Array, grid: int) -> UnknownFunction:
        """Lay a function that is 0 on the range of arguments [k, n]."""
        low, high = arguments.min(1), arguments.max(1)
        pad = MARGIN * np.where(high > low, high - low, 1.0)
        count = (grid + _ORDER) ** len(arguments)
        return cls(grid=grid, lower=low - pad, upper=high + pad, coefficients=np.zeros(count))

    @property
    def arity(self) -> int:
        """Number of arguments."""
        return len(self.lower)

    def design(self, arguments: Array) -> Array:
        """Give what the coefficients weigh at arguments [k, n]: [n, (G + 3)^k]."""
        place = (arguments - self.lower[:, None]) / (self.upper - self.lower)[:, None] * self.grid
        whole: Array = np.ones((arguments.shape[1], 1))
        for row in basis(torch.from_numpy(place), self.grid).value.numpy():
            whole = (whole[:, :, None] * row[:, None, :]).reshape(len(row), -1)
        return whole

    def values(self, arguments: Array) -> Array:
        """Give f at arguments [k, n]."""
        return self.design(arguments) @ self.coefficients

    def line(self, offset: float, slopes: Sequence[float]) -> UnknownFunction:
        """Give the straight line with a value in the middle and a slope along each argument, over half of its range."""
        g = self.grid
        along = (np.arange(g + _ORDER) - (g + _ORDER - 1) / 2) / (g / 2)  # B-splines reproduce lines at these places
        parts = np.meshgrid(*[slope * along for slope in slopes], indexing="ij")
        return replace(self, coefficients=offset + np.sum(parts, axis=0).reshape(-1))

    def bends(self) -> Array:
        """Give the second differences of the coefficients along each argument: [rows, coefficients]."""
        size = self.grid + _ORDER
        second, one = np.diff(np.eye(size), n=2, axis=0), np.eye(size)
        parts = []
        for k in range(self.arity):
            whole: Array = np.ones((1, 1))
            for j in range(self.arity):
                whole = np.asarray(np.kron(whole, second if j == k else one), dtype=np.float64)
            parts.append(whole)
        return np.concatenate(parts)
