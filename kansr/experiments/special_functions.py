"""Special functions of two inputs: the shape that fits each best (section 3.3 of the KAN paper, table 2).

Every width of the recipe is trained; the one with the lowest error on the rows to choose by is taken, at its best grid.
The test rows are looked at once, by all alike, and choose nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kansr.datasets import Law, collection
from kansr.experiments import Record, summary
from kansr.experiments.ladder import Fit, fitted
from kansr.experiments.sample import sample
from kansr.network.graph import dense
from kansr.progress import Clock, Event, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `recipes/experiments/special-functions.yaml` explains."""

    seed: int
    budget: float | None
    laws: tuple[str, ...] | None
    rows: int
    test_rows: int
    widths: tuple[tuple[int, ...], ...]
    fit: Fit
    published: Mapping[str, float]


def run(settings: Settings, *, clock: Clock, report: Report) -> Record:
    """Fit each law of the collection `special`; the record holds `laws`, with every network that was tried."""
    laws = [law for law in collection("special").laws if settings.laws is None or law.name in settings.laws]
    done = [_one(law, settings, clock=clock, report=report) for law in laws if not clock.over()]
    record: Record = {"rows": settings.rows, "laws": [one for one in done if one["tried"]]}
    return record | {"summary": _summary(record)}


def _one(law: Law, settings: Settings, *, clock: Clock, report: Report) -> Record:
    """Try every width on one law."""
    drawn = sample(law, train=settings.rows, test=settings.test_rows, seed=settings.seed)
    tried: list[Record] = []
    for width in settings.widths:
        if clock.over():
            break
        tried.append(fitted(dense(width), drawn, settings.fit, seed=settings.seed, clock=clock)[1])
        shown = ",".join(map(str, width))
        report(Event(stage=law.name, message=f"[{shown}]", loss=tried[-1]["rmse_validation"] / drawn.scale))
    return {
        "name": law.name,
        "formula": law.text,
        "ranges": {column: list(ends) for column, ends in law.ranges.items()},
        "tried": tried,
        "best": min(tried, key=lambda facts: facts["rmse_validation"], default=None),
        "published": settings.published.get(law.name),
    }


def _summary(record: Record) -> Record:
    rows = [
        (
            law["formula"],
            ", ".join(f"{column} {low:g} to {high:g}" for column, (low, high) in law["ranges"].items()),
            ",".join(map(str, law["best"]["width"])),
            law["best"]["grid"],
            law["best"]["rmse_test"],
            law["published"],
            law["published"] / law["best"]["rmse_test"] if law["published"] else None,
        )
        for law in record["laws"]
    ]
    return summary(("law", "ranges", "network", "grid", "test RMSE", "KAN paper", "times lower"), rows)
