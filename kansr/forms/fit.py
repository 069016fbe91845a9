"""All constants of a form together, by least squares under a kind of noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.errors import FormulaError
from kansr.formula.constants import decimals, parametrised, substituted
from kansr.formula.corners import step
from kansr.formula.evaluate import gradient
from kansr.later import later
from kansr.noise.model import Array, Noise

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = later("scipy.optimize")

_DETERMINED = 1e-7  # least singular value of the slopes, each of length 1, of constants that are apart
_VAGUE = 3.0  # times its own size that the error of a constant may be: else a form without it says the same
_WORST = 1e100  # stands for a residual that is not a number, so that the fit turns back


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A form with its constants at their best: a symbol for each, their values [p], its own [n] and its slopes."""

    template: sp.Expr
    symbols: tuple[sp.Symbol, ...]
    constants: Array
    values: Array

    slopes: Array

    @property
    def expression(self) -> sp.Expr:
        """The form with its constants as decimals."""
        return substituted(self.template, decimals(self.symbols, self.constants))


def fitted(expr: sp.Expr, columns: Mapping[str, Array], noise: Noise, *, steps: int = 30) -> Fitted | None:
    """Fit the decimals of a form from where they stand; None where it has no values on the rows.

    It is MINPACK's Levenberg-Marquardt (Moré, 1978) with slopes from one pass back over the formula.
    """
    try:
        template, symbols, start = parametrised(expr)
        begun = _fitted(template, symbols, start, columns)
    except FormulaError:
        return None
    if not np.isfinite(noise.residual(begun.values)).all():
        return None
    if not symbols or len(symbols) > len(noise.y):
        return begun
    best = _fitted(template, symbols, _least(template, symbols, start, columns, noise=noise, steps=steps), columns)
    return best if noise.scale(best.values) <= noise.scale(begun.values) else begun


def is_determined(fit: Fitted, noise: Noise) -> bool:
    """Whether the rows determine each constant: where others can stand in for one, a plainer form says the same.

    The place of a step is determined by the rows on both sides of it, not by slopes.
    """
    scaled = _scaled(fit, noise, _sloping(fit))
    return scaled is not None and bool((np.linalg.svd(scaled, compute_uv=False) > _DETERMINED).all())


def vaguest(fit: Fitted, noise: Noise) -> sp.Symbol | None:
    """Give the constant whose error is largest beside its size, if the rows cannot tell it from 0 by far."""
    with np.errstate(all="ignore"):
        share = np.where(_sloping(fit), errors(fit, noise) / np.abs(fit.constants), 0.0)
    share = np.where(np.isnan(share), np.inf, share)
    worst = int(np.argmax(share)) if len(share) else 0
    return fit.symbols[worst] if len(share) and share[worst] > _VAGUE else None


def errors(fit: Fitted, noise: Noise) -> Array:
    """Give the standard errors [p] of the constants of a form, and infinity where one is not determined."""
    sloping, p = _sloping(fit), len(fit.constants)
    scaled, found = _scaled(fit, noise, sloping), np.full(p, np.inf)
    if scaled is None or not sloping.any():
        return found
    _, s, v = np.linalg.svd(scaled, full_matrices=False)
    scale = noise.scale(fit.values) * math.sqrt(len(fit.values) / max(len(fit.values) - p, 1)) if noise.fitted else 1.0
    with np.errstate(all="ignore"):
        own = np.sqrt(((v / s[:, None]) ** 2).sum(0)) * scale / _lengths(fit, noise)[sloping]
    found[sloping] = np.where(np.isfinite(own), own, np.inf)
    return found


def _sloping(fit: Fitted) -> NDArray[np.bool_]:
    """Which constants [p] move the values a little where they move a little: all but those in steps alone."""
    outside = fit.template.xreplace({one: sp.Symbol("step_") for one in fit.template.atoms(step)}).free_symbols
    inside = set().union(*(one.free_symbols for one in fit.template.atoms(step)))
    return np.array([s in outside or s not in inside for s in fit.symbols], dtype=bool)


def _lengths(fit: Fitted, noise: Noise) -> Array:
    with np.errstate(all="ignore"):
        slopes = fit.slopes / noise.deviation(fit.values)[:, None]
        largest = np.abs(slopes).max(0, initial=0.0)  # no square of these: that of 1e-200 is 0
        return np.asarray(largest * np.linalg.norm(slopes / largest, axis=0))


def _scaled(fit: Fitted, noise: Noise, chosen: NDArray[np.bool_]) -> Array | None:
    """Give the slopes of the residuals [n, chosen], each of length 1; None where one is no number."""
    with np.errstate(all="ignore"):
        scaled = (fit.slopes / noise.deviation(fit.values)[:, None] / _lengths(fit, noise))[:, chosen]
    return np.asarray(scaled) if np.isfinite(scaled).all() else None


def _fitted(template: sp.Expr, symbols: tuple[sp.Symbol, ...], at: Array, columns: Mapping[str, Array]) -> Fitted:
    rows = len(next(iter(columns.values())))
    with np.errstate(all="ignore"):
        f, slopes = gradient(template, symbols, columns, at)
    values, slopes = np.array(np.broadcast_to(f, (rows,))), np.array(np.broadcast_to(slopes, (rows, len(symbols))))
    return Fitted(template=template, symbols=symbols, constants=at, values=values, slopes=slopes)


def _least(
    template: sp.Expr,
    symbols: tuple[sp.Symbol, ...],
    start: Array,
    columns: Mapping[str, Array],
    *,
    noise: Noise,
    steps: int,
) -> Array:
    unit = np.where(start == 0, 1.0, np.abs(start))

    @lru_cache(maxsize=2)
    def at(p: bytes) -> tuple[Array, Array]:
        return gradient(template, symbols, columns, np.frombuffer(p) * unit)

    def residual(p: Array) -> Array:
        return np.clip(np.nan_to_num(noise.residual(at(p.tobytes())[0]), nan=_WORST), -_WORST, _WORST)

    def slopes(p: Array) -> Array:
        f, j = at(p.tobytes())
        with np.errstate(all="ignore"):
            found = noise.slope(f)[:, None] * j * unit
        return np.clip(np.nan_to_num(found, posinf=0.0, neginf=0.0), -_WORST, _WORST)

    with np.errstate(all="ignore"):
        best, *_ = optimize.leastsq(residual, start / unit, Dfun=slopes, maxfev=steps, ftol=1e-12, xtol=1e-12, gtol=0.0,
                           full_output=True)  # fmt: skip
    return np.asarray(best * unit) if np.isfinite(best).all() else start
