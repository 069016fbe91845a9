"""What units are worth: ten laws between columns with units, searched with and without them.

    python -m tests.benchmarks.units [--only coulomb,kinetic-energy] [--noise 0.01] [--budget 60]

For each law: seconds of the search, and whether the formula is the law. `kansr.bench.score` says what `exact`
and, under noise, `rounded` mean.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from kansr.bench.score import CLOSE, LONGER, WIDER, error, rounded
from kansr.datasets import collection
from kansr.formula.complexity import complexity
from kansr.formula.parse import parse
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import solve
from kansr.progress import Clock, silent
from kansr.recipe import Recipe
from kansr.table import Table, TableSpec, table_from_frame
from tests.benchmarks.pool import Case, table

SHOWN = 100  # letters of a formula in the table


@dataclass(frozen=True, kw_only=True)
class WithUnits(Case):
    """A law, how a table is drawn from it, and whether the units of its columns are said."""

    units: bool = True


def table_of(case: WithUnits) -> Table:
    """Draw the table of a case."""
    law = case.law
    x, y = law.sample(case.rows, case.seed, case.noise)
    frame = pd.DataFrame(x, columns=list(law.ranges)).assign(**{law.target: y})
    return table_from_frame(frame, TableSpec(units=law.units if case.units else None))


def recover(case: WithUnits) -> dict[str, Any]:
    """Fit one table by default settings and compare the formula with the law."""
    torch.set_num_threads(1)
    law = case.law
    table = table_of(case)
    started = time.monotonic()
    problem = Problem.of(table, Recipe(seed=case.seed, budget=case.budget))
    solution = solve(problem, clock=Clock(case.budget), report=silent)
    seconds = time.monotonic() - started
    formula, truth = solution.formula.expression, parse(law.formula, list(law.names))
    close = max(error(formula, truth, law, case.seed, wider) for wider in (1.0, WIDER)) < CLOSE
    short = solution.formula.complexity <= LONGER * complexity(truth)
    return {
        "name": law.name,
        "units": case.units,
        "formula": solution.formula.text,
        "inputs": list(solution.problem.inputs),
        "exact": close and short,
        "rounded": short and rounded(formula, truth, law, case.seed, solution.formula.errors),
        "verdict": solution.verdict,
        "seconds": seconds,
    }


def line(result: dict[str, Any]) -> str:
    """One result in one line."""
    marks = " ".join(m if result[k] else "-" for k, m in (("exact", "E"), ("rounded", "R")))
    head = f"{result['name']:20s} {'units   ' if result['units'] else 'no units'} {marks} {result['seconds']:5.1f} s"
    return f"{head} {result['verdict']:13s} {result['formula'][:SHOWN]}"


def summary(results: Sequence[dict[str, Any]]) -> str:
    """How many laws came back, and how long it took, with and without units."""
    lines = []
    for with_units in (True, False):
        some = [r for r in results if r["units"] == with_units]
        counts = ", ".join(f"{k} {sum(r[k] for r in some)}" for k in ("exact", "rounded"))
        median = statistics.median(r["seconds"] for r in some)
        lines.append(f"{'with' if with_units else 'without'} units, of {len(some)}: {counts}; median {median:.1f} s")
    return "\n".join(lines)


def main() -> None:
    """Read the command line, fit every law twice, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="names of laws, with commas")
    parser.add_argument("--json", type=Path)
    for name, value in (("--noise", 0.0), ("--budget", 60.0)):
        parser.add_argument(name, type=float, default=value)
    for name, value in (("--rows", 2000), ("--seed", 0), ("--workers", 2)):
        parser.add_argument(name, type=int, default=value)
    args = parser.parse_args()
    shared = {"rows": args.rows, "seed": args.seed, "noise": args.noise, "budget": args.budget}
    cases = [
        WithUnits(law=law, units=units, **shared)
        for law in collection("units").laws
        if not args.only or law.name in args.only.split(",")
        for units in (True, False)
    ]
    print(summary(table(recover, cases, args.workers, args.json, line=line)))


if __name__ == "__main__":
    main()
