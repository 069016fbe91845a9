"""The one door to the terminal: whatever a file holds, it is printed as text and steers nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook
from rich.segment import Segment


def clean(text: str) -> str:
    r"""Write what could steer a terminal or reverse text as escapes; line breaks, tabs and spaces of any kind stay.

    >>> print(clean("a\x1b[31m b\x9b2J\u202e\nc"))
    a\x1b[31m b\x9b2J\u202e
    c
    """
    if text.isprintable():
        return text
    return "".join(one if _is_harmless(one) else one.encode("unicode_escape").decode() for one in text)


def console(*, stderr: bool = False) -> Console:
    """Give a console on stdout or stderr that takes text as it is, and that no text from a file can steer."""
    found = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    found.push_render_hook(_Cleaning())
    return found


def _is_harmless(character: str) -> bool:
    return character.isprintable() or character in "\n\t" or unicodedata.category(character) == "Zs"


class _Cleaning(RenderHook):
    """Cleans all that a console is asked to print; the console's own colours come after it."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Clean(one) for one in renderables]


class _Clean:
    """Something to draw, its texts cleaned piece by piece."""

    def __init__(self, inner: RenderableType) -> None:
        self.inner = inner

    def __rich_console__(self, on: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for piece in on.render(self.inner, options):
            yield piece if piece.control else Segment(clean(piece.text), piece.style)
