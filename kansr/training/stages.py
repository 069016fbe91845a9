"""Training in stages: many cheap starts on the coarse grid, the best of them up the ladder of grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kansr.network.graph import Graph
from kansr.network.kan import KAN
from kansr.network.knots import extend
from kansr.progress import Clock, Event, Report, silent
from kansr.tensors import torch
from kansr.training.lbfgs import lbfgs
from kansr.training.levenberg import Fitted, Penalty, levenberg, rmse
from kansr.training.rows import Data, Rows
from kansr.training.spec import TrainingSpec
from kansr.training.starts import starts

_LEAST, _EACH, _MOST = 600, 10, 1000  # rows that the first steps of many starts see, the second for each parameter
_HEATS = ((4, 8), (None, 30))  # of so many starts one goes on (None: of all) after so many steps
_ALIKE = 1.1  # times the least error up to which starts count as having come to the same minimum ..
_CLEAR = 0.03  # .. if all are below this: of larger errors most may be noise, which is the same for all
_BLIND = 0.3  # relative error above which one fruitless extension does not end the ladder: the grid may be too coarse
_MOST_FOR_LM = 3000  # parameters above which L-BFGS takes over


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One stage of a training: errors are shares of the target's spread."""

    stage: str
    grid: int
    parameters: int
    rmse_train: float
    rmse_validation: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trained:
    """A network (b = 1) at its best stage, and the staircase of all stages."""

    kan: KAN
    history: tuple[StageRow, ...]
    rmse_validation: float

    @property
    def graph(self) -> Graph:
        """The graph of the network."""
        return self.kan.graph


def train(
    graph: Graph,
    data: Data,
    spec: TrainingSpec,
    *,
    order: int = 3,
    seed: int = 0,
    clock: Clock | None = None,
    report: Report = silent,
    penalty: Penalty | None = None,
) -> Trained:
    """Train a graph from several starts: the best by validation error climbs the ladder of grids."""
    clock = clock or Clock()
    kan = first(graph, data, spec, order=order, seed=seed, clock=clock, penalty=penalty)
    return climb(kan, data, spec, grids=spec.grid[1:], clock=clock, report=report, penalty=penalty)


def first(
    graph: Graph,
    data: Data,
    spec: TrainingSpec,
    *,
    order: int,
    seed: int,
    clock: Clock,
    penalty: Penalty | None = None,
) -> KAN:
    """Advance many starts together on the coarsest grid, dropping the worst early; the best one (b = 1)."""
    kan = starts(graph, data.everything, grid=spec.grid[0], order=order, count=spec.starts, seed=seed)
    return advanced(kan, data, spec, clock=clock, penalty=penalty)


def advanced(kan: KAN, data: Data, spec: TrainingSpec, *, clock: Clock, penalty: Penalty | None = None) -> KAN:
    """Advance starts [b] together, dropping the worst early; the best one (b = 1), fitted to all rows."""
    for share, steps in _HEATS:
        few = data.train.head(min(max(_LEAST, _EACH * kan.parameters), _MOST))
        kan, _ = optimise(kan, few, spec, steps=steps, clock=clock, penalty=penalty)
        kan = kan.pick(_going_on(rmse(kan, data.validation), max(kan.batch // share, 1) if share else 1))
    return optimise(kan, data.train, spec, steps=spec.steps, clock=clock, penalty=penalty).kan


def climb(
    kan: KAN,
    data: Data,
    spec: TrainingSpec,
    *,
    grids: Sequence[int],
    clock: Clock,
    report: Report = silent,
    penalty: Penalty | None = None,
) -> Trained:
    """Extend a trained network to finer and finer grids while the validation error falls.

    A stage with more parameters than rows to fit is left out. The network comes back at its best stage.
    """
    rows = [stage_row("start", kan, data, clock)]
    best, value, stuck = kan, rows[0].rmse_validation, 0
    for grid in grids:
        if clock.over() or grid <= kan.grid or _parameters(kan, grid) > data.train.count:
            continue
        kan, _ = optimise(extend(kan, grid), data.train, spec, steps=spec.steps, clock=clock, penalty=penalty)
        rows.append(stage_row("extend", kan, data, clock))
        error = rows[-1].rmse_validation
        report(Event(stage="train", message=f"grid {grid}", loss=error, seconds_left=clock.left()))
        best = kan if error < value else best
        stuck = 0 if error < 0.9 * value else stuck + 1
        if stuck > (1 if value > _BLIND else 0):
            break
        value = min(value, error)
    return Trained(kan=best, history=tuple(rows), rmse_validation=min(r.rmse_validation for r in rows))


def optimise(
    kan: KAN, rows: Rows, spec: TrainingSpec, *, steps: int, clock: Clock | None, penalty: Penalty | None = None
) -> Fitted:
    """Fit by the optimiser of the spec; networks too large for the normal equations go to L-BFGS."""
    if spec.optimiser == "lbfgs" or kan.parameters > _MOST_FOR_LM:
        return lbfgs(kan, rows, steps=5 * steps, clock=clock, penalty=penalty)
    return levenberg(kan, rows, steps=steps, clock=clock, penalty=penalty, block=spec.block)


def stage_row(stage: str, kan: KAN, data: Data, clock: Clock) -> StageRow:
    """Measure a network (b = 1) after a stage."""
    return StageRow(
        stage=stage,
        grid=kan.grid,
        parameters=kan.parameters,
        rmse_train=float(rmse(kan, data.train)[0]),
        rmse_validation=float(rmse(kan, data.validation)[0]),
        seconds=clock.seconds(),
    )


def _going_on(errors: torch.Tensor, count: int) -> torch.Tensor:
    """Choose the best starts; one alone where all of these came to the same minimum."""
    ranked = errors.argsort()[:count]
    least, most = errors[ranked[0]], errors[ranked[-1]]
    return ranked[:1] if most < min(_ALIKE * float(least), _CLEAR) else ranked


def _parameters(kan: KAN, grid: int) -> int:
    return kan.parameters + len(kan.splines) * (grid - kan.grid)
