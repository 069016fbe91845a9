"""How far kansr goes beyond its limits: `python -m tests.benchmarks.limits`.

Each fit is a process of its own. Measured are its whole time, start and reports included, less `--budget`, and the most
memory that it held, as a share of `--memory`.
"""

from __future__ import annotations

import argparse
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


def fit(path: Path, *options: str) -> tuple[float, float, int]:
    """Fit a table in a process of its own: seconds, GiB at its largest, and the exit code."""
    out = path.parent / f"run-{time.monotonic_ns()}"
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kansr", "fit", str(path), "--out", str(out), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB here
    return time.perf_counter() - started, usage.ru_maxrss * unit / 2**30, os.waitstatus_to_exitcode(status)


def main() -> None:
    """Measure both limits, and print what comes out line by line."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory(prefix="kansr-limits-") as name:
        folder = Path(name)
        for of, rows, noise in LAWS:
            path = table(folder, of, rows, noise)
            for budget in BUDGETS:
                seconds, held, code = fit(path, "--budget", f"{budget:g}")
                print(
                    f"{of} {rows:,} rows, budget {budget:g} s: {seconds - budget:+.1f} s, {held:.2f} GiB, exit {code}"
                )
        path = table(folder, "feynman/I.9.18", LONG, 0.0)
        for options in ((), ("--memory", f"{MEMORY:g}G")):
            seconds, held, code = fit(path, "--budget", "20", *options)
            print(f"{LONG:,} rows, {' '.join(options) or 'no limit'}: {held:.2f} GiB, {seconds:.1f} s, exit {code}")


if __name__ == "__main__":
    main()
