"""Detection limits: cells such as `<0.05` or `> 1000`, of which it is known only on which side the value lies."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kansr.table.names import listed

_LIMIT = re.compile(r"\s*(<=|>=|[<>≤≥＜＞⩽⩾])\s*(\S.*)", re.DOTALL)
_BELOW = frozenset({"<", "<=", "≤", "＜", "⩽"})
_LOST = re.compile(r"(?<=\s)(<=|>=|[<>≤≥])[ \t]+(?=[\d.])|^(<=|>=|[<>≤≥])[ \t]+(?=[\d.])", re.MULTILINE)


def limit_of(cell: object) -> tuple[bool, str] | None:
    """Tell whether the value lies below, and of what; None where a cell is no limit.

    >>> limit_of("< 53.0"), limit_of("≥1e3"), limit_of("53.0")
    ((True, '53.0'), (False, '1e3'), None)
    """
    match = _LIMIT.fullmatch(cell) if isinstance(cell, str) else None
    return None if match is None else (match[1] in _BELOW, match[2].strip())


def joined_limits(body: str) -> str:
    """Close the gap behind the sign of a limit, where blanks part the cells.

    >>> joined_limits("1 < 53.0")
    '1 <53.0'
    """
    return _LOST.sub(lambda match: match[1] or match[2], body) if re.search("[<>≤≥]", body) else body


def is_limit(cell: object, is_number: Callable[[str], bool]) -> bool:
    """Whether a cell is a limit, and a number stands behind its sign."""
    found = limit_of(cell)
    return found is not None and is_number(found[1])


def about_limits(cells: Sequence[object], rows: Sequence[int], of: int) -> str:
    """Name limits by their rows, from 1, in a column of so many."""
    below = sum(found[0] for cell in cells if (found := limit_of(cell)) is not None)
    sides = [
        *([f"{below} below a limit (left-censored)"] if below else []),
        *([f"{len(cells) - below} above one (right-censored)"] if below < len(cells) else []),
    ]
    numbers = f"row{'s' if len(rows) > 1 else ''} {listed(rows, limit=3)}"
    return f"{len(cells)} of {of} values are known by a detection limit only, {' and '.join(sides)}: {numbers}"
