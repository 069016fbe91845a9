"""The edges of a network as a table: what stands on each, and the functions that fit its curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kansr.cli.render import WIDEST
from kansr.cli.text import number, shortened, visible

if TYPE_CHECKING:
    from kansr.pipeline.hand import EdgeRow

_REST = 33  # characters for the number, the error, the size and the gaps between the columns
_LEAST = 15  # characters of what stands on an edge that are always shown


def draw_edges(rows: Sequence[EdgeRow], console: Console) -> None:
    """Draw a line for each candidate, the edge beside its first one."""
    console.print(_table(rows, min(console.width, WIDEST)))


def _table(rows: Sequence[EdgeRow], width: int) -> Table:
    longest = max((len(fit.function) for row in rows for fit in row.candidates), default=0)
    room = width - max(len(visible(row.edge)) for row in rows) - longest - _REST
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("", "edge", "now", "fits"):
        table.add_column(name, no_wrap=True)
    for name in ("error", "size"):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    for row in rows:
        mark = " (set)" if row.held else ""
        now = shortened(visible(row.stands), max(room, _LEAST) - len(mark)) + mark
        first = (str(row.number), Text(visible(row.edge)), Text(now, style="bold"))
        for i, fit in enumerate(row.candidates):
            table.add_row(*(first if i == 0 else ("", "", "")), fit.function, number(fit.error), str(fit.complexity))
        if not row.candidates:
            table.add_row(*first, "-", "", "")
    return table
