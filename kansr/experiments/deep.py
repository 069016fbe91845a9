"""A deep formula whose graph is found from the rows, as `kansr fit` finds it, and then climbs the grids."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from kansr.experiments import Record
from kansr.experiments.sample import Sample, formula_law, sample
from kansr.experiments.slopes import local_slopes, slope
from kansr.experiments.solving import solved
from kansr.network.graph import Graph
from kansr.network.knots import extend
from kansr.progress import Clock, Event, Report
from kansr.training.spec import TrainingSpec
from kansr.training.stages import first, optimise, stage_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Deep:
    """A formula of `inputs` columns, its rows, and the grids that the graph which was found climbs.

    `seconds` is the time limit of the search; `starts` and `steps` are for the ladder.
    """

    formula: str
    inputs: int
    rows: int
    test_rows: int
    seconds: float
    starts: int
    steps: int
    grids: tuple[int, ...]
    slope_grids: tuple[int, int]


def deep(settings: Deep, *, seed: int, clock: Clock, report: Report) -> Record:
    """Find the graph, train splines on it from new starts, and measure each grid."""
    drawn = sample(
        formula_law(settings.formula, settings.inputs), train=settings.rows, test=settings.test_rows, seed=seed
    )
    started = perf_counter()
    solution = solved(drawn, seed=seed, seconds=settings.seconds, clock=clock, report=report)
    graph = solution.found.trained.graph
    record = {
        "formula": settings.formula,
        "found_formula": solution.formula.text,
        "found_exact": solution.exact,
        "search_seconds": perf_counter() - started,
        "width": list(graph.width),
        "edges": [list(edge) for edge in graph.edges],
    }
    return record | ladder(graph, drawn, settings, seed=seed, clock=clock, report=report)


def ladder(graph: Graph, drawn: Sample, settings: Deep, *, seed: int, clock: Clock, report: Report) -> Record:
    """Train splines on a graph, and climb the grids."""
    spec = TrainingSpec(grid=settings.grids, starts=settings.starts, steps=settings.steps)
    kan = first(graph, drawn.data, spec, order=3, seed=seed, clock=clock)
    stages: list[Record] = []
    for grid in settings.grids:
        if clock.over():
            break
        begun = perf_counter()
        if grid > kan.grid:
            kan = optimise(extend(kan, grid), drawn.data.train, spec, steps=spec.steps, clock=clock).kan
        row = stage_row("extend", kan, drawn.data, clock)
        stages.append(
            {
                "grid": grid,
                "parameters": row.parameters,
                "rmse_train": row.rmse_train * drawn.scale,
                "rmse_test": drawn.error(kan),
                "seconds": perf_counter() - begun,
            }
        )
        report(Event(stage="ladder", message=f"grid {grid}", loss=row.rmse_validation))
    grids, errors = [s["grid"] for s in stages], [s["rmse_test"] for s in stages]
    return {
        "stages": stages,
        "slope": slope(grids, errors, between=settings.slope_grids),
        "local_slopes": local_slopes(grids, errors),
    }
