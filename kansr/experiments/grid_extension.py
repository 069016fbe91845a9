"""Grid extension: the staircase of losses, error against grid, time against grid (section 2.4 of the KAN paper).

Each network is trained on its coarsest grid from several starts; the best by validation error then climbs the grids
without an end by its own choice, also where finer grids no longer pay: that is what the figure is to show. Grids that
would give a network more parameters than there are rows, beyond the one that comes first, are left out and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter

from kansr.errors import UsageError
from kansr.experiments import Record, summary
from kansr.experiments.deep import Deep, deep
from kansr.experiments.sample import Sample, formula_law, sample
from kansr.experiments.slopes import local_slopes, slope
from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.network.knots import extend
from kansr.progress import Clock, Event, Report
from kansr.training.levenberg import levenberg, rmse
from kansr.training.spec import TrainingSpec
from kansr.training.stages import first


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A network and the grids that it climbs."""

    width: tuple[int, ...]
    grids: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.grids or any(a >= b for a, b in pairwise(self.grids)):
            raise UsageError(f"the grids {list(self.grids)} do not rise", hint="such as [3, 5, 10]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `recipes/experiments/grid-extension.yaml` explains."""

    seed: int
    budget: float | None
    formula: str
    rows: int
    test_rows: int
    starts: int
    steps: int
    ladders: tuple[Ladder, ...]
    slope_grids: tuple[int, int]
    deep: Deep | None


def run(settings: Settings, *, clock: Clock, report: Report) -> Record:
    """Climb every ladder, then find and climb the graph of the deep formula.

    The record holds `networks`, one for each ladder, and `deep`; errors are RMSE in the unit of the target.
    """
    law = formula_law(settings.formula, 2)
    drawn = sample(law, train=settings.rows, test=settings.test_rows, seed=settings.seed)
    networks = [
        _climbed(ladder, drawn, settings, clock=clock, report=report) for ladder in settings.ladders if not clock.over()
    ]
    record: Record = {"formula": settings.formula, "rows": settings.rows, "networks": networks, "deep": None}
    if settings.deep is not None and not clock.over():
        record["deep"] = deep(settings.deep, seed=settings.seed, clock=clock, report=report)
    return record | {"summary": _summary(record)}


def _climbed(ladder: Ladder, drawn: Sample, settings: Settings, *, clock: Clock, report: Report) -> Record:
    """Train on the coarsest grid, then on each finer one, and keep every step."""
    spec = TrainingSpec(grid=ladder.grids, starts=settings.starts, steps=settings.steps)
    started = perf_counter()
    kan = first(dense(ladder.width), drawn.data, spec, order=3, seed=settings.seed, clock=clock)
    stages: list[Record] = []
    steps: list[tuple[float, float]] = []
    skipped = []
    for grid in ladder.grids:
        if clock.over():
            break
        if stages and stages[-1]["parameters"] > drawn.data.train.count:
            skipped.append(grid)
            continue
        kan, stage, losses = _stage(extend(kan, grid) if grid > kan.grid else kan, drawn, settings.steps, clock=clock)
        if not stages:
            stage["seconds"] = perf_counter() - started  # the starts belong to the first stage
        stages.append(stage)
        steps += losses
        shown = ",".join(map(str, ladder.width))
        report(Event(stage=f"[{shown}]", message=f"grid {grid}", loss=stage["rmse_test"] / drawn.scale))
    grids, errors = [s["grid"] for s in stages], [s["rmse_test"] for s in stages]
    return {
        "width": list(ladder.width),
        "stages": stages,
        "steps": {"train": [a for a, _ in steps], "test": [b for _, b in steps]},
        "skipped": skipped,
        "slope": slope(grids, errors, between=settings.slope_grids),
        "local_slopes": local_slopes(grids, errors),
    }


def _stage(kan: KAN, drawn: Sample, steps: int, *, clock: Clock) -> tuple[KAN, Record, list[tuple[float, float]]]:
    """Train on one grid; the losses after each step are measured outside of the time."""
    losses: list[tuple[float, float]] = []
    looked = 0.0

    def watch(now: KAN) -> None:
        nonlocal looked
        before = perf_counter()
        losses.append((float(rmse(now, drawn.data.train)[0]) * drawn.scale, drawn.error(now)))
        looked += perf_counter() - before

    started = perf_counter()
    kan = levenberg(kan, drawn.data.train, steps=steps, clock=clock, watch=watch).kan
    seconds = perf_counter() - started - looked
    stage = {
        "grid": kan.grid,
        "parameters": kan.parameters,
        "steps": len(losses),
        "seconds": seconds,
        "rmse_train": float(rmse(kan, drawn.data.train)[0]) * drawn.scale,
        "rmse_test": drawn.error(kan),
    }
    return kan, stage, losses


def _summary(record: Record) -> Record:
    """One row a network and grid."""
    rows: list[Sequence[str | float | None]] = []
    networks = [*record["networks"], *([record["deep"]] if record["deep"] else [])]
    for network in networks:
        name = ",".join(map(str, network["width"]))
        rows += [
            (name, s["grid"], s["parameters"], s["rmse_train"], s["rmse_test"], s["seconds"], None)
            for s in network["stages"]
        ]
        if network["slope"] is not None:
            rows.append((name, "slope", None, None, None, None, network["slope"]))
    return summary(("network", "grid", "parameters", "train RMSE", "test RMSE", "seconds", "slope"), rows)
