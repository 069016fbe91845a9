"""Numbers whose thousands are parted: 1,332 beside 925, 1.234,5, 1 332; and which sign is that of decimals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from kansr.table.cells import number

_APART = "'’ \u00a0\u2009\u202f_"  # signs that part thousands and nothing else
_GAP = re.compile(rf"(?<=\d)[{_APART}](?=\d{{3}}(?!\d))")
_END = r"([eE][+-]?\d+)?"
_COMMA, _POINT = (re.compile(rf"[+-]?\d*{sign}\d+{_END}", re.ASCII) for sign in (",", r"\."))
_EITHER = {
    ",": re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII),
    ".": re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII),
}
_PARTED = {  # by the sign that parts thousands for certain: two of them, or a decimal sign behind them
    ",": re.compile(r"[+-]?[1-9]\d{0,2}((,\d{3}){2,}(\.\d*)?|,\d{3}\.\d*)", re.ASCII),
    ".": re.compile(r"[+-]?[1-9]\d{0,2}((\.\d{3}){2,}(,\d*)?|\.\d{3},\d*)", re.ASCII),
}
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_HUNDREDS = re.compile(r"[+-]?[1-9]\d\d", re.ASCII)

Sign = Literal[".", ","]


def may_be_number(cell: str) -> bool:
    """Whether a cell is a number in any of the ways to write one.

    >>> [may_be_number(cell) for cell in ("1.5", "1,5", "1,234.5", "1 332", "a")]
    [True, True, True, True, False]
    """
    text = _without_gaps(cell)
    forms = (_COMMA, *_PARTED.values())
    return (number(text) is not None and text.casefold() not in {"true", "false"}) or any(
        f.fullmatch(text) for f in forms
    )


def decimal_sign(columns: Sequence[Sequence[str]], quoted: bool) -> Sign | None:
    """Tell the decimal sign from the cells of columns; None where no cell holds one, or either could be.

    A comma or a point before three digits may part thousands as well: it tells nothing beside others that are certain,
    and beside whole numbers of three digits, which have no decimals, it parts thousands.
    `quoted` says that commas part the cells, so that those inside stand between quotes.

    >>> decimal_sign([["1,5", "2"], ["1.234"]], quoted=False), decimal_sign([["1,332", "925"]], quoted=False)
    (',', '.')
    """
    cells = [_without_gaps(cell) for column in columns for cell in column]
    points = any(_is_certain(cell, ".") for cell in cells)
    commas = any(_is_certain(cell, ",") for cell in cells)
    if points or commas:
        return "." if points else ","
    if quoted or any(_EITHER["."].fullmatch(cell) for cell in cells):
        return "."
    either = [column for column in columns if any(_EITHER[","].fullmatch(_without_gaps(cell)) for cell in column)]
    if not either:
        return None
    return "." if any(_HUNDREDS.fullmatch(cell.strip()) for column in either for cell in column) else ","


def thousands(cells: Iterable[object], decimal: str) -> str | None:
    """Give the sign that parts thousands in a column, where all cells are numbers by it; else None.

    A point or a comma is taken for one only where some cell leaves no other reading, or the column is of whole numbers:
    `1,332` beside `1.5` may be a decimal comma by mistake.

    >>> thousands(["1,332", "925"], "."), thousands(["1 332,5", "2"], ","), thousands(["1,332", "1.5"], ".")
    (',', ' ', None)
    """
    texts = [str(cell).strip().replace("\u2212", "-") for cell in cells]
    odd = [text for text in texts if number(text, decimal) is None]
    sign = next((sign for sign in (*_APART, ",", ".") if sign != decimal and odd and sign in odd[0]), None)
    if sign is None:
        return None
    grouped = re.compile(rf"[+-]?[1-9]\d{{0,2}}({re.escape(sign)}\d{{3}})+({re.escape(decimal)}\d*)?", re.ASCII)
    if not all(grouped.fullmatch(text) for text in odd):
        return None
    certain = sign in _APART or any(_PARTED[sign].fullmatch(text) for text in odd)
    return sign if certain or all(text in odd or _WHOLE.fullmatch(text) for text in set(texts)) else None


def without(cell: object, sign: str) -> object:
    """Give a cell without the sign that parts its thousands."""
    return cell.replace(sign, "") if isinstance(cell, str) else cell


def about(cell: object, row: int, sign: str) -> str:
    """Say that thousands are parted, and what it is not read as where a decimal sign looks the same.

    >>> about("1,332", 7, ",")
    'holds numbers with thousands parted: "1,332" in row 7 is read as 1332, not as 1.332'
    """
    text = str(cell).strip()
    said = f'holds numbers with thousands parted: "{text}" in row {row} is read as {text.replace(sign, "")}'
    return f"{said}, not as {text.replace(sign, '.')}" if sign in _EITHER and _EITHER[sign].fullmatch(text) else said


def _without_gaps(cell: str) -> str:
    return _GAP.sub("", cell.strip().replace("\u2212", "-"))


def _is_certain(cell: str, decimal: Sign) -> bool:
    """Whether a cell is a number by this decimal sign, and none by the other one."""
    own, other = (_POINT, ",") if decimal == "." else (_COMMA, ".")
    return (own.fullmatch(cell) is not None and _EITHER[decimal].fullmatch(cell) is None) or (
        _PARTED[other].fullmatch(cell) is not None
    )
