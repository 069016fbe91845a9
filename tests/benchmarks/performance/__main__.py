"""How fast kansr is, and how fast its peers are beside it, on this machine.

    python -m tests.benchmarks.performance time      seconds to a test RMSE of 1e-3, 1e-4, 1e-5: kansr, pykan, MLPs
    python -m tests.benchmarks.performance micro     one spline, one step of training, one fit of a symbol
    python -m tests.benchmarks.performance memory    peak memory of trainings and fits, each in a fresh process
    python -m tests.benchmarks.performance gpu       a GPU beside the processor: starts and rows; skipped without one
    python -m tests.benchmarks.performance growth    seconds against rows, inputs, width and grid, with exponents

Each prints a table and, with `--json FILE`, adds one JSON line a result to the file. Everything runs in one thread.
Needs `pip install ".[bench]"` for pykan; without it, kansr is measured alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

KINDS = {"time": "to_error", "micro": "micro", "memory": "memory", "growth": "growth", "gpu": "gpu"}


def _numbers(kind: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    return lambda text: tuple(map(kind, text.split(",")))


def main() -> None:
    """Read the command line, run what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", help="a part of the name of what is to be measured")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds of the processor for each training")
    parser.add_argument("--targets", type=_numbers(float), default=(1e-3, 1e-4, 1e-5), help="test RMSE")
    parser.add_argument("--seeds", type=_numbers(int), default=(0, 1, 2))
    for name, value in (("--rows", 3000), ("--test-rows", 1000)):
        parser.add_argument(name, type=int, default=value)
    args = parser.parse_args()
    import_module(f"tests.benchmarks.performance.{KINDS[args.kind]}").run(args)


if __name__ == "__main__":
    main()
