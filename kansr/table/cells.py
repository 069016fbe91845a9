"""One cell: a number, a missing value, a date, or text; and what to do about text that was meant as a number."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable, Collection
from decimal import Decimal
from shlex import quote
from typing import Any

_DIGITS = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_NUMBER = re.compile(rf"{_DIGITS}|[+-]?(inf|infinity)", re.ASCII | re.IGNORECASE)
_BOOLEANS = {"true": 1.0, "false": 0.0}
_NULLS = frozenset(
    ["", "na", "n/a", "nan", "-nan", "null", "none", "nat", "<na>", "#n/a", "#na", "1.#ind", "-1.#ind", "1.#qnan"]
)
_DATES = (
    re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?", re.ASCII),
    re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([T ].*)?", re.ASCII),
    re.compile(r"\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}", re.ASCII),
    re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?", re.ASCII),
)
_MEANT = (  # text that was meant as a number: how it looks, what to do
    (
        re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII),
        "write all numbers of the column alike: without thousands separators, and with one decimal sign",
    ),
    (re.compile(r"[+-]?\d{1,3}([' \u00a0\u202f.]\d{3})+([.,]\d+)?"), "write numbers without thousands separators"),
    (re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII), "write all numbers of the column with one decimal sign"),
    (re.compile(_DIGITS, re.ASCII), "write all numbers of the column with one decimal sign"),
    (re.compile(rf"{_DIGITS}\s*%", re.ASCII), "write percent as a plain number: 12 % as 0.12"),
    (re.compile(rf"[$€£¥]\s*{_DIGITS}|{_DIGITS}\s*[$€£¥]", re.ASCII), "write amounts without the sign of the currency"),
    (re.compile(r"[+-]?\d+\.?\d*[dD][+-]?\d+", re.ASCII), "write exponents with e: 1.5e3"),
    (re.compile(rf"{_DIGITS}\s+[A-Za-zµΩ°]\S*"), "write the unit into the header, not into the cells"),
)
_DECIMALS = {",": "comma", ".": "point"}
_SIGNS_ONLY = re.compile(r"[^\w\s]+(\s+[^\w\s]+)*|_+")  # blanks are certain: no two ways to read one text
_PLACEHOLDERS = frozenset(
    {"?", "-", "--", "---", "*", ".", "..", "x", "missing", "unknown", "error", "#ref!", "#div/0!"}
)


def is_number(text: str, decimal: str = ".") -> bool:
    """Whether a cell is a plain number.

    >>> is_number(" -1.5e3 "), is_number("1,5"), is_number("1,5", ",")
    (True, False, True)
    """
    return _NUMBER.fullmatch(_plain(text, decimal)) is not None


def is_null(cell: object, null_values: Collection[str]) -> bool:
    """Whether a cell stands for a missing value: empty, NA, NaN, null, or one of `null_values`."""
    text = str(cell).strip()
    return text.casefold() in _NULLS or text in null_values


def is_date(cell: object) -> bool:
    """Whether a cell is a date or a time.

    >>> is_date("2020-02-29"), is_date("1.5")
    (True, False)
    """
    return any(pattern.fullmatch(str(cell).strip()) for pattern in _DATES)


def number(cell: Any, decimal: str = ".") -> float | None:
    """Give the value of a cell: booleans are 0 or 1, a number too large for float64 is infinite, None is no number.

    >>> number("2.5"), number(True), number("abc") is None
    (2.5, 1.0, True)
    """
    if isinstance(cell, (numbers.Real, Decimal)):
        return _nearest(cell)
    text = _plain(str(cell), decimal) if isinstance(cell, str) else ""
    return float(text) if _NUMBER.fullmatch(text) else _BOOLEANS.get(text.casefold())


def meant_as_number(cell: object) -> bool:
    """Whether text was meant as a number, such as `1,234`, `12 %` or `5 cm`."""
    return any(pattern.fullmatch(str(cell).strip()) for pattern, _ in _MEANT)


def advice(cell: object, reads: Callable[[str], bool] = lambda _: False) -> str:
    """Say what to do about a cell that is not a number; `reads` tells whether its column is one by a decimal sign.

    >>> advice("12 %"), advice("1,5", lambda sign: sign == ",")
    ('write percent as a plain number: 12 % as 0.12', 'for a decimal comma try --decimal ,')
    """
    text = str(cell).strip()
    if text.casefold() in _PLACEHOLDERS or _SIGNS_ONLY.fullmatch(text):
        return f"if it stands for a missing value, try --null-value {quote(text)}"
    if any(sign in text and reads(sign) for sign in (",", ".")):
        return next(f"for a decimal {word} try --decimal {sign}" for sign, word in _DECIMALS.items() if reads(sign))
    found = next((what for pattern, what in _MEANT if pattern.fullmatch(text)), None)
    return found or "correct the cell, or leave the column out with -x"


def shown(cell: object) -> str:
    """Give a cell as it is shown in a message: on one line, not too long.

    >>> shown("a" * 50)
    '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa..."'
    """
    text = " ".join(_text(cell).split())
    return f'"{text}"' if len(text) <= 32 else f'"{text[:29]}..."'


def _nearest(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _text(cell: object) -> str:
    """Give a cell as text; Python refuses to write out whole numbers of thousands of digits."""
    try:
        return str(cell)
    except ValueError:
        return "a number of thousands of digits"


def _plain(text: str, decimal: str) -> str:
    """Write a number the way Python reads it; a typographic minus becomes a plain one."""
    text = text.strip().replace("\u2212", "-")
    if decimal == ",":
        text = text.replace(".", "?").replace(",", ".")
    return text
