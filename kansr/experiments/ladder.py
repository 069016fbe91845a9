"""How the networks of the experiments are trained: many starts on the coarsest grid, the best of them up the ladder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from time import process_time

from kansr.errors import UsageError
from kansr.experiments import Record
from kansr.experiments.sample import Sample
from kansr.network.graph import Graph
from kansr.network.kan import KAN
from kansr.network.knots import extend, ranges, relay
from kansr.progress import Clock
from kansr.tensors import torch
from kansr.training.levenberg import levenberg, rmse
from kansr.training.smooth import smoothness
from kansr.training.spec import TrainingSpec
from kansr.training.stages import first

Watch = Callable[[KAN], None]

_GAIN = 1e-3  # share by which a loss must fall for a stage to go on: less than usual, to show where splines end


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a network is trained.

    `grids` are the stages; `starts` the random starts on the first of them; `steps` the most optimiser steps on each;
    `smoothness` the weight of `kansr.training.smooth`; `room` the share of its range by which the grid of a hidden node
    reaches beyond the values that the rows to fit give it: other rows give it others, and a spline that ends continues
    as a straight line.
    """

    grids: tuple[int, ...]
    starts: int
    steps: int
    smoothness: float
    room: float

    def __post_init__(self) -> None:
        if not self.grids or self.grids[0] < 1 or any(a >= b for a, b in pairwise(self.grids)):
            raise UsageError(f"the grids {list(self.grids)} do not rise", hint="such as [3, 5, 10]")
        if self.starts < 1 or self.steps < 1 or self.smoothness < 0 or self.room < 0:
            raise UsageError("starts and steps are at least 1, smoothness and room at least 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A KAN: the nodes of each layer, and how it is trained."""

    width: tuple[int, ...]
    fit: Fit


def started(graph: Graph, drawn: Sample, fit: Fit, *, seed: int, clock: Clock) -> KAN:
    """Advance many starts on the coarsest grid; the best one (b = 1) by the rows to choose by."""
    spec = TrainingSpec(grid=fit.grids, starts=fit.starts, steps=fit.steps)
    penalty = smoothness(fit.smoothness)
    return first(graph, drawn.data, spec, order=3, seed=seed, clock=clock, penalty=penalty)


def climbed(
    kan: KAN, drawn: Sample, fit: Fit, *, clock: Clock, watch: Watch | None = None
) -> Iterator[tuple[KAN, Record]]:
    """Yield the network trained on each grid, with what there is to say of it, to the last grid or the clock's end.

    Errors are RMSE in the unit of the target; `seconds` are those
    of the processor on this grid, without what `watch` took.
    """
    for grid in fit.grids:
        if clock.over():
            return
        looked = 0.0
        steps = 0

        def look(now: KAN) -> None:
            nonlocal looked, steps
            before = process_time()
            steps += 1
            if watch is not None:
                watch(now)
            looked += process_time() - before

        begun = process_time()
        laid = extend(_roomy(kan, drawn.data.train.x, fit.room), max(grid, kan.grid))
        penalty = smoothness(fit.smoothness)
        kan = levenberg(
            laid, drawn.data.train, steps=fit.steps, clock=clock, penalty=penalty, gain=_GAIN, watch=look
        ).kan
        seconds = process_time() - begun - looked
        yield kan, facts_of(kan, drawn) | {"steps": steps, "seconds": seconds}


def facts_of(kan: KAN, drawn: Sample) -> Record:
    """Width, grid, parameters and errors of a trained network (b = 1)."""
    return {
        "width": list(kan.graph.width),
        "grid": kan.grid,
        "parameters": kan.parameters,
        "rmse_train": float(rmse(kan, drawn.data.train)[0]) * drawn.scale,
        "rmse_validation": float(rmse(kan, drawn.data.validation)[0]) * drawn.scale,
        "rmse_test": drawn.error(kan),
    }


def fitted(graph: Graph, drawn: Sample, fit: Fit, *, seed: int, clock: Clock) -> tuple[KAN, Record]:
    """Train a graph up the ladder; the network at the grid that the rows to choose by prefer.

    The ladder ends after two grids that made nothing better, and before one that gives more parameters than rows.
    """
    begun = process_time()
    kan = started(graph, drawn, fit, seed=seed, clock=clock)
    best, facts, stuck = kan, facts_of(kan, drawn), 0
    most = (drawn.data.train.count - kan.parameters) // len(kan.splines) + kan.grid
    below = replace(fit, grids=tuple(g for g in fit.grids if g <= max(most, kan.grid)))
    for now, here in climbed(kan, drawn, below, clock=clock):
        better = here["rmse_validation"] < facts["rmse_validation"]
        best, facts = (now, here) if better else (best, facts)
        stuck = 0 if better else stuck + 1
        if stuck == 2:
            break
    return best, facts | {"seconds": process_time() - begun}


def _roomy(kan: KAN, x: torch.Tensor, room: float) -> KAN:
    """Lay the grids of hidden nodes `room` beyond the values that rows x give them, keeping the curves."""
    low, high = ranges(kan, x)
    pad = room * (high - low)
    inputs = kan.graph.inputs
    lower, upper = low - pad, high + pad
    lower[:, :inputs], upper[:, :inputs] = kan.lower[:, :inputs], kan.upper[:, :inputs]
    flat = upper <= lower
    return relay(kan, torch.where(flat, kan.lower, lower), torch.where(flat, kan.upper, upper), None)
