"""Grid extension: the staircase of losses, error against grid, time against grid (section 2.4 of the KAN paper).

Each network is trained on its coarsest grid from several starts; the best by validation error then climbs all grids,
also where finer ones no longer pay: that is what the figure is to show. Grids after the first that gives a network more
parameters than there are rows are left out, and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import process_time

from kansr.experiments import Record, summary
from kansr.experiments.deep import Deep, deep
from kansr.experiments.ladder import Ladder, climbed, started
from kansr.experiments.sample import Sample, formula_law, sample
from kansr.experiments.slopes import local_slopes, slope
from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.progress import Clock, Event, Report
from kansr.training.levenberg import rmse


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `recipes/experiments/grid-extension.yaml` explains."""

    seed: int
    budget: float | None
    formula: str
    rows: int
    test_rows: int
    ladders: tuple[Ladder, ...]
    slope_grids: tuple[int, int]
    deep: Deep | None


def run(settings: Settings, *, clock: Clock, report: Report) -> Record:
    """Climb every ladder, then find and climb the graph of the deep formula.

    The record holds `networks`, one for each ladder, and `deep`; errors are RMSE in the unit of the target.
    """
    law = formula_law(settings.formula, 2)
    drawn = sample(law, train=settings.rows, test=settings.test_rows, seed=settings.seed)
    networks = [_one(ladder, drawn, settings, clock, report) for ladder in settings.ladders if not clock.over()]
    record: Record = {"formula": settings.formula, "rows": settings.rows, "networks": networks, "deep": None}
    if settings.deep is not None and not clock.over():
        record["deep"] = deep(settings.deep, seed=settings.seed, clock=clock, report=report)
    return record | {"summary": _summary(record)}


def _one(ladder: Ladder, drawn: Sample, settings: Settings, clock: Clock, report: Report) -> Record:
    """Train on the coarsest grid, then on each finer one, and keep the losses after every step."""
    losses: list[tuple[float, float]] = []

    def watch(now: KAN) -> None:
        losses.append((float(rmse(now, drawn.data.train)[0]) * drawn.scale, drawn.error(now)))

    begun = process_time()
    kan = started(dense(ladder.width), drawn, ladder.fit, seed=settings.seed, clock=clock)
    starting = process_time() - begun
    grids, skipped = _affordable(kan, ladder.fit.grids, drawn.data.train.count)
    stages: list[Record] = []
    for _, facts in climbed(kan, drawn, replace(ladder.fit, grids=grids), clock=clock, watch=watch):
        stages.append(facts)
        shown = ",".join(map(str, ladder.width))
        report(Event(stage=f"[{shown}]", message=f"grid {facts['grid']}", loss=facts["rmse_test"] / drawn.scale))
    grids, errors = tuple(s["grid"] for s in stages), [s["rmse_test"] for s in stages]
    return {
        "width": list(ladder.width),
        "starts_seconds": starting,
        "stages": stages,
        "steps": {"train": [a for a, _ in losses], "test": [b for _, b in losses]},
        "skipped": list(skipped),
        "slope": slope(grids, errors, between=settings.slope_grids),
        "local_slopes": local_slopes(grids, errors),
    }


def _affordable(kan: KAN, grids: Sequence[int], rows: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Divide grids into those up to the first that gives more parameters than rows, and the others."""
    count = next(
        (i + 1 for i, g in enumerate(grids) if kan.parameters + len(kan.splines) * (g - kan.grid) > rows), len(grids)
    )
    return tuple(grids[:count]), tuple(grids[count:])


def _summary(record: Record) -> Record:
    """One row a network and grid, and one for each slope."""
    rows: list[Sequence[str | float | None]] = []
    for network in [*record["networks"], *([record["deep"]] if record["deep"] else [])]:
        name = ",".join(map(str, network["width"]))
        rows += [
            (name, s["grid"], s["parameters"], s["rmse_train"], s["rmse_test"], s["seconds"], None)
            for s in network["stages"]
        ]
        if network["slope"] is not None:
            rows.append((name, None, None, None, None, None, network["slope"]))
    return summary(("network", "grid", "parameters", "train RMSE", "test RMSE", "CPU seconds", "slope"), rows)
