"""Which of many columns matter, before a graph is searched: cheap tests of each column and of each pair.

First a sum of curves of all columns is fitted: if it is most of the target, each column is judged beside all others.
Then each is judged alone, by what is left. A column that matters moves the mean of the target, its size (as the factors
of a product with mean zero do), or the mean along another column. Each is a sum of products of the target with
polynomials of the columns' ranks, divided by its own error: squares of these follow a chi-square distribution where
nothing matters, so a threshold says how many columns come in by chance. What is found is fitted by a small dense
network, and what that leaves is tested again: weak columns are seen when strong ones are explained.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kansr.later import later
from kansr.network.graph import dense
from kansr.network.sweep import predict
from kansr.progress import Clock
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import levenberg, rmse
from kansr.training.rows import Data
from kansr.training.starts import smooth_starts

if TYPE_CHECKING:
    from scipy import stats
else:
    stats = later("scipy.stats")

MOST = 12
"""Columns that are kept, at most, unless a sum of more is nearly all: what a search for graphs can do much with."""

_LEAST = 4  # columns that are kept where none is sure: the likeliest
_ROWS = 20_000  # rows that are looked at
_DEGREES, _PAIRED = 6, 3  # polynomials of one column, and of each of a pair
_EACH, _WIDEST = 3, 2000  # rows for each coefficient of a sum of curves of all columns, and coefficients at most
_REST, _NEARLY = 0.1, 0.01  # shares of the variance up to which that sum is most of the target, and nearly all
_RIDGE = 1e-9  # share of the diagonal by which its equations are made regular
_CHANCE = 0.01  # columns that come in by chance, in one round
_ROUNDS = 4
_WIDTH, _GRID, _STARTS, _STEPS, _FIT_ROWS = (4, 2), 3, 4, 40, 2000  # the network that explains what is found
_TINY = 1e-300


def screen(data: Data, *, order: int, seed: int, clock: Clock) -> tuple[int, ...]:
    """Give the inputs that matter in their order: at most `MOST`, or more where a sum of curves of them is nearly all.

    Parameters
    ----------
    data
        Rows to fit and rows to choose by; weights are not looked at.
    order, seed, clock
        Of the splines of the network between the rounds, of its starts, and of the time that all may take.
    """
    rows = data.all.head(_ROWS)
    basis = _basis(rows.x)
    beside, rest = _summed(basis, _unit(rows.y))
    left, kept, chance = _unit(rest), list[int](), torch.empty(0)
    most = len(beside) if float(rest.square().mean()) <= _NEARLY else MOST
    for _ in range(_ROUNDS):
        chance = torch.minimum(beside, _chances(basis, left))
        chance[kept] = 0.0
        new = _sure(chance)[: most - len(kept)]
        kept += new
        if not new or len(kept) >= MOST or clock.over():
            break
        left = _unit(rows.y - _explained(data.columns(kept), rows.x[:, kept], order, seed, clock))
    if not kept:
        kept = chance.argsort()[:_LEAST].tolist()
    return tuple(sorted(kept))


def _sure(chance: Tensor) -> list[int]:
    """Columns that hardly come in by chance, the surest first, from the log of their number that would."""
    return [int(i) for i in chance.argsort() if float(chance[i]) < math.log(_CHANCE)]


def _log_chance(square: Tensor, degrees: int) -> Tensor:
    """Log of the chance of such a sum of squares, or a larger one, if nothing matters."""
    return torch.from_numpy(stats.chi2.logsf(square.cpu().numpy(), degrees)).to(square)


def _summed(basis: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Fit a sum of curves of all columns: log chances as `_chances` has them [i], and what the sure ones leave of y.

    What a column adds is judged by the coefficients of its polynomials and their covariance (Wald's test): of a hundred
    columns that add a little each, each is lost among the others when it is looked at alone, and sure beside them. A
    column that another one repeats is not sure beside that one: then what both do is left. None is sure where the sum
    leaves much, or where it has too many coefficients for the rows.
    """
    degrees, n, inputs = basis.shape
    nothing = y.new_zeros(inputs)
    if degrees * inputs > min(_WIDEST, n // _EACH):
        return nothing, y
    columns = basis.permute(2, 0, 1)  # [i, degrees, n]
    weights, inverse = _least_squares(columns.flatten(0, 1), y)
    left = y - weights @ columns.flatten(0, 1)
    variance = float(left.square().sum()) / (n - degrees * inputs)
    if variance > _REST:
        return nothing, y
    blocks = inverse.reshape(inputs, degrees, inputs, degrees).diagonal(dim1=0, dim2=2).permute(2, 0, 1)
    own = weights.reshape(inputs, degrees, 1)
    wald = (own.mT @ torch.linalg.solve(blocks, own))[:, 0, 0] / max(variance, _TINY)
    chance = _log_chance(wald, degrees) + math.log(inputs)
    kept = columns[_sure(chance)].flatten(0, 1)
    return chance, y - _least_squares(kept, y)[0] @ kept


def _least_squares(columns: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Coefficients [p] of columns [p, n], and the inverse of their normal equations [p, p]."""
    matrix = columns @ columns.mT
    matrix.diagonal().add_(_RIDGE * len(y))
    inverse = torch.linalg.inv(matrix)
    return inverse @ (columns @ y), inverse


def _basis(x: Tensor) -> Tensor:
    """Legendre polynomials of the ranks of x [n, i], with mean square 1: [degrees, n, i]."""
    place = x.argsort(0).argsort(0).to(x.dtype)
    u = (2 * place + 1) / len(x) - 1
    found = [torch.ones_like(u), u]
    for k in range(1, _DEGREES):
        found.append(((2 * k + 1) * u * found[-1] - k * found[-2]) / (k + 1))
    return torch.stack([p / p.square().mean(0).sqrt().clamp(min=_TINY) for p in found[1:]])


def _unit(y: Tensor) -> Tensor:
    centred = y - y.mean()
    return centred / centred.square().mean().sqrt().clamp(min=_TINY)


def _chances(basis: Tensor, left: Tensor) -> Tensor:
    """Log of the number of columns as telling as each one that are expected by chance [i]."""
    inputs = basis.shape[-1]
    single = torch.minimum(_single(basis, left), _single(basis, _unit(left.abs())))
    both = _pairs(basis[:_PAIRED], left)
    pair = both.min(-1).values + math.log(max(inputs - 1, 1)) - math.log(2)
    return torch.minimum(single + math.log(2), pair) + math.log(inputs)


def _single(basis: Tensor, left: Tensor) -> Tensor:
    """Log of the chance that a column tells so much of the mean of what is left, if it does not matter [i]."""
    terms = basis * left[:, None]
    square = (terms.sum(1).square() / terms.square().sum(1).clamp(min=_TINY)).sum(0)
    return _log_chance(square, len(basis))


def _pairs(basis: Tensor, left: Tensor) -> Tensor:
    """The same for the products of each pair [i, i]; nothing for a column with itself."""
    square = left.new_zeros(basis.shape[-1], basis.shape[-1])
    for one in basis:
        weighed = one * left[:, None]
        for other in basis:
            square += (weighed.mT @ other).square() / (weighed.square().mT @ other.square()).clamp(min=_TINY)
    return _log_chance(square, len(basis) ** 2).fill_diagonal_(0.0)


def _explained(data: Data, x: Tensor, order: int, seed: int, clock: Clock) -> Tensor:
    """What a small dense network says at rows x [n, k] after a short training: [n]."""
    shape = dense((x.shape[-1], *_WIDTH, 1))
    kan = smooth_starts(shape, data.everything, grid=_GRID, order=order, count=_STARTS, seed=seed)
    kan = levenberg(kan, data.train.head(_FIT_ROWS), steps=_STEPS, clock=clock).kan
    return predict(kan.pick(rmse(kan, data.validation).argsort()[:1]), x)[0]
