"""The user's hand on the symbols of a run: what stands on its edges, a function put on one, a spline put back.

What is set stays set: it is kept in the network of the run, and no later reading, extension or pruning changes it.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from kansr.errors import UsageError
from kansr.network.curves import Spline
from kansr.network.kan import KAN, edge_name, names
from kansr.network.knots import extend, ranges, with_margin
from kansr.network.sweep import forward, predict
from kansr.pipeline.keep import (
    load_former,
    load_history,
    load_network,
    load_problem,
    save_history,
    save_network,
    save_result,
)
from kansr.pipeline.kept import load_result
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import read
from kansr.progress import Clock, Event, Report, silent
from kansr.result import Result, plain
from kansr.result import StageRow as Stage
from kansr.run import GRAPH, RESULT, Run
from kansr.structure.found import judged
from kansr.structure.surgery import released
from kansr.symbolic.context import fits
from kansr.symbolic.curve import Candidate, Function
from kansr.symbolic.custom import rows_of
from kansr.symbolic.hand import named, placed
from kansr.symbolic.held import Held, held
from kansr.symbolic.library import choose
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import rmse
from kansr.training.stages import StageRow, Trained, advanced, climb, optimise, stage_row
from kansr.training.starts import starts

_TRAINING = 0.4  # share of the time that the rest of the network may take to fit again
_WORSE = 2.0  # an error that rose by this factor is worth a training from new starts, and worth a plain word
_SURE = 3.0  # standard errors of a difference that the data can tell
_LITTLE = 1.02  # a rise by this factor is none
_ALIKE = 3.0  # errors this close to the best one count as equal
_FEW = 3  # candidates shown of each edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A function fitted to the curve on an edge: error as a share of the curve's spread, nodes that it adds."""

    function: str
    error: float
    complexity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeRow:
    """An edge of a run's network.

    `edge` is its name, `number` counts from 1; `stands` is what the formula has there (`spline` or a function), `held`
    says that the user has set it; `candidates` fit its curve, the most promising first.
    """

    number: int
    edge: str
    stands: str
    held: bool
    candidates: tuple[Fit, ...]

    def to_json(self) -> dict[str, Any]:
        """Give JSON values."""
        record: dict[str, Any] = plain(asdict(self))
        return record


def edges(run: Run, edge: str | None = None, *, clock: Clock | None = None) -> list[EdgeRow]:
    """Fit functions to the curves on the edges of a run's network; many, and functions of functions, for a single one.

    They come by error; those that are about as good as the best, in the order in which a search would try them.

    Raises
    ------
    UsageError
        If there is no such edge.
    """
    kan, problem = load_network(run, load_problem(run))
    spec = problem.recipe.symbolic
    labels = _labels(kan, problem)
    which = range(len(labels)) if edge is None else [_position(edge, labels)]
    single = edge is not None
    library = choose(None if single else spec.functions, rows_of(spec.custom))
    found = fits(kan, list(which), problem.data, library, chains=single, clock=clock or Clock(problem.recipe.budget))
    standing = stands(run, kan)
    return [
        EdgeRow(
            number=i + 1,
            edge=labels[i],
            stands=standing[i],
            held=i in held(kan),
            candidates=tuple(_best_first(found.get(i, ())))[: None if single else _FEW],
        )
        for i in which
    ]


def _best_first(candidates: Sequence[Candidate]) -> Iterator[Fit]:
    best = min((c.error for c in candidates), default=0.0)
    for c in sorted(candidates, key=lambda c: max(c.error, _ALIKE * best)):
        yield Fit(function=c.name, error=c.error, complexity=c.symbol.complexity)


def set_function(run: Run, edge: str, function: str, *, report: Report = silent, clock: Clock | None = None) -> Result:
    """Put a function on an edge of a run's network, fit everything else again, and read the formula with it.

    Parameters
    ----------
    edge
        Its name, such as `x1->h1`, or its number, as `edges` gives them.
    function
        A row of the library, one of the recipe's own functions, a function of a function (`log(exp)`), or 0.

    Raises
    ------
    UsageError
        If there is no such edge or function, or the function is real for no constants at all rows.
    """
    kan, problem = load_network(run, load_problem(run))
    clock = clock or Clock(problem.recipe.budget)
    at = _position(edge, _labels(kan, problem))
    rows = named(function, rows_of(problem.recipe.symbolic.custom))
    part = clock.part(_TRAINING)
    if isinstance(kan.curves[at], Held):  # what fits is asked of a free curve
        kan = _fitted(released(kan, at, problem.data.everything, _spline(run, kan, problem)), problem, part)
    chosen = _refitted([placed(kan, at, rows, problem.data)], _error(kan, problem), run, problem, part)
    report(Event(stage="set", message=f"{_labels(kan, problem)[at]} is {function}", loss=_error(chosen, problem)))
    return _read_again(run, problem, chosen, "set", before=kan, clock=clock, report=report)


def unset(run: Run, edge: str | None = None, *, report: Report = silent, clock: Clock | None = None) -> Result:
    """Put a spline back on an edge (None: on all that the user has set a function on), and read the formula again.

    Raises
    ------
    UsageError
        If there is no such edge, or no function on it.
    """
    kan, problem = load_network(run, load_problem(run))
    clock = clock or Clock(problem.recipe.budget)
    labels = _labels(kan, problem)
    which = held(kan) if edge is None else [_position(edge, labels)]
    if edge is not None and which[0] in kan.splines:
        set_ = ", ".join(labels[i] for i in held(kan))
        raise UsageError(f"nothing is set on {labels[which[0]]}", hint=f"set: {set_}" if set_ else None)
    if not which:
        raise UsageError("nothing is set in this run", where=str(run.folder), hint="kansr set EDGE FUNCTION does")
    free = kan
    for i in which:
        free = released(free, i, problem.data.everything, _spline(run, kan, problem))
    former = [f for f in load_former(run, problem) if f.graph == free.graph]
    same = [f for f in former if _held_names(f) == _held_names(free)]
    goal = min(_error(f, problem) for f in (kan, *former))
    chosen = _refitted([free, *same], goal, run, problem, clock.part(_TRAINING))
    freed = ", ".join(labels[i] for i in which)
    report(Event(stage="unset", message=f"{freed} free again", loss=_error(chosen, problem)))
    return _read_again(run, problem, chosen, "unset", before=kan, clock=clock, report=report)


def _labels(kan: KAN, problem: Problem) -> list[str]:
    """Name the edges as they are named on the command line: `x1->h1`."""
    nodes = names(kan.graph, problem.inputs, problem.output)
    return [edge_name(edge, nodes).replace(" -> ", "->") for edge in kan.graph.edges]


def _position(edge: str, labels: Sequence[str]) -> int:
    """Find an edge by its name or its number."""
    wanted = re.sub(r"\s*->\s*", "->", edge.strip())
    if wanted in labels:
        return labels.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(labels):
        return int(wanted) - 1
    near = difflib.get_close_matches(wanted, labels, n=1)
    if wanted.endswith("-"):  # what is left of x1->h1 without quotes
        hint = f"a shell takes > for itself: write '{near[0] if near else labels[0]}' in quotes, or give its number"
    elif near:
        hint = f"did you mean {near[0]!r}?"
    else:
        hint = f"edges: {', '.join(labels[:8])}{', ...' if len(labels) > 8 else ''}; or 1 to {len(labels)}"
    raise UsageError(f"there is no edge {edge!r}", hint=hint)


def stands(run: Run, kan: KAN) -> list[str]:
    """Say what the formula of a run has on each edge; of the network alone where the formula has other edges."""
    lines = load_result(run).network.lines if run.has(RESULT) else ()
    shape = [list(edge) for edge in kan.graph.edges]
    if run.has(GRAPH) and run.read_json(GRAPH).get("edges") == shape and len(lines) == len(shape):
        return [re.split(r"\s{3}", line)[-1] for line in lines]
    return [c.name if isinstance(c, Function) else "spline" for c in kan.curves]


def _spline(run: Run, kan: KAN, problem: Problem) -> Spline:
    """The spline that takes the place of a function: as fine as the others, or as they were last."""
    grids = [kan.grid, *(row.grid for row in reversed(load_history(run))), problem.recipe.training.grid[-1]]
    return Spline(next(g for g in grids if g > 0), problem.recipe.network.order)


def _held_names(kan: KAN) -> dict[int, str]:
    return {i: c.name for i, c in enumerate(kan.curves) if isinstance(c, Held)}


def _error(kan: KAN, problem: Problem) -> float:
    """Validation RMSE of a network (b = 1) as a share of the target's spread."""
    return float(rmse(kan, problem.data.validation)[0])


def _fitted(kan: KAN, problem: Problem, clock: Clock) -> KAN:
    spec = problem.recipe.training
    return optimise(kan, problem.data.train, spec, steps=spec.steps, clock=clock).kan


def _refitted(kans: Sequence[KAN], goal: float, run: Run, problem: Problem, clock: Clock) -> KAN:
    """Fit networks to the rows, and take the best; where it misses the goal by far, also from new starts.

    Raises
    ------
    UsageError
        If none has real values and slopes at all rows.
    """
    fitted = [_fitted(kan, problem, clock) for kan in kans]
    if not clock.over() and min(_sound_error(kan, problem) for kan in fitted) > _WORSE * goal:
        fitted += _from_new_starts(fitted[0], _spline(run, fitted[0], problem).grid, problem, clock)
    best = min(fitted, key=lambda kan: _sound_error(kan, problem))
    if not math.isfinite(_sound_error(best, problem)):
        raise UsageError(
            "the rest of the network cannot be fitted around this: its values or slopes are not real at all rows",
            hint="kansr edges shows what fits",
        )
    return best


def _sound_error(kan: KAN, problem: Problem) -> float:
    """Validation error of a network (b = 1); infinite where a curve has no value or no slope at one of the rows."""
    sweep = forward(kan, problem.data.everything)
    sound = all(bool(torch.isfinite(e.columns).all() and torch.isfinite(e.slope).all()) for e in sweep.edges)
    return _error(kan, problem) if sound else math.inf


def _from_new_starts(kan: KAN, grid: int, problem: Problem, clock: Clock) -> list[KAN]:
    """Train the splines of a network from new starts around its functions; none where no start has real values."""
    spec, x = problem.recipe.training, problem.data.everything
    batch = starts(
        kan.graph, x, grid=spec.grid[0], order=problem.recipe.network.order, count=spec.starts, seed=problem.recipe.seed
    )
    for i in set(range(len(kan.curves))) - set(kan.splines):
        batch = batch.with_curve(i, kan.curves[i], kan.of_edge(i).expand(batch.batch, -1))
    for _ in range(kan.graph.layer(kan.graph.output)):
        batch = _laid(batch, x)
    real = torch.isfinite(predict(batch, x)).all(-1).nonzero()[:, 0]
    if not len(real):
        return []
    first = advanced(batch.pick(real), problem.data, spec, clock=clock)
    grids = sorted({g for g in spec.grid[1:] if g < grid} | {grid})
    best = climb(first, problem.data, spec, grids=grids, clock=clock).kan
    return [extend(best, grid) if best.grid < grid else best]


def _laid(kan: KAN, x: Tensor) -> KAN:
    """Lay the grids of hidden nodes on their values."""
    lower, upper = with_margin(*ranges(kan, x))
    hidden = torch.arange(kan.graph.nodes, device=lower.device) >= kan.graph.inputs
    return replace(kan, lower=torch.where(hidden, lower, kan.lower), upper=torch.where(hidden, upper, kan.upper))


def shares(history: Iterable[Stage], problem: Problem) -> list[StageRow]:
    """Give stages with their errors as shares of the target's spread, as a training has them."""
    rows = [StageRow(**asdict(row)) for row in history]
    unit = problem.unit
    return [replace(r, rmse_train=r.rmse_train / unit, rmse_validation=r.rmse_validation / unit) for r in rows]


def _read_again(
    run: Run, problem: Problem, kan: KAN, stage: str, *, before: KAN, clock: Clock, report: Report
) -> Result:
    """Read the formula of a network that the user has changed, and keep both; what was there stays beside them."""
    row = stage_row(stage, kan, problem.data, clock)
    coarser = [r for r in shares(load_history(run), problem) if 0 < r.grid < row.grid]
    trained = Trained(kan=kan, history=(*coarser, row), rmse_validation=row.rmse_validation)
    solution = read(problem, judged(trained, problem.data), clock=clock, report=report)
    former = load_result(run) if run.has(RESULT) else None
    save_network(run, kan, problem)
    history = save_history(run, replace(trained, history=(row,)), problem.unit)
    cost = _cost(problem, before, kan, former, solution.formula.rmse.validation, exact=solution.exact)
    return save_result(run, solution, history=history, clock=clock, hand=cost)


def _cost(
    problem: Problem, before: KAN, after: KAN, former: Result | None, error: float, *, exact: bool
) -> tuple[str, ...]:
    """Say what a choice did to the errors on the rows to choose by, in the target's unit, and what the data say."""
    was, now = (problem.unit * _error(kan, problem) for kan in (before, after))
    said = f"error (validation RMSE): network {was:.3g} before, {now:.3g} now"
    if former is not None:
        said += f"; formula {former.formula.rmse.validation:.3g} before, {error:.3g} now"
    if not held(after):
        return (said,)
    return said, _word(problem, before, after, exact=exact)


def _word(problem: Problem, before: KAN, after: KAN, *, exact: bool) -> str:
    """Say whether the data contradict a choice: by the residuals of both networks on the same rows."""
    rows = problem.data.validation
    square = [(predict(kan, rows.x)[0] - rows.y).square() for kan in (before, after)]
    rise = square[1] - square[0]
    sure = float(rise.mean()) > _SURE * float(rise.std()) / math.sqrt(len(rise))
    factor = math.sqrt(float(square[1].mean()) / max(float(square[0].mean()), 1e-300))
    if exact or not sure or factor < _LITTLE:
        return "the data do not speak against it"
    if factor < _WORSE:
        return f"the data speak against it: with it the error is {factor:.2f} times as large"
    return f"the data contradict it strongly: with it the error is {factor:.3g} times as large"
