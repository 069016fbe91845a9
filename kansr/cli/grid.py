"""A table of texts and numbers on the terminal: texts to the left, numbers to the right."""

from __future__ import annotations

from collections.abc import Sequence

from kansr.cli.text import number, visible

Cell = str | int | float | None


def aligned(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Give the lines of a table; numbers have three digits, whole ones all of theirs.

    >>> print(*aligned(["law", "rmse"], [["a", 0.001234], ["bc", None]]), sep="|")
    law     rmse|a    0.00123|bc
    """
    shown = [[_shown(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *shown, strict=True)]
    right = [any(isinstance(row[i], int | float) for row in rows) for i in range(len(columns))]

    def line(cells: Sequence[str]) -> str:
        padded = [f"{c:>{w}}" if r else f"{c:<{w}}" for c, w, r in zip(cells, widths, right, strict=True)]
        return "  ".join(padded).rstrip()

    return [line(columns), *map(line, shown)]


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return str(cell)
    return visible(cell) if isinstance(cell, str) else number(cell)
