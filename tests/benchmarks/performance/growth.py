"""How the seconds of one step, and of a whole fit of a fixed graph, grow with rows, inputs, width and grid.

One of the four grows, the others stay. A step is one of ten of Levenberg-Marquardt on [inputs, width, 1], with 3000
rows, two inputs, width 5 and grid 5. A whole fit goes from nothing up the ladder of grids with the default settings, on
[inputs, 1, 1] or the width in question, to grid 20; its law is exp of a mean of squared sines. A fit that the limit
ended is told, and is in no exponent: seconds of the processor grow like size^exponent, by least squares of logs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from kansr.datasets import Law
from kansr.experiments.sample import Sample, formula_law, sample
from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.progress import Clock
from kansr.training.levenberg import levenberg, rmse
from kansr.training.spec import TrainingSpec
from kansr.training.stages import climb, first
from kansr.training.starts import starts
from tests.benchmarks.performance.output import Result, keep, seconds, table

_STEPS = 10
_GRIDS = TrainingSpec().grid
_TEST = 1000
SIZES: dict[str, tuple[int, ...]] = {
    "rows": (1000, 10_000, 100_000, 1_000_000),
    "inputs": (2, 5, 10, 20, 50),
    "width": (2, 5, 10, 20),
    "grid": (5, 10, 20, 50, 100, 200, 500),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a step or a fit has to do with."""

    rows: int = 3000
    inputs: int = 2
    width: int = 5
    grid: int = 5


def run(args: argparse.Namespace) -> None:
    """Measure steps and fits over all sizes; then how they grow."""
    torch.set_num_threads(1)
    kinds: dict[str, Callable[[Size, float], Result]] = {"step": step, "fit": fit}
    rows = []
    for name, measure in kinds.items():
        for what, sizes in SIZES.items():
            if args.only and args.only not in f"{name} {what}":
                continue
            results = list(_measured(name, what, sizes, measure, args))
            ended = [r for r in results if r["status"] == "done"]
            rows.append((name, what, *growth([r["size"] for r in ended], [r["processor"] for r in ended])))
    print("\n" + table(("processor seconds of a", "grow with", "exponent", "at the end", "from", "to"), rows))


def _measured(
    name: str, what: str, sizes: Sequence[int], measure: Callable[[Size, float], Result], args: argparse.Namespace
) -> Iterator[Result]:
    base = Size() if name == "step" else Size(width=1, grid=_GRIDS[-1])
    for size in sizes:
        result = measure(replace(base, **{what: size}), args.limit)
        yield (result := keep({"kind": "growth", "of": name, "what": what, "size": size, **result}, args.json))
        end = "" if result["status"] == "done" else "  ended by the limit"
        parameters, error = f"{result['parameters']} parameters", f"error {result['error']:.1e}"
        took = f"{seconds(result['seconds'])} ({seconds(result['processor'])})"
        print(f"{name}  {what} {size:<8d}  {took:18s}  {parameters:16s}  {error}{end}", flush=True)
        if end:
            return


def step(size: Size, limit: float) -> Result:
    """Seconds of one of ten steps of Levenberg-Marquardt from a start."""
    drawn = sample(law(size.inputs), train=size.rows, test=_TEST, seed=0)
    graph = dense((size.inputs, size.width, 1))
    kan = starts(graph, drawn.data.train.x, grid=size.grid, order=3, count=1, seed=0)
    tried = 0

    def count(_kan: object) -> None:
        nonlocal tried
        tried += 1

    begun, worked, clock = time.perf_counter(), time.process_time(), Clock(limit)
    kan = levenberg(kan, drawn.data.train, steps=_STEPS, clock=clock, watch=count).kan
    took, processor = ((now - then) / max(tried, 1) for now, then in _since(begun, worked))
    return _facts(kan, drawn, took, processor) | {"status": "done" if tried else clock.status}


def fit(size: Size, limit: float) -> Result:
    """Seconds of a whole fit: from many starts up the ladder of grids to that of the size, whatever it gains."""
    drawn = sample(law(size.inputs), train=size.rows, test=_TEST, seed=0)
    spec, clock = TrainingSpec(grid=ladder(size.grid)), Clock(limit)
    begun, worked = time.perf_counter(), time.process_time()
    kan = first(dense((size.inputs, size.width, 1)), drawn.data, spec, order=3, seed=0, clock=clock)
    kan = climb(kan, drawn.data, spec, grids=spec.grid[1:], clock=clock).kan
    took, processor = (now - then for now, then in _since(begun, worked))
    return _facts(kan, drawn, took, processor) | {"status": clock.status}


def _since(begun: float, worked: float) -> Iterator[tuple[float, float]]:
    """Both clocks, each with where it stood: on the wall and on the processor."""
    yield time.perf_counter(), begun
    yield time.process_time(), worked


def _facts(kan: KAN, drawn: Sample, took: float, processor: float) -> Result:
    error = float(rmse(kan, drawn.test)[0])
    return {"seconds": took, "processor": processor, "parameters": kan.parameters, "grid": kan.grid, "error": error}


def ladder(grid: int) -> tuple[int, ...]:
    """Give the grids of the default recipe below a grid, those that go on from them, and the grid.

    >>> ladder(100), ladder(5)
    ((3, 5, 10, 20, 50, 100), (3, 5))
    """
    below = [g for g in (*_GRIDS, 50, 100, 200) if g < grid]
    return (*below, grid)


def law(inputs: int) -> Law:
    """Give a law that a [inputs, 1, 1] can be: exp of the mean of squared sines."""
    terms = " + ".join(f"sin(pi*x{i + 1}/2)**2" for i in range(inputs))
    return formula_law(f"exp(({terms})/{inputs})", inputs)


def growth(sizes: Sequence[int], times: Sequence[float]) -> tuple[str, str, str, str]:
    """Write the exponent over all sizes, that between the last two, and the first and last time.

    >>> growth([1, 10, 100], [1.0, 10.0, 1000.0])
    ('1.50', '2.00', '1: 1 s', '100: 1000 s')
    """
    if len(sizes) < 2:
        return "-", "-", "-", "-"
    x, y = np.log(sizes), np.log(times)
    ends = [f"{sizes[i]}: {seconds(times[i])}" for i in (0, -1)]
    return f"{np.polyfit(x, y, 1)[0]:.2f}", f"{(y[-1] - y[-2]) / (x[-1] - x[-2]):.2f}", *ends
