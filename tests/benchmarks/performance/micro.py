"""Processor seconds of one operation in kansr and in pykan: the table of `operations`, timed in turns."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from itertools import groupby

import torch

from tests.benchmarks.performance.operations import Operation, Ready, operations
from tests.benchmarks.performance.output import Result, keep, seconds, table
from tests.benchmarks.performance.pykan_ import apart

_ROUNDS, _LEAST = 30, 3  # rounds at most, and at least where they are not long
_ENOUGH, _LONG = 3.0, 20.0  # seconds of a tool that end its rounds, and that end them before the least


def run(args: argparse.Namespace) -> None:
    """Time all operations; kansr and its peer take turns, so that both see the same load."""
    torch.set_num_threads(1)
    rows = []
    for what, group in groupby((o for o in operations() if not args.only or args.only in o.what), lambda o: o.what):
        results = [keep(result, args.json) for result in timed(what, list(group))]
        for r in results:
            times = f"{r['seconds'] / results[0]['seconds']:.3g}"
            rows.append(
                (what, r["tool"], seconds(r["seconds"]), times, f"{r['quality']:.3g} {r['says']}", str(r["rounds"]))
            )
    print(table(("what", "tool", "median", "times kansr's", "gives", "rounds"), rows))


def timed(what: str, some: Sequence[Operation]) -> list[Result]:
    """Call each operation in turns until the slowest has used its time; median processor seconds of a step."""
    with apart(0) as folder:
        ready = [operation.make(folder) for operation in some]
        given = [one.call() for one in ready]  # the first call is not timed: it loads, and fills caches
        qualities = [one.quality(value) for one, value in zip(ready, given, strict=True)]
        times: list[list[float]] = [[] for _ in ready]
        while not _enough(times):
            for one, own in zip(ready, times, strict=True):
                own.append(_seconds(one))
    return [
        {
            "kind": "micro", "what": what, "tool": operation.tool, "seconds": statistics.median(own), "least": min(own),
            "rounds": len(own), "quality": quality, "says": one.says,
        }
        for operation, one, own, quality in zip(some, ready, times, qualities, strict=True)
    ]  # fmt: skip


def _seconds(one: Ready) -> float:
    """Give seconds of the processor for a step: on a busy machine those of the wall are no measure."""
    begun = time.process_time()
    one.call()
    return (time.process_time() - begun) / one.steps


def _enough(times: Sequence[Sequence[float]]) -> bool:
    rounds, longest = len(times[0]), max(map(sum, times))
    return rounds >= _ROUNDS or longest > (_ENOUGH if rounds >= _LEAST else _LONG)
