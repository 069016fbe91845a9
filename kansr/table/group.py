"""A column of labels: rows with the same label belong together, and are described by constants of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kansr.errors import TableError, UsageError
from kansr.table.columns import Column
from kansr.table.names import found, nearest, place
from kansr.table.spec import TableSpec

if TYPE_CHECKING:
    import pandas as pd

Labels = npt.NDArray[np.str_]


def take_group(frame: pd.DataFrame, spec: TableSpec) -> tuple[pd.DataFrame, list[Column], Labels]:
    """Take the column of labels, if one is named, out of a frame.

    The column that is given back holds the number of each row's label in the labels, and NaN where there is none: so
    the rule for missing values holds for it, too.

    Raises `UsageError` when there is no such column or it has another role too, `TableError` when no two rows share a
    label.
    """
    if spec.group is None:
        return frame, [], np.empty(0, dtype=np.str_)
    name = known_group(spec.group, list(frame.columns))
    roles = (spec.target, spec.sigma, spec.weights, *(spec.features or ()))
    if name in {found(one, frame.columns) for one in roles if one is not None}:
        raise UsageError(f'"{name}" holds the groups and cannot have another role', hint="choose other columns")
    texts, missing = _labels(frame[name], spec)
    labels, numbers = np.unique(texts, return_inverse=True)
    if len(labels) == len(frame):
        raise TableError(
            f"each of the {len(frame)} rows has a label of its own: they form no groups",
            where=place(None, name),
            hint="choose a column with --group whose labels come back, such as a material or a device",
        )
    codes = np.where(missing, np.nan, numbers.astype(np.float64))
    return frame.drop(columns=[name]), [Column(name=name, values=codes, kind="number")], labels


def labels_at(column: Column, labels: Labels) -> Labels:
    """Give the labels [rows] that the numbers of a column stand for."""
    return labels[column.values.astype(np.int64)]


def read_labels(series: pd.Series[Any], name: str, spec: TableSpec) -> Labels:
    """Give the labels [rows] of a column in which every row must have one.

    Raises `TableError` for the first row without one.
    """
    texts, missing = _labels(series, spec)
    if missing.any():
        row = int(np.argmax(missing)) + 1
        raise TableError(
            "the row has no label", where=place(row, name), hint="fill the cell: it says which constants hold there"
        )
    return texts


def known_group(name: str, names: list[str]) -> str:
    """Find the column of groups. Raises `UsageError` with the nearest name when there is none."""
    column = found(name, names)
    if column is None:
        raise UsageError(f'there is no column "{name}" for the groups', hint=nearest(name, names))
    return column


def _labels(series: pd.Series[Any], spec: TableSpec) -> tuple[Labels, npt.NDArray[np.bool_]]:
    """Give each cell as text, and where there is none. `Na` is sodium here: only empty cells and `null_values` miss."""
    cells = series.to_numpy(dtype=object)
    texts = np.array([_text(cell) for cell in cells], dtype=np.str_)
    missing = series.isna().to_numpy() | np.isin(texts, ["", *spec.null_values])
    return texts, missing


def _text(cell: object) -> str:
    """Give a label as it is written; whole numbers that became floats beside a gap are whole again."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
