"""Column names: taken as they are written, filled in where there are none, found again where they are misspelt."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from kansr.errors import TableError
from kansr.table.room import check_columns
from kansr.table.table import TableWarning


class Place(str):
    """Where a cell is, in words; `row` and `column` say it to those who can name it better, such as a spreadsheet."""

    row: int | None
    column: str | None


def place(row: int | None, column: str | None) -> Place:
    """Say where a cell is; rows count from 1, without the header.

    >>> place(17, "temp")
    'row 17, column "temp"'
    """
    parts = [f"row {row}"] if row is not None else []
    words = Place(", ".join([*parts, f'column "{column}"'] if column is not None else parts))
    words.row, words.column = row, column
    return words


def listed(names: Iterable[object], limit: int = 8) -> str:
    """List names in one line, the first few of them.

    >>> listed(["a", "b", "c"], limit=2)
    'a, b and 1 more'
    """
    words = [str(name) for name in names]
    rest = len(words) - limit
    return ", ".join(words) if rest <= 0 else f"{', '.join(words[:limit])} and {rest} more"


def nearest(name: str, names: Sequence[str]) -> str:
    """Advise about a name that is not among `names`.

    >>> nearest("tmep", ["time", "temp"])
    'did you mean "temp"?'
    """
    lowered = {known.strip().casefold(): known for known in reversed(names[:_NEAR]) if len(known) <= _NEAR}
    wanted = name.strip().casefold()
    swapped = [known for known in lowered if sorted(known) == sorted(wanted)]
    close = swapped[:1] or difflib.get_close_matches(wanted, list(lowered), n=1, cutoff=0.5)
    if close:
        return f'did you mean "{lowered[close[0]]}"?'
    foreign = not all(one.isascii() for one in (name, *names))
    return f"the columns are: {listed(names)}{_ENCODED if foreign else ''}"


_NEAR = 300  # columns, and letters of a name, that are compared with a misspelt one
_ENCODED = " (--encoding says how the file is written, if names read wrong)"
_GARBLED = re.compile(
    "[\ufffd\x80-\x9f]|[\u00c2\u00c3\u00d0\u00d1][\u0080-\u00bf\u0152-\u0192\u02c6-\u2122]|\u00e2\u20ac"
)


def garbled(names: Sequence[str]) -> tuple[TableWarning, ...]:
    """Say that a name looks like one that was read in another encoding than it was written in.

    >>> [warning.column for warning in garbled(["Gr\u00c3\u00b6\u00c3\u0178e", "Gr\u00f6\u00dfe"])]
    ['GrÃ¶ÃŸe']
    """
    odd = next((name for name in names if _GARBLED.search(name)), None)
    if odd is None:
        return ()
    message = (
        f'the name "{odd}" looks as if it was read in another encoding than it was written in: --encoding names one'
    )
    return (TableWarning(kind="encoding", column=odd, message=message),)


def bare(name: str) -> str:
    """Give a column's name without the unit in square brackets behind it.

    >>> bare("v [m/s]"), bare("v")
    ('v', 'v')
    """
    return re.sub(r"\s*\[[^\[\]]*\]\s*$", "", name)


def found(name: str, names: Iterable[str]) -> str | None:
    """Find a column by its name, or by its bare name where only one column has it.

    >>> found("v", ["v [m/s]", "t [s]"]), found("v", ["v [m/s]", "v [km/h]"])
    ('v [m/s]', None)
    """
    listed_names = list(names)
    for wanted in (name, name.strip()):
        if wanted in listed_names:
            return wanted
    same = [known for known in listed_names if bare(known) == bare(name).strip()]
    return same[0] if len(same) == 1 else None


def numbered(width: int) -> tuple[str, ...]:
    """Name the columns of a table without a header: x1, x2, ... and y for the last.

    >>> numbered(3)
    ('x1', 'x2', 'y')
    """
    return (*(f"x{i}" for i in range(1, width)), "y")


def tidy(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[TableWarning, ...]]:
    """Strip blanks around names and fill in the empty ones, each with a warning; say where a name looks garbled.

    Raises `TableError` when two columns have the same name, for a name that is none, and for too many columns.
    """
    check_columns(len(names))
    warnings = []
    result = []
    for position, name in enumerate(names, start=1):
        filled = name.strip() or f"unnamed_{position}"
        if not name.strip():
            message = f'column {position} has no name; it is called "{filled}"'
            warnings.append(TableWarning(kind="unnamed", column=filled, message=message))
        if len(filled) > _LONGEST:
            raise TableError(f"the name of column {position} has {len(filled):,} letters", hint=_NAME)
        result.append(filled)
    _check_twins(result)
    return tuple(result), (*warnings, *garbled(result))


_LONGEST = 1000
_NAME = "is the delimiter (-d) right, or a quote left open?"


def _check_twins(names: Sequence[str]) -> None:
    first: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if name in first:
            raise TableError(
                f'columns {first[name]} and {position} are both named "{name}"',
                where=place(None, name),
                hint="give each column a name of its own in the header",
            )
        first[name] = position
