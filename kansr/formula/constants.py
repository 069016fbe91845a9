"""The constants of a formula: found in it, refitted together, with what the data tell of each.

Every decimal in an expression is a free constant; whole numbers, fractions, pi and such are fixed. All free constants
are fitted together by least squares (SciPy's trust region, with the slopes of `kansr.formula.evaluate.gradient`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from kansr.formula.evaluate import evaluate, gradient
from kansr.formula.functions import Array
from kansr.formula.text import leaf_text
from kansr.formula.weighing import Weighing, size_of, weighed
from kansr.later import later

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = later("scipy.optimize")

ROUNDING = 1e-11
"""Errors below this share of the target's size count as rounding: constants are never taken to be known better."""

_NULL = 1e-9  # singular values below this share of the largest are directions that the data do not see
_NOTHING = 1e-100  # slopes below this are none: their squares are no numbers any more
_WORST = 1e100  # stands for a value that is not a number, so that the fit turns back


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Refit:
    """An expression whose free constants are at their best.

    Parameters
    ----------
    expression
        With the constants as decimals.
    template, symbols, values
        The same with a symbol for each free constant, and their values [p].
    sigma
        Standard error of each constant [p]; infinite for one that others can stand in for.
    covariance
        Of all constants together [p, p], in directions that the data see.
    mse
        Mean square error over the rows, weighed where they are.
    fitted
        Value and standard error of each constant that was fitted before an exact number took its place, without sign,
        by the text of that number.
    """

    expression: sp.Expr
    template: sp.Expr
    symbols: tuple[sp.Symbol, ...]
    values: Array
    sigma: Array
    covariance: Array
    mse: float
    fitted: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def fixed(self, exact: Mapping[int, sp.Expr]) -> sp.Expr:
        """Give the expression with some constants (by position) replaced by exact numbers."""
        numbers = {s: exact.get(i, sp.Float(float(self.values[i]))) for i, s in enumerate(self.symbols)}
        return substituted(self.template, numbers)


def parametrised(expr: sp.Expr) -> tuple[sp.Expr, tuple[sp.Symbol, ...], Array]:
    """Give an expression with a symbol in place of each decimal, the symbols, and their values [p].

    >>> x = sp.Symbol("x", real=True)
    >>> parametrised(2.5 * x + 1)[1:]
    ((c0_,), array([2.5]))
    """
    symbols: list[sp.Symbol] = []
    values: list[float] = []

    def walk(node: Any) -> Any:
        if node.is_Float:
            symbols.append(sp.Symbol(f"c{len(symbols)}_", real=True))
            values.append(float(node))
            return symbols[-1]
        return node if node.is_Atom else node.func(*map(walk, node.args), evaluate=False)

    template = walk(expr)
    return template, tuple(symbols), np.array(values)


def substituted(template: sp.Expr, numbers: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """Put numbers in place of symbols, letting sympy simplify what becomes trivial on the way."""

    def walk(node: Any) -> Any:
        if node.is_Symbol:
            return numbers.get(node, node)
        return node if node.is_Atom else node.func(*map(walk, node.args))

    return walk(template)


def decimals(symbols: Sequence[sp.Symbol], values: Array) -> dict[sp.Symbol, sp.Expr]:
    """Give the values [p] of constants as the decimals of a formula."""
    return {s: sp.Float(v) for s, v in zip(symbols, values.tolist(), strict=True)}


def refit(
    expr: sp.Expr, columns: Mapping[str, Array], y: Array, *, steps: int = 60, weighing: Weighing | None = None
) -> Refit:
    """Fit all free constants of an expression to rows together, starting from where they are.

    Parameters
    ----------
    expr
        A formula whose free constants are decimals.
    columns
        Values [n] of each symbol that is a column.
    y
        Target [n].
    steps
        The most steps of the fit; with 0, nothing is fitted and no standard error known.
    weighing
        What each row counts; None: all alike. Errors then are weighed, too; with known measurement errors those of the
        constants follow from them, else from the residuals.

    A formula without free constants comes back as it is, with its error; one that is nan at the start, with an
    infinite error.
    """
    template, symbols, values = parametrised(expr)
    size = size_of(y, weighing)
    if steps and len(symbols) and np.isfinite(evaluate(expr, columns)).all():
        values = _fitted(template, symbols, columns, y / size, values, size=size, steps=steps, weighing=weighing)
    best = substituted(template, decimals(symbols, values)) if symbols else expr
    mse, before = _mse(best, columns, y, weighing), _mse(expr, columns, y, weighing)
    if not mse <= before:  # rounding, or a start that is not a number: nothing comes back worse than it was given
        template, symbols, values = parametrised(expr)
        best, mse = expr, before
    noise = _variance(mse, size, weighing)
    known = steps and np.isfinite(mse)
    covariance, seen = (
        _covariance(template, symbols, columns, values, variance=noise, weighing=weighing)
        if known
        else _unknown(len(values))
    )
    sigma = np.where(seen, np.sqrt(np.diag(covariance)), np.inf) if len(values) else values
    return Refit(
        expression=best,
        template=template,
        symbols=symbols,
        values=values,
        sigma=sigma,
        covariance=covariance,
        mse=mse,
    )


def beside(
    fit: Refit,
    start: Array,
    held: Mapping[int, float],
    columns: Mapping[str, Array],
    y: Array,
    *,
    weighing: Weighing | None = None,
    steps: int = 10,
) -> Array:
    """Give the values [p] of all constants where some (by position) are held at a number, the others fitted again.

    The fit begins with the constants at `start` [p].
    """
    free = [i for i in range(len(start)) if i not in held]
    values = np.array([held.get(i, float(v)) for i, v in enumerate(start)])
    size = size_of(y, weighing)
    template = fit.template.xreplace({fit.symbols[i]: sp.Float(v) for i, v in held.items()})
    symbols = tuple(fit.symbols[i] for i in free)
    if free and np.isfinite(evaluate(substituted(template, decimals(symbols, values[free])), columns)).all():
        values[free] = _fitted(
            template, symbols, columns, y / size, values[free], size=size, steps=steps, weighing=weighing
        )
    return values


def standard_errors(
    expr: sp.Expr, columns: Mapping[str, Array], y: Array, weighing: Weighing | None = None
) -> dict[str, float]:
    """Give the standard error of each decimal of a formula as it stands, by its text in the formula, without its sign.

    They come from the slopes at the constants (the covariance `s^2 (J'J)^-1` of least squares, with s^2 the sum of
    squares by the rows less the constants; where measurement errors are known (see `Weighing`), s^2 is theirs), so they
    hold for the form that is printed. Rounding counts as an error of `ROUNDING`. A constant that others can stand in
    for has an infinite error; of two that are printed alike it is the larger one. A fitted exponent of 0.5 that is
    printed as a root has its error under 0.5.

    >>> x = sp.Symbol("x", real=True)
    >>> rows = {"x": np.array([0.0, 1.0, 2.0, 3.0])}
    >>> {k: round(e, 2) for k, e in standard_errors(0.5 - 2.5 * x, rows, np.array([0.4, -1.9, -4.6, -6.9])).items()}
    {'0.5': 0.12, '2.5': 0.06}
    """
    template, symbols, values = parametrised(expr)
    free, mse = len(y) - len(values), _mse(expr, columns, y, weighing)
    if not len(values):
        return {}
    size = size_of(y, weighing)
    variance = _variance(mse * len(y) / max(free, 1), size, weighing)
    known = free > 0 and np.isfinite(mse)
    covariance, seen = (
        _covariance(template, symbols, columns, values, variance=variance, weighing=weighing)
        if known
        else _unknown(len(values))
    )
    errors: dict[str, float] = {}
    for value, sigma in zip(values, np.where(seen, np.sqrt(np.diag(covariance)), np.inf), strict=True):
        text = leaf_text(sp.Float(abs(float(value))))
        errors[text] = max(errors.get(text, 0.0), float(sigma))
    return errors


def _variance(mse: float, size: float, weighing: Weighing | None) -> float:
    """Give the variance of the (weighed) residuals: the known one, or what is left over, but never below rounding."""
    known = None if weighing is None else weighing.noise
    return max(mse if known is None else known, (ROUNDING * size) ** 2)


def _mse(expr: sp.Expr, columns: Mapping[str, Array], y: Array, weighing: Weighing | None) -> float:
    """Mean square error; infinite where it is not a number."""
    with np.errstate(all="ignore"):
        mse = float(np.mean(weighed(evaluate(expr, columns) - y, weighing) ** 2))
    return mse if np.isfinite(mse) else np.inf


def _fitted(
    template: sp.Expr,
    symbols: tuple[sp.Symbol, ...],
    columns: Mapping[str, Array],
    y: Array,
    values: Array,
    *,
    size: float,
    steps: int,
    weighing: Weighing | None,
) -> Array:
    """Least squares from the present values; target and constants in units in which their sizes are about one."""
    unit = _units(gradient(template, symbols, columns, values)[1] / size)

    @lru_cache(maxsize=1)
    def at(p: bytes) -> tuple[Array, Array]:
        return gradient(template, symbols, columns, np.frombuffer(p) * unit)

    def residuals(p: Array) -> Array:
        residual = weighed(at(p.tobytes())[0] / size - y, weighing)
        return np.nan_to_num(residual, nan=_WORST, posinf=_WORST)

    def slopes(p: Array) -> Array:
        return np.nan_to_num(weighed(at(p.tobytes())[1] * (unit / size), weighing), posinf=0.0, neginf=0.0)

    with np.errstate(all="ignore"):
        found = optimize.least_squares(
            residuals, values / unit, slopes, x_scale="jac", xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=steps
        )
    return np.asarray(found.x * unit if np.isfinite(found.cost) else values)


def _units(slopes: Array) -> Array:
    """Give the step of each constant that moves the target by about its size: SciPy's tolerances know no units.

    They are powers of two, so that a constant that does not move keeps its last bit.
    """
    with np.errstate(all="ignore"):
        effect = np.log2(np.sqrt((slopes**2).mean(0)))
    return np.exp2(-np.round(np.where(np.isfinite(effect), effect, 0.0)))


def _unknown(p: int) -> tuple[Array, Any]:
    """Nothing is known of constants that were not fitted."""
    return np.zeros((p, p)), np.zeros(p, dtype=bool)


def _covariance(
    template: sp.Expr,
    symbols: tuple[sp.Symbol, ...],
    columns: Mapping[str, Array],
    values: Array,
    *,
    variance: float,
    weighing: Weighing | None,
) -> tuple[Array, Any]:
    """Covariance [p, p] in the directions that the data see, and which constants [p] lie in them alone."""
    p = len(symbols)
    if not p:
        return np.zeros((0, 0)), np.zeros(0, dtype=bool)
    slopes = weighed(gradient(template, symbols, columns, values)[1], weighing)
    j = np.nan_to_num(slopes, posinf=0.0, neginf=0.0)
    largest = np.abs(j).max(0)
    largest[largest == 0] = 1.0
    with np.errstate(over="ignore"):
        scale = largest * np.sqrt(((j / largest) ** 2).sum(0))
    scale[scale == 0] = 1.0
    _, s, v = np.linalg.svd(j / scale, full_matrices=False)
    seen = s > _NULL * (s[0] if s[0] > _NOTHING else 1.0)
    inverse = (v[seen].T / s[seen] ** 2) @ v[seen]
    hidden = (v[~seen] ** 2).sum(0) + (1 - (v**2).sum(0)).clip(min=0)
    unit = np.sqrt(variance) / scale  # no square of these: that of a slope of 1e-200 is 0
    with np.errstate(over="ignore"):
        return inverse * unit[:, None] * unit, hidden < 1e-6
