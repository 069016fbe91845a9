"""The same rows on KANs and on MLPs: error against parameters and against time (sections 2.3 and 3.1 of the KAN paper).

A KAN of L layers, N nodes wide, on G intervals has O(N^2 L G) parameters, an MLP O(N^2 L). The KANs climb their grids;
each MLP is trained from one start, as `kansr.peers.mlp` does it, with the optimiser and the steps of the recipe.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import process_time

import numpy as np

from kansr.experiments import Record, summary
from kansr.experiments.ladder import Ladder, climbed, started
from kansr.experiments.sample import Array, Sample, formula_law, sample
from kansr.network.graph import dense
from kansr.peers.mlp import MLP, MLPSpec
from kansr.progress import Clock, Event, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `recipes/experiments/kan-and-mlp.yaml` explains."""

    seed: int
    budget: float | None
    formula: str
    inputs: int
    rows: int
    test_rows: int
    kans: tuple[Ladder, ...]
    mlps: tuple[MLPSpec, ...]


def run(settings: Settings, *, clock: Clock, report: Report) -> Record:
    """Train all; the record holds `kans` and `mlps`, with what was reached on the way, and how their sizes grow."""
    law = formula_law(settings.formula, settings.inputs)
    drawn = sample(law, train=settings.rows, test=settings.test_rows, seed=settings.seed)
    kans = [_kan(net, drawn, settings.seed, clock, report) for net in settings.kans if not clock.over()]
    specs = [replace(spec, seed=settings.seed) for spec in settings.mlps]
    mlps = [_mlp(spec, drawn, clock, report) for spec in specs if not clock.over()]
    return {
        "formula": settings.formula,
        "rows": settings.rows,
        "parameters_grow_as": {"kan": "O(N^2 L G)", "mlp": "O(N^2 L)"},
        "kans": kans,
        "mlps": mlps,
        "summary": _summary(kans, mlps),
    }


def _kan(net: Ladder, drawn: Sample, seed: int, clock: Clock, report: Report) -> Record:
    """Climb the grids; seconds are those of the processor since the start, the starts among them."""
    begun = process_time()
    kan = started(dense(net.width), drawn, net.fit, seed=seed, clock=clock)
    total = process_time() - begun
    stages: list[Record] = []
    for _, facts in climbed(kan, drawn, net.fit, clock=clock):
        total += facts["seconds"]
        stages.append(facts | {"seconds": total})
        shown = ",".join(map(str, net.width))
        report(Event(stage=f"KAN [{shown}]", message=f"grid {facts['grid']}", loss=facts["rmse_test"] / drawn.scale))
    return {"width": list(net.width), "stages": stages}


def _mlp(spec: MLPSpec, drawn: Sample, clock: Clock, report: Report) -> Record:
    """Train one MLP, and look at its test error on the way, outside of the time."""
    (x, y), (test_x, test_y) = drawn.plain(drawn.data.train), drawn.plain(drawn.test)
    mlp = MLP(spec=spec, x=x, y=y)
    path: list[Record] = []
    begun, looked = process_time(), 0.0

    def watch(steps: int, predict: object) -> None:
        nonlocal looked
        before = process_time()
        error = _rmse(predict(test_x), test_y)  # type: ignore[operator]
        path.append({"steps": steps, "seconds": before - begun - looked, "rmse_test": error})
        looked += process_time() - before

    mlp.train(x, y, clock=clock, watch=watch)
    error = _rmse(mlp.predict(test_x), test_y)
    shown = ",".join(map(str, (x.shape[1], *spec.hidden, 1)))
    report(Event(stage=f"MLP [{shown}]", message=spec.optimiser, loss=error / drawn.scale))
    return {
        "width": [x.shape[1], *spec.hidden, 1],
        "optimiser": spec.optimiser,
        "activation": spec.activation,
        "parameters": mlp.parameters,
        "rmse_train": _rmse(mlp.predict(x), y),
        "rmse_test": error,
        "seconds": path[-1]["seconds"] if path else 0.0,
        "path": path,
    }


def _rmse(value: Array, target: Array) -> float:
    return float(np.sqrt(np.mean((value - target) ** 2)))


def _summary(kans: list[Record], mlps: list[Record]) -> Record:
    rows: list[tuple[str | float | None, ...]] = []
    for kan in kans:
        name = f"KAN {','.join(map(str, kan['width']))}"
        rows += [(name, f"G={s['grid']}", s["parameters"], s["rmse_train"], s["rmse_test"], s["seconds"])
                 for s in kan["stages"]]  # fmt: skip
    for mlp in mlps:
        name = f"MLP {','.join(map(str, mlp['width']))}"
        rows.append(
            (name, f"{mlp['activation']}, {mlp['optimiser']}", mlp["parameters"], mlp["rmse_train"], mlp["rmse_test"],
             mlp["seconds"])
        )  # fmt: skip
    return summary(("network", "trained", "parameters", "train RMSE", "test RMSE", "CPU seconds"), rows)
