"""Cells of a spreadsheet by the names that it shows: B17, and not row 16 of a column."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from kansr.errors import TableError
from kansr.table.names import Place
from kansr.table.table import TableWarning
from kansr.table.text import Sheet


@contextmanager
def by_cell(sheet: Sheet) -> Iterator[None]:
    """Say where things are as a spreadsheet does: cell B17."""
    try:
        yield
    except TableError as error:
        where = error.where
        if sheet.cells is None or not isinstance(where, Place) or where.row is None or where.column is None:
            raise
        cell = f'{sheet.cells.name(where.row, where.column)}, column "{where.column}"'
        raise TableError(error.what, where=cell, hint=error.hint) from error


def with_cell(warning: TableWarning, sheet: Sheet) -> TableWarning:
    """Add the name of the cell to a warning that has one."""
    if sheet.cells is None or warning.row is None or warning.column is None:
        return warning
    return replace(warning, message=f"{warning.message} ({sheet.cells.name(warning.row, warning.column)})")
