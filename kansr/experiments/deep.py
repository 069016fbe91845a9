"""A deep formula whose graph is found from the rows, as `kansr fit` finds it, and then climbs the grids."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

from kansr.experiments import Record
from kansr.experiments.ladder import Fit, climbed, started
from kansr.experiments.sample import formula_law, sample
from kansr.experiments.slopes import local_slopes, slope
from kansr.experiments.solving import solved
from kansr.progress import Clock, Event, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Deep:
    """A formula of `inputs` columns and its rows; `seconds` is the time limit of the search for its graph."""

    formula: str
    inputs: int
    rows: int
    test_rows: int
    seconds: float
    fit: Fit
    slope_grids: tuple[int, int]


def deep(settings: Deep, *, seed: int, clock: Clock, report: Report) -> Record:
    """Find the graph, train splines on it from new starts, and measure each grid."""
    law = formula_law(settings.formula, settings.inputs)
    drawn = sample(law, train=settings.rows, test=settings.test_rows, seed=seed)
    begun = process_time()
    solution = solved(drawn, seed=seed, seconds=settings.seconds, clock=clock, report=report)
    searched = process_time() - begun
    graph = solution.found.trained.graph
    kan = started(graph, drawn, settings.fit, seed=seed, clock=clock)
    stages: list[Record] = []
    for _, facts in climbed(kan, drawn, settings.fit, clock=clock):
        stages.append(facts)
        report(Event(stage="ladder", message=f"grid {facts['grid']}", loss=facts["rmse_test"] / drawn.scale))
    grids, errors = [s["grid"] for s in stages], [s["rmse_test"] for s in stages]
    return {
        "formula": settings.formula,
        "found_formula": solution.formula.text,
        "found_exact": solution.exact,
        "search_seconds": searched,
        "width": list(graph.width),
        "edges": [list(edge) for edge in graph.edges],
        "stages": stages,
        "slope": slope(grids, errors, between=settings.slope_grids),
        "local_slopes": local_slopes(grids, errors),
    }
