"""Constants that stand in several places of a form, or differ between groups of rows, fitted together.

A form is an expression whose constants are symbols. Each constant is one number for all rows, or one for each group.
All of them are fitted by Levenberg-Marquardt (Marquardt 1963) on the normal equations: their size is the number of
constants, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.formula.constants import ROUNDING, substituted
from kansr.formula.evaluate import gradient
from kansr.formula.functions import Array
from kansr.formula.weighing import Weighing, weighed

_FASTER, _SLOWER = 0.25, 4.0  # damping after an accepted and a rejected step
_FLAT, _GAIN = 6, 1e-3  # so many steps in a row that gain less than this share end a fit
_HIDDEN = 1e-13  # share of the largest eigenvalue below which a direction is not seen by the rows
_LEAST = 1e-32  # mean square error, as a share of the target's, below which nothing is left


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupedRows:
    """Rows: columns [n] by name, target y [n], the number of each row's group [n] from 0, and what each row counts."""

    columns: Mapping[str, Array]
    y: Array
    codes: NDArray[np.int64]
    groups: int = 1
    weighing: Weighing | None = None

    @classmethod
    def of(cls, columns: Mapping[str, Array], y: Array, weighing: Weighing | None = None) -> GroupedRows:
        """Give rows that are all of one group."""
        return cls(columns=columns, y=y, codes=np.zeros(len(y), dtype=np.int64), weighing=weighing)

    @property
    def size(self) -> float:
        """Spread of the target, or its size where it is constant."""
        return float(np.std(self.y)) or float(np.max(np.abs(self.y))) or 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tied:
    """A form with the values of its constants.

    Parameters
    ----------
    form
        In symbols of columns and constants.
    symbols, values, own
        The free constants, their values [p, groups], and which of them have a value for each group; the others have
        the same in all.
    fixed
        Constants that are exact numbers; they are no longer in the form.
    low, high
        Bounds [p] of the constants.
    sigma
        Standard errors [p, groups]; infinite where the rows do not determine a constant.
    mse
        Mean square error, weighed where rows are.
    """

    form: sp.Expr
    symbols: tuple[sp.Symbol, ...]
    values: Array
    own: tuple[bool, ...]
    fixed: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    low: Array
    high: Array
    sigma: Array
    mse: float = np.inf

    @classmethod
    def of(
        cls,
        form: sp.Expr,
        values: Mapping[sp.Symbol, float | Array],
        *,
        groups: int = 1,
        own: bool = False,
        bounds: Mapping[str, tuple[float | None, float | None]] | None = None,
    ) -> Tied:
        """Start from values: a number, or one for each group. With `own` every constant may differ by group."""
        rows = [np.broadcast_to(np.asarray(v, dtype=np.float64), (groups,)) for v in values.values()]
        array = np.array(rows).reshape(len(rows), groups)
        ends = [(bounds or {}).get(s.name, (None, None)) for s in values]
        low = np.array([-np.inf if e[0] is None else e[0] for e in ends])
        high = np.array([np.inf if e[1] is None else e[1] for e in ends])
        return cls(
            form=form,
            symbols=tuple(values),
            values=array.clip(low[:, None], high[:, None]),
            own=(own,) * len(rows),
            low=low,
            high=high,
            sigma=np.full(array.shape, np.inf),
        )

    @property
    def count(self) -> int:
        """Number of fitted numbers."""
        return sum(self.values.shape[1] if own else 1 for own in self.own)

    @property
    def expression(self) -> sp.Expr:
        """The form with the constants that are alike in all groups as decimals; the others stay symbols."""
        numbers = {
            s: sp.Float(float(v[0]))
            for s, v, own in zip(self.symbols, self.values, self.own, strict=True)
            if not own or self.values.shape[1] == 1
        }
        return substituted(self.form, numbers) if numbers else self.form

    @property
    def numbers(self) -> dict[sp.Symbol, sp.Expr]:
        """What each constant of the first group is: an exact number or a decimal."""
        free = {s: sp.Float(float(v[0])) for s, v in zip(self.symbols, self.values, strict=True)}
        return dict(self.fixed) | free

    def shared(self, which: int) -> Tied:
        """Give the same with one constant that is alike in all groups, at the mean by its errors."""
        weight = 1 / np.maximum(self.sigma[which], 1e-300) ** 2
        mean = (
            float(np.average(self.values[which], weights=weight))
            if weight.sum() > 0
            else float(self.values[which].mean())
        )
        values = self.values.copy()
        values[which] = mean
        return replace(self, values=values, own=tuple(o and i != which for i, o in enumerate(self.own)))

    def with_fixed(self, exact: Mapping[int, sp.Expr]) -> Tied:
        """Give the same with some constants (by position) fixed at exact numbers."""
        keep = [i for i in range(len(self.symbols)) if i not in exact]
        gone = {self.symbols[i]: number for i, number in exact.items()}
        form = substituted(self.form, gone)
        return replace(
            self,
            form=form,
            symbols=tuple(self.symbols[i] for i in keep),
            values=self.values[keep],
            own=tuple(self.own[i] for i in keep),
            fixed=dict(self.fixed) | gone,
            low=self.low[keep],
            high=self.high[keep],
            sigma=self.sigma[keep],
        )


def fit(tied: Tied, rows: GroupedRows, *, steps: int = 100) -> Tied:
    """Fit all free constants together from where they are, and tell their standard errors.

    A form that is not a number at the start comes back with an infinite error.
    """
    place = _places(tied)
    size = rows.size
    theta = np.zeros(tied.count)
    theta[place] = tied.values
    loss, matrix, vector = _normal(tied, rows, theta, place)
    mu, flat = 1e-2, 0
    for _ in range(steps if tied.symbols and np.isfinite(loss) else 0):
        if loss <= _LEAST * size**2 or flat >= _FLAT or mu > 1e15:
            break
        tried = _stepped(tied, theta, matrix, vector, mu=mu, place=place)
        after = _normal(tied, rows, tried, place)
        if after[0] < loss:
            flat = 0 if after[0] < loss * (1 - _GAIN) else flat + 1
            theta, (loss, matrix, vector), mu = tried, after, max(mu * _FASTER, 1e-15)
        else:
            mu *= _SLOWER
    sigma = _errors(matrix, loss, rows, size) if np.isfinite(loss) else np.full(tied.count, np.inf)
    return replace(tied, values=theta[place], sigma=sigma[place], mse=loss)


def predicted(tied: Tied, rows: GroupedRows) -> Array:
    """Give the values [n] of a form at rows."""
    return gradient(tied.form, tied.symbols, rows.columns, tied.values[:, rows.codes])[0] + np.zeros(len(rows.y))


def _places(tied: Tied) -> NDArray[np.int64]:
    """Where each constant of each group stands among all fitted numbers: [p, groups]."""
    place, at = np.zeros(tied.values.shape, dtype=np.int64), 0
    for i, own in enumerate(tied.own):
        count = tied.values.shape[1] if own else 1
        place[i] = at + np.arange(tied.values.shape[1]) % count
        at += count
    return place


def _normal(tied: Tied, rows: GroupedRows, theta: Array, place: NDArray[np.int64]) -> tuple[float, Array, Array]:
    """Mean square error, J'J [P, P] and J'r [P]; the error is infinite where a value is not a number."""
    values = theta[place][:, rows.codes]
    f, slopes = gradient(tied.form, tied.symbols, rows.columns, values) if tied.symbols else (None, None)
    if f is None or slopes is None:
        residual = weighed(predicted(tied, rows) - rows.y, rows.weighing)
        return _finite(residual), np.zeros((0, 0)), np.zeros(0)
    residual = weighed(f - rows.y, rows.weighing)
    slopes = np.nan_to_num(weighed(slopes, rows.weighing), nan=0.0, posinf=0.0, neginf=0.0)
    matrix, vector = np.zeros((len(theta),) * 2), np.zeros(len(theta))
    loss = _finite(residual)
    if not np.isfinite(loss):
        return loss, matrix, vector
    for i, own in enumerate(place):
        np.add.at(vector, own, np.bincount(rows.codes, slopes[:, i] * residual, rows.groups))
        for j in range(i, len(place)):
            block = np.bincount(rows.codes, slopes[:, i] * slopes[:, j], rows.groups)
            np.add.at(matrix, (own, place[j]), block)
            if j != i:
                np.add.at(matrix, (place[j], own), block)
    return loss, matrix, vector


def _finite(residual: Array) -> float:
    with np.errstate(all="ignore"):
        mse = float(np.mean(residual**2))
    return mse if np.isfinite(mse) else np.inf


def _stepped(tied: Tied, theta: Array, matrix: Array, vector: Array, *, mu: float, place: NDArray[np.int64]) -> Array:
    """Take one damped step, kept within the bounds."""
    scale = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    damped = matrix / np.outer(scale, scale) + mu * np.eye(len(theta))
    step = np.linalg.solve(damped, -vector / scale) / scale
    low, high = np.full(len(theta), -np.inf), np.full(len(theta), np.inf)
    for i, own in enumerate(place):
        low[own], high[own] = tied.low[i], tied.high[i]
    return np.clip(theta + np.nan_to_num(step), low, high)


def _errors(matrix: Array, mse: float, rows: GroupedRows, size: float) -> Array:
    """Standard errors [P] from the normal equations; infinite in directions that the rows do not see."""
    count, known = len(matrix), None if rows.weighing is None else rows.weighing.noise
    if not count:
        return np.zeros(0)
    variance = max(mse * len(rows.y) / max(len(rows.y) - count, 1) if known is None else known, (ROUNDING * size) ** 2)
    scale = np.sqrt(np.diag(matrix))
    dead = scale <= 0
    scale = np.where(dead, 1.0, scale)
    weight, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    seen = weight > _HIDDEN * max(weight.max(), 1e-300)
    inverse = (vectors[:, seen] ** 2 / weight[seen]).sum(1)
    hidden = (vectors[:, ~seen] ** 2).sum(1) > 1e-6
    return np.where(hidden | dead, np.inf, np.sqrt(inverse * variance) / scale)
