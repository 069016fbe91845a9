"""Peak memory of trainings and fits, each in a fresh process: by how much its largest size grew through the work.

python -m tests.benchmarks.performance.memory NAME      one piece of work, in this process, as JSON
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from kansr.peers.mlp import MLP, MLPSpec
from tests.benchmarks.performance import operations, pykan_
from tests.benchmarks.performance.learners import ladder
from tests.benchmarks.performance.output import Result, keep, seconds, table
from tests.benchmarks.performance.watch import LAW, Watched, drawn

_STATUS = Path("/proc/self/status")
_MANY = 100_000


def kansr_ladder() -> float:
    """A [2,5,1] from nothing to grid 20 on 3000 rows, or to an error of 1e-5."""
    rows = drawn(LAW, rows=3000, test=1000, seed=0)
    watched = Watched(rows, target=1e-5, limit=120.0)
    ladder(rows, 0, watched, width=operations.WIDTH)
    return watched.marks[-1].error


def kansr_steps(*, rows: int, grid: int = 20) -> float:
    """Ten steps of Levenberg-Marquardt on a [2,5,1]."""
    return _of(partial(operations.kansr_steps, grid=grid, rows=rows))


def pykan_steps(*, rows: int, steps: int = 2, grid: int = 20) -> float:
    """Steps of Adam on a [2,5,1]: their memory is that of one gradient, as in each iteration of L-BFGS."""
    return _of(partial(operations.pykan_steps, grid=grid, optimiser="Adam", steps=steps, rows=rows))


def mlp_steps(*, rows: int, steps: int) -> float:
    """Steps of Adam on [2,64,64,1]."""
    table = drawn(LAW, rows=rows, test=0, seed=0)
    mlp = MLP(spec=MLPSpec(steps=steps), x=table.x, y=table.y)
    mlp.train(table.x, table.y)
    return float(np.sqrt(np.mean((mlp.predict(table.x) - table.y) ** 2)))


def _of(make: Callable[[str], operations.Ready]) -> float:
    with pykan_.apart(0) as folder:
        ready = make(folder)
        return ready.quality(ready.call())


WORK: dict[str, Callable[[], float]] = {
    "kansr, ladder of [2,5,1]": kansr_ladder,
    "kansr, 10 steps, grid 20, 3e3 rows": partial(kansr_steps, rows=3000),
    "pykan, 2 steps, grid 20, 3e3 rows": partial(pykan_steps, rows=3000),
    "mlp, 100 steps, 3e3 rows": partial(mlp_steps, rows=3000, steps=100),
    "kansr, 10 steps, grid 20, 1e5 rows": partial(kansr_steps, rows=_MANY),
    "pykan, 2 steps, grid 20, 1e5 rows": partial(pykan_steps, rows=_MANY),
    "mlp, 10 steps, 1e5 rows": partial(mlp_steps, rows=_MANY, steps=10),
    "kansr, symbols of a library": partial(_of, partial(operations.kansr_symbol, names=None)),
    "pykan, symbols of a library": partial(_of, partial(operations.pykan_symbol, names=None)),
}


def run(args: argparse.Namespace) -> None:
    """Do each piece of work in a process of its own; a table of megabytes."""
    rows = []
    for name in WORK:
        if (args.only and args.only not in name) or (name.startswith("pykan") and find_spec("kan") is None):
            continue
        command = [sys.executable, "-m", "tests.benchmarks.performance.memory", name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        r = keep(json.loads(done.stdout), args.json)
        numbers = (f"{r['before']:.0f} MB", f"{r['grown']:.0f} MB", seconds(r["seconds"]), f"{r['error']:.2g}")
        rows.append((name, *numbers))
    print(table(("work", "libraries", "grown by", "time", "error"), rows))


def measured(name: str) -> Result:
    """Load the libraries, do the work, and tell by how much the peak of this process has grown, in megabytes."""
    torch.set_num_threads(1)
    if name.startswith("pykan"):
        import_module("kan")
    before, begun = peak(), time.perf_counter()
    error = WORK[name]()
    took = time.perf_counter() - begun
    return {"kind": "memory", "name": name, "before": before, "grown": peak() - before, "seconds": took, "error": error}


def peak() -> float:
    """Largest size that this process has had so far, in megabytes.

    Linux's own count begins with the program; that of `getrusage` also holds what the process was before, as a copy of
    its parent.
    """
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return own / (1024**2 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1])))
