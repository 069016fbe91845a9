"""Tables whose numbers are hard, and what comes of them: `python -m tests.benchmarks.numerics --budget 20`.

A case is right when the formula is the law on rows without errors, to a part in a thousand of its spread; else what
kansr says of it is printed: the verdict, and the warnings.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kansr.errors import KansrError
from kansr.formula.evaluate import evaluate
from kansr.pipeline.explain import explain
from kansr.recipe import Recipe
from kansr.table import read_table
from kansr.training.spec import TrainingSpec

Array = NDArray[np.float64]
Law = Callable[[Array, Array], Array]
ROWS = 300


def draws(seed: int) -> tuple[Array, Array, np.random.Generator]:
    """Give two columns of numbers from 0.5 to 2, and what else is drawn with."""
    generator = np.random.default_rng(seed)
    a, b = generator.uniform(0.5, 2, (2, ROWS))
    return a, b, generator


def plain(law: Law) -> tuple[dict[str, Array], Array, Array]:
    """Give a table of a law as it is: columns, target, and the target without errors."""
    a, b, _ = draws(0)
    return {"a": a, "b": b}, law(a, b), law(a, b)


def narrow(base: float, spread: float) -> tuple[dict[str, Array], Array, Array]:
    """Give a column of a small spread on a large number."""
    a, b, _ = draws(0)
    column = base + spread * a
    y = (column - base) / spread * b
    return {"a": column, "b": b}, y, y


def repeated() -> tuple[dict[str, Array], Array, Array]:
    """Give ten rows, thirty times each."""
    a, b, _ = draws(0)
    a, b = np.repeat(a[:10], ROWS // 10), np.repeat(b[:10], ROWS // 10)
    return {"a": a, "b": b}, a * b, a * b


def collinear() -> tuple[dict[str, Array], Array, Array]:
    """Give a column that is twice another one."""
    a, b, _ = draws(0)
    return {"a": a, "b": b, "c": 2 * a}, a * b, a * b


def whole() -> tuple[dict[str, Array], Array, Array]:
    """Give columns of small whole numbers."""
    _, _, generator = draws(0)
    a, b = generator.integers(1, 7, (2, ROWS)).astype(float)
    return {"a": a, "b": b}, a**2 + b, a**2 + b


def wide() -> tuple[dict[str, Array], Array, Array]:
    """Give a column with heavy tails: its largest value is hundreds of times its median."""
    _, b, generator = draws(0)
    a = generator.standard_t(1.5, ROWS)
    return {"a": a, "b": b}, a * b, a * b


def tailed() -> tuple[dict[str, Array], Array, Array]:
    """Give errors with heavy tails: Student's t of three degrees of freedom, a hundredth of the spread."""
    a, b, generator = draws(0)
    y = a * b
    return {"a": a, "b": b}, y + 0.01 * y.std() * generator.standard_t(3, ROWS), y


def outliers() -> tuple[dict[str, Array], Array, Array]:
    """Give gross errors, ten times the spread, in one row of twenty."""
    a, b, generator = draws(0)
    y = a * b
    gross = generator.uniform(size=ROWS) < 0.05
    return {"a": a, "b": b}, y + np.where(gross, 10 * y.std() * generator.normal(size=ROWS), 0.0), y


CASES: dict[str, Callable[[], tuple[dict[str, Array], Array, Array]]] = {
    "constant 1e-30": lambda: plain(lambda a, b: 1e-30 * a * b),
    "constant 1e+30": lambda: plain(lambda a, b: 1e30 * a * b),
    "1e-6 spread on 1e6": lambda: narrow(1e6, 1e-6),
    "1e-12 spread on 1e6": lambda: narrow(1e6, 1e-12),
    "repeated rows": repeated,
    "collinear columns": collinear,
    "integer columns": whole,
    "heavy tails of a column": wide,
    "heavy tails of the errors": tailed,
    "5 % gross outliers": outliers,
    "the same, loss: huber": outliers,
}


def shown(case: str, budget: float, place: Path) -> str:
    """Fit a case, and say in one line what came of it."""
    columns, y, truth = CASES[case]()
    path = place / "table.csv"
    rows = np.column_stack([*columns.values(), y])
    path.write_text("\n".join([",".join([*columns, "y"]), *(",".join(map(repr, row)) for row in rows.tolist())]) + "\n")
    started = time.process_time()
    try:
        loss: Any = "huber" if "huber" in case else "squares"
        result = explain(read_table(path), Recipe(budget=budget, training=TrainingSpec(loss=loss)))
    except KansrError as error:
        return f"said: {error.what}"
    columns = {name: columns[name] for name in result.formula.names.values()}
    values = np.broadcast_to(evaluate(result.formula.expression, columns or {"a": y}), y.shape)
    size = float(np.abs(truth).max()) or 1.0
    spread = float(np.std(truth / size)) or 1.0
    off = float(np.sqrt(np.mean(((values - truth) / size) ** 2))) / spread
    said = "right" if math.isfinite(off) and off < 1e-3 else f"off by {off:.2g} of the spread"
    warned = "".join(f"; {warning}" for warning in result.warnings)
    return f"{said}; {result.verdict}; {result.formula.text[:60]}  ({time.process_time() - started:.1f} s){warned}"


def main() -> None:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=float, default=20.0)
    parser.add_argument("--only", choices=CASES)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for case in [given.only] if given.only else CASES:
            print(f"{case:26s} {shown(case, given.budget, Path(place))}", flush=True)


if __name__ == "__main__":
    main()
