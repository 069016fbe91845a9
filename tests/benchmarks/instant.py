"""Laws without a network: how many of a collection come back from the rows alone, and in what time.

    python -m tests.benchmarks.instant [--collection feynman,nguyen] [--file mine.csv] [--noise 0.01] [--rows 2000]

Judged as in `recovery`; the seconds are those of the processor, imports and judging apart.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from kansr.bench.score import score
from kansr.formula.formula import predict
from kansr.pipeline.plain import answer, without_network
from kansr.pipeline.problem import Problem
from kansr.progress import Clock, silent
from kansr.recipe import Recipe
from kansr.table import Table
from tests.benchmarks.pool import Case
from tests.benchmarks.recovery import SHOWN, over_laws


def at_once(case: Case) -> dict[str, Any]:
    """Find the formula of one table without a network, and compare it with the law."""
    law = case.law
    x, y = law.sample(case.rows, case.seed, case.noise)
    rows = Table(x=x, y=y, features=tuple(law.names), target="y", source="", sha256="")
    problem = Problem.of(rows, Recipe(seed=case.seed))
    start = time.process_time()
    problem, every = without_network(problem, Clock(case.budget), silent)
    one = answer(problem, every)
    seconds = time.process_time() - start

    def values(rows: np.ndarray) -> np.ndarray:
        return predict(one.formula, dict(zip(problem.table.features, rows.T, strict=True)))

    told = score(law, case.seed, values, formula=one.formula.expression, errors=one.formula.errors).to_json()
    return {"name": law.name, "law": law.formula, "formula": one.formula.text, "seconds": seconds, **told}


def line(result: dict[str, Any]) -> str:
    """One result in one line."""
    marks = " ".join(m if result[k] else "-" for k, m in (("exact", "E"), ("rounded", "R"), ("srbench", "S")))
    error = result["errors"][0]
    size = "inf" if error is None else f"{error:.0e}"
    return f"{result['name']:14s} {marks} {result['seconds']:5.2f} s {size:>6s} {result['formula'][:SHOWN]}"


def main() -> None:
    """Read the command line, find every law, print a table."""
    over_laws(at_once, __doc__, line=line)


if __name__ == "__main__":
    main()
