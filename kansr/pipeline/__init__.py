"""The verbs of kansr: fit, resume, learn, extend, prune, load, predict. Each takes a run folder and leaves it whole.

The way of a fit: table -> problem -> graph -> functions -> formula -> run folder.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kansr.errors import UsageError
from kansr.formula.formula import predict as predict_formula
from kansr.formula.front import Rule, choose
from kansr.formula.parts import ByGroup
from kansr.network.kan import KAN
from kansr.network.knots import extend as extend_network
from kansr.network.sweep import predict as predict_network
from kansr.pipeline.checkpoint import Checkpoint, Known, check_resumable, known_of, seconds_left
from kansr.pipeline.continual import learn, more_rows
from kansr.pipeline.keep import (
    load_network,
    load_problem,
    load_result,
    load_structure,
    put_aside,
    reader_of,
    save_again,
    save_formulas,
    save_history,
    save_network,
    save_problem,
    save_result,
)
from kansr.pipeline.labelled import filled_columns
from kansr.pipeline.outliers import without_outliers
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import FLOOR, read, solve
from kansr.pipeline.stability import SHARE, stability
from kansr.pipeline.ways import way_of
from kansr.pipeline.whole import Source, by_all_rows, seconds_for
from kansr.progress import Clock, Event, Report, silent
from kansr.recipe import Recipe
from kansr.result import Result
from kansr.run import METRICS, Run
from kansr.structure.found import judged
from kansr.symbolic.held import held
from kansr.table import Table, TableSpec, read_grouped
from kansr.training.prune import prune_edges
from kansr.training.stages import StageRow, Trained, climb, optimise, stage_row

__all__ = [
    "Prediction",
    "check_resumable",
    "extend",
    "fit",
    "learn",
    "load",
    "more_rows",
    "predict",
    "prune",
    "resume",
    "seconds_left",
    "structure",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prediction:
    """Values [n] of the target, and which rows [n] lie outside the range of the rows of the run."""

    values: NDArray[np.float64]
    outside: NDArray[np.bool_]


def fit(
    table: Table,
    recipe: Recipe,
    run: Run,
    *,
    report: Report = silent,
    clock: Clock | None = None,
    executor: Executor | None = None,
    whole: Source | None = None,
) -> Result:
    """Find the formula behind a table, and keep everything in a run folder.

    `executor` does what can be done beside each other (see `kansr.cluster`); the result is the same with any. `whole`
    gives all rows of a table that is a sample (`Table.of`): they fit the constants and are what errors are measured on.

    Raises
    ------
    UsageError, TableError
        If recipe and table do not fit together; nothing has been written then.
    """
    clock = clock or Clock(recipe.budget)
    problem = without_outliers(Problem.of(table, recipe), clock=clock, report=report)
    way = way_of(problem)
    save_problem(run, problem)
    if way is not None:
        return save_formulas(run, replace(way(clock, report), run=str(run.folder)))
    return _fitted(run, problem, None, report=report, clock=clock, executor=executor, whole=whole)


def resume(run: Run, *, report: Report = silent, clock: Clock | None = None) -> Result:
    """Take up a fit that was killed, interrupted or out of time: from the best graph that it had kept, or anew.

    The graph is read for formulas first; where that gives no law, the search goes on. What the run holds already keeps
    its place beside what is new.

    Raises
    ------
    UsageError
        If the fit came to its end, or functions were set by hand since.
    RunError
        If the run was stopped before it had its recipe and its rows, or these are damaged.
    """
    check_resumable(run)
    known = known_of(run)
    problem = load_problem(run)
    message = "no graph was kept: the fit begins anew"
    if known is not None:
        shape = ",".join(map(str, known.found.trained.graph.width))
        message = f"graph [{shape}] on grid {known.found.trained.kan.grid}, after {known.seconds:.0f} s"
    report(Event(stage="taken up", message=message))
    return _fitted(run, problem, known, report=report, clock=clock or Clock(seconds_left(run, problem.recipe.budget)))


def _fitted(
    run: Run,
    problem: Problem,
    known: Known | None,
    *,
    report: Report,
    clock: Clock,
    executor: Executor | None = None,
    whole: Source | None = None,
) -> Result:
    """Search, from what is known already, and keep what was found."""
    repeated = problem.recipe.stability > 0
    checkpoint = Checkpoint(run, clock, report)
    search = clock if whole is None else clock.before(seconds_for(whole, problem.table.of or len(problem.table)))
    solution = solve(
        problem,
        clock=search.part(SHARE) if repeated else search,
        report=report,
        keep=checkpoint.keep,
        known=None if known is None else (known.problem, known.found),
    )
    if whole is not None:
        solution = by_all_rows(solution, whole, problem.table.features, clock=clock, report=report)
    save_network(run, solution.found.trained.kan, solution.problem)
    put_aside(run, METRICS)  # those of the fit that was stopped
    history = save_history(run, solution.found.trained, solution.problem.unit)
    result = save_result(run, solution, history=history, clock=clock)
    checkpoint.drop()
    if not repeated:
        return result
    found = stability(problem, solution.formula, clock=clock, report=report, executor=executor)
    return save_again(run, replace(result, stability=found, status=clock.status, seconds=clock.seconds()))


def extend(run: Run, grid: int, *, report: Report = silent, clock: Clock | None = None) -> Result:
    """Lay the network of a run on a finer grid, train on, and read it again.

    Raises
    ------
    UsageError
        If the grid is not finer than the one that the network has, or there is no spline left.
    """
    kan, problem = load_network(run, load_problem(run))
    if not kan.splines:
        raise UsageError(
            "no spline is left in this network: its functions have no grid to extend",
            where=str(run.folder),
            hint="kansr unset --all puts splines in the place of what was set",
        )
    if grid <= kan.grid:
        raise UsageError(
            f"grid {grid} is not finer than the one that this network has, which is {kan.grid}",
            where=str(run.folder),
            hint=f"try --grid {2 * kan.grid}",
        )
    clock = clock or Clock(problem.recipe.budget)
    finer = extend_network(kan, grid)
    fitted, _ = optimise(
        finer, problem.data.train, problem.recipe.training, steps=problem.recipe.training.steps, clock=clock
    )
    rows = (stage_row("before", kan, problem.data, clock), stage_row("extend", fitted, problem.data, clock))
    trained = Trained(kan=fitted, history=rows, rmse_validation=rows[-1].rmse_validation)
    return _read_again(run, problem, trained, clock, report, change_at_extension=_change(kan, finer, problem))


def prune(run: Run, tolerance: float, *, report: Report = silent, clock: Clock | None = None) -> Result:
    """Cut the edges of a run's network whose loss raises the validation error by no more than `tolerance`.

    An edge that the user has set a function on stays.
    """
    kan, problem = load_network(run, load_problem(run))
    clock = clock or Clock(problem.recipe.budget)
    before = climb(kan, problem.data, problem.recipe.training, grids=(), clock=clock)
    spec = replace(problem.recipe.training, tolerance=tolerance)
    count = len(held(before.kan))
    trained = prune_edges(
        before, problem.data, spec, clock=clock, report=report, allowed=lambda kan: len(held(kan)) == count
    )
    rows = (before.history[-1], _renamed(trained.history[-1], "prune"))
    return _read_again(run, problem, replace(trained, history=rows), clock, report)


def load(run: Run, *, rank: int | None = None, select: Rule | None = None) -> Result:
    """Read the result of a run, with another formula of its front where a rank (from 1, the simplest) or rule is given.

    Raises
    ------
    UsageError
        If the front has no formula of that rank, or both are given.
    """
    result = load_result(run)
    if rank is not None and select is not None:
        raise UsageError("a rank and a rule cannot both choose the formula", hint="give --rank or --select")
    if rank is not None:
        if not 1 <= rank <= len(result.front):
            count = len(result.front)
            what = f"there is no formula {rank}: the front of this run holds {count}"
            raise UsageError(what, where=str(run.folder), hint=f"try --rank {count}, its most accurate one")
        return result.showing(result.front[rank - 1])
    if select is not None:
        return result.showing(choose(result.front, select, floor=FLOOR * result.spread))
    return result


def structure(run: Run) -> dict[str, Any]:
    """Read why a run has the graph that it has (see `kansr.structure.account`)."""
    return load_structure(run)


def predict(run: Run, source: str, spec: TableSpec | None = None, *, by_network: bool = False) -> Prediction:
    """Predict the target at the rows of a table by the formula of a run, or by the network behind it.

    Raises
    ------
    TableError
        If a column that is needed is missing (a formula needs those that stand in it, a network all), or holds what is
        no number; or if a row is of a group that the run has no constants for.
    UsageError
        If a column has a unit that measures something else than in the run; other units are converted.
    """
    result = load_result(run)
    table = run.read_rows(result.formula)
    by_group = result.formula.by_group
    own = [] if by_group is None else [by_group.name(constant) for constant in by_group.constants]
    used = [name for name in result.formula.names.values() if name not in own] or list(result.features[:1])
    network = load_network(run, load_problem(run)) if by_network else None
    needed = used if network is None else list(network[1].table.features)
    x, labels = read_grouped(source, needed, _reader(run, spec, by_group), table.units, table.axes)
    columns = dict(zip(needed, x.T, strict=True))
    if by_group is not None and labels is not None:
        columns |= filled_columns(by_group, labels.tolist())
    known = table.x[:, [table.features.index(name) for name in needed]]
    outside = ((x < known.min(0)) | (x > known.max(0))).any(1)
    values = predict_formula(result.formula, columns) if network is None else _by_network(*network, x)
    return Prediction(values=np.array(np.broadcast_to(values, (len(x),))), outside=outside)


def _reader(run: Run, spec: TableSpec | None, by_group: ByGroup | None) -> TableSpec:
    """Say how to read the rows to predict: with the column of groups where the formula asks for it."""
    return replace(reader_of(run, spec), group=None if by_group is None else by_group.column)


def _by_network(kan: KAN, problem: Problem, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values [n] of the target by a network at the columns x [n, features] of its problem."""
    return problem.outside(x, lambda rows: predict_network(kan, rows)[0])


def _read_again(run: Run, problem: Problem, trained: Trained, clock: Clock, report: Report, **extra: float) -> Result:
    """Find formulas for a network that has changed, and keep it with them."""
    solution = read(problem, judged(trained, problem.data), clock=clock, report=report)
    save_network(run, trained.kan, problem)
    history = save_history(run, replace(trained, history=trained.history[1:]), problem.unit, **extra)
    return save_result(run, solution, history=history, clock=clock)


def _change(before: KAN, after: KAN, problem: Problem) -> float:
    """How far extending alone moved the output, as a share of the target's spread."""
    x = problem.data.everything
    return float((predict_network(after, x) - predict_network(before, x)).square().mean().sqrt())


def _renamed(row: StageRow, stage: str) -> StageRow:
    return replace(row, stage=stage)
