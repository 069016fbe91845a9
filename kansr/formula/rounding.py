"""Constants with the digits that the rows can tell: one more than the first digit of the standard error.

Constants that depend on each other cannot be cut one by one: in a line far from its origin a small change of the slope
moves the intercept by much. So the least known one is cut first, the others are moved to their best beside it, then the
next is cut: the nearest plane method (Babai 1986, Combinatorica 6). The covariance of the fit tells how far to move
them; where the formula bends too much for that, they are fitted again. Only where the error would rise all the same
does a constant keep more digits, and no more than that takes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import sympy as sp

from kansr.formula.constants import ROUNDING, Refit, beside, decimals, substituted
from kansr.formula.decimals import clean
from kansr.formula.evaluate import evaluate
from kansr.formula.functions import Array
from kansr.formula.weighing import Weighing, size_of, weighed

SHARES = (0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6)
"""How far a constant may be moved, in standard errors: as far as the first of these that does no harm."""

_HARMLESS = 2e-3  # share by which rounding may raise the mean square error: 0.1 % of its root
_UNKNOWN = range(2, 17)  # digits behind the first one of a constant that nothing determines
_MOST = 12  # constants that are fitted again after each cut, at most


def harmless(mse: float, size: float, weighing: Weighing | None) -> float:
    """Give the mean square error that rounding may lead to; `size` is that of the target."""
    noise = None if weighing is None else weighing.noise
    return mse + _HARMLESS * max(mse, noise or 0.0) + (ROUNDING * size) ** 2


def shortest_within(value: float, error: float) -> float:
    """Give the decimal of fewest digits within `error` of a value; one that nothing is known of keeps three.

    >>> shortest_within(3.14159, 0.002), shortest_within(3.14159, math.inf)
    (3.14, 3.14)
    """
    if not math.isfinite(error):
        return float(f"{value:.2e}")
    digits = (float(f"{value:.{d}e}") for d in range(17))
    return next((d for d in digits if abs(d - value) <= error), value)


def rounded(fit: Refit, columns: Mapping[str, Array], y: Array, weighing: Weighing | None = None) -> Refit:
    """Cut the constants that stay free to the digits that the data can tell: what is printed is what is known.

    The root mean square error rises by no more than 0.1 %.
    """
    if not len(fit.values) or not math.isfinite(fit.mse):
        return fit
    limit = harmless(fit.mse, size_of(y, weighing), weighing)
    for values in _ways(fit, columns, y, weighing, limit):
        expression = clean(substituted(fit.template, decimals(fit.symbols, values)))
        mse = _mse(expression, columns, y, weighing)
        if mse <= limit:
            return replace(fit, expression=expression, values=values, mse=mse)
    return fit


def _mse(expression: sp.Expr, columns: Mapping[str, Array], y: Array, weighing: Weighing | None) -> float:
    with np.errstate(all="ignore"):
        mse = float(np.mean(weighed(evaluate(expression, columns) - y, weighing) ** 2))
    return mse if math.isfinite(mse) else math.inf


def _ways(
    fit: Refit, columns: Mapping[str, Array], y: Array, weighing: Weighing | None, limit: float
) -> Iterator[Array]:
    """Yield values [p]: cut beside each other by the covariance, then with fits in between, then ever more digits."""
    if np.isfinite(fit.sigma).all():
        yield _conditioned(fit, len(y))
    if len(fit.values) <= _MOST:
        yield _refitted(fit, columns, y, weighing, limit)
    for share in SHARES:
        yield np.array(
            [shortest_within(float(v), share * float(s)) for v, s in zip(fit.values, fit.sigma, strict=True)]
        )


def _order(fit: Refit) -> list[int]:
    """Give the constants, the least known first."""
    vague = fit.sigma / np.maximum(np.abs(fit.values), 1e-300)
    return sorted(range(len(fit.values)), key=lambda i: -float(vague[i]))


def _conditioned(fit: Refit, rows: int) -> Array:
    """Cut one constant after the other, and move those that are left as the covariance says."""
    values, covariance = fit.values.copy(), fit.covariance.copy()
    allowed = _HARMLESS * rows / len(values) / 2  # rise of chi^2 that each may cause
    for i in _order(fit):
        own = max(float(covariance[i, i]), 0.0)
        error = min(SHARES[0] * float(fit.sigma[i]), math.sqrt(own * allowed))
        cut = shortest_within(float(values[i]), error)
        if own > 0:
            along = covariance[:, i] / own
            values = values + along * (cut - values[i])
            covariance = covariance - np.outer(along, covariance[i])
        values[i] = cut
    return values


def _refitted(fit: Refit, columns: Mapping[str, Array], y: Array, weighing: Weighing | None, limit: float) -> Array:
    """Cut one constant after the other, and fit those that are left again."""
    held: dict[int, float] = {}
    values = fit.values
    for i in _order(fit):
        for cut in _cuts(float(values[i]), float(fit.sigma[i])):
            tried = beside(fit, values, {**held, i: cut}, columns, y, weighing=weighing)
            if _mse(substituted(fit.template, decimals(fit.symbols, tried)), columns, y, weighing) <= limit:
                values = tried
                break
        held[i] = float(values[i])
    return values


def _cuts(value: float, sigma: float) -> Iterator[float]:
    """Yield a value with ever more digits."""
    if math.isfinite(sigma):
        yield from (shortest_within(value, share * sigma) for share in SHARES)
    else:
        yield from (float(f"{value:.{digits}e}") for digits in _UNKNOWN)
