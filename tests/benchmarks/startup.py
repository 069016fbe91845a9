"""Seconds from the shell to the answer: help, what is read from a run folder, and laws that are easily found.

    python -m tests.benchmarks.startup [--repeats 3] [--only "kansr show"]

Each command is a process of its own. `wall` is what one waits, `processor` what the machine works (user and system):
the latter hardly depends on what else the machine does. Cold: no byte code of Python, neither kansr's nor a library's,
is at hand, as after an installation; warm: the least of some repeats. What was asked for stands beside it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "datasets" / "kan-example.csv"


@dataclass(frozen=True, slots=True)
class Command:
    """A command, and the seconds of the processor that were asked for."""

    words: tuple[str, ...]
    asked: float

    @property
    def name(self) -> str:
        """As it is typed."""
        return " ".join(("kansr", *(Path(word).name if word.endswith(".csv") else word for word in self.words)))


COMMANDS = (
    Command(("--help",), 0.3),
    Command(("runs",), 0.3),
    Command(("show",), 0.6),
    Command(("export", "--to", "latex"), 0.6),
    Command(("fit", "exponential.csv"), 2.0),
    Command(("fit", "monomial.csv"), 2.0),
    Command(("fit", str(EXAMPLE)), 3.0),
)


@dataclass(frozen=True, slots=True)
class Seconds:
    """What a command took."""

    wall: float
    processor: float


def write_tables(folder: Path) -> None:
    """Write the tables of the two easy laws."""
    x = np.linspace(0, 3, 40)
    _write(folder / "exponential.csv", "x,y", np.column_stack([x, np.exp(-x)]))
    a, b, c, d, e = columns = np.random.default_rng(0).uniform(0.5, 3, (5, 200))
    _write(folder / "monomial.csv", "x1,x2,x3,x4,x5,y", np.column_stack([*columns, a * b / (c * d**2) * np.sqrt(e)]))


def _write(path: Path, header: str, rows: np.ndarray) -> None:
    np.savetxt(path, rows, fmt="%.10g", delimiter=",", header=header, comments="")


def measured(command: Command, folder: Path, **variables: str) -> Seconds:
    """Run a command in a folder, and give what it took."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | variables
    before, started = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "kansr", *command.words], cwd=folder, env=environment, capture_output=True, check=True
    )
    wall, after = time.perf_counter() - started, os.times()
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    return Seconds(wall, worked)


def cold(command: Command, folder: Path) -> Seconds:
    """Give what a command takes where no byte code is at hand."""
    with tempfile.TemporaryDirectory() as empty:
        return measured(command, folder, PYTHONPYCACHEPREFIX=empty)


def warm(command: Command, folder: Path, repeats: int) -> Seconds:
    """Give the least of some repeats."""
    every = [measured(command, folder) for _ in range(repeats)]
    return Seconds(min(one.wall for one in every), min(one.processor for one in every))


def main() -> None:
    """Read the command line, run the commands, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="commands that begin so")
    args = parser.parse_args()
    print(f"{'':34s} {'cold':>15s} {'warm':>15s}\n{'':34s} {'wall  processor':>15s} {'wall  processor':>15s}   asked")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_tables(folder)
        measured(COMMANDS[4], folder)  # there is a run to show, and all byte code is written
        for command in (one for one in COMMANDS if one.name.startswith(args.only)):
            first, then = cold(command, folder), warm(command, folder, args.repeats)
            seconds = " ".join(f"{one.wall:6.2f} {one.processor:8.2f}" for one in (first, then))
            print(f"{command.name:34s} {seconds}   {command.asked:5.1f}", flush=True)


if __name__ == "__main__":
    main()
