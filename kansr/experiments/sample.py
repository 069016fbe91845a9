"""Rows of a law as experiments need them: to fit, to choose by, and to test on, each drawn for itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kansr.datasets import Law
from kansr.network.kan import KAN
from kansr.tensors import torch
from kansr.training.levenberg import rmse
from kansr.training.rows import Data, Rows

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Rows of a law; `scale` is the spread of the target on the rows to fit, and the unit of all targets here."""

    data: Data
    test: Rows
    scale: float

    def error(self, kan: KAN) -> float:
        """RMSE of a network (b = 1) on the test rows, in the unit of the law's target."""
        return float(rmse(kan, self.test)[0]) * self.scale

    def plain(self, rows: Rows) -> tuple[Array, Array]:
        """Give rows x [n, inputs] and targets y [n] as arrays, y in the unit of the law's target."""
        return rows.x.numpy(), rows.y.numpy() * self.scale


def sample(law: Law, *, train: int, test: int, seed: int) -> Sample:
    """Draw `train` rows to fit and `test` rows each to choose by and to test on, evenly in the ranges of the law."""
    x, y = law.sample(train + 2 * test, seed)
    scale = float(np.std(y[:train])) or 1.0
    columns, target = torch.from_numpy(x), torch.from_numpy(y / scale)

    def rows(start: int, stop: int) -> Rows:
        return Rows(x=columns[start:stop], y=target[start:stop])

    data = Data(train=rows(0, train), validation=rows(train, train + test))
    return Sample(data=data, test=rows(train + test, train + 2 * test), scale=scale)


def formula_law(formula: str, inputs: int, *, low: float = -1.0, high: float = 1.0) -> Law:
    """Give a law of a formula in x1, x2, ... with the same range for each."""
    ranges = {f"x{i + 1}": (low, high) for i in range(inputs)}
    return Law(name="formula", target="y", formula=formula, ranges=ranges)
