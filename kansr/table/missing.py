"""Rows that miss a value: left out and named, or refused. The policy is `TableSpec.missing`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kansr.errors import TableError
from kansr.table.columns import Column
from kansr.table.names import listed, place
from kansr.table.spec import TableSpec
from kansr.table.split import check_rows
from kansr.table.table import TableWarning


def whole_rows(columns: list[Column], spec: TableSpec) -> tuple[list[Column], list[TableWarning]]:
    """Leave out the rows that miss a value in one of the columns, and say how many and which.

    The warning has the row and the column of the first gap. Raises `TableError` with this place when no row may miss
    a value, when more than half do, or when too few rows are left.
    """
    gaps = np.isnan(np.column_stack([one.values for one in columns]))
    lost = np.flatnonzero(gaps.any(axis=1))
    if not lost.size:
        return columns, []
    worst = columns[int(gaps.sum(axis=0).argmax())].name
    first, rows = int(lost[0]) + 1, len(gaps)
    name = columns[int(gaps[first - 1].argmax())].name
    if spec.missing == "fail":
        raise TableError(f"a value is missing, in {lost.size} of {rows} rows", where=place(first, name), hint=_FILL)
    if 2 * lost.size > rows:
        what = f'{lost.size} of {rows} rows miss a value, most often in column "{worst}"'
        raise TableError(what, where=place(first, name), hint="leave such columns out with -x")
    check_rows(rows - lost.size, f"without the {lost.size} that miss a value")
    numbers = f"row{'s' if lost.size > 1 else ''} {listed((int(i) + 1 for i in lost), limit=3)}"
    message = f'{lost.size} of {rows} rows miss a value, most often in column "{worst}", and are left out: {numbers}'
    keep = ~gaps.any(axis=1)
    kept = [replace(one, values=one.values[keep]) for one in columns]
    return kept, [TableWarning(kind="missing", column=name, row=first, message=message)]


_FILL = "fill the cell, or leave such rows out with --missing drop"
