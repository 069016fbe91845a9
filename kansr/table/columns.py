"""One column of a frame as numbers, or what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from kansr.errors import TableError
from kansr.table.cells import advice, is_date, is_null, meant_as_number, number, shown
from kansr.table.names import place
from kansr.table.spec import TableSpec
from kansr.table.table import Floats

if TYPE_CHECKING:
    import pandas as pd

_WHOLE = 2.0**53  # float64 holds every whole number up to here
_LOOKED_AT = 1000  # cells of a column that is not all numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One column as numbers, or the first cell that is none.

    Attributes
    ----------
    name
        As the user wrote it.
    values
        [rows], float64, NaN where a value is missing; empty unless `kind` is `number`.
    kind
        `number`; `empty`: every cell is missing; `date`; `text`; `broken`: numbers, but for some cells.
    row, cell
        The first cell that is not a number; the row counts from 1.
    labels
        How many different texts there are, where some of them come back and may be labels; else 0.
    rounded
        The first row with a whole number that float64 cannot hold.
    """

    name: str
    values: Floats
    kind: Literal["number", "empty", "date", "text", "broken"]
    row: int = 0
    cell: object = ""
    labels: int = 0
    rounded: int | None = None


def column(series: pd.Series[Any], name: str, spec: TableSpec, decimal: str = ".") -> Column:
    """Convert a column: booleans to 0 and 1, whole numbers to float64, text cell by cell.

    Raises `TableError` for an infinite value.
    """
    if series.dtype.kind in "biuf":
        return _numbers(name, series.to_numpy(dtype=np.float64, na_value=np.nan), series, spec)
    cells = series.to_numpy(dtype=object)
    missing = series.isna().to_numpy()
    values = np.full(len(cells), np.nan)
    for i in np.flatnonzero(~missing):
        value = number(cells[i], decimal)
        if value is None and not is_null(cells[i], spec.null_values):
            return _not_numbers(name, cells[~missing], int(i) + 1, cells[i], decimal)
        values[i] = np.nan if value is None else value
    return _numbers(name, values, series, spec)


def refused(column: Column, role: str) -> TableError:
    """Say why a column that was asked for cannot be used."""
    if column.kind == "empty":
        return TableError(f"the {role} holds no values", where=place(None, column.name), hint="choose another column")
    what = {"date": "a date", "text": "text", "broken": "not a number"}[column.kind]
    return TableError(
        f"{shown(column.cell)} is {what}; the {role} must hold numbers",
        where=place(column.row, column.name),
        hint=advice(column.cell) if column.kind == "broken" else f"{_OTHER[role]}{instead(column)}",
    )


def instead(column: Column) -> str:
    """Say how a column of dates or labels could be used; nothing where it could not."""
    if column.kind == "date":
        return "; a column of seconds since the first date could be used"
    if column.kind != "text" or column.labels < 2:
        return ""
    name = column.name if " " not in column.name else f"'{column.name}'"
    by_hand = f", or write a column of 1 for {shown(column.cell)} and 0 for the other" if column.labels == 2 else ""
    return f"; --group {name} gives each of its {column.labels} values constants of its own{by_hand}"


_OTHER = {
    "target": "choose the target with -t",
    "feature": "leave the column out with -x",
    "measurement errors": "choose the column with --sigma",
    "weights": "choose the column with --weights",
}


def _numbers(name: str, values: Floats, series: pd.Series[Any], spec: TableSpec) -> Column:
    nulls = [null for text in spec.null_values if (null := number(text)) is not None]
    if nulls:
        values = np.where(np.isin(values, nulls), np.nan, values)
    infinite = np.flatnonzero(np.isinf(values))
    if infinite.size:
        row = int(infinite[0]) + 1
        raise TableError(
            f"the value is infinite: {shown(series.iloc[row - 1])}",
            where=place(row, name),
            hint="correct the cell, or leave the row out; numbers above 1.8e308 count as infinite",
        )
    if np.isnan(values).all():
        return Column(name=name, values=values, kind="empty")
    return Column(name=name, values=values, kind="number", rounded=_rounded(values, series))


def _rounded(values: Floats, series: pd.Series[Any]) -> int | None:
    """Find the first row whose whole number lost digits, in a column of whole numbers."""
    if series.dtype.kind == "f":
        return None
    large = np.flatnonzero(np.abs(values) > _WHOLE)
    cells = series.to_numpy(dtype=object)[large]
    return next((int(i) + 1 for i, cell in zip(large, cells, strict=True) if _lost(cell, values[i])), None)


def _lost(cell: object, value: float) -> bool:
    """Whether a whole number, perhaps as text, differs from its float64."""
    try:
        return int(str(cell)) != int(value)
    except ValueError:
        return False


def _not_numbers(name: str, cells: npt.NDArray[np.object_], row: int, cell: object, decimal: str) -> Column:
    """Tell dates, text and numbers with a flaw apart, by the majority of the cells."""
    sample = cells[:: max(1, len(cells) // _LOOKED_AT)]
    dates = sum(is_date(one) for one in sample)
    meant = sum(number(one, decimal) is not None or meant_as_number(one) for one in sample)
    kind: Literal["date", "text", "broken"] = "date" if 2 * dates >= len(sample) else "text"
    if kind == "text" and 2 * meant >= len(sample):
        kind = "broken"
    labels = _labels(cells) if kind == "text" else 0
    return Column(name=name, values=np.empty(0), kind=kind, row=row, cell=cell, labels=labels)


def _labels(cells: npt.NDArray[np.object_]) -> int:
    """Count the different texts of a column, where each comes twice on average; names and notes are no labels."""
    labels = len({str(cell).strip() for cell in cells})
    return labels if 2 * labels <= len(cells) else 0
