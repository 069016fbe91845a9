"""A judge of formulas that knows the truth: how far a formula is from it, and whether its form can be the truth.

It shares nothing with the search. A formula has the form of a law if its decimals can be fitted to values of the law
without noise so that nothing is left: then the law is one of its family. A family may be wider than it need be: then
some of its decimals end at 0 and can be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.errors import KansrError
from kansr.formula.constants import Refit, parametrised, refit
from kansr.formula.evaluate import evaluate
from kansr.formula.form import form
from kansr.formula.parse import parse
from kansr.formula.text import leaf_text

Array = NDArray[np.float64]

MEMBER = 1e-6  # share of the spread that may be left of a law
STEPS = 200
STARTS = 6  # the formula's own constants, and others near them
NEAR = 0.05  # how far other starts are from them, as a share
MOST = 0.2  # share of the rows where a formula may have no value before its decimals are fitted
SURE = 3.0  # standard errors that a constant may be away from the law's


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinship:
    """How a formula's form and a law stand to each other.

    Parameters
    ----------
    member
        Whether the formula is the law with other decimals.
    wider
        Whether some of these decimals are 0 then, so that the formula says more than the law.
    printed, law
        The decimals [p] as printed, and those of the law; the same where the law is no member.
    """

    member: bool
    wider: bool
    printed: Array
    law: Array

    @property
    def right(self) -> bool:
        """Whether the form is the law's, and says no more."""
        return self.member and not self.wider


def values(formula: sp.Expr, x: Array, names: Mapping[int, str] | None = None) -> Array:
    """Give the values [n] of a formula on rows x [n, columns], which are x1, x2, ... unless they are named."""
    return np.broadcast_to(evaluate(formula, columns_of(x, names)), (len(x),)).copy()


def columns_of(x: Array, names: Mapping[int, str] | None = None) -> dict[str, Array]:
    """Give rows as columns by name."""
    named = names or {i: f"x{i + 1}" for i in range(x.shape[1])}
    return {named[i]: np.ascontiguousarray(column) for i, column in enumerate(x.T)}


def distance(found: Array, truth: Array, unit: Array | float) -> float:
    """Give the root mean square of (found - truth)/unit; infinite where a formula has no value and the truth has one.

    >>> distance(np.array([1.0, 4.0]), np.array([1.0, 2.0]), 2.0).__round__(4)
    0.7071
    """
    with np.errstate(all="ignore"):
        square = float(np.mean(((found - truth) / unit) ** 2))
    return float(np.sqrt(square)) if np.isfinite(square) else float("inf")


def kinship(formula: sp.Expr, columns: Mapping[str, Array], truth: Array, seed: int = 0) -> Kinship:
    """Say whether a law, known by its values on rows, is one of a formula's family."""
    symbols, printed = parametrised(formula)[1:]
    none = Kinship(member=False, wider=False, printed=printed, law=printed)
    spread = float(np.std(truth))
    spread = spread if spread > 1e-12 * float(np.abs(truth).max()) else float(np.abs(truth).max()) or 1.0
    finite = np.isfinite(np.broadcast_to(evaluate(formula, columns), truth.shape))
    if finite.mean() < 1 - MOST:
        return none
    kept, target = {name: column[finite] for name, column in columns.items()}, truth[finite]
    best = _best(formula, kept, target, limit=MEMBER * spread, rng=np.random.default_rng(seed))
    if not best.mse**0.5 <= MEMBER * spread or len(best.symbols) != len(symbols):
        return none
    return Kinship(member=True, wider=_is_wider(best, kept, target, MEMBER * spread), printed=printed, law=best.values)


def _best(formula: sp.Expr, columns: Mapping[str, Array], truth: Array, *, limit: float, rng: Any) -> Refit:
    """Fit the decimals of a formula from where they are, and from near there until nothing is left."""
    best = refit(formula, columns, truth, steps=STEPS)
    for _ in range(STARTS - 1 if best.symbols else 0):
        if best.mse**0.5 <= limit:
            break
        moved = {s: sp.Float(v * (1 + NEAR * rng.standard_normal())) for s, v in _numbers(formula)}
        start = parametrised(formula)[0].subs(moved)
        found = refit(start, columns, truth, steps=STEPS)
        best = found if found.mse < best.mse and len(found.symbols) == len(best.symbols) else best
    return best


def _numbers(formula: sp.Expr) -> list[tuple[sp.Symbol, float]]:
    _, symbols, numbers = parametrised(formula)
    return list(zip(symbols, numbers.tolist(), strict=True))


def _is_wider(best: Refit, columns: Mapping[str, Array], truth: Array, limit: float) -> bool:
    """Whether a decimal can be 0 and the law still be met; or a column stands in it that the law does not know."""
    for i in range(len(best.symbols)):
        less = best.fixed({i: sp.Integer(0)})
        if less.has(sp.nan, sp.zoo, sp.oo, sp.I):
            continue
        left = distance(np.broadcast_to(evaluate(less, columns), truth.shape), truth, 1.0)
        if left <= 2 * limit:
            return True
    return False


def constants_hold(kin: Kinship, errors: Mapping[str, float], own: Array | None = None) -> bool:
    """Whether each printed decimal is near the law's: within some of its standard errors.

    Parameters
    ----------
    errors
        The errors that are printed, by the text of the decimal.
    own
        Errors [p] of the best fit of this form (see `errors_at_best`): where they are smaller, they count, since a
        decimal that is no best fit widens what is left, and with it the error that is printed.
    """
    printed = np.array([errors.get(leaf_text(sp.Float(abs(value))), 0.0) for value in kin.printed.tolist()])
    error = printed if own is None else np.minimum(printed, own)
    return bool(np.all(np.abs(kin.printed - kin.law) <= SURE * error + 1e-6 * np.abs(kin.law)))


def errors_at_best(formula: sp.Expr, columns: Mapping[str, Array], y: Array) -> Array:
    """Give the standard error [p] of each decimal where a formula fits rows best; infinite if rows are too few."""
    best, count = refit(formula, columns, y, steps=STEPS), len(parametrised(formula)[1])
    freedom = len(y) - count
    if freedom <= 0 or len(best.symbols) != count:
        return np.full(count, np.inf)
    return np.asarray(best.sigma * np.sqrt(len(y) / freedom))


def same_form(formula: sp.Expr, law: str | None) -> bool:
    """Whether a formula and the text of a law have one form, whatever their numbers."""
    if law is None:
        return False
    try:
        return form(formula) == form(parse(law))
    except (KansrError, TypeError, ValueError, RecursionError):
        return False
