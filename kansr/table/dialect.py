"""How a text table is written: its delimiter, its decimal sign, its header. Found out from its first lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Literal

from kansr.errors import TableError
from kansr.table.cells import is_date, is_null
from kansr.table.layout import about_units, units_below
from kansr.table.names import numbered
from kansr.table.room import COLUMNS, check_columns
from kansr.table.spec import WHITESPACE, TableSpec
from kansr.table.table import TableWarning
from kansr.table.thousands import decimal_sign, may_be_number

_RECORDS = 100  # so many records are looked at
_LEAST, _CELLS = 3, 50_000  # or so many at least, where all of them have more cells than that
_CHARACTERS = 1 << 20  # in so much text
_CANDIDATES = ("\t", ";", "|", ",", WHITESPACE)  # in the order of trust, where several fit equally
_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)

Record = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text table is written.

    `names` has one entry for each cell of a record, empty where the header has none; the first `width` of them are
    from the header; the first row has `cells`. `above` counts the records above the rows: the header, and units below
    it. `named` is False where names were made up.
    """

    delimiter: str
    decimal: Literal[".", ","]
    names: tuple[str, ...]
    width: int
    cells: int
    above: int
    named: bool
    warnings: tuple[TableWarning, ...]


def sniff(body: str, spec: TableSpec, comment: str = "") -> Dialect:
    """Find out how the table in `body` is written; what `spec` says is not questioned.

    `comment` is the comment line just before the first record: where there is no header, it may hold the names.
    """
    sample = _sample(body)
    delimiter = spec.separator or delimiter_of(body)
    return dialect_of(list(_first(sample, delimiter)), delimiter, spec, comment)


def dialect_of(lines: list[Record], delimiter: str, spec: TableSpec, comment: str = "") -> Dialect:
    """Say how a table is written from its first records: what its header is, whether units stand below it."""
    if not lines:
        raise TableError(
            "there is no data: no line holds a cell", hint="is the delimiter (-d) right, or a quote left open?"
        )
    check_columns(len(lines[0]))
    names, named, odd = _names(lines[0], spec, comment, delimiter)
    header = spec.header and not _looks_like_data(lines[0], spec)
    rows = lines[1:] if header else lines
    full = (*names, *[""] * _trailing(rows, len(names)))
    units = units_below(full, rows) if named else None
    rows = rows[1:] if units else rows
    decimal, comma = _decimal(rows, delimiter, spec)
    return Dialect(
        delimiter=delimiter,
        decimal=decimal,
        names=units or full,
        width=len(names),
        cells=len(rows[0]) if rows else 0,
        above=int(header) + (units is not None),
        named=named,
        warnings=(*odd, *([] if units is None else [about_units(units)]), *comma),
    )


def records(text: str, delimiter: str) -> Iterator[Record]:
    r"""Walk the records of a text table as lists of cells, blank lines left out.

    >>> list(records("a,b\n\n1,'2 3'", ","))
    [['a', 'b'], ['1', "'2 3'"]]
    """
    lines = io.StringIO(text, newline="")
    if delimiter == WHITESPACE:
        yield from (cells for line in lines if (cells := line.split()))
        return
    try:
        for cells in csv.reader(lines, delimiter=delimiter, skipinitialspace=True):
            if len(cells) > 1 or (cells and cells[0].strip()):
                yield cells
    except csv.Error as error:
        raise TableError(f"the text cannot be split into cells: {error}", hint="is a quote left open?") from error


def _first(sample: str, delimiter: str) -> Iterator[Record]:
    """Walk the records that are looked at: fewer of them where they are wide."""
    cells = 0
    for n, line in enumerate(islice(records(sample, delimiter), _RECORDS)):
        if n >= _LEAST and cells > _CELLS:
            return
        cells += len(line)
        yield line


def _sample(body: str) -> str:
    """Give the first lines, whole."""
    if len(body) <= _CHARACTERS:
        return body
    end = body.rfind("\n", 0, _CHARACTERS)
    return body[: end if end > 0 else _CHARACTERS]


def delimiter_of(body: str) -> str:
    """Choose the delimiter that gives records of one width, two or more, that hold numbers."""
    sample = _sample(body)
    scores = [_score(sample, delimiter) for delimiter in _CANDIDATES]
    best = max(scores)
    return _CANDIDATES[scores.index(best)] if best > 0 else ","


def _score(sample: str, delimiter: str) -> float:
    """How well a delimiter fits: the share of records of the usual width, times their share of numbers."""
    try:
        lines = list(_first(sample, delimiter))
    except TableError:
        return 0.0
    if not lines:
        return 0.0
    width, count = Counter(map(len, lines)).most_common(1)[0]
    if width < 2 or width > COLUMNS or count < 0.5 * len(lines):
        return 0.0
    cells = [cell for line in lines[1:] for cell in line if cell.strip()]
    numbers = sum(map(may_be_number, cells))
    return count / len(lines) * (0.1 + 0.9 * numbers / max(1, len(cells)))


def _names(
    first: Record, spec: TableSpec, comment: str, delimiter: str
) -> tuple[Record, bool, tuple[TableWarning, ...]]:
    """Give the names, and whether they are the user's own: from the header, or from the comment before the data."""
    if spec.header and not _looks_like_data(first, spec):
        return first, True, ()
    noted = next(records(comment, delimiter), [])
    if spec.header and len(noted) == len(first):
        return noted, True, ()
    names = list(numbered(len(first) - _trailing([first], 0)))
    message = f"the first line holds only numbers: it is taken as data, and the columns are called {', '.join(names)}"
    return names, False, (TableWarning(kind="no-header", row=1, message=message),) if spec.header else ()


def _looks_like_data(first: Record, spec: TableSpec) -> bool:
    """Whether a record holds only numbers, dates and missing values, and not the names that are asked for."""
    asked = {name for name in (spec.target, *(spec.features or ())) if name is not None}
    if asked and asked <= {cell.strip() for cell in first}:
        return False
    numbers = [may_be_number(cell) for cell in first]
    return any(numbers) and all(
        number or is_null(cell, spec.null_values) or is_date(cell) for number, cell in zip(numbers, first, strict=True)
    )


def _trailing(rows: list[Record], width: int) -> int:
    """Count the empty cells that every row has beyond the first `width`, or, for width 0, beyond its last value."""
    if not rows or len({len(row) for row in rows}) > 1:
        return 0
    last = max((i for row in rows for i, cell in enumerate(row, start=1) if cell.strip()), default=0)
    return 0 if 0 < width < last else max(0, len(rows[0]) - (width or last))


def _decimal(rows: list[Record], delimiter: str, spec: TableSpec) -> tuple[Literal[".", ","], tuple[TableWarning, ...]]:
    """Choose the decimal sign (see `decimal_sign`), and say where it is a comma."""
    columns = list(zip_longest(*rows, fillvalue=""))
    if spec.decimal or decimal_sign(columns, delimiter == ",") != ",":
        return spec.decimal or ".", ()
    cells = [(n, column, cell.strip()) for n, row in enumerate(rows, 1) for column, cell in enumerate(row, 1)]
    commas = [cell for cell in cells if _COMMA.fullmatch(cell[2])] or [cell for cell in cells if "," in cell[2]]
    row, column, cell = commas[0]
    message = f'numbers are written with a decimal comma, such as "{cell}" in row {row}, column {column}'
    if all(_THOUSANDS.fullmatch(cell[2]) for cell in commas):
        message += f': "{cell}" is read as {cell.replace(",", ".")}, not as {cell.replace(",", "")}'
    return ",", (TableWarning(kind="decimal-comma", row=row, message=message),)
