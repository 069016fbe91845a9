"""All rows of a table of which a sample was read, in blocks: memory holds one block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kansr.errors import TableError
from kansr.table.choose import read_columns
from kansr.table.columns import Column, on_axis, refused
from kansr.table.long import long_table
from kansr.table.names import Place, place
from kansr.table.spec import TableSpec
from kansr.table.table import Floats, Table
from kansr.table.units import factor_between, units_of


class Block(NamedTuple):
    """Rows that follow each other: features x [n, features], target y [n], and errors [n] as in `Table.sigma`."""

    x: Floats
    y: Floats
    sigma: Floats | None


def read_blocks(source: str | Path, spec: TableSpec, table: Table) -> Iterator[Block]:
    """Read all rows of a table that was sampled, in blocks, from the first row on.

    Rows that miss a value in a column that is used are left out. Raises `TableError` for a cell that is no number (or
    missing, where none may be), for a measurement error that is not above zero, and for a table that has changed.
    """
    long = long_table(source, spec)
    if long is None or long.rows != table.of:
        raise TableError("the table has changed while it was worked on", where=str(source), hint="fit it again")
    errors = [name for name in (spec.sigma, spec.weights) if name is not None]
    names, start = [*table.features, table.target, *errors], 0
    factor = _factor(table, spec)
    for frame in long.frames(names):
        with _numbered(start):
            read = read_columns(frame, names, spec, long.decimal)
            columns = [on_axis(one, frame[one.name], spec, table.axes.get(one.name)) for one in read]
            yield _block(columns, table, spec, factor)
        start += len(frame)


def _block(columns: list[Column], table: Table, spec: TableSpec, factor: float) -> Block:
    for one in columns:
        if one.kind not in {"number", "empty"}:
            raise refused(one, "target" if one.name == table.target else "feature")
    cells = np.column_stack([one.values for one in columns])
    missing = np.isnan(cells).any(axis=1)
    if spec.missing == "fail" and missing.any():
        row = int(missing.argmax())
        raise TableError("a value is missing", where=place(row + 1, columns[int(np.isnan(cells[row]).argmax())].name))
    cells, count = cells[~missing], len(table.features)
    errors = cells[:, count + 1] if cells.shape[1] > count + 1 else None
    if errors is not None and (errors <= 0).any():
        row = int(np.flatnonzero(~missing)[int((errors <= 0).argmax())])
        raise TableError("the value is not above zero", where=place(row + 1, columns[-1].name))
    sigma = None if errors is None else errors * factor if table.absolute else errors**-0.5
    return Block(np.ascontiguousarray(cells[:, :count]), np.ascontiguousarray(cells[:, count]), sigma)


def _factor(table: Table, spec: TableSpec) -> float:
    """Give what brings measurement errors into the unit of the target."""
    if spec.sigma is None or table.target not in table.units:
        return 1.0
    given = {name: unit for name, unit in (spec.units or {}).items() if name == spec.sigma}
    own = units_of([spec.sigma], given).get(spec.sigma)
    return 1.0 if own is None else factor_between(own, table.units[table.target], spec.sigma, "the target")


@contextmanager
def _numbered(start: int) -> Iterator[None]:
    """Count rows from the first one of the source."""
    try:
        yield
    except TableError as error:
        where = error.where
        if not isinstance(where, Place) or where.row is None:
            raise
        raise TableError(error.what, where=place(where.row + start, where.column), hint=error.hint) from error
