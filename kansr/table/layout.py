"""What stands around the rows of a table that people made: a title above, units below the header, a note at the end.

All of it works on records, the cells of a line as text, and is the same for text files and for spreadsheets.
"""

from __future__ import annotations

from collections.abc import Sequence

from kansr.table.cells import is_date, is_null, is_number
from kansr.table.names import bare
from kansr.table.table import TableWarning
from kansr.table.thousands import may_be_number
from kansr.table.units import is_spelled_like_a_unit

Record = Sequence[str]

_TITLES, _NOTES = 20, 5  # so many lines may stand above the header, and below the rows


def titles(lines: Sequence[Record]) -> int:
    """Count the lines above the header that hold one cell of text where the table has two columns or more.

    >>> titles([["Lab book 7", ""], ["x", "y"], ["1", "2"]]), titles([["y"], ["1"]])
    (1, 0)
    """
    wide = [len(filled(line)) >= 2 for line in lines[: _TITLES + 1]]
    count = wide.index(True) if True in wide else 0
    return count if all(is_remark(line) for line in lines[:count]) else 0


def notes(lines: Sequence[Record], width: int) -> int:
    """Count the lines below the rows that hold text and nothing else, and are no rows of this width.

    >>> notes([["1", "2"], ["Source: lab book 7"]], width=2), notes([["1", "2"], ["3"]], width=2)
    (1, 0)
    """
    count = 0
    for line in reversed(lines[-_NOTES:]):
        if width < 2 or not (is_remark(line) or (len(line) != width and filled(line) and _is_text(line))):
            break
        count += 1
    return count


def is_remark(line: Record) -> bool:
    """Whether a line holds one cell, and that is text."""
    return len(filled(line)) == 1 and _is_text(line)


def units_below(names: Sequence[str], rows: Sequence[Record]) -> tuple[str, ...] | None:
    """Give the names with their units, where the first row holds units; None where it is a row like the others.

    It holds units where a column of numbers begins with a cell that is spelled like a unit, and no such column begins
    with a number. A name that has its unit in the header keeps that one.

    >>> units_below(["t", "v"], [["s", "(m/s)"], ["1", "2"], ["2", "4"]])
    ('t [s]', 'v [m/s]')
    >>> units_below(["x", "y"], [["low", "2"], ["1", "3"]]) is None
    True
    """
    if len(rows) < 2:
        return None
    first, rest = rows[0], rows[1:]
    numeric = [i for i in range(min(len(names), len(first))) if _holds_numbers(rest, i)]
    cells = {i: _unbracketed(first[i]) for i in numeric if first[i].strip()}
    if not cells or not all(is_spelled_like_a_unit(cell) for cell in cells.values()):
        return None
    if all(is_null(cell, ()) or is_number(cell) or cell in "-–" for cell in cells.values()):
        return None  # a row of gaps
    return tuple(_with_unit(name, cells.get(i, "")) for i, name in enumerate(names))


def behind_marks(lines: Sequence[Record], width: int) -> list[TableWarning]:
    """Say how many comments among the rows are rows themselves: numbers, as many as there are columns.

    >>> [str(said) for said in behind_marks([["1", "2"], ["so", "it is"]], width=2)]
    ['1 row behind # is left out ("1 2")']
    """
    rows = [line for line in lines if len(line) >= width > 0 and _is_row(line, width)]
    if not rows:
        return []
    many = len(rows) > 1
    message = (
        f'{len(rows)} row{"s" if many else ""} behind # {"are" if many else "is"} left out ("{_shortened(rows[0])}"'
    )
    return [TableWarning(kind="remark", message=f"{message}{', ...' if many else ''})")]


def _is_row(line: Record, width: int) -> bool:
    """Whether the cells of a line could be a row: half of them or more are numbers, none is beyond the width."""
    cells = filled(line[:width])
    numbers = sum(map(may_be_number, cells))
    return not filled(line[width:]) and 2 * numbers >= width and numbers > 0


def about_titles(lines: Sequence[Record]) -> TableWarning:
    """Say that lines above the header are not read."""
    return _left_out(lines, "above the header")


def about_notes(lines: Sequence[Record]) -> TableWarning:
    """Say that lines below the rows are not read."""
    return _left_out(lines, "below the rows")


def about_units(names: Sequence[str]) -> TableWarning:
    """Say that the line below the header is read as units."""
    message = f"the line below the header holds units: the columns are {', '.join(names)}"
    return TableWarning(kind="units", message=message)


def filled(line: Record) -> list[str]:
    """Give the cells of a line that hold something."""
    return [cell.strip() for cell in line if cell.strip()]


def _left_out(lines: Sequence[Record], where: str) -> TableWarning:
    shown = _shortened(lines[0])
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    verb = "are no rows" if more else "is no row"
    message = f'the line{"s" if more else ""} {where} ("{shown}"{more}) {verb} of the table: left out'
    return TableWarning(kind="remark", message=message)


def _shortened(line: Record) -> str:
    text = " ".join(filled(line))
    return text if len(text) <= 40 else f"{text[:37]}..."


def _is_text(line: Record) -> bool:
    return not any(is_number(cell) or is_null(cell, ()) or is_date(cell) for cell in filled(line))


def _holds_numbers(rows: Sequence[Record], column: int) -> bool:
    cells = [row[column] for row in rows if column < len(row) and not is_null(row[column], ())]
    return bool(cells) and all(map(may_be_number, cells))


def _unbracketed(cell: str) -> str:
    text = cell.strip()
    return text[1:-1].strip() if text[:1] + text[-1:] in ("[]", "()") else text


def _with_unit(name: str, unit: str) -> str:
    return f"{name} [{unit}]" if unit and bare(name) == name else name
