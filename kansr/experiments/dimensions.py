"""exp(mean sin^2) in more and more dimensions, fitted as any table is: from the rows alone, and on a graph given."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

from kansr.experiments import Record
from kansr.experiments.sample import Sample, formula_law, sample
from kansr.experiments.solving import problem_of, solved
from kansr.network.graph import dense
from kansr.pipeline.solve import Solution, read
from kansr.progress import Clock, Event, Report
from kansr.recipe import load_recipe, with_options
from kansr.structure.found import judged
from kansr.training.stages import train


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How many inputs, the rows to fit, and the time limit in seconds; `graph` gives [n, 1, 1] instead of a search."""

    inputs: int
    rows: int
    seconds: float
    graph: bool
    grids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """The range of each input, the rows that test, and the cases."""

    low: float
    high: float
    test_rows: int
    cases: tuple[Case, ...]


def formula(inputs: int) -> str:
    """Write exp(mean sin^2) of so many inputs.

    >>> formula(2)
    'exp((sin(x1)**2 + sin(x2)**2)/2)'
    """
    return f"exp(({' + '.join(f'sin(x{i + 1})**2' for i in range(inputs))})/{inputs})"


def dimensions(settings: Dimensions, *, seed: int, clock: Clock, report: Report) -> list[Record]:
    """Fit each case, in their order, until the clock ends."""
    return [_one(case, settings, seed, clock, report) for case in settings.cases if not clock.over()]


def _one(case: Case, settings: Dimensions, seed: int, clock: Clock, report: Report) -> Record:
    law = formula_law(formula(case.inputs), case.inputs, low=settings.low, high=settings.high)
    drawn = sample(law, train=case.rows, test=settings.test_rows, seed=seed)
    begun = process_time()
    if case.graph:
        solution = _on_graph(case, drawn, seed, clock, report)
    else:
        options = {"training.grid": case.grids}
        solution = solved(drawn, seed=seed, seconds=case.seconds, clock=clock, report=report, options=options)
    seconds = process_time() - begun
    text = solution.formula.text
    report(Event(stage=f"n={case.inputs}", message=f"{solution.verdict}: {text[:60]}"))
    return {
        "inputs": case.inputs,
        "rows": case.rows,
        "limit": case.seconds,
        "way": "graph given" if case.graph else "from the rows alone",
        "width": list(solution.network.width),
        "grid": solution.network.grid,
        "network_rmse_test": solution.network.rmse_test,
        "formula": text,
        "verdict": solution.verdict,
        "exact": solution.exact,
        "rmse_test": solution.formula.rmse.test,
        "seconds": seconds,
    }


def _on_graph(case: Case, drawn: Sample, seed: int, clock: Clock, report: Report) -> Solution:
    """Train [n, 1, 1] and read it for formulas, without a search."""
    limit = clock.within(case.seconds)
    problem = problem_of(drawn, with_options(load_recipe("default"), {"seed": seed, "training.grid": case.grids}))
    shape = dense((case.inputs, 1, 1))
    trained = train(shape, problem.data, problem.recipe.training, seed=seed, clock=limit.part(0.5), report=report)
    return read(problem, judged(trained, problem.data), clock=limit, report=report)
