"""How many cells the sheets of a workbook span, found out before they are read.

The reader lays out the whole rectangle around the cells that hold something: with one number in the first cell and one
in the last, a sheet of some kilobytes would take hundreds of gigabytes, and end the process.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from kansr.errors import TableError
from kansr.table.packed import parts_of

CELLS = 50_000_000
"""Cells that a sheet may span: every row that Excel has, and 47 columns."""

_EXCEL = re.compile(rb'<(?:\w+:)?(?:c|row)\b[^>]*?\br="([A-Z]{0,3})(\d{1,7})"')
_OPEN = re.compile(rb"<table:(table-row|table-cell|covered-table-cell|table)\b([^>]*)>")
_TIMES = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')


def check_spans(data: bytes, where: str) -> None:
    """Raise `TableError` for a workbook that grows too far when it is unpacked, or whose sheets span too many cells."""
    try:
        for name, part in parts_of(data, where):
            if name.endswith(".xml") and "worksheets/" in name:
                _check(_of_excel(part), where)
            elif name == "content.xml":
                for span in _of_open_document(part):
                    _check(span, where)
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, NotImplementedError):
        return  # damaged: the reader of workbooks says so


def _check(span: tuple[int, int], where: str) -> None:
    rows, columns = span
    if rows * columns > CELLS:
        what = f"a sheet spans {rows:,} rows and {columns:,} columns, which is more than {CELLS:,} cells"
        hint = "delete what stands far below or beside the table, or save the table as CSV"
        raise TableError(what, where=where, hint=hint)


def _of_excel(part: bytes) -> tuple[int, int]:
    """Give the last row and the last column of which a sheet of Excel speaks."""
    rows, columns = 0, 0
    for letters, row in _EXCEL.findall(part):
        rows = max(rows, int(row))
        columns = max(columns, _number(letters))
    return rows, columns


def _number(letters: bytes) -> int:
    """Give the number of a column, from 1.

    >>> _number(b"AB")
    28
    """
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _of_open_document(part: bytes) -> Iterator[tuple[int, int]]:
    """Yield the last row and the last column with a value of each sheet of an OpenDocument."""
    above, times, column, last = 0, 0, 0, (0, 0)
    for tag, attributes in _OPEN.findall(part):
        repeated = int(found[1]) if (found := _TIMES.search(attributes)) else 1
        if tag == b"table":
            yield last
            above, times, last = 0, 0, (0, 0)
        elif tag == b"table-row":
            above, times, column = above + times, repeated, 0
        else:
            column += repeated
            if b"value-type" in attributes:
                last = max(last[0], above + times), max(last[1], column)
    yield last
