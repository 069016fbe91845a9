"""The Kolmogorov-Arnold representation, tried: two layers of 2n+1 nodes, and when they are not enough.

The theorem gives every continuous function of n inputs as [n, 2n+1, 1], but its inner curves may be rough, even
fractal, and then no spline learns them (section 2.1 of the KAN paper). So each function here is fitted by [n, 2n+1, 1]
and by the deeper graph that is its own: the staircase shows whether finer grids help, and the bends of the learned
curves whether they stay smooth. Beside that, exp(mean sin^2) in 1, 10 and 100 dimensions: one formula, no curse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kansr.experiments import Record, summary
from kansr.experiments.dimensions import Dimensions, dimensions
from kansr.experiments.ladder import Fit, climbed, started
from kansr.experiments.sample import formula_law, sample
from kansr.experiments.snapshot import snapshot
from kansr.network.graph import Graph, dense, graph
from kansr.progress import Clock, Event, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A formula of x1, x2, ..., and its own graph: the nodes of each layer, and the edges if it is not dense."""

    formula: str
    inputs: int
    own: tuple[int, ...]
    edges: tuple[tuple[int, int], ...] | None = None

    @property
    def graph(self) -> Graph:
        """The graph of the formula itself, of sums alone."""
        return dense(self.own) if self.edges is None else graph(self.inputs, ["sum"] * sum(self.own[1:]), self.edges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `recipes/experiments/universal.yaml` explains."""

    seed: int
    budget: float | None
    rows: int
    test_rows: int
    functions: tuple[Function, ...]
    two_layers: Fit
    own: Fit
    dimensions: Dimensions


def run(settings: Settings, *, clock: Clock, report: Report) -> Record:
    """Fit each function by both graphs, then exp(mean sin^2); the record holds `functions` and `dimensions`."""
    functions = [_one(function, settings, clock, report) for function in settings.functions if not clock.over()]
    measured = dimensions(settings.dimensions, seed=settings.seed, clock=clock, report=report)
    return {
        "rows": settings.rows,
        "functions": functions,
        "dimensions": measured,
        "summary": _summary(functions, measured),
    }


def _one(function: Function, settings: Settings, clock: Clock, report: Report) -> Record:
    drawn = sample(
        formula_law(function.formula, function.inputs),
        train=settings.rows,
        test=settings.test_rows,
        seed=settings.seed,
    )
    networks = []
    two = dense((function.inputs, 2 * function.inputs + 1, 1))
    for name, shape, fit in (("2n+1", two, settings.two_layers), ("own", function.graph, settings.own)):
        kan = started(shape, drawn, fit, seed=settings.seed, clock=clock)
        stages: list[Record] = []
        for now, facts in climbed(kan, drawn, fit, clock=clock):
            kan = now
            stages.append(facts)
            report(Event(stage=function.formula, message=f"{name}, grid {facts['grid']}",
                         loss=facts["rmse_test"] / drawn.scale))  # fmt: skip
        picture = snapshot(name, kan, drawn)
        networks.append(
            {"name": name, "width": list(shape.width), "stages": stages, "picture": picture, "bends": bends(picture)}
        )
    return {"formula": function.formula, "inputs": function.inputs, "networks": networks}


def bends(picture: Record) -> float:
    """Count how often a learned curve turns up or down, on average over the edges that matter.

    An edge counts as much as it moves the output; turns below a fiftieth of a curve's height are no turns.

    >>> wave = {"y": [0, 1, 0, 1, 0], "attribution": 1.0}
    >>> bends({"edges": [wave, {"y": [0, 1, 2, 3, 4], "attribution": 1.0}]})
    1.5
    """
    weights = np.array([edge["attribution"] for edge in picture["edges"]])
    turns = np.array([_turns(np.array(edge["y"], dtype=np.float64)) for edge in picture["edges"]])
    return float((weights * turns).sum() / weights.sum())


def _turns(y: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> int:
    steps = np.diff(y)
    steps = steps[np.abs(steps) > np.ptp(y) / 50]
    return int((np.sign(steps[1:]) != np.sign(steps[:-1])).sum())


def _summary(functions: list[Record], measured: list[Record]) -> Record:
    rows: list[tuple[str | float | None, ...]] = []
    for function in functions:
        for network in function["networks"]:
            if network["stages"]:
                shape = ",".join(map(str, network["width"]))
                best = min(network["stages"], key=lambda stage: stage["rmse_validation"])
                rows.append((function["formula"], f"[{shape}] G={best['grid']}", best["rmse_test"],
                             network["bends"], None, None))  # fmt: skip
    for one in measured:
        shape = ",".join(map(str, one["width"]))
        rows.append((f"exp(mean sin^2), n={one['inputs']}, {one['way']}", f"[{shape}]", one["rmse_test"], None,
                     one["verdict"], one["seconds"]))  # fmt: skip
    return summary(("function", "network", "test RMSE", "turns a curve", "verdict", "CPU seconds"), rows)
