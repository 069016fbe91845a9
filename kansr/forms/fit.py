"""All constants of a form together, by least squares under a kind of noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp
from scipy.optimize import leastsq

from kansr.errors import FormulaError
from kansr.formula.constants import decimals, parametrised, substituted
from kansr.formula.evaluate import gradient
from kansr.noise.model import Array, Noise

_DETERMINED = 1e-7  # least singular value of the slopes, each of length 1, of constants that are apart
_WORST = 1e100  # stands for a residual that is not a number, so that the fit turns back


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A form with its constants at their best: a symbol for each, their values [p], and those of the form [n]."""

    template: sp.Expr
    symbols: tuple[sp.Symbol, ...]
    constants: Array
    values: Array

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
        first = _values(template, symbols, start, columns)
    except FormulaError:
        return None
    if not np.isfinite(noise.residual(first)).all():
        return None
    begun = Fitted(template=template, symbols=symbols, constants=start, values=first)
    if not symbols or len(symbols) > len(noise.y):
        return begun
    best = _least(template, symbols, start, columns, noise, steps)
    values = _values(template, symbols, best, columns)
    better = noise.scale(values) <= noise.scale(first)
    return Fitted(template=template, symbols=symbols, constants=best, values=values) if better else begun


def is_determined(fit: Fitted, columns: Mapping[str, Array], noise: Noise) -> bool:
    """Whether the rows determine each constant of a form: where others can stand in for one, a plainer form says the same."""
    if not fit.symbols:
        return True
    f, slopes = gradient(fit.template, fit.symbols, columns, fit.constants)
    with np.errstate(all="ignore"):
        scaled = slopes / noise.deviation(f)[:, None]
        scaled = scaled / np.linalg.norm(scaled, axis=0)
    if not np.isfinite(scaled).all():
        return False
    return bool(np.linalg.svd(scaled, compute_uv=False)[-1] > _DETERMINED)


def _values(template: sp.Expr, symbols: tuple[sp.Symbol, ...], at: Array, columns: Mapping[str, Array]) -> Array:
    rows = len(next(iter(columns.values())))
    with np.errstate(all="ignore"):
        return np.array(np.broadcast_to(gradient(template, symbols, columns, at)[0], (rows,)))


def _least(
    template: sp.Expr,
    symbols: tuple[sp.Symbol, ...],
    start: Array,
    columns: Mapping[str, Array],
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
        best, *_ = leastsq(residual, start / unit, Dfun=slopes, maxfev=steps, ftol=1e-12, xtol=1e-12, gtol=0.0,
                           full_output=True)  # fmt: skip
    return np.asarray(best * unit) if np.isfinite(best).all() else start
