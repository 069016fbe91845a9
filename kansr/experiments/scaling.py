"""Scaling laws: the five toy functions, error against grid and parameters (section 3.1 of the KAN paper, figure 3.1).

A cubic spline's error falls as G^-4, and so does that of a network whose graph is that of the law. The number of
parameters grows as N^2 L G: at a fixed shape the error falls as parameters^-4, where an MLP is bound to a power that
depends on the number of inputs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kansr.datasets import Law, collection
from kansr.experiments import Record, summary
from kansr.experiments.ladder import Fit, climbed, started
from kansr.experiments.sample import Sample, sample
from kansr.experiments.slopes import local_slopes, slope
from kansr.network.graph import Graph, dense, graph
from kansr.progress import Clock, Event, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    """A law of the collection `toy`, the network it is fitted with, and its rows.

    `width` counts the nodes of a dense network; `edges`, when given, replaces it by a graph of sums: pairs of nodes,
    numbered from the inputs on. `slope_grids` are the grids between which the exponent is fitted.
    """

    law: str
    rows: int
    test_rows: int
    fit: Fit
    slope_grids: tuple[int, int]
    width: tuple[int, ...]
    edges: tuple[tuple[int, int], ...] | None = None

    @property
    def graph(self) -> Graph:
        """The graph of the network."""
        if self.edges is None:
            return dense(self.width)
        return graph(self.width[0], ["sum"] * sum(self.width[1:]), self.edges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `recipes/experiments/scaling.yaml` explains."""

    seed: int
    budget: float | None
    toys: tuple[Toy, ...]


def run(settings: Settings, *, clock: Clock, report: Report) -> Record:
    """Climb each toy's ladder; the record holds `toys`, with errors as RMSE in the unit of the target."""
    laws = collection("toy")
    toys = [_one(laws.law(toy.law), toy, settings.seed, clock, report) for toy in settings.toys if not clock.over()]
    return {"toys": toys, "summary": _summary(toys)}


def _one(law: Law, toy: Toy, seed: int, clock: Clock, report: Report) -> Record:
    drawn: Sample = sample(law, train=toy.rows, test=toy.test_rows, seed=seed)
    kan = started(toy.graph, drawn, toy.fit, seed=seed, clock=clock)
    most = (toy.rows - kan.parameters) // len(kan.splines) + kan.grid
    below = replace(toy.fit, grids=tuple(g for g in toy.fit.grids if g <= max(most, kan.grid)))
    stages: list[Record] = []
    for _, facts in climbed(kan, drawn, below, clock=clock):
        stages.append(facts)
        report(Event(stage=law.name, message=f"grid {facts['grid']}", loss=facts["rmse_test"] / drawn.scale))
    grids, errors = [s["grid"] for s in stages], [s["rmse_test"] for s in stages]
    return {
        "law": law.name,
        "inputs": len(law.ranges),
        "formula": law.text if len(law.text) < 80 else "exp(mean of 100 sin(pi*x/2)^2)",
        "width": list(toy.width),
        "rows": toy.rows,
        "stages": stages,
        "slope": slope(grids, errors, between=toy.slope_grids),
        "slope_grids": list(toy.slope_grids),
        "local_slopes": local_slopes(grids, errors),
        "skipped": [g for g in toy.fit.grids if g > max(most, kan.grid)],
    }


def _summary(toys: list[Record]) -> Record:
    rows: list[tuple[str | float | None, ...]] = []
    for toy in toys:
        if not toy["stages"]:
            continue
        best = min(toy["stages"], key=lambda stage: stage["rmse_test"])
        shape, between = ",".join(map(str, toy["width"])), "-".join(map(str, toy["slope_grids"]))
        rows.append(
            (toy["formula"], toy["rows"], shape, between, toy["slope"], best["grid"], best["parameters"],
             best["rmse_test"])
        )  # fmt: skip
    return summary(("law", "rows", "network", "grids", "slope", "best grid", "parameters", "test RMSE"), rows)
