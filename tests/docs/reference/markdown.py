"""What the pages are written with: tables, and the note that says where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTE = "<!-- made from the code by `python -m tests.docs.reference`: change it there -->"


def page(title: str, *parts: str) -> str:
    """Give a page: its title, and parts with a blank line between them."""
    return "\n\n".join([NOTE, f"# {title}", *(part.strip("\n") for part in parts)]) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table.

    >>> print(table(["a", "b"], [["1", "x | y"]]))
    | a | b |
    |---|---|
    | 1 | x \\| y |
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(_row(cells) for cells in lines).replace("| --- ", "|---").replace("|--- |", "|---|")


def code(text: str) -> str:
    """Give text as code, or nothing for nothing."""
    return f"`{text}`" if text else ""


def fence(text: str, language: str = "") -> str:
    """Give a block of code."""
    return f"```{language}\n{text.strip()}\n```"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ").strip() for cell in cells) + " |"
