"""Stability: the whole fit again on bootstrap resamples, and how often it ends with the same form.

Each repeat has a split and a seed of its own, and draws its rows with replacement within each part of the split, so
that no row chooses a formula that it also trained (Efron, Annals of Statistics 7, 1979).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp

from kansr.errors import ClusterError, FormulaError
from kansr.formula.constants import parametrised, refit
from kansr.formula.form import form
from kansr.formula.formula import Formula
from kansr.formula.limit import limited
from kansr.formula.text import leaf_text
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import solve
from kansr.progress import Clock, Event, Report, silent
from kansr.recipe import Recipe
from kansr.result import Stability
from kansr.table import Table, split_table
from kansr.table.split import Split
from kansr.tasks import Here, in_order, width

SHARE = 0.5
"""Share of the time that the fit itself may take when it is repeated; the repeats divide what it leaves."""

_SECONDS = 5.0  # for the form of one formula


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repeat:
    """What a repeat found: data, since another machine may tell it."""

    formula: str
    form: str
    constants: tuple[float, ...]

    @classmethod
    def of(cls, record: Any) -> _Repeat:
        """Read what `_repeated` told. Raises `ClusterError` for anything else."""
        try:
            constants = tuple(float(value) for value in record["constants"])
            return cls(formula=str(record["formula"]), form=str(record["form"]), constants=constants)
        except (KeyError, TypeError, ValueError) as error:
            raise ClusterError("a worker gave no repeat of a fit", hint="the same kansr everywhere?") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A repeat: what it needs wherever it is done."""

    table: Table
    recipe: Recipe
    number: int
    chosen: Formula
    clock: Clock


def stability(
    problem: Problem, chosen: Formula, *, clock: Clock, report: Report = silent, executor: Executor | None = None
) -> Stability:
    """Repeat a fit as often as its recipe says, while there is time, and compare what comes out with the formula.

    Each repeat may take an equal share of the time that is left; where an executor does several at a time, each of
    these. The constants of the formula are fitted again to each resample; their spread is the standard deviation over
    the resamples. The seed of a repeat decides what it draws, so it gives the same wherever it is done.
    """
    count, executor = problem.recipe.stability, executor or Here()
    repeats: list[_Repeat] = []
    tasks = _tasks(problem, chosen, clock, width(executor))
    for one in in_order(_repeated, tasks, executor=executor, over=lambda: clock.status == "interrupted"):
        repeats.append(_Repeat.of(one))
        report(Event(stage=f"repeat {len(repeats)}/{count}", formula=repeats[-1].formula))
    own, forms = _form(chosen), [one.form for one in repeats]
    return Stability(
        repeats=len(repeats),
        same=forms.count(own),
        constants=_spread(chosen, [one.constants for one in repeats]),
        others=_others(own, forms, repeats),
    )


def _tasks(problem: Problem, chosen: Formula, clock: Clock, beside: int) -> Iterator[_Task]:
    """Yield the repeats while there is time, `beside` of them in each round of what is left."""
    count = problem.recipe.stability
    for i in range(count):
        if clock.over():
            return
        share = clock.apart(1 / math.ceil((count - i) / beside))
        yield _Task(table=problem.table, recipe=problem.recipe, number=i + 1, chosen=chosen, clock=share)


def resampled(table: Table, recipe: Recipe, number: int) -> Problem:
    """Give the problem of a repeat: another split of the rows, each part drawn with replacement."""
    recipe = replace(recipe, seed=recipe.seed + number)
    split = split_table(table, recipe.seed, recipe.table.split)
    rng = np.random.default_rng(recipe.seed)
    apart = (split.train, split.validation) if split.cross else (split.train, split.validation, split.test)
    parts = [rng.choice(part, len(part)) for part in apart]
    rows, ends = np.concatenate(parts), np.cumsum([len(part) for part in parts])
    drawn = replace(table, x=table.x[rows], y=table.y[rows], sigma=None if table.sigma is None else table.sigma[rows])
    train, validation, *rest = np.split(np.arange(len(rows)), ends[:-1])
    test = rest[0] if rest else np.arange(len(rows))
    return Problem.of(drawn, recipe, split=Split(train=train, validation=validation, test=test, cross=split.cross))


def _repeated(task: _Task) -> dict[str, Any]:
    """Do a repeat; gives its formula, the form of that, and the constants of the chosen one, as JSON values."""
    other = resampled(task.table, task.recipe, task.number)
    solution = solve(other, clock=task.clock, report=silent)
    rows = other.rows
    again = refit(task.chosen.expression, rows.columns, rows.y, weighing=rows.weighing)
    found = solution.formula
    return {"formula": found.text, "form": _form(found), "constants": np.asarray(again.values, dtype=float).tolist()}


def _form(formula: Formula) -> str:
    """Give the form of a formula; that of one too large to work on is its text."""
    with suppress(FormulaError), limited(_SECONDS):
        return form(formula.expression)
    return formula.text


def _spread(chosen: Formula, values: Sequence[tuple[float, ...]]) -> dict[str, float]:
    """Give the standard deviation of each constant over the resamples, by its text."""
    texts = [leaf_text(sp.Float(abs(value))) for value in parametrised(chosen.expression)[2].tolist()]
    if len(values) < 2 or not texts:
        return {}
    return dict(zip(texts, np.std(np.array(values), axis=0, ddof=1).tolist(), strict=True))


def _others(own: str, forms: Sequence[str], repeats: Sequence[_Repeat]) -> tuple[tuple[str, int], ...]:
    """Give an example of each other form and how often it came out, the most frequent first."""
    examples = {shape: one.formula for shape, one in zip(reversed(forms), reversed(repeats), strict=True)}
    return tuple((examples[shape], number) for shape, number in Counter(forms).most_common() if shape != own)
