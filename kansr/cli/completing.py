"""What a shell is offered after `kansr ...`: runs, recipes, and the columns of the table on the line.

The shell waits for it at every press of Tab: nothing here loads NumPy, and of a table only the header is read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import rich_click as click
from click.shell_completion import CompletionItem

_HEAD = 1 << 16  # bytes of a table in which its header stands
_SEPARATORS = ",\t;|"


def complete_runs(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names of the runs in `runs`, and paths."""
    from kansr.run import RUNS  # noqa: PLC0415

    with suppress(OSError):
        names = sorted(path.name for path in RUNS.iterdir() if (path / "run.json").is_file())
        found = _starting(names, incomplete)
        if found:
            return found
    return [CompletionItem(incomplete, type="file")]


def complete_recipes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the recipes that come with kansr, and files."""
    from kansr.shipped import shipped  # noqa: PLC0415

    return _starting((one.name for one in shipped()), incomplete) or [CompletionItem(incomplete, type="file")]


def complete_columns(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the columns of the table that stands on the line; after a comma, the next one."""
    before, comma, start = incomplete.rpartition(",")
    chosen = {name.strip() for name in before.split(",")}
    table = ctx.params.get("table") or next(iter(ctx.args), None)  # an option without its value ends click's parsing
    columns = [name for name in header(table) if name not in chosen]
    return [CompletionItem(f"{before}{comma}{name}") for name in columns if name.startswith(start)]


def header(table: object) -> list[str]:
    r"""Read the names in the first line of a text table; none of what is no text file.

    >>> path = getfixture("tmp_path") / "a.csv"
    >>> _ = path.write_text("# made by hand\nt [s];v\n1;2\n")
    >>> header(str(path))
    ['t [s]', 'v']
    """
    if not isinstance(table, str):
        return []
    with suppress(OSError, csv.Error, ValueError):
        with Path(table).open("rb") as file:
            lines = file.read(_HEAD).decode("utf-8-sig", errors="ignore").splitlines()
        first = next(line for line in [*lines, ""] if not line.startswith("#"))
        separator = max(_SEPARATORS, key=first.count)
        return [name.strip() for name in next(csv.reader([first], delimiter=separator), [])]
    return []


def _starting(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
