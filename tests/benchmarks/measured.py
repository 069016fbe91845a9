"""Formulas for measured tables, beside the models that experts accept for them.

    python -m tests.benchmarks.measured [--only ohm,kleiber] [--budget 10] [--json FILE]

Each table of the collection `measured` is fitted by default settings. Where its card says that errors are relative,
kansr is told so by weights of 1/target^2 (`--plain` leaves them out, as `kansr fit table.csv` does), and both formulas
are judged by the logarithm of the target; elsewhere by the target itself.

The printed formula is taken as it stands; the constants of the accepted model are refitted to all rows, from those on
the card. Both are judged on all rows by BIC = n log(RSS/n) + k log(n), k being the decimals of a formula. The formula
is as good when its BIC is at most 6 above that of the model, or when both have one form. Six is the difference from
which Kass and Raftery (1995) call the evidence strong.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sympy as sp
import torch
import yaml
from numpy.typing import NDArray

from kansr.datasets import Law, ShippedTable, shipped_tables
from kansr.errors import KansrError
from kansr.formula.constants import parametrised, refit
from kansr.formula.evaluate import evaluate
from kansr.formula.form import form
from kansr.formula.parse import parse
from kansr.pipeline.explain import explain
from kansr.recipe import Recipe
from kansr.table import Table, TableSpec, table_from_frame
from tests.benchmarks import pool
from tests.benchmarks.pool import table

COLLECTION = "measured"
CLOSE = 6.0  # how much larger the BIC of a formula that is as good may be
STEPS = 400  # of the refit of a model: some of them are ill-conditioned
_LEAST = 1e-30  # share of the target's mean square below which residuals are rounding
_WEIGHT = "weight_of_the_row"  # no card has a column of that name
SHOWN = 120  # letters of a formula in the table

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A table with what its card says of the model.

    Parameters
    ----------
    columns
        Column -> values [n], without the target.
    y
        Target [n].
    model
        What experts accept, with the constants of the card.
    relative
        Whether errors are a share of the target.
    """

    name: str
    target: str
    columns: Mapping[str, Array]
    y: Array
    model: sp.Expr
    relative: bool

    def seen(self, formula: sp.Expr) -> tuple[sp.Expr, Array]:
        """Give a formula and the target [n] in the scale in which all rows err alike."""
        return (sp.log(formula), np.log(self.y)) if self.relative else (formula, self.y)

    def fitted(self) -> sp.Expr:
        """Give the model with its constants at their best over all rows."""
        expression, y = self.seen(self.model)
        found = refit(expression, self.columns, y, steps=STEPS).expression
        return sp.exp(found) if self.relative else found

    def score(self, formula: sp.Expr, constants: int) -> tuple[float, float]:
        """Give the BIC and R^2 of a formula on all rows; infinite and minus infinite where a value is missing."""
        expression, y = self.seen(formula)
        with np.errstate(all="ignore"):
            mse = float(np.mean((evaluate(expression, self.columns) - y) ** 2))
        if not np.isfinite(mse):
            return float("inf"), float("-inf")
        n = len(y)
        bic = n * np.log(max(mse, _LEAST * float(np.mean(y**2)))) + constants * np.log(n)
        return float(bic), 1 - mse / float(np.var(y))


def card(shipped: ShippedTable) -> dict[str, Any]:
    """Read the fields of a card."""
    fields: dict[str, Any] = yaml.safe_load(shipped.card.split("---\n")[1])
    return fields


def measured(shipped: ShippedTable) -> Measured:
    """Read a table and its card."""
    about, frame = card(shipped), pd.read_csv(shipped.path)
    columns = {name: frame[name].to_numpy(dtype=float) for name in frame.columns[:-1]}
    return Measured(
        name=str(about["name"]),
        target=str(about["target"]),
        columns=columns,
        y=frame[about["target"]].to_numpy(dtype=float),
        model=parse(about["model"], list(columns)),
        relative=about["errors"] == "relative",
    )


@dataclass(frozen=True, kw_only=True)
class Case(pool.Case):
    """A table, and whether kansr is told of relative errors."""

    known: Measured
    told: bool = True


def case_of(shipped: ShippedTable, **settings: Any) -> Case:
    """Make a case of a table; its law is the model within the ranges of the columns."""
    known, about = measured(shipped), card(shipped)
    ranges = {name: (float(values.min()), float(values.max())) for name, values in known.columns.items()}
    law = Law(name=known.name, target=known.target, formula=about["model"], ranges=ranges)
    return Case(law=law, known=known, rows=len(known.y), **settings)


def given(known: Measured, told: bool) -> Table:
    """Give the table that kansr reads."""
    frame = pd.DataFrame({**known.columns, known.target: known.y})
    if not (told and known.relative):
        return table_from_frame(frame, TableSpec(target=known.target))
    frame.insert(0, _WEIGHT, 1 / known.y**2)
    return table_from_frame(frame, TableSpec(target=known.target, weights=_WEIGHT))


def judged(case: Case) -> dict[str, Any]:
    """Fit one table, and compare the printed formula with the accepted model."""
    torch.set_num_threads(1)
    known, started = case.known, time.monotonic()
    about = {"name": known.name, "rows": len(known.y), "columns": len(known.columns)}
    try:
        result = explain(given(known, case.told), Recipe(seed=case.seed, budget=case.budget))
    except Exception as error:  # a fault of kansr is a result of the benchmark, and no reason to lose the others
        about |= {"verdict": "refused" if isinstance(error, KansrError) else "broken", "good": False, "same": False}
        return {**about, "seconds": time.monotonic() - started, "formula": f"{type(error).__name__}: {error}"}
    found = {"verdict": result.verdict, "seconds": time.monotonic() - started, "formula": result.formula.text}
    return {**about, **found, **compared(known, parse(result.formula.text, list(known.columns)))}


def compared(known: Measured, formula: sp.Expr) -> dict[str, Any]:
    """Compare a formula as it stands with the refitted model of a table."""
    model = known.fitted()
    constants = [len(parametrised(expression)[2]) for expression in (formula, known.model)]
    bic, r2 = known.score(formula, constants[0])
    bic_model, r2_model = known.score(model, constants[1])
    same = form(formula) == form(known.model)
    return {
        "model": str(model),
        "constants": constants,
        "r2": r2,
        "r2_model": r2_model,
        "difference": bic - bic_model,
        "same": same,
        "good": same or bic <= bic_model + CLOSE,
    }


def line(result: dict[str, Any]) -> str:
    """One result in a line."""
    head = f"{result['name']:32s} {result['rows']:4d} x {result['columns']} {result['verdict']:13s}"
    if "difference" not in result:
        return f"{head} {result['formula'][:SHOWN]}"
    mark = "same" if result["same"] else "good" if result["good"] else "WORSE"
    numbers = f"{result['seconds']:5.1f} s  R2 {result['r2']:.6f} {result['r2_model']:.6f}"
    return f"{head} {numbers}  BIC {result['difference']:+8.1f}  {mark:5s}  {result['formula'][:SHOWN]}"


def summary(results: Sequence[dict[str, Any]]) -> str:
    """How many formulas are as good as the accepted model, and which are not."""
    good = [r for r in results if r["good"]]
    better = [r for r in good if r.get("difference", 0.0) < -CLOSE]
    none = [r["name"] for r in results if "difference" not in r]
    worse = [r["name"] for r in results if not r["good"] and "difference" in r]
    return (
        f"as good: {len(good)} of {len(results)}; of them {sum(r['same'] for r in good)} of the same form, "
        f"{len(better)} with a BIC lower by more than {CLOSE:g}\nworse: {', '.join(worse) or '-'}\n"
        f"without a formula: {', '.join(none) or '-'}"
    )


def main() -> None:
    """Read the command line, fit every table, print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="names with commas")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--budget", type=float, default=10.0)
    parser.add_argument("--plain", action="store_true", help="do not tell kansr of relative errors")
    for name, value in (("--seed", 0), ("--workers", 1)):
        parser.add_argument(name, type=int, default=value)
    args = parser.parse_args()
    settings = {"seed": args.seed, "budget": args.budget, "told": not args.plain}
    only = None if args.only is None else set(args.only.split(","))
    shipped = [one for one in shipped_tables(COLLECTION) if only is None or one.path.stem in only]
    print(summary(table(judged, [case_of(one, **settings) for one in shipped], args.workers, args.json, line=line)))


if __name__ == "__main__":
    main()
