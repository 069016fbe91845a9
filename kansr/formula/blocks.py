"""A formula on more rows than memory holds: its constants fitted and its errors measured, block by block.

The normal equations of least squares are sums over rows, so one pass over the blocks gives all that a step needs:
memory is that of a block and p^2 numbers, time is linear in the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.formula.constants import ROUNDING, Refit, decimals, parametrised, substituted
from kansr.formula.evaluate import evaluate, gradient
from kansr.formula.formula import Scores
from kansr.formula.functions import Array

_SMALL = 1e-6  # a step is the last one when it is so many squared standard errors long
_FASTER, _SLOWER = 0.1, 10.0  # damping after a step that helps, and after one that does not
_WORST = 1e8  # damping at which nothing helps any more
_NULL = 1e-9  # singular values below this share of the largest are directions that the data do not see


class Rows(NamedTuple):
    """Some rows: columns [n] by the symbols of the formula, target y [n], the part [n] of each row, weights [n].

    Parts are 0 to train, 1 to choose and 2 to judge; weights are inverse squares of errors, None: all alike.
    """

    columns: dict[str, Array]
    y: Array
    part: NDArray[np.int8]
    weight: Array | None = None


Blocks = Callable[[], Iterable[Rows]]
"""Gives all rows in blocks, from the first row on, each time that it is called."""


class _Sums(NamedTuple):
    """Sums over the rows that may choose: weights, weighed squares of what is left [1], J'WJ [p, p], J'Wr [p]."""

    weight: float
    square: float
    matrix: Array
    vector: Array


def refit_in_blocks(
    expr: sp.Expr, blocks: Blocks, *, size: float, steps: int = 20, over: Callable[[], bool] = lambda: False
) -> Refit:
    """Fit all free constants of an expression to the rows to train and to choose, from where they are.

    Damped Gauss-Newton steps (Marquardt 1963), a pass over the rows each; from constants of a sample one or two do.

    Parameters
    ----------
    expr
        A formula whose free constants are decimals.
    size
        Spread of the target: errors are never taken to be smaller than `ROUNDING` of it.
    steps
        The most passes.
    over
        Asked after each pass; when it is true, the best so far is given.

    Errors of the constants follow from the residuals, weighed as the rows are.
    """
    template, symbols, values = parametrised(expr)
    sums, mu = _summed(template, symbols, values, blocks), 1e-6
    for _ in range(steps if len(values) else 0):
        if over() or not np.isfinite(sums.square):
            break
        step = _step(sums, mu)
        tried = _summed(template, symbols, values - step, blocks)
        noise = max(sums.square / sums.weight, (ROUNDING * size) ** 2)
        if tried.square <= sums.square:
            values, sums, mu = values - step, tried, mu * _FASTER
        elif mu > _WORST:
            break
        else:
            mu *= _SLOWER
        if float(step @ sums.matrix @ step) <= _SMALL * noise:
            break
    return _refit(template, symbols, values, sums, size)


def _summed(template: sp.Expr, symbols: Sequence[sp.Symbol], values: Array, blocks: Blocks) -> _Sums:
    """Sum the normal equations over all blocks; infinite where a value is not a number."""
    p = len(values)
    weight, square, matrix, vector = 0.0, 0.0, np.zeros((p, p)), np.zeros(p)
    for rows in blocks():
        chosen = rows.part < 2
        f, j = gradient(template, symbols, {name: c[chosen] for name, c in rows.columns.items()}, values)
        w = np.ones(int(chosen.sum())) if rows.weight is None else rows.weight[chosen]
        residual = f - rows.y[chosen]
        weight, square = weight + float(w.sum()), square + float(w @ residual**2)
        matrix, vector = matrix + (j.T * w) @ j, vector + j.T @ (w * residual)
        if not (np.isfinite(square) and np.isfinite(matrix).all()):
            return _Sums(weight, np.inf, matrix, vector)
    return _Sums(weight, square, matrix, vector)


def _step(sums: _Sums, mu: float) -> Array:
    scale = np.sqrt(np.maximum(np.diag(sums.matrix), 1e-290))
    scaled = sums.matrix / np.outer(scale, scale) + (mu + 1e-15) * np.eye(len(scale))
    return np.asarray(np.linalg.solve(scaled, sums.vector / scale) / scale)


def _refit(template: sp.Expr, symbols: tuple[sp.Symbol, ...], values: Array, sums: _Sums, size: float) -> Refit:
    """Put the constants in, with their covariance in the directions that the rows see."""
    mse = sums.square / sums.weight if sums.weight else np.inf
    covariance, sigma = np.zeros((len(values), len(values))), np.full(len(values), np.inf)
    if len(values) and np.isfinite(sums.square):
        scale = np.sqrt(np.maximum(np.diag(sums.matrix), 1e-290))
        s, v = np.linalg.eigh(sums.matrix / np.outer(scale, scale))
        seen = s > _NULL**2 * s[-1]
        variance = max(mse, (ROUNDING * size) ** 2)
        covariance = (v[:, seen] / s[seen]) @ v[:, seen].T / np.outer(scale, scale) * variance
        sigma = np.where((v[:, ~seen] ** 2).sum(1) < 1e-6, np.sqrt(np.diag(covariance)), np.inf)
    return Refit(
        expression=substituted(template, decimals(symbols, values)) if symbols else template,
        template=template,
        symbols=symbols,
        values=values,
        sigma=sigma,
        covariance=covariance,
        mse=mse,
    )


class Measured(NamedTuple):
    """What a formula is worth on all rows: its errors, and the rows and the variance of those that may choose."""

    rmse: Scores
    r2: Scores
    rows: int
    mse: float
    variance: float


def measured_in_blocks(expressions: Sequence[sp.Expr], blocks: Blocks) -> list[Measured]:
    """Measure formulas on all rows, part by part, in one pass. One value that is not finite gives inf, and -inf for R2.

    Rows count alike, whatever their weights, as in `Formula.rmse`.
    """
    squares = np.zeros((len(expressions), 3))
    count, total, spread, origin = np.zeros(3), np.zeros(3), np.zeros(3), None
    for rows in blocks():
        origin = float(rows.y.mean()) if origin is None and len(rows.y) else origin or 0.0
        for part in range(3):
            here = rows.part == part
            y = rows.y[here] - origin  # squares around a number near the mean lose no digits
            count[part], total[part], spread[part] = count[part] + len(y), total[part] + y.sum(), spread[part] + y @ y
        for i, expression in enumerate(expressions):
            with np.errstate(all="ignore"):
                square = (np.broadcast_to(evaluate(expression, rows.columns), rows.y.shape) - rows.y) ** 2
            squares[i] += [np.sum(square[rows.part == part]) for part in range(3)]
    return [_measured(one, count, total, spread) for one in squares]


def _measured(squares: Array, count: Array, total: Array, spread: Array) -> Measured:
    with np.errstate(all="ignore"):
        mse, variance = squares / count, spread / count - (total / count) ** 2
        r2 = np.where(variance > 0, 1 - mse / variance, np.where(mse == 0, 1.0, -np.inf))
    finite = np.isfinite(mse)
    parts = ("train", "validation", "test")
    chosen = count[:2].sum()
    return Measured(
        rmse=Scores(**dict(zip(parts, np.where(finite, np.sqrt(mse), np.inf).tolist(), strict=True))),
        r2=Scores(**dict(zip(parts, np.where(finite, r2, -np.inf).tolist(), strict=True))),
        rows=int(chosen),
        mse=float(squares[:2].sum() / chosen),
        variance=float(spread[:2].sum() / chosen - (total[:2].sum() / chosen) ** 2),
    )
