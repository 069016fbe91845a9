"""Few rows: none is put aside. Formulas are cross-validated, priced by the bill, and found without a network."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
import sympy as sp

from kansr.bill import bill
from kansr.errors import FormulaError
from kansr.forms import Candidate, Settings, forms, is_exact
from kansr.formula.complexity import complexity
from kansr.formula.constants import Refit, refit
from kansr.formula.cross import leverages
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula, Scores
from kansr.formula.functions import Array
from kansr.formula.limit import limited
from kansr.formula.seen import as_seen
from kansr.formula.simplify import shortest
from kansr.formula.snap import rounded, snap
from kansr.formula.weighing import Weighing
from kansr.noise.digits import steps
from kansr.noise.model import Noise, kinds_for
from kansr.pipeline.problem import Problem
from kansr.progress import Clock, Event, Report
from kansr.result import Choice
from kansr.symbolic.discover import Discovery, Rows, tell
from kansr.table import Table

_BEST, _SIZES = 6, 12  # forms that are read on: the best by the bill, and the best of each size
_CLOSELY = 4  # of them that are also written as short as can be
_EACH = 1.5  # seconds that making the constants of one of them simple may take
_SHARE = 0.6  # share of the time for all forms


def measured(formula: Formula, columns: dict[str, Array], noise: Noise, *, free: int | None = None) -> Formula:
    """Give a formula with cross-validated errors and its bill in the place of those on parts of the rows.

    Parameters
    ----------
    formula
        As it is printed: its decimals count as fitted, or `free` constants where it has others.
    columns, noise
        All rows of the table by safe name [n], and how they scatter.
    """
    y = noise.y
    deviation = noise.deviation(values_of(formula.expression, columns, len(y)))
    deviation = np.where(np.isfinite(deviation) & (deviation > 0), deviation, 1.0)
    values, leverage = leverages(formula.expression, columns, y, deviation=deviation, free=free)
    residual = y - values
    left = residual / (1 - leverage)
    fitted, crossed = _rms(residual), _rms(left)
    own = bill(formula.expression, columns, noise, free=free).total
    known = noise.kind == "errors" and noise.sigma is not None
    return replace(
        formula,
        rmse=Scores(train=fitted, validation=crossed, test=crossed),
        r2=Scores(train=_r2(fitted, y), validation=_r2(crossed, y), test=_r2(crossed, y)),
        description_length=own if math.isfinite(own) else None,
        weighted=_weighted(residual, left, noise, deviation),
        chi2=_scores(_rms(residual / deviation) ** 2, _rms(left / deviation) ** 2) if known else None,
    )


def _weighted(residual: Array, left: Array, noise: Noise, deviation: Array) -> Scores | None:
    """Give errors with each row weighed by its noise; where that is relative, as shares of the target."""
    if noise.kind == "absolute":
        return None
    if noise.kind == "relative":
        return _scores(_rms(residual / noise.y), _rms(left / noise.y))
    return _scores(_weighed(residual, deviation), _weighed(left, deviation))


def _scores(fitted: float, crossed: float) -> Scores:
    return Scores(train=fitted, validation=crossed, test=crossed)


def _rms(residual: Array) -> float:
    with np.errstate(all="ignore"):
        square = float(np.mean(residual**2))
    return math.sqrt(square) if math.isfinite(square) else math.inf


def _r2(rmse: float, y: Array) -> float:
    variance = float(np.var(y))
    if not math.isfinite(rmse):
        return -math.inf
    return 1 - rmse**2 / variance if variance > 0 else (1.0 if rmse == 0 else -math.inf)


def _weighed(residual: Array, deviation: Array) -> float:
    """Root mean square with weights of mean 1, in the unit of the target."""
    weight = (np.min(deviation) / deviation) ** 2
    return _rms(residual * np.sqrt(weight / weight.mean()))


def kinds_of(table: Table) -> list[Noise]:
    """Give the kinds of noise that all rows of a table may have."""
    return kinds_for(table.y, table.sigma, absolute=table.absolute, step=steps(table.y))


def from_forms(problem: Problem, clock: Clock, report: Report) -> tuple[Problem, list[Discovery]]:
    """Find forms without a network; give them, and the problem with the noise that the best of them shows."""
    own = clock.apart(_SHARE)
    problem, allowed = beside_forms(problem, own)
    if not allowed:
        return problem, []
    every: list[Discovery] = []
    for i, one in enumerate(chosen(allowed, _BEST)):
        for discovery in discoveries(one, problem, simple=i < _BEST, closely=i < _CLOSELY):
            tell(discovery, problem.rows, report)
            every.append(discovery)
        if own.over():
            break
    report(Event(stage="forms", message=f"{len(problem.standing)} without a network"))
    return problem, every


def beside_forms(problem: Problem, clock: Clock) -> tuple[Problem, list[Candidate]]:
    """Give the problem of few rows with the noise that the best form shows, and with the forms that it is judged by.

    Beside it come those that the wishes allow, or all where none does.
    """
    found = _found(columns_of(problem), kinds_of(problem.table), clock)
    allowed = [one for one in found if problem.rows.allowed(one.expression)] or found
    if not allowed:
        return problem, []
    return replace(with_noise(problem, allowed[0]), standing=tuple(found)), allowed


def _found(columns: Mapping[str, Array], kinds: Sequence[Noise], clock: Clock) -> list[Candidate]:
    """Give the forms of few rows under each kind of noise, the best first; one that is exact ends the search."""
    exact = forms(columns, kinds[:1], Settings(exact=True, entries=0), over=clock.over)
    if exact and is_exact(exact[0]):
        return exact
    return forms(columns, kinds, over=clock.over)


def with_noise(problem: Problem, best: Candidate) -> Problem:
    """Give the problem with the noise of its best form: relative noise and that of counts weigh the rows."""
    rows = problem.rows
    if best.noise.kind == "relative":
        rows = replace(rows, weighing=Weighing.of(np.abs(best.values[problem.chosen]), absolute=False))
    if best.noise.kind == "counts":
        rows = replace(rows, weighing=Weighing.of(np.sqrt(best.values[problem.chosen]), absolute=True))
    return replace(problem, rows=rows, noise=best.noise)


def chosen(found: Sequence[Candidate], best: int) -> Iterator[Candidate]:
    """Yield so many of the best forms, then the best of each other size, the short ones first: lines of the front."""
    yield from found[:best]
    of_size = {_size(one.expression): one for one in reversed(found)}
    sizes = sorted(of_size.keys() - {_size(one.expression) for one in found[:best]})
    yield from (of_size[size] for size in sizes[:_SIZES])


def _size(expr: sp.Expr) -> int:
    with suppress(FormulaError):
        return complexity(expr)
    return 1000


def discoveries(one: Candidate, problem: Problem, *, simple: bool, closely: bool) -> Iterator[Discovery]:
    """Yield a form with its constants made simple, or as fitted; looked at closely, both, each as short as can be."""
    rows = problem.rows
    for is_simple in (True, False) if closely else (simple,):
        with suppress(FormulaError, NotImplementedError, OverflowError, ZeroDivisionError), limited(_EACH):
            if is_simple:
                fit = snap(one.expression, rows.columns, rows.y, rows.named, rows.weighing)
            else:
                fit = _with_digits(one.expression, rows)
            expression = shortest(fit.expression, dict(rows.columns)) if closely else fit.expression
            expression = as_seen(expression, rows.columns)
            if expression != fit.expression:  # constants that were put together have the digits of neither
                fit = _with_digits(expression, rows)
                expression = fit.expression
            yield Discovery(expression=expression, fit=fit, bits=one.bits, label="form")


def _with_digits(expression: sp.Expr, rows: Rows) -> Refit:
    """Fit the constants of a formula, and cut them to the digits that the rows tell."""
    fit = refit(expression, rows.columns, rows.y, weighing=rows.weighing)
    return rounded(fit, rows.columns, rows.y, rows.weighing)


def columns_of(problem: Problem) -> dict[str, Array]:
    """Give all rows of the table by safe name [n]."""
    return dict(zip(problem.names, np.ascontiguousarray(problem.table.x.T), strict=True))


def values_of(expr: sp.Expr, columns: dict[str, Array], rows: int) -> Array:
    """Give the values [n] of a formula on all rows."""
    return np.array(np.broadcast_to(evaluate(expr, columns), (rows,)))


def chosen_again(formulas: Sequence[Formula], columns: dict[str, Array], noise: Noise) -> Choice:
    """Repeat the choice between formulas, the first of which was chosen, without each row in turn.

    Without row i the residual sum of squares is that of all rows less `r_i^2 / (1 - h_i)`, so no formula is fitted
    again. Rows are those of `noise`.
    """
    every = [_without_each(one, columns, noise) for one in formulas]
    bits = np.array([one[0] for one in every])  # [formulas, n]
    left = np.array([one[1] for one in every])
    best = np.argmin(bits, axis=0)
    error = _rms(left[best, np.arange(left.shape[1])])
    return Choice(same=int((best == 0).sum()), rows=len(noise.y), among=len(bits), rmse=error)


def _without_each(formula: Formula, columns: dict[str, Array], noise: Noise) -> tuple[Array, Array]:
    deviation = noise.deviation(values_of(formula.expression, columns, len(noise.y)))
    values, leverage = leverages(formula.expression, columns, noise.y, deviation=deviation)
    residual = (noise.y - values) / deviation
    n = len(residual)
    square = np.maximum((residual**2).sum() - residual**2 / (1 - leverage), 0.0) + n * noise.floor() ** 2
    base = formula.length - n / 2 * math.log2((residual**2).sum() + n * noise.floor() ** 2)
    return base + (n - 1) / 2 * np.log2(square), (noise.y - values) / (1 - leverage)
