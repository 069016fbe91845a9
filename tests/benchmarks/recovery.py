"""Whole formulas from the tables of a collection: how many laws come back exactly, and how long it takes.

    python -m tests.benchmarks.recovery [--collection feynman,nguyen] [--file mine.csv] [--noise 0.01] [--only I.6.2]

Settings are the defaults. Three figures for each law, all measured on the formula as printed:

exact     it agrees with the law to 1e-6 of the law's size on fresh rows, inside the ranges and inside ranges that are
          wider by half, and has at most three times as many nodes
rounded   under noise: the same after each constant that has an error bar is moved to the law's own value, within four
          of its errors; told here by a refit of those constants to rows without noise
srbench   after rounding to three decimals, the difference to the law is a constant, or the ratio is (La Cava 2021)
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sympy as sp
import torch
from numpy.typing import NDArray

from kansr.datasets import Law, collection, collections, read_collection
from kansr.errors import FormulaError
from kansr.formula.complexity import complexity
from kansr.formula.constants import parametrised, refit
from kansr.formula.evaluate import evaluate
from kansr.formula.limit import limited
from kansr.formula.parse import parse
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import solve
from kansr.progress import Clock, silent
from kansr.recipe import Recipe
from kansr.table import table_from_frame
from tests.benchmarks.pool import Case, table

CLOSE = 1e-6  # largest difference of an exact formula, as a share of the law's RMS
LONGER = 3.0  # an exact formula has at most so many times the nodes of the law
FRESH = 2000
WIDER = 1.5
SIGMAS = 4.0  # errors that a constant may be away from the law's
SHOWN = 140  # letters of a formula in the table
SYMPY = 20.0  # seconds that sympy gets for one comparison

Array = NDArray[np.float64]


def recover(case: Case) -> dict[str, Any]:
    """Fit one table by default settings and compare the formula with the law."""
    torch.set_num_threads(1)
    law = case.law
    x, y = law.sample(case.rows, case.seed, case.noise)
    frame = pd.DataFrame(x, columns=list(law.ranges)).assign(**{law.target + "_": y})
    started = time.monotonic()
    problem = Problem.of(table_from_frame(frame), Recipe(seed=case.seed, budget=case.budget))
    solution = solve(problem, clock=Clock(case.budget), report=silent)
    seconds = time.monotonic() - started
    formula, truth = solution.formula.expression, parse(law.formula, list(law.names))
    errors = [error(formula, truth, law, case.seed, wider) for wider in (1.0, WIDER)]
    short = solution.formula.complexity <= LONGER * complexity(truth)
    return {
        "name": law.name,
        "formula": solution.formula.text,
        "law": law.formula,
        "exact": max(errors) < CLOSE and short,
        "rounded": short and rounded(formula, truth, law, case, solution.formula.errors),
        "srbench": same(formula, truth),
        "errors": errors,
        "verdict": solution.verdict,
        "complexity": [solution.formula.complexity, complexity(truth)],
        "graph": solution.structure["graph"],
        "graph_right": solution.found.verdict.right,
        "floor": solution.found.verdict.floor,
        "seconds": seconds,
    }


def fresh(law: Law, seed: int, wider: float) -> dict[str, Array]:
    """Columns with values that no fit has seen, from ranges that are wider by a factor."""
    rng = np.random.default_rng(seed + 1000)
    low, high = np.array(list(law.ranges.values())).T
    margin = (wider - 1) / 2 * (high - low)
    x = rng.uniform(low - margin, high + margin, (FRESH, len(low)))
    return dict(zip(law.names, x.T, strict=True))


def error(formula: sp.Expr, truth: sp.Expr, law: Law, seed: int, wider: float) -> float:
    """RMS difference as a share of the law's RMS, on rows where the law has a value; infinite where only it has one."""
    columns = fresh(law, seed, wider)
    with np.errstate(all="ignore"):
        a, b = (np.broadcast_to(evaluate(e, columns), (FRESH,)) for e in (formula, truth))
        known = np.isfinite(b)
        share = float(np.sqrt(np.mean((a[known] - b[known]) ** 2) / np.mean(b[known] ** 2)))
    return share if np.isfinite(share) else float("inf")


def rounded(formula: sp.Expr, truth: sp.Expr, law: Law, case: Case, errors: Any) -> bool:
    """Whether the constants, moved within a few of their errors, give the law itself."""
    columns = fresh(law, case.seed, 1.0)
    values = np.broadcast_to(evaluate(truth, columns), (FRESH,))
    fit = refit(formula, columns, values, steps=200)
    if error(fit.expression, truth, law, case.seed, 1.0) > CLOSE:
        return False
    before = parametrised(formula)[2]
    sigma = sorted(float(s) for s in errors.values() if np.isfinite(s))
    if len(before) != len(fit.values):
        return len(before) == 0
    bars = {f"{float(k):.6g}": float(s) for k, s in errors.items()}
    free = [bars.get(f"{abs(v):.6g}", max(sigma, default=0.0)) for v in before]
    return all(abs(a - b) <= SIGMAS * s + 1e-9 * abs(b) for a, b, s in zip(before, fit.values, free, strict=True))


def same(formula: sp.Expr, truth: sp.Expr) -> bool:
    """SRBench's rule."""
    try:
        with limited(SYMPY):
            a = formula.xreplace({n: sp.Float(round(float(n), 3)) for n in formula.atoms(sp.Float)})
            difference = sp.simplify(a - truth)
            if not difference.free_symbols:
                return True
            return not sp.simplify(a / truth).free_symbols
    except (FormulaError, ValueError, TypeError, NotImplementedError, RecursionError, AttributeError):
        return False


def line(result: dict[str, Any]) -> str:
    """One result in one line."""
    marks = " ".join(m if result[k] else "-" for k, m in (("exact", "E"), ("rounded", "R"), ("srbench", "S")))
    graph = "right" if result["graph_right"] else f"{result['floor']:.0e}"
    head = f"{result['name']:10s} {marks} {result['verdict']:13s} {result['seconds']:5.1f} s {graph:6s}"
    return f"{head} {result['errors'][0]:6.0e} {result['formula'][:SHOWN]}"


def main() -> None:
    """Read the command line, fit every law, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
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
    print(summary(table(recover, cases, args.workers, args.json, line=line)))


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
