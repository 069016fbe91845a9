"""Judge a formula that the user brings: its errors on a table, also with refitted constants, beside discovered ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import sympy as sp

from kansr.errors import UsageError
from kansr.forms import Candidate, forms
from kansr.formula.chi2 import weigh
from kansr.formula.constants import refit as refit_constants
from kansr.formula.constants import standard_errors
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula, judge
from kansr.formula.functions import Array
from kansr.formula.names import safe_names, symbols_of
from kansr.formula.parse import parse
from kansr.formula.snap import rounded
from kansr.formula.weighing import Weighing
from kansr.noise.model import Noise
from kansr.pipeline.few import kinds_of, measured
from kansr.pipeline.verdicts import Said, beside, of_many, said_of, summary
from kansr.result import NoiseSummary, plain
from kansr.symbolic.custom import written_out
from kansr.symbolic.spec import CustomFunction
from kansr.table import Table, split_table
from kansr.table.split import Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A formula and how far it can be trusted on the rows of a table: the verdict, why, and the noise beside it."""

    name: str
    formula: Formula
    said: Said
    noise: NoiseSummary | None = None
    crossed: bool = False

    @property
    def exact(self) -> bool:
        """Whether all errors are rounding."""
        return self.said.verdict == "exact"

    def to_json(self) -> dict[str, Any]:
        """Give JSON values."""
        more = {
            "name": self.name,
            "exact": self.exact,
            "verdict": self.said.verdict,
            "why": self.said.why,
            "noise": None if self.noise is None else plain(asdict(self.noise)),
            "validation": "cross" if self.crossed else "held out",
        }
        return more | self.formula.to_json()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """The rows that formulas are judged on: their parts, columns by safe name [n], and forms that stand beside."""

    table: Table
    names: dict[str, str]
    split: Split
    columns: dict[str, Array]
    kinds: tuple[Noise, ...]
    standing: tuple[Candidate, ...] = ()

    @classmethod
    def of(cls, table: Table, seed: int) -> _Rows:
        names, split = safe_names(table.features), split_table(table, seed)
        columns = dict(zip(names, np.ascontiguousarray(table.x.T), strict=True))
        kinds = kinds_of(table)
        standing = tuple(forms(columns, kinds)) if split.cross else ()
        return cls(table=table, names=names, split=split, columns=columns, kinds=tuple(kinds), standing=standing)

    def noise(self, expr: sp.Expr) -> Noise:
        """Give the kind of noise under which the rows are likeliest beside the best form, or else beside a formula."""
        if self.standing:
            return self.standing[0].noise
        values = np.broadcast_to(evaluate(expr, self.columns), self.table.y.shape)
        return min(self.kinds, key=lambda noise: noise.bits(values))


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
    rows = _Rows.of(table, seed)
    own = parse(text, rows.names, own=written_out(custom))
    scored = [_judged("yours", own, rows)]
    if refit:
        scored.append(_judged("refitted", _refitted(own, rows), rows, fitted=True))
    return [*scored, *(_judged(r.label, _again(r, rows), rows, errors=r.errors, free=len(r.errors)) for r in rivals)]


def _refitted(own: sp.Expr, rows: _Rows) -> sp.Expr:
    chosen, table = np.concatenate([rows.split.train, rows.split.validation]), rows.table
    columns = {name: column[chosen] for name, column in rows.columns.items()}
    weighing = _weighing(rows, own, chosen)
    fit = refit_constants(own, columns, table.y[chosen], weighing=weighing)
    if not fit.symbols:
        raise UsageError("the formula has no decimal constant", hint="write 2.0 for a number that may be refitted")
    return rounded(fit, columns, table.y[chosen], weighing).expression


def _weighing(rows: _Rows, expr: sp.Expr, chosen: Array | Any) -> Weighing | None:
    """Give what rows count: by their errors, or where few rows show relative noise by the size of the target."""
    table = rows.table
    if table.sigma is not None:
        return Weighing.of(table.sigma[chosen], table.absolute)
    noise = rows.noise(expr)
    if not rows.split.cross or noise.kind not in ("relative", "counts"):
        return None
    if noise.kind == "counts":
        return Weighing.of(np.sqrt(np.maximum(table.y[chosen], 1.0)), absolute=True)
    return Weighing.of(np.abs(table.y[chosen]), absolute=False)


def _again(rival: Formula, rows: _Rows) -> sp.Expr:
    """Write a formula of a run in the columns of these rows."""
    missing = [column for column in rival.names.values() if column not in rows.table.features]
    if missing:
        raise UsageError(f"the run's formula needs a column '{missing[0]}' that this table does not have")
    own = dict(zip(rows.names.values(), symbols_of(rows.names).values(), strict=True))
    return rival.expression.xreplace({s: own[rival.names[s.name]] for s in rival.expression.free_symbols})


def _judged(
    name: str,
    expr: sp.Expr,
    rows: _Rows,
    *,
    fitted: bool = False,
    errors: Mapping[str, float] | None = None,
    free: int = 0,
) -> Scored:
    table, split = rows.table, rows.split
    if fitted:
        chosen = np.concatenate([split.train, split.validation])
        columns = {n: c[chosen] for n, c in rows.columns.items()}
        errors = standard_errors(expr, columns, table.y[chosen], _weighing(rows, expr, chosen))
        free = len(errors)
    formula = judge(expr, rows.names, table.x, y=table.y, split=split, label=name, free=free, errors=errors)
    noise = rows.noise(formula.expression)
    if split.cross:
        formula = measured(formula, rows.columns, noise)
    elif table.sigma is not None:
        formula = weigh(
            formula, table.x, table.y, names=list(rows.names), split=split, sigma=table.sigma, absolute=table.absolute,
            free=free,
        )  # fmt: skip
    said = _said(formula, rows, noise)
    count = len(formula.expression.atoms(sp.Float))
    values = np.array(np.broadcast_to(evaluate(formula.expression, rows.columns), table.y.shape))
    found = summary(noise, values, rows.columns, free=count, verdict=said.verdict) if split.cross else None
    return Scored(name=name, formula=formula, said=said, noise=found, crossed=split.cross)


def _said(formula: Formula, rows: _Rows, noise: Noise) -> Said:
    """Give the verdict: on few rows as a fit gives it, on many by parts of the rows and by what residuals know."""
    expression = formula.expression
    if rows.split.cross:
        return beside(said_of(expression, rows.columns, noise), expression, rows.columns, noise, rows.standing)
    return of_many(formula, rows.columns, rows.table.y, spread=float(np.std(rows.table.y[rows.split.test])) or 1.0)
