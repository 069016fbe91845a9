"""A file at a glance, before any training and also where it cannot be used: every column, and all that is odd."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kansr.errors import TableError
from kansr.table.cells import is_null
from kansr.table.choose import read_columns
from kansr.table.columns import Column
from kansr.table.names import found
from kansr.table.noise import Noise, noise
from kansr.table.odd import odd_rows
from kansr.table.read import read_cells, table_of
from kansr.table.spec import TableSpec
from kansr.table.table import Table, TableWarning
from kansr.table.text import Sheet

if TYPE_CHECKING:
    import pandas as pd

Role = Literal["target", "feature", "errors", "left out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """What stands in a column.

    Attributes
    ----------
    role
        What a fit would take it for.
    kind
        `number`, `whole` (whole numbers), `yes/no` (0 and 1), `date`, `text`, `empty`, or `broken`: numbers, but for
        some cells.
    missing, distinct
        Cells without a value, and how many different values there are.
    low, high
        The range of numbers; None for others.
    unit
        As it was written; None where it is not known.
    """

    name: str
    role: Role
    kind: str
    missing: int
    distinct: int
    low: float | None
    high: float | None
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survey:
    """What a table holds, and whether a fit could use it: `table` is None where not, and `error` says why.

    `noise` is that of the target as a share of its spread, None where there are few rows (see `kansr.table.noise`).
    """

    source: str
    rows: int
    columns: tuple[ColumnFacts, ...]
    table: Table | None
    error: TableError | None
    warnings: tuple[TableWarning, ...]
    noise: Noise | None

    def to_json(self) -> dict[str, Any]:
        """Give JSON values: the keys are those that are documented for `kansr check --json`."""
        error, table = self.error, self.table
        return {
            "source": self.source,
            "usable": table is not None,
            "error": None if error is None else {"what": error.what, "where": error.where, "hint": error.hint},
            "rows": self.rows,
            "rows_used": 0 if table is None else len(table),
            "target": None if table is None else table.target,
            "features": [] if table is None else list(table.features),
            "columns": [asdict(one) for one in self.columns],
            "warnings": [asdict(warning) for warning in self.warnings],
            "noise": None if self.noise is None else asdict(self.noise),
        }


def survey(source: str | Path, spec: TableSpec) -> Survey:
    """Look at a table as a fit would read it; what keeps a fit from using it is told, not raised.

    Raises
    ------
    UsageError
        If there is no such file or column.
    TableError
        If there are no columns to tell of: the file cannot be read as a table at all.
    """
    sheet, name = read_cells(source, spec)
    table, error = _table(sheet, spec, name)
    said = sheet.warnings if table is None else (*table.warnings, *odd_rows(table))
    return Survey(
        source=name,
        rows=len(sheet.frame),
        columns=_columns(sheet, table, spec),
        table=table,
        error=error,
        warnings=said,
        noise=None if table is None else noise(table),
    )


def _table(sheet: Sheet, spec: TableSpec, name: str) -> tuple[Table | None, TableError | None]:
    try:
        return table_of(sheet, spec, name), None
    except TableError as error:
        return None, error


def _columns(sheet: Sheet, table: Table | None, spec: TableSpec) -> tuple[ColumnFacts, ...]:
    names = list(map(str, sheet.frame.columns))
    roles = _roles(names, table, spec)
    return tuple(_facts(sheet, name, roles.get(name, "left out"), table, spec) for name in names)


def _facts(sheet: Sheet, name: str, role: Role, table: Table | None, spec: TableSpec) -> ColumnFacts:
    series = sheet.frame[name]
    one = _column(sheet, name, spec)
    values = one.values[np.isfinite(one.values)] if one is not None else np.empty(0)
    is_number = one is not None and one.kind == "number"
    return ColumnFacts(
        name=name,
        role=role,
        kind=_kind(one, values),
        missing=int(np.isnan(one.values).sum()) if one is not None and is_number else _missing(series, spec),
        distinct=int(np.unique(values).size if is_number else series.nunique()),
        low=float(values.min()) if is_number else None,
        high=float(values.max()) if is_number else None,
        unit=None if table is None else table.units.get(name),
    )


def _column(sheet: Sheet, name: str, spec: TableSpec) -> Column | None:
    """Convert a column; None for one with an infinite value."""
    try:
        (one,) = read_columns(sheet.frame, [name], spec, spec.decimal or sheet.decimal)
    except TableError:
        return None
    return one


def _kind(one: Column | None, values: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    if one is None or one.kind != "number":
        return "broken" if one is None else one.kind
    if np.isin(values, (0.0, 1.0)).all():
        return "yes/no"
    return "whole" if (values == np.floor(values)).all() else "number"


def _missing(series: pd.Series[Any], spec: TableSpec) -> int:
    """Count the cells of a column of text that hold nothing."""
    return int(series.isna().sum()) + sum(is_null(cell, spec.null_values) for cell in series.dropna())


def _roles(names: list[str], table: Table | None, spec: TableSpec) -> dict[str, Role]:
    """Say what a fit takes columns for; of a table that cannot be used, what was asked for. Others are left out."""
    target = names[-1] if spec.target is None else found(spec.target, names)
    roles: dict[str, Role] = {} if table is not None or target is None else {target: "target"}
    if table is not None:
        roles = {**dict.fromkeys(table.features, "feature"), table.target: "target"}
    asked = spec.sigma or spec.weights
    errors = None if asked is None else found(asked, names)
    return roles if errors is None else {**roles, errors: "errors"}
