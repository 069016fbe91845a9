"""Whole formulas from the tables of a collection: how many laws come back exactly, and how long it takes.

    python -m tests.benchmarks.recovery [--collection feynman,nguyen] [--file mine.csv] [--noise 0.01] [--only I.6.2]

Settings are the defaults. `kansr.bench.score` says what `exact`, `rounded` and `srbench` mean. `kansr bench` does the
same for other engines, too; this prints what kansr knows beside its formula: the verdict, and the error of the graph.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kansr.bench import case as bench
from kansr.bench.attempt import attempt
from kansr.datasets import Law, collection, collections, read_collection
from tests.benchmarks.pool import Case, table

SHOWN = 140  # letters of a formula in the table


def recover(case: Case) -> dict[str, Any]:
    """Fit one table by default settings and compare the formula with the law."""
    law = case.law
    one = bench.Case(
        engine="kansr", collection="", law=law, noise=case.noise, seed=case.seed, rows=case.rows, budget=case.budget
    )
    *_, record = attempt(one)
    return {"name": law.name, "law": law.formula, **record, **record["remarks"]}


def line(result: dict[str, Any]) -> str:
    """One result in one line."""
    marks = " ".join(m if result[k] else "-" for k, m in (("exact", "E"), ("rounded", "R"), ("srbench", "S")))
    graph = "right" if result["graph_right"] else f"{result['floor']:.0e}"
    head = f"{result['name']:10s} {marks} {result['verdict']:13s} {result['seconds']:5.1f} s {graph:6s}"
    error = math.inf if result["errors"][0] is None else result["errors"][0]
    return f"{head} {error:6.0e} {result['formula'][:SHOWN]}"


def main() -> None:
    """Read the command line, fit every law, print a table."""
    over_laws(recover, __doc__, line=line)


def over_laws(
    function: Callable[[Case], dict[str, Any]], says: str | None, *, line: Callable[[dict[str, Any]], str]
) -> None:
    """Read the command line, do each law by a function, print a line of each and what they come to."""
    parser = argparse.ArgumentParser(description=says, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collection", default="feynman", help="names with commas (kansr datasets), or all")
    parser.add_argument("--file", type=Path, help="a collection of your own")
    parser.add_argument("--only", help="names of laws, with commas")
    parser.add_argument("--json", type=Path)
    for name, value in (("--noise", 0.0), ("--budget", 60.0)):
        parser.add_argument(name, type=float, default=value)
    for name, value in (("--rows", 2000), ("--seed", 0), ("--workers", 2)):
        parser.add_argument(name, type=int, default=value)
    args = parser.parse_args()
    laws = chosen(args.collection, args.file, args.only)
    cases = [Case(law=w, rows=args.rows, seed=args.seed, noise=args.noise, budget=args.budget) for w in laws]
    print(summary(table(function, cases, args.workers, args.json, line=line)))


def chosen(names: str, file: Path | None, only: str | None) -> list[Law]:
    """Take the laws of some collections that a formula of kansr can hold; prints how many each has."""
    every = collections() if names == "all" else [collection(name) for name in names.split(",")]
    laws: list[Law] = []
    for one in [read_collection(file)] if file else every:
        asked = [law for law in one.laws if not only or law.name in only.split(",")]
        plain = [law for law in asked if law.is_plain]
        left = f", {len(asked) - len(plain)} left out: special functions" if len(plain) < len(asked) else ""
        print(f"{one.name}: {len(plain)} laws{left}", flush=True)
        laws += plain
    return laws


def summary(results: Sequence[dict[str, Any]]) -> str:
    """How many laws came back, and how long it took."""
    if not results:
        return "no laws"
    seconds = [r["seconds"] for r in results]
    counts = ", ".join(f"{k} {sum(r[k] for r in results)}" for k in ("exact", "rounded", "srbench"))
    missed = ", ".join(r["name"] for r in results if not r["exact"])
    return (
        f"of {len(results)}: {counts}; median {statistics.median(seconds):.1f} s, longest {max(seconds):.1f} s\n"
        f"not exact: {missed or '-'}"
    )


if __name__ == "__main__":
    main()
