"""How far kansr goes beyond its limits: `python -m tests.benchmarks.limits`.

Each fit is a process of its own. Measured are the seconds that it says it took less `--budget`, those of the whole
process beside them (it loads its libraries first), and the most memory that it held, beside `--memory`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from kansr.datasets import law

BUDGETS = (2.0, 5.0, 15.0)
LAWS = (("feynman/I.50.26", 2000, 0.01), ("feynman/I.9.18", 2000, 0.0), ("feynman/I.30.3", 20_000, 0.1))
MEMORY, LONG = 1.0, 1_000_000  # GiB, and rows of the table that is fitted within


def table(folder: Path, name: str, rows: int, noise: float) -> Path:
    """Write a table of a law."""
    path = folder / f"{name.replace('/', '-')}-{rows}.csv"
    one = law(name)
    x, y = one.sample(rows, 0, noise)
    np.savetxt(path, np.column_stack([x, y]), delimiter=",", header=",".join([*one.ranges, one.target]), comments="")
    return path


def fit(path: Path, *options: str) -> tuple[float, float, float, int]:
    """Fit a table in a process of its own: its seconds, those of the process, GiB at its largest, and the exit code."""
    out = path.parent / f"run-{time.monotonic_ns()}"
    started = time.perf_counter()
    told = path.parent / "told.json"
    command = [sys.executable, "-m", "kansr", "fit", str(path), "--out", str(out), "--json", *options]
    with told.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    own = float(json.loads(told.read_text())["seconds"])
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB here
    return own, seconds, usage.ru_maxrss * unit / 2**30, os.waitstatus_to_exitcode(status)


def measured(path: Path, budget: float, *options: str) -> str:
    """Fit a table, and say how far that went beyond its budget, and what it held."""
    own, whole, held, code = fit(path, "--budget", f"{budget:g}", *options)
    return f"{own - budget:+.1f} s (process {whole - budget:+.1f} s), {held:.2f} GiB, exit {code}"


def main() -> None:
    """Measure both limits, and print what comes out line by line."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory(prefix="kansr-limits-") as name:
        folder = Path(name)
        for of, rows, noise in LAWS:
            path = table(folder, of, rows, noise)
            for budget in BUDGETS:
                said = measured(path, budget)
                print(f"{of} {rows:,} rows, budget {budget:g} s: {said}")
        path = table(folder, "feynman/I.9.18", LONG, 0.0)
        for options in ((), ("--memory", f"{MEMORY:g}G")):
            print(f"{LONG:,} rows, {' '.join(options) or 'no limit of memory'}: {measured(path, 20.0, *options)}")


if __name__ == "__main__":
    main()
