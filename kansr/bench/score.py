"""How near a formula comes to the law behind its table: four rules, all on the formula as it was printed.

| rule      | holds when                                                                                               |
|-----------|----------------------------------------------------------------------------------------------------------|
| `exact`   | it agrees with the law to 1e-6 of the law's size on fresh rows, inside the ranges and inside ranges that |
|           | are wider by half, and has at most three times as many nodes as the law                                  |
| `rounded` | for tables with noise: it does after each decimal is moved to the law's own value, within four of its    |
|           | standard errors; told by a refit of the decimals to rows without noise                                   |
| `srbench` | with decimals rounded to three digits, its difference to the law is a constant, or their ratio is        |
|           | (La Cava et al. 2021, "Contemporary symbolic regression methods and their relative performance")         |
| `close`   | R^2 is above 0.999 on fresh rows; this one asks the model's own predictions, so it needs no formula      |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.datasets import Law
from kansr.errors import FormulaError
from kansr.formula.complexity import complexity
from kansr.formula.constants import parametrised, refit
from kansr.formula.evaluate import evaluate
from kansr.formula.limit import limited
from kansr.formula.parse import parse

Array = NDArray[np.float64]

CLOSE = 1e-6
"""Largest difference of an exact formula, as a share of the law's root mean square."""

LONGER = 3.0
"""An exact formula has at most so many times the nodes of the law."""

FRESH = 2000
"""Fresh rows that a formula is judged on."""

WIDER = 1.5
"""Width of the wider ranges, in widths of the law's own."""

SIGMAS = 4.0
"""Standard errors that a constant may be away from the law's."""

GOOD = 0.999
"""R^2 above which a model counts as close."""

_SYMPY = 20.0  # seconds that sympy gets for one comparison
_DIGITS = 3  # of SRBench's rounding
_SHIFT = 1000  # fresh rows come from another seed than those of the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What was measured of one answer.

    Parameters
    ----------
    exact, rounded, srbench, close
        The four rules above.
    errors
        RMS difference of the formula to the law as a share of the law's RMS, inside and on the wider ranges; infinite
        where the law has a value and the formula none, and without a formula.
    r2
        Of the predictions on fresh rows without noise; -inf where one is missing.
    """

    exact: bool
    rounded: bool
    srbench: bool
    close: bool
    errors: tuple[float, float]
    r2: float

    def to_json(self) -> dict[str, Any]:
        """Give JSON values. Numbers that are not finite become None."""
        record = asdict(self)
        return record | {"errors": [_finite(e) for e in self.errors], "r2": _finite(self.r2)}


def score(
    law: Law,
    seed: int,
    predict: Callable[[Array], Array],
    *,
    formula: sp.Expr | None = None,
    errors: Mapping[str, float] | None = None,
) -> Score:
    """Judge what was found in a table that was drawn from a law with this seed.

    Parameters
    ----------
    predict
        Rows [n, columns] -> values [n]; what the model says.
    formula
        In the law's safe names; None for a model without one.
    errors
        Standard errors of the formula's decimals, by their text without sign.

    Raises `FormulaError` where the law itself cannot be held by a formula (`law.is_plain` says so).
    """
    r2 = fit_of(predict, law, seed)
    if formula is None:
        return Score(exact=False, rounded=False, srbench=False, close=r2 > GOOD, errors=(np.inf, np.inf), r2=r2)
    truth = parse(law.formula, list(law.names))
    inside, wide = (error(formula, truth, law, seed, wider) for wider in (1.0, WIDER))
    short = complexity(formula) <= LONGER * complexity(truth)
    exact = max(inside, wide) < CLOSE and short
    return Score(
        exact=exact,
        rounded=exact or (short and rounded(formula, truth, law, seed, errors or {})),
        srbench=same(formula, truth),
        close=r2 > GOOD,
        errors=(inside, wide),
        r2=r2,
    )


def fresh(law: Law, seed: int, wider: float) -> dict[str, Array]:
    """Columns with values that no fit has seen, by safe name, from ranges that are wider by a factor."""
    rng = np.random.default_rng(seed + _SHIFT)
    low, high = np.array(list(law.ranges.values())).T
    margin = (wider - 1) / 2 * (high - low)
    x = rng.uniform(low - margin, high + margin, (FRESH, len(low)))
    return dict(zip(law.names, x.T, strict=True))


def fit_of(predict: Callable[[Array], Array], law: Law, seed: int) -> float:
    """R^2 of predictions on fresh rows on which the law has a value; -inf where a prediction is missing."""
    x = np.column_stack(list(fresh(law, seed, 1.0).values()))
    with np.errstate(all="ignore"):
        truth, found = law.values(x), np.asarray(predict(x), dtype=np.float64)
        known = np.isfinite(truth)
        left = np.mean((found[known] - truth[known]) ** 2)
        r2 = float(1 - left / np.var(truth[known]))
    return r2 if np.isfinite(r2) else -np.inf


def error(formula: sp.Expr, truth: sp.Expr, law: Law, seed: int, wider: float) -> float:
    """RMS difference as a share of the law's RMS, on rows where the law has a value; infinite where only it has one."""
    columns = fresh(law, seed, wider)
    with np.errstate(all="ignore"):
        a, b = (np.broadcast_to(evaluate(e, columns), (FRESH,)) for e in (formula, truth))
        known = np.isfinite(b)
        share = float(np.sqrt(np.mean((a[known] - b[known]) ** 2) / np.mean(b[known] ** 2)))
    return share if np.isfinite(share) else float("inf")


def rounded(formula: sp.Expr, truth: sp.Expr, law: Law, seed: int, errors: Mapping[str, float]) -> bool:
    """Whether the constants, moved within a few of their errors, give the law itself."""
    columns = fresh(law, seed, 1.0)
    values = np.broadcast_to(evaluate(truth, columns), (FRESH,))
    fit = refit(formula, columns, values, steps=200)
    if error(fit.expression, truth, law, seed, 1.0) > CLOSE:
        return False
    before = parametrised(formula)[2]
    sigma = sorted(float(s) for s in errors.values() if np.isfinite(s))
    if len(before) != len(fit.values):
        return len(before) == 0
    bars = {f"{float(k):.6g}": float(s) for k, s in errors.items()}
    free = [bars.get(f"{abs(v):.6g}", max(sigma, default=0.0)) for v in before]
    return all(abs(a - b) <= SIGMAS * s + 1e-9 * abs(b) for a, b, s in zip(before, fit.values, free, strict=True))


def same(formula: sp.Expr, truth: sp.Expr) -> bool:
    """SRBench's rule; a comparison that sympy cannot end in time counts as false."""
    try:
        with limited(_SYMPY):
            a = formula.xreplace({n: sp.Float(round(float(n), _DIGITS)) for n in formula.atoms(sp.Float)})
            difference = sp.simplify(a - truth)
            if not difference.free_symbols:
                return True
            return not sp.simplify(a / truth).free_symbols
    except (FormulaError, ValueError, TypeError, NotImplementedError, RecursionError, AttributeError):
        return False


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
