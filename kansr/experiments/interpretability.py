"""The way from a network to a formula, a picture after each step (section 2.5 and figure 2.4 of the KAN paper).

A dense network is trained with a penalty on its activations; nodes and edges that the validation error does not notice
are cut, and the rest is refitted on finer grids; functions take the place of the curves; their constants are refitted
together and snapped. This is what `kansr fit --width` does; the record holds a drawing of the network after each step.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time
from typing import Any

from kansr.datasets import collection
from kansr.experiments import Record, summary
from kansr.experiments.sample import Sample, sample
from kansr.experiments.snapshot import snapshot
from kansr.experiments.solving import solved
from kansr.network.graph import dense
from kansr.pipeline.solve import Solution
from kansr.progress import Clock, Event, Report
from kansr.training.penalty import sparsity
from kansr.training.spec import TrainingSpec
from kansr.training.stages import first


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A law of the collection `kan-interpretability`, and the dense network that it starts from."""

    law: str
    width: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `recipes/experiments/interpretability.yaml` explains."""

    seed: int
    budget: float | None
    rows: int
    test_rows: int
    seconds: float
    penalty: float
    grids: tuple[int, ...]
    starts: int
    examples: tuple[Example, ...]


def run(settings: Settings, *, clock: Clock, report: Report) -> Record:
    """Take each law through the steps; the record holds `examples`."""
    examples = [_one(example, settings, clock, report) for example in settings.examples if not clock.over()]
    return {"examples": examples, "summary": _summary(examples)}


def _one(example: Example, settings: Settings, clock: Clock, report: Report) -> Record:
    law = collection("kan-interpretability").law(example.law)
    drawn = sample(law, train=settings.rows, test=settings.test_rows, seed=settings.seed)
    report(Event(stage=law.name, message=law.text))
    begun = process_time()
    sparse = _sparsified(example, drawn, settings, clock)
    solution = solved(
        drawn,
        seed=settings.seed,
        seconds=settings.seconds,
        clock=clock,
        report=report,
        options=_options(example, settings),
    )
    return {
        "law": law.name,
        "formula": law.text,
        "width": list(example.width),
        "steps": [sparse, *_later(solution, drawn)],
        "found": solution.formula.text,
        "verdict": solution.verdict,
        "rmse_test": solution.formula.rmse.test,
        "seconds": process_time() - begun,
    }


def _options(example: Example, settings: Settings) -> dict[str, object]:
    """Give what differs from the default recipe of a fit."""
    return {
        "network.width": example.width,
        "training.penalty": settings.penalty,
        "training.grid": settings.grids,
        "training.starts": settings.starts,
    }


def _sparsified(example: Example, drawn: Sample, settings: Settings, clock: Clock) -> Record:
    """Train the dense network with the penalty on the coarsest grid: the first thing that the fit does."""
    spec = TrainingSpec(grid=settings.grids, starts=settings.starts)
    penalty = sparsity(settings.penalty) if settings.penalty > 0 else None
    kan = first(dense(example.width), drawn.data, spec, order=3, seed=settings.seed, clock=clock, penalty=penalty)
    return snapshot("sparsified", kan, drawn)


def _later(solution: Solution, drawn: Sample) -> list[Record]:
    """Draw the pruned network, and the one with functions on its edges if there is one."""
    steps: list[Record] = [snapshot("pruned and refitted", solution.found.trained.kan, drawn)]
    choice = solution.source.source.choice
    if choice is not None:
        labels: list[Any] = [line.split("   ", 1)[1] for line in solution.network.lines]
        steps.append(snapshot("functions chosen", choice.kan, drawn, labels=labels))
    return steps


def _summary(examples: list[Record]) -> Record:
    rows = [
        (
            example["formula"],
            ",".join(map(str, example["width"])),
            ",".join(map(str, example["steps"][1]["width"])),
            example["found"] if len(example["found"]) < 70 else f"{example['found'][:67]}...",
            example["verdict"],
            example["rmse_test"],
            example["seconds"],
        )
        for example in examples
    ]
    return summary(("law", "from", "pruned to", "formula found", "verdict", "test RMSE", "CPU seconds"), rows)
