"""Rows that lie far from all others count less, where the recipe asks for it (`training.loss: huber`)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula
from kansr.formula.weighing import weighed
from kansr.pipeline.problem import Problem
from kansr.progress import Clock, Event, Report
from kansr.table import TableWarning
from kansr.table.table import fingerprint
from kansr.training.robust import robust

_SHARE = 0.2  # of the time, for finding them
_FEW, _NEARLY_ALL = 0.1, 0.9  # share of the rows that makes such a share of what a formula leaves: gross errors
_ENOUGH = 50  # rows from which that can be told
_FEWER = 0.5  # weight below which a row is said to count less


def without_outliers(problem: Problem, *, clock: Clock, report: Report) -> Problem:
    """Give the problem with row weights that gross errors hardly enter; as it is, where the loss is that of squares.

    The weights are kept with the rows, as measurement errors are, and scores are given with and without them. All rows
    get one, those for the test, too: how far a row lies from the others is found by a network that did not see them.
    """
    recipe, table = problem.recipe, problem.table
    if recipe.training.loss == "squares":
        return problem
    found = robust(problem.data, order=recipe.network.order, seed=recipe.seed, clock=clock.part(_SHARE))
    weights = found.weights(problem.rows_at(np.arange(len(table)))).cpu().numpy()
    far = int((weights < _FEWER).sum())
    report(Event(stage="outliers", message=f"{far} of {len(table)} rows"))
    sigma = (np.ones(len(table)) if table.sigma is None else table.sigma) / np.sqrt(weights)
    said = f"{far} of {len(table)} rows lie far from what the others tell, and count less"
    warnings = (*table.warnings, TableWarning(kind="outlier", message=said)) if far else table.warnings
    sha256 = fingerprint(table.features, table.target, table.x, table.y, sigma=sigma, group=table.group)
    return Problem.of(replace(table, sigma=sigma, warnings=warnings, sha256=sha256), recipe, problem.split)


def gross_errors(problem: Problem, formula: Formula) -> tuple[str, ...]:
    """Say that a few rows make nearly all of what a formula leaves: by squares they decide it. Of chance a third do."""
    rows = problem.rows
    if problem.recipe.training.loss != "squares" or len(rows.y) < _ENOUGH:
        return ()
    left = weighed(rows.y - evaluate(formula.expression, rows.columns), rows.weighing)
    squares, few = np.sort(left**2)[::-1], int(_FEW * len(left))
    share = float(squares[:few].sum() / max(squares.sum(), 1e-300))
    if not share > _NEARLY_ALL:
        return ()
    made = f"{few} of {len(left)} rows make {100 * share:.0f} % of the square that the formula leaves"
    return (f"{made}; if they are mistakes, `training: {{loss: huber}}` in a recipe lets them count hardly at all",)
