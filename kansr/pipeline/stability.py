"""Stability: the whole fit again on bootstrap resamples, and how often it ends with the same form.

Each repeat has a split and a seed of its own, and draws its rows with replacement within each part of the split, so
that no row chooses a formula that it also trained (Efron, Annals of Statistics 7, 1979).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from kansr.errors import FormulaError
from kansr.formula.constants import parametrised, refit
from kansr.formula.form import form
from kansr.formula.formula import Formula
from kansr.formula.functions import Array
from kansr.formula.limit import limited
from kansr.formula.text import leaf_text
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import solve
from kansr.progress import Clock, Event, Report, silent
from kansr.result import Stability
from kansr.table import split_table
from kansr.table.split import Split

SHARE = 0.5
"""Share of the time that the fit itself may take when it is repeated; the repeats divide what it leaves."""

_SECONDS = 5.0  # for the form of one formula


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repeat:
    formula: Formula
    constants: Array


def stability(problem: Problem, chosen: Formula, *, clock: Clock, report: Report = silent) -> Stability:
    """Repeat a fit as often as its recipe says, while there is time, and compare what comes out with the formula.

    Each repeat may take an equal share of the time that is left. The constants of the formula are fitted again to each
    resample; their spread is the standard deviation over the resamples.
    """
    count = problem.recipe.stability
    repeats: list[_Repeat] = []
    for i in range(count):
        if clock.over():
            break
        one = _repeated(problem, i + 1, chosen, clock.apart(1 / (count - i)))
        repeats.append(one)
        report(Event(stage=f"repeat {i + 1}/{count}", formula=one.formula.text))
    own, forms = _form(chosen), [_form(one.formula) for one in repeats]
    return Stability(
        repeats=len(repeats),
        same=forms.count(own),
        constants=_spread(chosen, [one.constants for one in repeats]),
        others=_others(own, forms, repeats),
    )


def resampled(problem: Problem, number: int) -> Problem:
    """Give the problem of a repeat: another split of the rows, each part drawn with replacement."""
    table, recipe = problem.table, replace(problem.recipe, seed=problem.recipe.seed + number)
    split = split_table(table, recipe.seed, recipe.table.split)
    rng = np.random.default_rng(recipe.seed)
    parts = [rng.choice(part, len(part)) for part in (split.train, split.validation, split.test)]
    rows, ends = np.concatenate(parts), np.cumsum([len(part) for part in parts])
    drawn = replace(table, x=table.x[rows], y=table.y[rows], sigma=None if table.sigma is None else table.sigma[rows])
    train, validation, test = np.split(np.arange(len(rows)), ends[:-1])
    return Problem.of(drawn, recipe, split=Split(train=train, validation=validation, test=test))


def _repeated(problem: Problem, number: int, chosen: Formula, clock: Clock) -> _Repeat:
    other = resampled(problem, number)
    solution = solve(other, clock=clock, report=silent)
    rows = other.rows
    again = refit(chosen.expression, rows.columns, rows.y, weighing=rows.weighing)
    return _Repeat(formula=solution.formula, constants=again.values)


def _form(formula: Formula) -> str:
    """Give the form of a formula; that of one too large to work on is its text."""
    with suppress(FormulaError), limited(_SECONDS):
        return form(formula.expression)
    return formula.text


def _spread(chosen: Formula, values: Sequence[Array]) -> dict[str, float]:
    """Give the standard deviation of each constant over the resamples, by its text."""
    texts = [leaf_text(sp.Float(abs(value))) for value in parametrised(chosen.expression)[2].tolist()]
    if len(values) < 2 or not texts:
        return {}
    return dict(zip(texts, np.std(np.array(values), axis=0, ddof=1).tolist(), strict=True))


def _others(own: str, forms: Sequence[str], repeats: Sequence[_Repeat]) -> tuple[tuple[str, int], ...]:
    """Give an example of each other form and how often it came out, the most frequent first."""
    examples = {shape: one.formula.text for shape, one in zip(reversed(forms), reversed(repeats), strict=True)}
    return tuple((examples[shape], number) for shape, number in Counter(forms).most_common() if shape != own)
