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


def share(error: float | None, spread: float) -> str:
    """Write an error as a share of the target's spread.

    >>> share(0.05, 2.0), share(1e-9, 2.0)
    ('2.5 %', '5e-10')
    """
    if error is None or not spread > 0 or not math.isfinite(error):
        return "-"
    part = error / spread
    return f"{100 * part:.2g} %" if 1e-4 <= part < 1 else f"{part:.2g}"


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
