"""Lines and cells that are too long for a table, found in the bytes, before anything is made of them."""

from __future__ import annotations

import numpy as np

from kansr.errors import TableError

LONGEST = 1 << 22
"""Bytes of a line: all columns that a table may have find room in it, with long names."""

_CELL = 1 << 17  # bytes between quotes, which is what the reader of the standard library takes
_OPENS = b",;|\t\r\n"
_QUOTE = ord('"')


def check_lines(data: bytes, where: str) -> None:
    """Raise `TableError` for a line that is too long, and for a quote that is left open over many lines.

    >>> check_lines(b"x,y" + bytes(LONGEST), "data.csv")
    Traceback (most recent call last):
    kansr.errors.TableError: line 1 has more than 4,194,304 bytes (data.csv)
      this is no table, or the ends of its lines are lost
    """
    start = 0
    while len(data) - start > LONGEST:
        end = max(data.rfind(b"\n", start, start + LONGEST), data.rfind(b"\r", start, start + LONGEST))
        if end < 0:
            what = f"line {_line(data, start)} has more than {LONGEST:,} bytes"
            raise TableError(what, where=where, hint="this is no table, or the ends of its lines are lost")
        start = end + 1
    if (opened := _open_quote(data)) is not None:
        what = f"the quote in line {_line(data, opened)} is not closed within {_CELL:,} bytes"
        raise TableError(what, where=where, hint="close it, or leave it out")


def _open_quote(data: bytes) -> int | None:
    """Find a quote that opens a cell and is not closed soon; None where there is none.

    A quote before which none is open in its line opens a cell where a delimiter stands before it.
    """
    if len(data) <= _CELL or b'"' not in data:
        return None
    quotes = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _QUOTE)
    gaps = np.diff(quotes, append=len(data))
    for at in quotes[gaps > _CELL].tolist():
        line = max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1
        if data.count(b'"', line, at) % 2 == 0 and (at == line or data[at - 1] in _OPENS):
            return int(at)
    return None


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1
