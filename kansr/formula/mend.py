"""Constants of a formula that breaks a wish, fitted again so that it obeys: least squares with a growing penalty.

To the residuals of the rows come those of the wishes on the points of the box: how far a value lies outside the bounds,
and how far it runs the wrong way between two points that one column tells apart. Their weight grows until the formula
obeys (the exterior penalty method; Nocedal and Wright, Numerical Optimization, 17.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from kansr.formula.constants import parametrised, substituted
from kansr.formula.evaluate import gradient
from kansr.formula.functions import Array
from kansr.formula.shape import Shape, broken
from kansr.formula.weighing import Weighing, weighed
from kansr.later import later

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = later("scipy.optimize")

_WEIGHTS = (1.0, 10.0, 100.0, 1000.0)  # of the wishes beside the rows
_MARGIN = 1e-3  # share of the target's spread by which the fit aims inside the bounds
_DIGITS = range(2, 17)
_HARMLESS = 1e-2  # share by which rounding may raise the mean square error
_STEPS = 30
_WORST = 1e100


def mended(
    expr: sp.Expr, shape: Shape, columns: Mapping[str, Array], y: Array, *, weighing: Weighing | None = None
) -> sp.Expr | None:
    """Give a formula of the same form that obeys the wishes, its constants cut to few digits; None if none was found.

    Every decimal of `expr` may move; `columns` [n] and `y` [n] are the rows.
    """
    template, symbols, values = parametrised(expr)
    if not symbols:
        return None
    size = float(np.std(y)) or 1.0
    for weight in _WEIGHTS:
        values = _fitted(template, symbols, values, _Rows(columns, y, weighing, size), shape=shape, weight=weight)
        fixed = substituted(template, dict(zip(symbols, map(sp.Float, values.tolist()), strict=True)))
        if not broken(fixed, shape):
            return next(_shorter(template, symbols, values, _Rows(columns, y, weighing, size), shape), fixed)
    return None


class _Rows:
    """Rows, their weights and the size of the target."""

    def __init__(self, columns: Mapping[str, Array], y: Array, weighing: Weighing | None, size: float) -> None:
        self.columns, self.y, self.weighing, self.size = columns, y, weighing, size

    def residuals(self, template: sp.Expr, symbols: tuple[sp.Symbol, ...], p: Array) -> tuple[Array, Array]:
        """Give residuals [n] and their slopes [n, p], in units of the target's spread and of one row."""
        value, slopes = gradient(template, symbols, self.columns, p)
        unit = self.size * np.sqrt(len(self.y))
        return weighed(value - self.y, self.weighing) / unit, weighed(slopes, self.weighing) / unit


def _fitted(
    template: sp.Expr, symbols: tuple[sp.Symbol, ...], start: Array, rows: _Rows, *, shape: Shape, weight: float
) -> Array:
    """Fit the constants to rows and wishes together."""

    def at(p: Array) -> tuple[Array, Array]:
        own, slopes = rows.residuals(template, symbols, p)
        parts = [(own, slopes), *_breaches(template, symbols, p, shape, rows.size)]
        unit = weight / np.sqrt(len(next(iter(shape.points.values()))))
        scale = [1.0] + [unit] * (len(parts) - 1)
        residual = np.concatenate([k * r for k, (r, _) in zip(scale, parts, strict=True)])
        columns = np.concatenate([k * j for k, (_, j) in zip(scale, parts, strict=True)])
        return np.nan_to_num(residual, nan=_WORST, posinf=_WORST, neginf=-_WORST), np.nan_to_num(columns, posinf=0.0)

    def residuals(p: Array) -> Array:
        return at(p)[0]

    def slopes(p: Array) -> Array:
        return at(p)[1]

    with np.errstate(all="ignore"):
        found = optimize.least_squares(residuals, start, slopes, x_scale="jac", max_nfev=_STEPS)
    return np.asarray(found.x)


def _breaches(
    template: sp.Expr, symbols: tuple[sp.Symbol, ...], p: Array, shape: Shape, size: float
) -> Iterator[tuple[Array, Array]]:
    """Yield how far each wish is broken at each point, in spreads of the target, and the slopes of that."""
    value, slopes = gradient(template, symbols, shape.points, p)
    margin = _MARGIN * size
    for bound, sign in ((shape.low, 1.0), (shape.high, -1.0)):
        if bound is not None:
            yield _positive(sign * (bound - value) + margin, -sign * slopes, size)
    for name, course in shape.monotone.items():
        other, others = gradient(template, symbols, {**shape.points, name: shape.moved[name]}, p)
        run = (1.0 if course == "rising" else -1.0) * np.sign(shape.moved[name] - shape.points[name])
        yield _positive(run * (value - other), run[:, None] * (slopes - others), size)


def _positive(breach: Array, slopes: Array, size: float) -> tuple[Array, Array]:
    """Keep what is above zero; points without a value count for nothing."""
    counts = np.nan_to_num(breach, nan=0.0) > 0
    return np.where(counts, breach, 0.0) / size, np.where(counts[:, None], slopes, 0.0) / size


def _shorter(
    template: sp.Expr, symbols: tuple[sp.Symbol, ...], values: Array, rows: _Rows, shape: Shape
) -> Iterator[sp.Expr]:
    """Yield the formula with its constants cut to ever more digits, where it still obeys and fits as well."""
    limit = (1 + _HARMLESS) * float(np.sum(rows.residuals(template, symbols, values)[0] ** 2))
    for digits in _DIGITS:
        cut = np.array([float(f"{v:.{digits - 1}e}") for v in values.tolist()])
        if float(np.sum(rows.residuals(template, symbols, cut)[0] ** 2)) > limit:
            continue
        fixed = substituted(template, dict(zip(symbols, map(sp.Float, cut.tolist()), strict=True)))
        if not broken(fixed, shape):
            yield fixed
