"""Laws as cases, worked on in processes of their own; each result is kept as soon as it is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kansr.cluster import hosts
from kansr.cluster.work import work
from kansr.datasets import Law
from kansr.files import append_line

Result = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A law, and how a table is drawn from it."""

    law: Law
    rows: int = 2000
    seed: int = 0
    noise: float = 0.0
    budget: float = 60.0


Some = TypeVar("Some", bound=Case)


def table(
    function: Callable[[Some], Result],
    cases: Sequence[Some],
    workers: int,
    out: Path | None,
    *,
    line: Callable[[Result], str],
) -> list[Result]:
    """Give all results, each printed as a line as soon as it is there."""
    results = []
    for result in run(function, cases, workers, out):
        print(line(result), flush=True)
        results.append(result)
    return results


def run(
    function: Callable[[Some], Result], cases: Sequence[Some], workers: int, out: Path | None = None
) -> Iterator[Result]:
    """Give the results in the order of the cases; with `out`, each is added to that file as a line of JSON."""
    tasks = [(function, place, case) for place, case in enumerate(cases)]
    early: dict[int, Result] = {}
    wanted = 0
    with hosts(workers) as starters:
        for outcome in work(once, tasks, hosts=starters):
            if outcome.ended != "done":
                raise RuntimeError(f"{outcome.task[2].law.name}: {outcome.message}")
            if out is not None:
                append_line(out, json.dumps(outcome.value))
            early[outcome.task[1]] = outcome.value
            while wanted in early:
                yield early.pop(wanted)
                wanted += 1


def once(task: tuple[Callable[[Some], Result], int, Some]) -> Iterator[Result]:
    """Do a case, and tell its result."""
    function, _, case = task
    yield function(case)
