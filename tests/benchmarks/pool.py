"""Work on many cases in processes of their own, keeping each result as soon as it is there."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

Case = TypeVar("Case")
Result = dict[str, Any]


def run(
    function: Callable[[Case], Result], cases: Sequence[Case], workers: int, out: Path | None = None
) -> Iterator[Result]:
    """Give the results in the order of the cases; with `out`, each is added to that file as a line of JSON."""
    context = multiprocessing.get_context("forkserver" if workers > 1 else None)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for result in pool.map(function, cases):
            if out is not None:
                with out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(result) + "\n")
            yield result
