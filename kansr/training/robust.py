"""Weights for rows that lie far from all others: gross errors shall not decide what a network learns.

A dense network is fitted again and again, each time with rows weighed by how far they lay from it (iteratively
reweighted least squares: Holland and Welsch 1977). Up to three times the usual distance a row counts fully, then ever
less (Huber 1964), and beyond nine times hardly at all (Hampel 1974). The usual distance is the median, which half of
the rows would have to be wrong to move.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.network.sweep import predict
from kansr.progress import Clock
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import levenberg
from kansr.training.rows import Data, Rows
from kansr.training.starts import smooth_starts

_WIDTH, _GRID = (4, 2), 3
_STARTS, _FEW, _HEAT = 6, 500, 10  # starts, their rows and steps
_ROWS, _STEPS, _ROUNDS = 3000, 15, 8  # those of the best of them, in each of so many rounds
_NEAR, _FAR = 3.0, 9.0  # standard deviations up to which a row counts fully, and from which it hardly counts
_LEAST = 1e-4  # what a row counts at least: a weight has to be above zero
_NORMAL = 1.4826  # standard deviation of normal noise, by the median of its size
_NOTHING = 1e-9  # share of the target's spread below which no distance is far


class Robust(NamedTuple):
    """A network that gross errors have not moved, and the usual distance of a row from it."""

    kan: KAN
    scale: float

    def weights(self, rows: Rows) -> Tensor:
        """Give what each row counts [n], from a ten thousandth to one."""
        return _weights(self.kan, rows, self.scale)


def robust(data: Data, *, order: int, seed: int, clock: Clock) -> Robust:
    """Fit a dense network to all rows but those that lie far from it."""
    train = data.train.head(_ROWS)
    kan = smooth_starts(
        dense((train.x.shape[-1], *_WIDTH, 1)), data.everything, grid=_GRID, order=order, count=_STARTS, seed=seed
    )
    kan = levenberg(kan, train.head(_FEW), steps=_HEAT, clock=clock).kan
    kan = kan.pick(_distances(kan, train).median(-1).values.argsort()[:1])
    for _ in range(_ROUNDS):
        counted = _weights(kan, train, _scale(kan, train))
        own = counted if train.weight is None else counted * train.weight
        kan = levenberg(kan, replace(train, weight=own / own.mean()), steps=_STEPS, clock=clock).kan
    return Robust(kan, _scale(kan, train))


def _distances(kan: KAN, rows: Rows) -> Tensor:
    """Distances of rows from each network [b, n], in units of their own errors."""
    far = (predict(kan, rows.x) - rows.y).abs().nan_to_num(nan=torch.inf)
    return far if rows.weight is None else far * rows.weight.sqrt()


def _scale(kan: KAN, rows: Rows) -> float:
    return max(_NORMAL * float(_distances(kan, rows)[0].median()), _NOTHING)


def _weights(kan: KAN, rows: Rows, scale: float) -> Tensor:
    far = _distances(kan, rows)[0] / scale
    less = torch.where(far < _FAR, _NEAR / far.clamp(min=_NEAR), 0.0)
    return less.clamp(min=_LEAST)
