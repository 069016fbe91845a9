"""Laws as cases, worked on in processes of their own; each result is kept as soon as it is there."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kansr.datasets import Law

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
    context = multiprocessing.get_context("forkserver" if workers > 1 else None)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for result in pool.map(function, cases):
            if out is not None:
                with out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(result) + "\n")
            yield result
