"""How far a formula can be trusted, told from the formula as it is printed and the rows of the table alone.

So `fit`, `score`, the report and the estimator say the same of the same formula on the same rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from kansr.bill import bill, names_bits
from kansr.errors import FormulaError
from kansr.forms import Candidate
from kansr.formula.constants import parametrised
from kansr.formula.evaluate import evaluate, gradient
from kansr.formula.formula import Formula, Scores
from kansr.formula.functions import Array
from kansr.formula.text import Tree, printed
from kansr.later import later
from kansr.noise.digits import steps
from kansr.noise.estimate import lack_of_fit, neighbours, replicates
from kansr.noise.model import Noise
from kansr.noise.structure import LEVEL, structure
from kansr.result import NoiseSummary, Verdict

if TYPE_CHECKING:
    from scipy import special
else:
    special = later("scipy.special")

EXACT = 1e-9
"""Share of the target's spread up to which an error is rounding."""

_LAST = 1e-12  # share of the largest target that the last digits of a sum of large numbers may cost a small one
_EVIDENCE = 20.0  # bits that rows must tell beyond what the formula says itself, before it is called exact
_HINT = 0.1  # p-value below which residuals of few rows are not called noise either
_POWER = 0.9  # share of smooth curves that the test must be able to reject before it speaks of noise
_OFF = 0.5  # how far off the truth, in standard deviations of the noise, a formula may be that is called noise ..
_SURE = 0.02  # .. but for this share of tables, by its constants alone
_SMALL = 12  # whole numbers and denominators up to this may be written without being told
_PARTS = 40  # parts of a formula, the smallest first, along which residuals are looked at
_WHITE = 4.0  # standard errors that the autocorrelation of white residuals stays within
_DOUBT = 0.1  # share of all odds that forms may have which say something else than noise
_SAME = 0.1  # of the last digit that two formulas may be apart and say the same
_BETWEEN = 200  # places between the rows at which two formulas are compared
_TO_DIGITS = "right to the digits of the table"
_FEW, _MOST = 15, 0.5  # of so many data points one may not make more of the squares: of white ones it makes a third
_REPLICATES = 4  # degrees of freedom of replicates from which these tell the noise by themselves
_CHI2 = 4.0  # standard errors that chi^2 may be above 1
_EVERY = 1.02  # of half of the last digit that a formula may be off and be exact to the table's digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verdict and why: one sentence for the reader."""

    verdict: Verdict
    why: str = ""


def said_of(expr: sp.Expr, columns: Mapping[str, Array], noise: Noise, *, free: int | None = None) -> Said:
    """Give the verdict on a formula, from all rows: columns [n] by safe name, and their noise.

    `free` is how many constants were fitted, where that is not the number of its decimals.
    """
    template, symbols, at = parametrised(expr)
    f, slopes = gradient(template, symbols, columns, at)
    f = np.array(np.broadcast_to(f, noise.y.shape))
    slopes = np.broadcast_to(slopes, (len(f), len(symbols)))
    if not np.isfinite(noise.residual(f)).all():
        return Said(verdict="approximation", why="it has no value on some of the rows")
    count = len(symbols) if free is None else free
    exact = exactness(expr, columns, noise.y, f, count)
    if exact is not None:
        return exact
    deviation = noise.deviation(f)
    numbers = _numbers(printed(expr))
    return _of_residuals(noise.residual(f), columns, slopes / deviation[:, None], noise, free=count, numbers=numbers)


def _numbers(tree: Tree) -> int:
    """Count the numbers of a printed formula."""
    if isinstance(tree, tuple):
        return sum(map(_numbers, tree[1:]))
    return int(not isinstance(tree, sp.Symbol))


def exactness(expr: sp.Expr, columns: Mapping[str, Array], y: Array, f: Array, free: int) -> Said | None:
    """Say whether a formula with values f [n] is exact: to rounding, or to the digits that the table holds.

    The rows have to tell more bits than the formula says: some formula meets any few digits. Where a column has too few
    values to tell its curve, a formula that meets all rows is one of many.
    """
    off = np.abs(y - f)
    spread = float(np.std(y)) or float(np.max(np.abs(y))) or 1.0
    needed = names_bits(expr, len(columns)) + _EVIDENCE
    rows = _places(expr, columns) - free
    if (off <= _rounding(y, spread)).all() and _rms(off) <= EXACT * spread:
        told, carried = rows * math.log2(1 / EXACT), _carried(expr, columns)
        if carried:
            return Said(verdict="undecided", why=f"{carried} has too few values: any curve through them would do")
        return Said(verdict="exact", why="right to rounding") if told >= needed or not expr.free_symbols else None
    step = steps(y)
    if not (step > 0).all():
        return None
    told = rows * float(np.mean(np.log2(1 + spread / step)))
    if told >= needed and not _carried(expr, columns) and (off <= _EVERY / 2 * step + _moved(expr, columns)).all():
        return Said(verdict="exact", why=_TO_DIGITS)
    return None


def _rounding(y: Array, spread: float) -> Array:
    """How far rounding may move each row [n]: of targets over decades the small ones have to be met, too."""
    size = np.abs(y)
    return 10 * EXACT * np.minimum(spread, size) + _LAST * float(np.max(size))


def _carried(expr: sp.Expr, columns: Mapping[str, Array]) -> str:
    """Name a column beside which a formula has as many constants as it has values: any curve would meet them.

    A column of 0 and 1 has no other values, so a line is all that can be said of it.
    """
    for symbol in sorted(expr.free_symbols, key=str):
        values = np.unique(columns[symbol.name]) if symbol.name in columns else np.array([0.0, 1.0])
        beside = sum(_constants(term) for term in sp.Add.make_args(expr) if term.has(symbol))
        if 1 < len(values) <= beside + 1 and not set(values.tolist()) <= {-1.0, 0.0, 1.0}:
            return str(symbol)
    return ""


def _constants(term: sp.Expr) -> int:
    """Count the numbers of a term that rows had to tell: decimals, and what is no small fraction."""
    told = [n for n in term.atoms(sp.Rational) if abs(n.p) > _SMALL or n.q > _SMALL]
    return len(term.atoms(sp.Float)) + len(told)


def _places(expr: sp.Expr, columns: Mapping[str, Array]) -> int:
    """Count the places of the rows in the columns of a formula: what is said of one place twice is said once."""
    used = [columns[s.name] for s in expr.free_symbols if s.name in columns]
    return len(np.unique(np.column_stack(used), axis=0)) if used else 1


def _moved(expr: sp.Expr, columns: Mapping[str, Array]) -> Array:
    """How far rounding in the columns may move the values [n]: only columns of many digits were rounded."""
    moved = np.zeros(len(next(iter(columns.values()))))
    for symbol in sorted(expr.free_symbols, key=str):
        column = columns.get(symbol.name)
        step = np.zeros(1) if column is None else steps(column)
        if column is not None and step.any() and _is_rounded(column, step):
            slope = gradient(expr, [symbol], columns, column[None])[1][:, 0]
            moved = moved + np.abs(slope) * step / 2
    return moved


def _is_rounded(column: Array, step: Array) -> bool:
    """Whether values [n] of a column were rounded: they have many digits, and are no settings in even steps."""
    apart = np.diff(np.unique(column))
    is_even = float(np.ptp(apart)) < 1e-3 * float(np.min(step)) if len(apart) else True
    return not is_even and bool(np.median(np.abs(column) / step) > 1e4)


def _of_residuals(
    residual: Array, columns: Mapping[str, Array], slopes: Array, noise: Noise, *, free: int, numbers: int
) -> Said:
    """Give the verdict on residuals [n] with slopes [n, k]: what speaks against noise, then what is too few to tell.

    `free` constants were fitted; `numbers` stand in the formula, those that were made simple with them.
    """
    n, x = len(residual), np.column_stack(list(columns.values()))
    found, misfit = structure(residual, columns, slopes), lack_of_fit(x, residual, free)
    against = {
        "it leaves more than repeated data points differ by": misfit is not None and misfit < LEVEL,
        "it leaves more than the measurement errors explain": _exceeds(residual, noise, free),
        "residuals of neighbouring data points are alike": found.p < LEVEL and not _is_within(residual, noise),
    }
    if any(against.values()):
        return Said(verdict="approximation", why=next(why for why, holds in against.items() if holds))
    pure = replicates(x, residual)
    told = found.power >= _POWER or (pure is not None and pure.freedom >= _REPLICATES)
    told_ = max(free, numbers, 1)
    open_ = special.chdtrc(told_, _OFF**2 * n) > _SURE
    few = max(1, n // _FEW)
    largest = float(np.sort(residual**2)[-few:].sum() / max(float(np.sum(residual**2)), 1e-300))
    too_few = {
        f"{n} data points cannot tell a curve that was missed from noise": not told,
        "residuals of neighbouring data points are somewhat alike": found.p < _HINT,
        f"{n} data points leave its {told_} numbers open by half of the noise": open_,
        f"{_points(few)} most of what is left: outliers?": largest > _MOST,
    }
    why = next((why for why, holds in too_few.items() if holds), None)
    return Said(verdict="noise") if why is None else Said(verdict="undecided", why=why)


def _points(few: int) -> str:
    return "one data point makes" if few == 1 else f"{few} data points make"


def _is_within(residual: Array, noise: Noise) -> bool:
    """Whether known measurement errors are larger than residuals [n]: what these have in common is then no evidence."""
    return not noise.fitted and float(np.mean(residual**2)) <= 1.0


def _exceeds(residual: Array, noise: Noise, free: int) -> bool:
    """Whether residuals [n] are larger than known measurement errors explain, by chi^2."""
    freedom = max(len(residual) - free, 1)
    return not noise.fitted and float(np.sum(residual**2)) / freedom > 1 + _CHI2 * math.sqrt(2 / freedom)


def beside(
    said: Said, expr: sp.Expr, columns: Mapping[str, Array], noise: Noise, standing: Sequence[Candidate]
) -> Said:
    """Take back a verdict that other forms of the same rows contradict.

    Each form has odds of `2^-bits` by its bill. "Noise" is taken back where forms that say something else by more than
    half of the noise have more than a tenth of all odds; "exact" to the digits of a table where another function has
    any odds worth the name: a smooth curve through few digits is met by more than one form.
    """
    if said.verdict not in ("noise", "exact") or not standing or not expr.free_symbols:
        return said
    f = np.array(np.broadcast_to(evaluate(expr, columns), noise.y.shape))
    own = bill(expr, columns, noise).total
    if said.verdict == "exact":
        rivals = [one for one in standing if one.bits < own + _EVIDENCE]
        if said.why == _TO_DIGITS and any(_differs(expr, one, columns, noise.y) for one in rivals):
            return Said(verdict="undecided", why="other formulas meet the digits of the table about as well")
        return said
    deviation, scale = noise.deviation(f), noise.scale(f)
    odds = [2.0 ** min(own - one.bits, 1000.0) for one in standing]
    away = [_rms((f - one.values) / deviation) / scale > _OFF for one in standing]
    if sum(o for o, is_away in zip(odds, away, strict=True) if is_away) > _DOUBT * (1.0 + sum(odds)):
        return Said(verdict="undecided", why="formulas that differ by more than half of the noise are as good")
    return said


def _differs(expr: sp.Expr, other: Candidate, columns: Mapping[str, Array], y: Array) -> bool:
    """Whether a form says something else than a formula, by more than the target's digits, at or between the rows."""
    rng = np.random.default_rng(0)
    n = len(y)
    share = rng.random(_BETWEEN)
    one, two = rng.integers(0, n, _BETWEEN), rng.integers(0, n, _BETWEEN)
    between = {name: np.concatenate([c, share * c[one] + (1 - share) * c[two]]) for name, c in columns.items()}
    with np.errstate(all="ignore"):
        apart = np.abs(evaluate(expr, between) - evaluate(other.expression, between))
    return bool(np.nanmax(apart, initial=0.0) > _SAME * float(np.max(steps(y))))


def of_many(formula: Formula, columns: Mapping[str, Array], y: Array, *, spread: float) -> Said:
    """Give the verdict on many rows, columns [n] by safe name and targets [n], where some were put aside to judge."""
    values = np.array(np.broadcast_to(evaluate(formula.expression, columns), y.shape))
    if is_rounding(formula.rmse, spread):
        return Said(verdict="exact", why="right to rounding")
    if not np.isfinite(values).all():
        return Said(verdict="approximation", why="it has no value on some of the rows")
    exact = exactness(formula.expression, columns, y, values, len(formula.errors))
    if exact is not None:
        return exact
    if is_white(y - values, with_parts(formula.expression, columns)):
        return Said(verdict="noise", why="what is left over looks like noise")
    return Said(verdict="approximation", why="residuals of neighbouring data points are alike")


def is_rounding(rmse: Scores, spread: float) -> bool:
    """Whether a formula's errors on all parts of the rows are rounding."""
    return all(e <= EXACT * spread for e in (rmse.train, rmse.validation, rmse.test))


def with_parts(expression: sp.Expr, columns: Mapping[str, Array]) -> dict[str, Array]:
    """Give the columns [n], and the values [n] of what stands inside a formula: what it misses shows along these."""
    parts = sorted((e for e in sp.preorder_traversal(expression) if e.args and e.free_symbols), key=sp.count_ops)
    found = dict(columns)
    for part in list(dict.fromkeys(parts))[:_PARTS]:
        with suppress(FormulaError):
            values = np.broadcast_to(evaluate(part, columns), next(iter(columns.values())).shape)
            found |= {str(part): values} if np.isfinite(values).all() else {}
    return found


def is_white(residual: Array, columns: Mapping[str, Array]) -> bool:
    """Whether neighbours' residuals [n], along each column [n], are uncorrelated."""
    return bool(np.isfinite(residual).all()) and all(
        _is_white(residual[np.argsort(column, kind="stable")]) for column in columns.values()
    )


def _is_white(residual: Array) -> bool:
    centred = residual - residual.mean()
    square = float(np.sum(centred**2))
    if square == 0 or len(residual) < 8:
        return True
    return abs(float(np.sum(centred[1:] * centred[:-1])) / square) <= _WHITE / math.sqrt(len(residual))


def summary(noise: Noise, values: Array, columns: Mapping[str, Array], *, free: int, verdict: Verdict) -> NoiseSummary:
    """Say what noise there is beside a formula with values [n]: its kind and size, by replicates if there are any."""
    if verdict == "exact":
        return NoiseSummary(kind="none", size=0.0, text="none beyond the last digits")
    residual, n = noise.residual(values), len(values)
    pure = replicates(np.column_stack(list(columns.values())), residual)
    known = pure is not None and pure.freedom >= _REPLICATES
    near = neighbours(next(iter(columns.values())), residual) if len(columns) == 1 else None
    scale, source = _rms(residual) * math.sqrt(n / max(n - free, 1)), "from the residuals"
    if pure is not None and known:
        scale, source = pure.size, f"from {pure.freedom} replicates"
    elif verdict == "approximation" and near is not None:  # what the formula misses is none
        scale, source = near, "from neighbouring data points"
    if noise.kind == "relative":
        return NoiseSummary(kind="relative", size=scale, text=f"relative, {100 * scale:.2g} % ({source})")
    if noise.kind == "errors":
        text = f"as the errors say, times {scale:.2g} ({source})"
        return NoiseSummary(kind="errors", size=scale, text=text)
    if noise.kind == "counts":
        return NoiseSummary(kind="counts", size=scale, text=f"as of counts, times {scale:.2g} ({source})")
    if noise.kind == "weights":
        return NoiseSummary(
            kind="weights", size=scale, text=f"as the weights say, {scale:.3g} for a weight of 1 ({source})"
        )
    return NoiseSummary(kind="absolute", size=scale, text=f"absolute, {scale:.2g} ({source})")


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))
