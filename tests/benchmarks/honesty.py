"""What kansr says of tables that hold no law of its own: it must not claim one.

    python -m tests.benchmarks.honesty [outside|targets] [--only gamma,noise] [--budget 30]

outside   the laws of the collection `outside`: functions that are not in kansr's library, nor short compositions of it
targets   targets without a law: chance, a constant, classes, a few whole numbers

Settings are the defaults. The table of a law outside holds exact values, so `exact` and `noise` are both wrong. Printed
of its formula are its size, its error on fresh rows as a share of the spread, and how far it reaches on ranges wider by
half: its largest distance from the middle of the target, in ranges of the target (0.5 is the target's own). It runs
wild there when it has no value where the law has one, or reaches beyond 3 where the law does not.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sympy as sp
import torch
from numpy.typing import NDArray

from kansr.bench.score import FRESH, WIDER, fresh
from kansr.datasets import Law, collection
from kansr.formula.evaluate import evaluate
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import Solution, solve
from kansr.progress import Clock, silent
from kansr.recipe import Recipe
from kansr.table import table_from_frame
from tests.benchmarks import pool
from tests.benchmarks.pool import table

WILD = 3.0  # ranges of the target that a formula may reach from the target's middle, on rows outside of the table
SHOWN = 110  # letters of a formula in the table

Array = NDArray[np.float64]


TARGETS: dict[str, Callable[[Array, np.random.Generator], Array]] = {
    "noise": lambda line, rng: rng.standard_normal(len(line)),
    "noise-far-from-0": lambda line, rng: 1000 + rng.standard_normal(len(line)),
    "noise-with-tails": lambda line, rng: rng.standard_t(2, len(line)),
    "constant": lambda line, _: np.full(len(line), 3.7),
    "zero": lambda line, _: np.zeros(len(line)),
    "class": lambda line, _: (line > 0).astype(float),
    "class-of-three": lambda line, _: np.digitize(line, [-0.5, 0.5]).astype(float),
    "coin": lambda line, rng: rng.integers(0, 2, len(line)).astype(float),
    "biased-coin": lambda line, rng: (rng.random(len(line)) < 1 / (1 + np.exp(-3 * line))).astype(float),
    "dice": lambda line, rng: rng.integers(1, 7, len(line)).astype(float),
    "rounded": lambda line, _: np.round(2 * line),
}
"""Targets [n] made from a line [n] that lies in the columns, or from chance."""

LINE = Law(name="line", target="y", formula="x1 - x2/2 + x3/4", ranges={f"x{i}": (-1.0, 1.0) for i in (1, 2, 3)})


@dataclass(frozen=True, kw_only=True)
class Case(pool.Case):
    """A law outside, or columns and the name of a target."""

    made: str | None = None

    @property
    def name(self) -> str:
        return self.made or self.law.name


def judged(case: Case) -> dict[str, Any]:
    """Fit one table by default settings, and measure what is claimed of it."""
    torch.set_num_threads(1)
    x, y = case.law.sample(case.rows, case.seed)
    if case.made is not None:
        y = TARGETS[case.made](y, np.random.default_rng(case.seed + 1))
    table = table_from_frame(pd.DataFrame(x, columns=list(case.law.ranges)).assign(**{case.law.target + "_": y}))
    started = time.monotonic()
    problem = Problem.of(table, Recipe(seed=case.seed, budget=case.budget))
    solution = solve(problem, clock=Clock(case.budget), report=silent)
    return {
        "name": case.name,
        "law": case.law.text if case.made is None else None,
        "verdict": solution.verdict,
        "formula": solution.formula.text,
        "complexity": solution.formula.complexity,
        "warnings": [*(w.message for w in table.warnings), *solution.warnings],
        "seconds": time.monotonic() - started,
        **(measured(solution, case, y) if case.made is None else {}),
    }


def measured(solution: Solution, case: Case, y: Array) -> dict[str, Any]:
    """The error of a formula on fresh rows, and how far it and the law reach on ranges wider by half."""
    inside, truth = values(solution.formula.expression, case, 1.0)
    outside, wide_truth = values(solution.formula.expression, case, WIDER)
    reaches = reach(outside[np.isfinite(wide_truth)], y), reach(wide_truth[np.isfinite(wide_truth)], y)
    with np.errstate(all="ignore"):
        error = float(np.sqrt(np.mean((inside - truth) ** 2)) / np.std(y))
    return {
        "error": error if np.isfinite(error) else float("inf"),
        "reach": reaches[0],
        "wild": reaches[0] > WILD >= reaches[1],
    }


def values(formula: sp.Expr, case: Case, wider: float) -> tuple[Array, Array]:
    """Values [FRESH] of a formula and of the law on rows that no fit has seen."""
    columns = fresh(case.law, case.seed, wider)
    with np.errstate(all="ignore"):
        found = np.broadcast_to(evaluate(formula, columns), (FRESH,))
        return found, case.law.values(np.column_stack(list(columns.values())))


def reach(found: Array, y: Array) -> float:
    """Largest distance of values from the middle of a target, in ranges of the target; infinite if one is missing."""
    distance = np.abs(found - (y.max() + y.min()) / 2).max(initial=0.0) / np.ptp(y)
    return float(distance) if np.isfinite(distance) else float("inf")


def line(result: dict[str, Any]) -> str:
    """One result in a line, and its warnings in lines of their own."""
    head = f"{result['name']:22s} {result['verdict']:13s} {result['seconds']:5.1f} s  size {result['complexity']:4d}"
    if result["law"] is not None:
        head += f"  error {result['error']:6.0e}  reach {result['reach']:7.3g}{' WILD' if result['wild'] else ''}"
    return "\n    ".join([head, result["formula"][:SHOWN], *(f"warning: {w}" for w in result["warnings"])])


def summary(results: Sequence[dict[str, Any]]) -> str:
    """How often kansr claimed what is not so."""
    outside = [r for r in results if r["law"] is not None]
    if not outside:
        return ""
    sizes = [r["complexity"] for r in outside]
    wrong = {
        "called exact": [r["name"] for r in outside if r["verdict"] == "exact"],
        "called noise": [r["name"] for r in outside if r["verdict"] == "noise"],
        "wild outside the table": [r["name"] for r in outside if r["wild"]],
    }
    counts = "\n".join(
        f"{what}: {len(names)} of {len(outside)}: {', '.join(names) or '-'}" for what, names in wrong.items()
    )
    errors = statistics.median(r["error"] for r in outside)
    return f"{counts}\nsize: median {statistics.median(sizes)}, largest {max(sizes)}; error: median {errors:.0e}"


def main() -> None:
    """Read the command line, fit every table, print what was said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", nargs="?", choices=("outside", "targets", "both"), default="both")
    parser.add_argument("--only", help="names with commas")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--budget", type=float, default=30.0)
    for name, value in (("--rows", 2000), ("--seed", 0), ("--workers", 2)):
        parser.add_argument(name, type=int, default=value)
    args = parser.parse_args()
    settings = {"rows": args.rows, "seed": args.seed, "budget": args.budget}
    outside = [Case(law=law, **settings) for law in collection("outside").laws]
    targets = [Case(law=LINE, made=name, **settings) for name in TARGETS]
    cases = {"outside": outside, "targets": targets, "both": outside + targets}[args.kind]
    if args.only:
        cases = [case for case in cases if case.name in args.only.split(",")]
    print(summary(table(judged, cases, args.workers, args.json, line=line)))


if __name__ == "__main__":
    main()
