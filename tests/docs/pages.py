"""Pages, and the examples in them: commands after a dollar sign, each with what it prints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ROOT / ".docs" / "pages"
CUT = "..."  # a line of an example that stands for any lines
SLOW = "<!-- takes minutes -->"  # in a page whose examples are run with -m recovery

_CONSOLE = re.compile(r"^```console\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A command as it is typed, and the lines that it prints."""

    command: str
    lines: tuple[str, ...]


def pages() -> list[Path]:
    """List the pages that hold examples: the README and those of the site."""
    return [ROOT / "README.md", *sorted(PAGES.rglob("*.md"))]


def name_of(page: Path) -> str:
    """Name a page by its place in the repository."""
    return page.relative_to(ROOT).as_posix()


def examples(text: str) -> list[Example]:
    """Give the examples of a page, in its order.

    >>> examples("```console\\n$ kansr recipes\\ndefault\\n```\\n")
    [Example(command='kansr recipes', lines=('default',))]
    """
    return [example for block in _CONSOLE.findall(text) for example in _examples(block)]


def snippets(text: str) -> list[str]:
    """Give the blocks of Python of a page."""
    return _PYTHON.findall(text)


def with_examples(text: str, found: Sequence[Example]) -> str:
    """Give the page with other examples in the place of its own, one for one."""
    left = iter(found)

    def written(match: re.Match[str]) -> str:
        lines = [line for old in _examples(match[1]) for line in _written(next(left), old)]
        return "```console\n" + "\n".join(lines) + "\n```"

    return _CONSOLE.sub(written, text)


def _examples(block: str) -> list[Example]:
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    split = [part.rstrip("\n").split("\n") for part in parts]
    return [Example(command, tuple(lines)) for command, *lines in split]


def _written(example: Example, old: Example) -> list[str]:
    """Write an example; one that was cut by hand stays as it is."""
    return [f"$ {example.command}", *(old.lines if CUT in old.lines else example.lines)]
