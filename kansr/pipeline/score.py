"""Judge a formula that the user brings: its errors on a table, also with refitted constants, beside discovered ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from kansr.errors import FormulaError, UsageError
from kansr.formula.constants import refit as refit_constants
from kansr.formula.constants import standard_errors
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula, Scores, judge
from kansr.formula.functions import Array
from kansr.formula.names import safe_names, symbols_of
from kansr.formula.parse import parse
from kansr.formula.snap import rounded
from kansr.symbolic.custom import written_out
from kansr.symbolic.spec import CustomFunction
from kansr.table import Table, split_table
from kansr.table.split import Split

_PARTS = 40  # parts of a formula, the smallest first, along which residuals are looked at
_WHITE = 4.0  # standard errors that the autocorrelation of white residuals stays within
EXACT = 1e-9
"""Share of the target's spread up to which an error is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A formula and how far it can be trusted on the rows of a table.

    `white` says that neighbours' residuals along each column are uncorrelated; `exact` that all errors are rounding.
    """

    name: str
    formula: Formula
    exact: bool
    white: bool

    def to_json(self) -> dict[str, Any]:
        """Give JSON values."""
        return {"name": self.name, "exact": self.exact, "white": self.white, **self.formula.to_json()}


def score(
    table: Table,
    text: str,
    *,
    refit: bool = False,
    rivals: Sequence[Formula] = (),
    seed: int = 0,
    custom: Sequence[CustomFunction] = (),
) -> list[Scored]:
    """Judge a formula, then the same with its decimals refitted, then the rivals, all on the same parts of the rows.

    Parameters
    ----------
    table
        The rows; the parts are those of a fit with this seed.
    text
        The formula in the names of the columns (safe names where a name cannot stand in a formula).
    refit
        Whether its decimal constants are fitted to the train and validation rows as well.
    rivals
        Formulas of a run, in columns that the table has.
    custom
        Functions of the user's own that the formula may call.

    Raises
    ------
    FormulaError
        If the formula cannot be read, or has a name that is no column.
    UsageError
        If it has no decimal constant to refit, or a rival needs a column that the table does not have.
    """
    names = safe_names(table.features)
    split = split_table(table, seed)
    own = parse(text, names, own=written_out(custom))
    scored = [_scored("yours", judge(own, names, table.x, y=table.y, split=split, label="yours", free=0), table, split)]
    if refit:
        chosen = np.concatenate([split.train, split.validation])
        columns = dict(zip(names, table.x[chosen].T, strict=True))
        fit = refit_constants(own, columns, table.y[chosen])
        if not fit.symbols:
            raise UsageError("the formula has no decimal constant", hint="write 2.0 for a number that may be refitted")
        fit = rounded(fit, columns, table.y[chosen])
        formula = judge(
            fit.expression, names, table.x, y=table.y, split=split, label="refitted", free=len(fit.values),
            errors=standard_errors(fit.expression, columns, table.y[chosen]),
        )  # fmt: skip
        scored.append(_scored("refitted", formula, table, split))
    return [*scored, *(_scored(r.label, _again(r, table, names, split), table, split) for r in rivals)]


def _again(rival: Formula, table: Table, names: dict[str, str], split: Split) -> Formula:
    """Measure a formula of a run on these rows."""
    missing = [column for column in rival.names.values() if column not in table.features]
    if missing:
        raise UsageError(f"the run's formula needs a column '{missing[0]}' that this table does not have")
    own = dict(zip(names.values(), symbols_of(names).values(), strict=True))
    expression = rival.expression.xreplace({s: own[rival.names[s.name]] for s in rival.expression.free_symbols})
    return judge(
        expression, names, table.x, y=table.y, split=split, label=rival.label, free=len(rival.errors),
        errors=rival.errors,
    )  # fmt: skip


def _scored(name: str, formula: Formula, table: Table, split: Split) -> Scored:
    columns = dict(zip(safe_names(table.features), table.x.T, strict=True))
    values = np.broadcast_to(evaluate(formula.expression, columns), table.y.shape)
    spread = float(np.std(table.y[split.test])) or 1.0
    white = is_white(table.y - values, with_parts(formula.expression, columns))
    return Scored(name=name, formula=formula, exact=is_rounding(formula.rmse, spread), white=white)


def is_rounding(rmse: Scores, spread: float) -> bool:
    """Whether a formula's errors on all parts of the rows are rounding."""
    return all(e <= EXACT * spread for e in (rmse.train, rmse.validation, rmse.test))


def with_parts(expression: sp.Expr, columns: Mapping[str, Array]) -> dict[str, Array]:
    """Give the columns [n], and the values [n] of what stands inside a formula: what it misses shows along these."""
    parts = sorted((e for e in sp.preorder_traversal(expression) if e.args and e.free_symbols), key=sp.count_ops)
    found = dict(columns)
    for part in list(dict.fromkeys(parts))[:_PARTS]:
        with suppress(FormulaError):
            values = np.broadcast_to(evaluate(part, columns), next(iter(columns.values())).shape)
            found |= {str(part): values} if np.isfinite(values).all() else {}
    return found


def is_white(residual: Array, columns: Mapping[str, Array]) -> bool:
    """Whether neighbours' residuals [n], along each column [n], are uncorrelated."""
    return bool(np.isfinite(residual).all()) and all(
        _is_white(residual[np.argsort(column, kind="stable")]) for column in columns.values()
    )


def _is_white(residual: Array) -> bool:
    centred = residual - residual.mean()
    square = float(np.sum(centred**2))
    if square == 0 or len(residual) < 8:
        return True
    return abs(float(np.sum(centred[1:] * centred[:-1])) / square) <= _WHITE / math.sqrt(len(residual))
