"""Text for the terminal: nothing from a file may steer it, and long formulas break where a reader would break them."""

from __future__ import annotations

import math
import re


def visible(text: str) -> str:
    r"""Write control characters, which could steer a terminal or reverse text, as escapes.

    >>> print(visible("a\x1b[31m"))
    a\x1b[31m
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def number(value: float | None) -> str:
    """Write a number with three digits.

    >>> number(0.0123456), number(1.23456e-9), number(None)
    ('0.0123', '1.23e-09', '-')
    """
    return "-" if value is None or not math.isfinite(value) else f"{value:.3g}"


def with_error(constant: str, error: float) -> str:
    """Write a constant with its standard error, which has two digits.

    >>> with_error("9.81", 0.0204), with_error("1200.5", 234.5), with_error("2.5", math.inf)
    ('9.81 ± 0.020', '1200.5 ± 230', '2.5 (the data do not determine it)')
    """
    if not math.isfinite(error):
        return f"{constant} (the data do not determine it)"
    shown = f"{error:.1e}"
    power = int(shown.partition("e")[2])
    if -5 <= power <= 5:
        shown = f"{float(shown):.{max(1 - power, 0)}f}"
    return f"{constant} ± {shown}"


def with_unit(constant: str, unit: str | None) -> str:
    """Write a constant with its unit; None is one that is not known.

    >>> with_unit("9.81 ± 0.020", "m/s^2"), with_unit("0.31", "1"), with_unit("2.5", None)
    ('9.81 ± 0.020 m/s^2', '0.31 (no unit)', '2.5')
    """
    if unit is None:
        return constant
    return f"{constant} (no unit)" if unit == "1" else f"{constant} {visible(unit)}"


def of_spread(error: float | None, spread: float) -> str:
    """Write an error beside the target's spread.

    >>> of_spread(0.05, 2.0), of_spread(2e-9, 2.0), of_spread(33.0, 2.0)
    ('2.5 % of the spread', '1e-09 of the spread', '16 times the spread')
    """
    if error is None or not spread > 0 or not math.isfinite(error):
        return number(error)
    part = error / spread
    if part >= 9.95:
        return f"{part:.2g} times the spread"
    return f"{_percent(part)} of the spread"


def _percent(part: float) -> str:
    if part < 1e-4:
        return f"{part:.1g}" if part else "0 %"
    return f"{100 * part:.0f} %" if part >= 0.995 else f"{100 * part:.2g} %"


def readable(formula: str) -> str:
    """Round the decimal numbers of a formula to five digits, for a table that is only read.

    >>> readable("5352744.168668371 - 0.1234567*x_12345678**2 + 1000000")
    '5.3527e+06 - 0.12346*x_12345678**2 + 1000000'
    """
    return re.sub(r"(?<![\w.])\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![\w.])", _rounded, formula)


def _rounded(match: re.Match[str]) -> str:
    """Round what is longer than its rounded form; whole numbers stay."""
    text = match[0]
    if not re.search(r"[.e]", text):
        return text
    return min(text, f"{float(text):.5g}", key=len)


def shortened(text: str, width: int) -> str:
    """Cut a text to a width, with three dots where it was cut.

    >>> shortened("a + b + c", 7)
    'a + ...'
    """
    return text if len(text) <= width else f"{text[: max(width - 3, 0)]}..."


def folded(formula: str, width: int, lines: int = 12) -> list[str]:
    """Break a formula into lines after its operators; `lines` is the most that are shown.

    >>> folded("a*b + c*d", 6)
    ['a*b +', '  c*d']
    """
    pieces = re.findall(r"(?:\*\*|[^ *+/(,])+(?:\*(?!\*)|[+/(,])?\s*|[*+/(,\s]", formula)
    found = [""]
    for piece in pieces:
        if found[-1].strip() and len(found[-1]) + len(piece.rstrip()) > width:
            found.append("  ")
        found[-1] += piece
    found = [part.rstrip() for line in found for part in _cut(line, width)]
    return found if len(found) <= lines else [*found[: lines - 1], "  ... (all of it: kansr export)"]


def _cut(line: str, width: int) -> list[str]:
    """Cut a line that has no place to break."""
    line = line.rstrip()
    return [line[start : start + width] for start in range(0, len(line), width)] or [""]
