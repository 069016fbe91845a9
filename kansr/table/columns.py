"""One column of a frame as numbers, or what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from kansr.errors import TableError
from kansr.table.cells import advice, is_date, is_null, meant_as_number, number, shown
from kansr.table.check import is_constant
from kansr.table.dates import along, read_dates
from kansr.table.limits import about_limits, is_limit
from kansr.table.names import place
from kansr.table.spec import TableSpec
from kansr.table.table import Axis, Floats, Kind, TableWarning
from kansr.table.thousands import about, thousands, without

if TYPE_CHECKING:
    import pandas as pd

Cells = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

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
    finer
        Whether whole numbers differ in digits that float64 cannot hold, and in none that it can.
    axis
        What the numbers of a column of dates count, where all of its cells can be read; `values` are there then, too.
    limits
        What is said where detection limits stand among numbers.
    hint
        What can be done about the first cell that is not a number.
    said
        How the cells were read, where that is worth a word.
    """

    name: str
    values: Floats
    kind: Literal["number", "empty", "date", "text", "broken"]
    row: int = 0
    cell: object = ""
    labels: int = 0
    rounded: int | None = None
    finer: bool = False
    axis: Axis | None = None
    limits: str = ""
    hint: str = ""
    said: tuple[TableWarning, ...] = ()


def column(series: pd.Series[Any], name: str, spec: TableSpec, decimal: str = ".") -> Column:
    """Convert a column: booleans to 0 and 1, whole numbers to float64, text cell by cell.

    Raises `TableError` for an infinite value.
    """
    if series.dtype.kind in "biuf":
        return _numbers(name, series.to_numpy(dtype=np.float64, na_value=np.nan), series, spec)
    cells, missing = series.to_numpy(dtype=object), _missing(series, spec)
    values, odd = _values(cells, missing, decimal)
    if not odd.any():
        return _numbers(name, values, series, spec)
    sign = thousands(cells[~missing], decimal)
    if sign is not None:
        values, _ = _values(np.array([without(cell, sign) for cell in cells], dtype=object), missing, decimal)
        return replace(_numbers(name, values, series, spec), said=(_parted(name, cells, odd, sign),))
    if spec.limits == "drop" and not odd[~_limits(cells, odd, decimal)].any():
        said = _said("limits", name, odd, f": {_about(cells, odd, missing)}; such rows are left out")
        return replace(_numbers(name, values, series, spec), said=(said,))
    return _not_numbers(name, series, odd, decimal, spec)


def on_axis(one: Column, series: pd.Series[Any], spec: TableSpec, axis: Axis | None) -> Column:
    """Take a column of dates for the numbers that they are along an axis; one that holds none, or others, stays."""
    if axis is None or one.kind != "date":
        return one
    values = along(series, _missing(series, spec), axis)
    return one if values is None else replace(one, kind="number", values=values, axis=axis)


def _missing(series: pd.Series[Any], spec: TableSpec) -> Flags:
    """Tell which cells [rows] stand for a missing value."""
    gaps = [isinstance(cell, str) and is_null(cell, spec.null_values) for cell in series.to_numpy(dtype=object)]
    return np.asarray(series.isna().to_numpy() | np.array(gaps, dtype=bool))


def _values(cells: Cells, missing: Flags, decimal: str) -> tuple[Floats, Flags]:
    """Give the numbers [rows] of cells, NaN where there is none, and which cells are neither numbers nor missing."""
    found = [None if gap else number(cell, decimal) for cell, gap in zip(cells, missing, strict=True)]
    values = np.array([np.nan if value is None else value for value in found], dtype=np.float64)
    return values, np.array([value is None for value in found], dtype=bool) & ~missing


def _limits(cells: Cells, odd: Flags, decimal: str) -> Flags:
    """Tell which of the cells [rows] that are no numbers are detection limits."""
    limits = [is_limit(cell, lambda text: number(text, decimal) is not None) for cell in cells]
    return np.asarray(odd & np.array(limits, dtype=bool))


def _about(cells: Cells, odd: Flags, missing: Flags) -> str:
    return about_limits(list(cells[odd]), [int(i) + 1 for i in np.flatnonzero(odd)], int((~missing).sum()))


def _parted(name: str, cells: Cells, odd: Flags, sign: str) -> TableWarning:
    first = int(odd.argmax())
    return _said("thousands", name, odd, f" {about(cells[first], first + 1, sign)}")


def _said(kind: Kind, name: str, odd: Flags, what: str) -> TableWarning:
    return TableWarning(kind=kind, column=name, row=int(odd.argmax()) + 1, message=f'column "{name}"{what}')


def refused(column: Column, role: str) -> TableError:
    """Say why a column that was asked for cannot be used."""
    if column.kind == "empty":
        return TableError(f"the {role} holds no values", where=place(None, column.name), hint="choose another column")
    what = {"date": "a date", "text": "text", "broken": "not a number"}[column.kind]
    return TableError(
        f"{shown(column.cell)} is {column.limits or what}; the {role} must hold numbers",
        where=place(column.row, column.name),
        hint=column.hint if column.kind == "broken" else f"{_OTHER[role]}{instead(column)}",
    )


def broken(column: Column) -> TableError:
    """Say that a column of numbers has a cell that is none."""
    what = column.limits or "not a number, and most cells of the column are"
    return TableError(f"{shown(column.cell)} is {what}", where=place(column.row, column.name), hint=column.hint)


def instead(column: Column) -> str:
    """Say how a column of dates or labels could be used; nothing where it could not."""
    if column.kind == "date" and column.axis is None:
        return "; where all cells are written alike, such as 2023-12-31, they are read as days since the first"
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
    return Column(
        name=name, values=values, kind="number", rounded=_rounded(values, series), finer=_is_finer(values, series)
    )


def _rounded(values: Floats, series: pd.Series[Any]) -> int | None:
    """Find the first row whose whole number lost digits, in a column of whole numbers."""
    if series.dtype.kind == "f":
        return None
    large = np.flatnonzero(np.abs(values) > _WHOLE)
    cells = series.to_numpy(dtype=object)[large]
    return next((int(i) + 1 for i, cell in zip(large, cells, strict=True) if _lost(cell, values[i])), None)


def _is_finer(values: Floats, series: pd.Series[Any]) -> bool:
    """Whether whole numbers [rows] differ, and their doubles do not."""
    present = values[~np.isnan(values)]
    return series.dtype.kind in "iu" and is_constant(present) and series.nunique() > 1


def _lost(cell: object, value: float) -> bool:
    """Whether a whole number, perhaps as text, differs from its float64."""
    try:
        return int(str(cell)) != int(value)
    except ValueError:
        return False


def _not_numbers(name: str, series: pd.Series[Any], odd: Flags, decimal: str, spec: TableSpec) -> Column:
    """Tell dates, text and numbers with a flaw apart, by the majority of the cells."""
    everything, missing = series.to_numpy(dtype=object), _missing(series, spec)
    dates = read_dates(series, missing, spec.time)
    if dates is not None:
        said = _said("time", name, odd, f" {dates.said}{_OTHERWISE}")
        return replace(_first(name, everything, odd, "date"), values=dates.values, axis=dates.axis, said=(said,))
    cells = everything[~missing]
    kind = _kind(cells[:: max(1, len(cells) // _LOOKED_AT)], decimal)
    limits = _limits(everything, odd, decimal)
    if kind == "broken" and limits.any():
        about = f"a detection limit and no number; {_about(everything, limits, missing)}"
        return replace(_first(name, everything, limits, kind), limits=about, hint=_LIMITS)
    found = _first(name, everything, odd, kind)
    hint = advice(found.cell, lambda sign: _all_numbers(cells, sign))
    labels = _labels(everything[~series.isna().to_numpy()]) if kind == "text" else 0  # Na is sodium here
    return replace(found, labels=labels, hint=hint)


def _first(name: str, cells: Cells, odd: Flags, kind: Literal["date", "text", "broken"]) -> Column:
    """Give a column that holds no numbers, by the first of its odd cells."""
    row = int(odd.argmax())
    return Column(name=name, values=np.empty(0), kind=kind, row=row + 1, cell=cells[row])


def _kind(sample: Cells, decimal: str) -> Literal["date", "text", "broken"]:
    if 2 * sum(is_date(one) for one in sample) >= len(sample):
        return "date"
    meant = sum(
        number(one, decimal) is not None or meant_as_number(one) or is_limit(one, lambda text: number(text) is not None)
        for one in sample
    )
    return "broken" if 2 * meant >= len(sample) else "text"


def _all_numbers(cells: Cells, decimal: str) -> bool:
    """Whether all cells are numbers by another decimal sign."""
    return all(number(cell, decimal) is not None for cell in cells) or thousands(cells, decimal) is not None


_OTHERWISE = " (--time seconds, hours, days, months or years counts otherwise)"
_LIMITS = (
    "--limits drop leaves such rows out; what is left then says nothing of values beyond the limits, "
    "so look at the fit near them"
)


def _labels(cells: npt.NDArray[np.object_]) -> int:
    """Count the different texts of a column, where each comes twice on average; names and notes are no labels."""
    labels = len({str(cell).strip() for cell in cells})
    return labels if 2 * labels <= len(cells) else 0
