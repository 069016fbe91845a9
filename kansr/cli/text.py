"""Text for the terminal: nothing from a file may steer it, and long formulas break where a reader would break them."""

from __future__ import annotations

import re

from kansr.report.words import number, of_spread, readable, with_error

__all__ = ["folded", "number", "of_spread", "readable", "shortened", "visible", "with_error", "with_unit"]


def visible(text: str) -> str:
    r"""Write control characters, which could steer a terminal or reverse text, as escapes.

    >>> print(visible("a\x1b[31m"))
    a\x1b[31m
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def with_unit(constant: str, unit: str | None) -> str:
    """Write a constant with its unit; None is one that is not known.

    >>> with_unit("9.81 ± 0.020", "m/s^2"), with_unit("0.31", "1"), with_unit("2.5", None)
    ('9.81 ± 0.020 m/s^2', '0.31 (no unit)', '2.5')
    """
    if unit is None:
        return constant
    return f"{constant} (no unit)" if unit == "1" else f"{constant} {visible(unit)}"


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
