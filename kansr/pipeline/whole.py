"""The last step of a fit to a sample: constants and errors by all rows of the table, which are read in blocks.

The graph and the functions are those of the sample: a law that holds for all rows holds for some. How well its
constants are known, and whether it really holds for all rows, only these can tell.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count, islice

import numpy as np
import sympy as sp

from kansr.formula.blocks import Measured, Rows, measured_in_blocks, refit_in_blocks
from kansr.formula.complexity import description_length
from kansr.formula.constants import Refit, substituted
from kansr.formula.formula import Formula
from kansr.formula.front import front
from kansr.formula.text import leaf_text
from kansr.pipeline.judging import judged
from kansr.pipeline.plain import FLOOR
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import Solution
from kansr.pipeline.verdicts import EXACT, is_rounding
from kansr.progress import Clock, Event, Report, silent
from kansr.result import Verdict
from kansr.table import Block
from kansr.table.sample import dealt

Source = Callable[[], Iterable[Block]]
"""Gives all rows of a table in blocks, from the first row on, each time that it is called."""

_PASSES = 6  # over the rows, as long as reading them takes: steps of the constants, their digits, the errors of all
_DIGITS = (0.1, 0.01, 0.001)  # shares of its standard error to which a constant is rounded
_HARMLESS = 1e-3  # share by which rounding may raise a mean square error
_WORSE = 1.1  # times its error on the sample's test rows that a formula may leave on all of them and stay at the noise


def seconds_for(source: Source, rows: int) -> float:
    """Estimate the seconds that `by_all_rows` takes from how long the first two blocks of the source take."""
    times, counts = [time.monotonic()], []
    for block in islice(source(), 2):
        times.append(time.monotonic())
        counts.append(max(len(block.y), 1))  # all rows of a block may miss a value
    opened = times[1] - times[0]
    return _PASSES * (opened + (times[-1] - times[-2]) / counts[-1] * (rows - counts[0]))


def by_all_rows(
    solution: Solution, source: Source, features: Sequence[str], *, clock: Clock, report: Report = silent
) -> Solution:
    """Fit the constants of a solution's formula to all rows, and measure it and its front on them.

    `features` names the columns of the source's blocks. Rows to train and to choose fit; the others, most of which the
    search has never seen, judge. What is exact on the sample and not on all rows is an approximation; so is what left
    only noise there and leaves more here. Errors of measurement weigh the fit of the constants; chi^2 stays that of
    the sample.
    """
    problem = solution.problem
    blocks = _blocks(problem, source, features)
    formula = solution.formula
    if not solution.source.source.has_splines:
        formula = _refitted(solution, blocks, clock, report)
    others = [one for one in solution.front if one is not solution.formula]
    values = measured_in_blocks([one.expression for one in (formula, *others)], blocks)
    formula, *others = (_with(one, value) for one, value in zip((formula, *others), values, strict=True))
    report(Event(stage="all rows", message=f"{problem.table.of} rows", formula=formula.text))
    best = front([formula, *others], floor=FLOOR * problem.scale)
    best = best if formula in best else (*best, formula)
    before = dict(zip((one.text for one in solution.front), solution.verdicts, strict=True))
    before |= {formula.text: solution.verdict}
    verdicts = tuple(_verdict(problem, one, before[one.text], _sample_of(solution, one)) for one in best)
    own = _verdict(problem, formula, solution.verdict, solution.formula)
    return replace(solution, formula=formula, front=best, verdicts=verdicts, verdict=own, exact=own == "exact")


def _sample_of(solution: Solution, one: Formula) -> Formula:
    """Give a formula as it was on the sample."""
    return next((f for f in solution.front if f.text == one.text), solution.formula)


def _blocks(problem: Problem, source: Source, features: Sequence[str]) -> Callable[[], Iterator[Rows]]:
    safe, recipe = {column: name for name, column in problem.names.items()}, problem.recipe

    def rows() -> Iterator[Rows]:
        for block in source():
            part = dealt(block.x, block.y, recipe.seed, recipe.table.split)
            weight = None if block.sigma is None else (_least(problem) / block.sigma) ** 2
            columns = dict(zip(features, np.ascontiguousarray(block.x.T), strict=True))
            columns = {safe[name]: values for name, values in columns.items() if name in safe}
            yield Rows(columns, block.y, part, weight)

    return rows


def _least(problem: Problem) -> float:
    """Give the smallest error of the sample, so that weights are near one."""
    return 1.0 if problem.table.sigma is None else float(problem.table.sigma.min())


def _refitted(solution: Solution, blocks: Callable[[], Iterator[Rows]], clock: Clock, report: Report) -> Formula:
    """Fit the decimals of the formula to all rows, and print as many digits as these tell."""
    problem, was = solution.problem, solution.formula
    fit = refit_in_blocks(was.expression, blocks, size=problem.scale, over=_hurried(clock))
    if not fit.symbols or not np.isfinite(fit.mse):
        return was
    report(Event(stage="all rows", message=f"{len(fit.symbols)} constants fitted"))
    ways = [*(_cut(fit, share) for share in _DIGITS), fit.expression]
    found = measured_in_blocks(ways, blocks)
    limit = found[-1].mse * (1 + _HARMLESS) + (EXACT * problem.scale * 1e-3) ** 2
    expression = next(way for way, value in zip(ways, found, strict=True) if value.mse <= limit or way is ways[-1])
    again = judged(problem, replace(solution.source.source, expression=expression, label=was.label))
    return was if again is None else replace(again.formula, errors=_errors(again.formula, fit))


def _hurried(clock: Clock) -> Callable[[], bool]:
    """Give what tells, asked after each pass over the rows, whether there is no time for one more and the last two."""
    started, passes = clock.seconds(), count(1)

    def over() -> bool:
        late = clock.left() < 3 * (clock.seconds() - started) / next(passes)
        if late:
            clock.cut()
        return late

    return over


def _cut(fit: Refit, share: float) -> sp.Expr:
    """Write each constant with the fewest digits that are no further from it than a share of its standard error."""
    numbers = {s: sp.Float(_short(v, share * e)) for s, v, e in zip(fit.symbols, fit.values, fit.sigma, strict=True)}
    return substituted(fit.template, numbers)


def _short(value: float, error: float) -> float:
    digits = (float(f"{value:.{d}e}") for d in range(17))
    return next((d for d in digits if abs(d - value) <= error), float(value))


def _errors(formula: Formula, fit: Refit) -> dict[str, float]:
    """Give the standard errors of the decimals that are printed, by their text: those of the nearest constants."""
    numbers = sorted(formula.expression.atoms(sp.Float), key=float)
    found: dict[str, float] = {}
    for number in numbers:
        nearest = int(np.argmin(np.abs(fit.values - float(number))))
        text = leaf_text(abs(number))
        found[text] = max(found.get(text, 0.0), float(fit.sigma[nearest]))
    return found


def _with(formula: Formula, value: Measured) -> Formula:
    """Give a formula with its errors on all rows; one with a chi^2 keeps the length that follows from it."""
    length = formula.description_length
    if formula.chi2 is None and np.isfinite(value.mse):
        length = description_length(
            formula.expression, rows=value.rows, mse=value.mse, variance=value.variance, free=len(formula.errors)
        )
    return replace(formula, rmse=value.rmse, r2=value.r2, description_length=length)


def _verdict(problem: Problem, formula: Formula, before: Verdict, sample: Formula) -> Verdict:
    """Let all rows confirm the verdict of the sample, or not."""
    if before == "exact":
        return "exact" if is_rounding(formula.rmse, problem.scale) else "approximation"
    if before == "noise" and formula.rmse.test > _WORSE * max(sample.rmse.test, sample.rmse.validation):
        return "approximation"
    return before
