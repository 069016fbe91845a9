"""A fit without a run folder: rows in, a result out. No file is touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from kansr.pipeline.outliers import without_outliers
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import Solution, solve
from kansr.pipeline.stability import SHARE, stability
from kansr.pipeline.ways import way_of
from kansr.progress import Clock, Report, silent
from kansr.recipe import Recipe
from kansr.result import Result, StageRow
from kansr.table import Table
from kansr.training.stages import StageRow as Stage


def explain(table: Table, recipe: Recipe, *, report: Report = silent, clock: Clock | None = None) -> Result:
    """Find the formula behind a table, as `kansr.pipeline.fit` does, and keep nothing: `Result.run` is empty.

    Raises
    ------
    UsageError, TableError
        If recipe and table do not fit together.
    """
    clock = clock or Clock(recipe.budget)
    problem = without_outliers(Problem.of(table, recipe), clock=clock, report=report)
    way = way_of(problem)
    if way is not None:
        return way(clock, report)
    repeated = recipe.stability > 0
    solution = solve(problem, clock=clock.part(SHARE) if repeated else clock, report=report)
    history = staircase(solution.found.trained.history, solution.problem.unit)
    found = stability(problem, solution.formula, clock=clock, report=report) if repeated else None
    return replace(result_of(solution, history=history, clock=clock), stability=found)


def result_of(
    solution: Solution,
    *,
    history: tuple[StageRow, ...],
    clock: Clock,
    run: str = "",
    hand: tuple[str, ...] = (),
) -> Result:
    """Give what a solution found as plain records; `hand` says what the user has set on the edges."""
    table, split = solution.problem.table, solution.problem.split
    return Result(
        run=run,
        status=clock.status,
        target=table.target,
        features=table.features,
        formula=solution.formula,
        front=solution.front,
        verdicts=solution.verdicts,
        rivals=solution.rivals,
        rejected=solution.rejected,
        verdict=solution.verdict,
        spread=float(np.std(table.y[split.test])),
        network=solution.network,
        history=history,
        exact=solution.exact,
        seconds=clock.seconds(),
        warnings=(*(str(w) for w in table.warnings), *solution.warnings),
        hand=hand,
        units=dict(table.units),
        noise=solution.noise,
        validation="cross" if split.cross else "held out",
        why=solution.why,
        choice=solution.choice,
    )


def staircase(stages: Iterable[Stage], scale: float) -> tuple[StageRow, ...]:
    """Give the stages of a training with errors in the unit of the target, of which `scale` is one inside."""
    return tuple(
        StageRow(
            stage=row.stage,
            grid=row.grid,
            parameters=row.parameters,
            rmse_train=row.rmse_train * scale,
            rmse_validation=row.rmse_validation * scale,
            seconds=row.seconds,
        )
        for row in stages
    )
