"""Spreadsheets as data frames: Excel workbooks, new and old, and OpenDocument, by python-calamine."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kansr.errors import TableError, UsageError
from kansr.table import probe
from kansr.table.dialect import dialect_of
from kansr.table.layout import about_notes, about_titles, behind_marks, filled, notes, titles
from kansr.table.names import listed, nearest, tidy
from kansr.table.room import limit_of, too_large
from kansr.table.spans import check_spans
from kansr.table.spec import TableSpec
from kansr.table.table import TableWarning
from kansr.table.text import Cells, Sheet

if TYPE_CHECKING:
    import pandas as pd

_LOOKED_AT = 100  # rows that the header, the units and the decimal sign are found out from
_BESIDE, _COPIES = 1 << 27, 3  # what a process takes for itself, and how often the cells are there while they are read
_SECONDS, _SPEED = 5.0, 1 << 17  # that a workbook may take, and the bytes for which it may take one more

Line = tuple[int, list[Any]]
"""The number of a line in its sheet, from 1, and its cells."""


def read_workbook(data: bytes, spec: TableSpec, where: str) -> Sheet:
    """Read one sheet of a workbook: that of the spec, or the first one that holds something.

    Header, units below it, titles and notes are found as in a text file. A formula counts as its last value. Raises
    `UsageError` where python-calamine is missing or there is no such sheet, `TableError` for a damaged or locked file.
    """
    name, cells, several = _cells(data, spec, where)
    lines, comment, marked = _kept([(n, row) for n, row in enumerate(cells, start=1)][spec.skip_lines :])
    columns = sorted({i for _, row in lines for i, cell in enumerate(row) if cell != ""})
    texts = [[_text(row[i]) if i < len(row) else "" for i in columns] for _, row in lines]
    above, below = titles(texts) if spec.header else 0, notes(texts, len(columns))
    said = [
        *several,
        *([about_titles(texts[:above])] if above else []),
        *([about_notes(texts[-below:])] if below else []),
    ]
    kept, texts = lines[above : len(lines) - below], texts[above : len(texts) - below]
    if not kept:
        raise TableError("there is no data: the sheet is empty", where=f'{where}, sheet "{name}"', hint="see --sheet")
    dialect = dialect_of(texts[: _LOOKED_AT + 1], "\t", replace(spec, delimiter="tab"), comment)
    rows = kept[dialect.above :]
    if not rows:
        what = "there is no data: the table has a header and no rows"
        raise TableError(what, where=f'{where}, sheet "{name}"', hint="check the sheet, or name another with --sheet")
    names, unnamed = tidy([*dialect.names, *[""] * (len(columns) - len(dialect.names))])  # a header may be short
    letters = {name: _letters(i) for name, i in zip(names, columns, strict=True)}
    return Sheet(
        frame=_frame(names, columns, rows),
        decimal=dialect.decimal,
        named=dialect.named,
        cells=Cells(sheet=name, lines=[n for n, _ in rows], letters=letters),
        warnings=(*said, *dialect.warnings, *unnamed, *behind_marks(marked, len(names))),
    )


def _cells(data: bytes, spec: TableSpec, where: str) -> tuple[str, list[list[Any]], list[TableWarning]]:
    """Give the name of the sheet that is read, its cells from A1 on, and what is said where there are several."""
    calamine = _calamine()
    check_spans(data, where)
    _check_memory(data, spec, where)
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        name = _sheet_name(book, spec)
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.PasswordError as error:
        raise TableError("the workbook is locked by a password", where=where, hint="save it without one") from error
    except calamine.CalamineError as error:
        raise TableError(f"the workbook is damaged: {error}", where=where, hint="save it again, or as CSV") from error
    if spec.sheet is not None or len(book.sheet_names) < 2:
        return name, cells, []
    others = listed([f'"{other}"' for other in book.sheet_names if other != name], limit=4)
    message = f'sheet "{name}" is read, and not {others}: --sheet names another'
    return name, cells, [TableWarning(kind="sheet", message=message)]


def _check_memory(data: bytes, spec: TableSpec, where: str) -> None:
    """Raise `TableError` for a workbook that takes too much memory, or too long, in a process of its own.

    What that one says besides is left to be said here.
    """
    if not sys.executable:
        return
    asked = [] if spec.sheet is None else [spec.sheet]
    command = [sys.executable, "-I", probe.__file__, str(_BESIDE + _COPIES * limit_of(len(data))), *asked]
    try:
        ended = subprocess.run(
            command, input=data, capture_output=True, timeout=_SECONDS + len(data) / _SPEED, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TableError("the workbook takes too long to read", where=where, hint="save it as CSV") from error
    except OSError:
        return  # no process can be started here
    if ended.returncode < 0 or ended.returncode == probe.SHORT:
        raise too_large(len(data), where)
    if ended.returncode == probe.BROKEN:
        raise TableError("the workbook is damaged", where=where, hint="save it again, or as CSV")


def _calamine() -> Any:
    """Load python-calamine, which comes with an extra."""
    try:
        import python_calamine  # noqa: PLC0415
    except ImportError as error:
        hint = "pip install 'kansr[excel]', or save the sheet as CSV"
        raise UsageError("reading spreadsheets needs python-calamine", hint=hint) from error
    return python_calamine


def _sheet_name(book: Any, spec: TableSpec) -> str:
    """Give the sheet that is asked for, or the first one that holds something."""
    names: list[str] = book.sheet_names
    if not names:
        raise TableError("there is no data: the workbook holds no sheets", hint="save it again, or as CSV")
    if spec.sheet is None:
        return next((name for name in names if book.get_sheet_by_name(name).start is not None), names[0])
    same = [name for name in names if name.strip().casefold() == spec.sheet.strip().casefold()]
    if spec.sheet not in names and len(same) != 1:
        hint = nearest(spec.sheet, names).replace("the columns are", "the sheets are")
        raise UsageError(f'there is no sheet "{spec.sheet}"', hint=hint)
    return spec.sheet if spec.sheet in names else same[0]


def _kept(lines: Sequence[Line]) -> tuple[list[Line], str, list[list[str]]]:
    """Leave out empty lines and comments.

    Give also the last comment above the first line, as text files have it, and the cells of those below it.
    """
    kept: list[Line] = []
    comment, behind = "", []
    for n, row in lines:
        cells = filled([_text(cell) for cell in row])
        if cells and cells[0].startswith("#"):
            unmarked = filled([cells[0].lstrip("#"), *cells[1:]])
            comment = comment if kept else "\t".join(unmarked)
            behind += [unmarked] if kept else []
        elif cells:
            kept.append((n, row))
    return kept, comment, behind


def _frame(names: Sequence[str], columns: Sequence[int], rows: Sequence[Line]) -> pd.DataFrame:
    """Give the cells below the header: numbers where a whole column is, else as they are; an empty cell is missing."""
    import pandas as pd  # takes half a second  # noqa: PLC0415

    def cell(row: list[Any], i: int) -> Any:
        return row[i] if i < len(row) and row[i] != "" else None

    return pd.DataFrame(
        {name: pd.Series([cell(row, i) for _, row in rows]) for name, i in zip(names, columns, strict=True)}
    )


def _text(cell: Any) -> str:
    """Give a cell as text files write it: whole numbers without a point."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _letters(column: int) -> str:
    """Name a column, from 0, as spreadsheets do.

    >>> _letters(0), _letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
