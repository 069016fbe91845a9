"""`kansr edges`: what stands on each edge of the network, and what else would fit its curve."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import rich_click as click
from rich.table import Table
from rich.text import Text

from kansr.cli.options import example, json_option, quiet_option, run_argument, verbose_option
from kansr.cli.render import WIDEST
from kansr.cli.text import number, shortened, visible

if TYPE_CHECKING:
    from kansr.pipeline.hand import EdgeRow

_REST = 33  # characters for the number, the error, the size and the gaps between the columns
_LEAST = 15  # characters of what stands on an edge that are always shown


@click.command(no_args_is_help=False)
@run_argument
@click.option("--edge", metavar="EDGE", help="One edge, by name or number: all functions, also functions of functions.")
@json_option
@quiet_option
@verbose_option
@example(
    "kansr edges",
    "kansr edges runs/data-001 --json",
    "kansr edges --edge 'x1->h1'",
)
def edges(
    *,
    run: str | None,
    edge: str | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
) -> None:
    """Show what stands on each edge of the network, and the functions that fit its curve.

    Errors are shares of the curve's spread; the size is the number of nodes that a function adds to the formula.
    RUN is a run folder or its name in runs; without it the last run is taken.
    """
    from kansr.cli.work import opened, plain_console  # noqa: PLC0415
    from kansr.pipeline import hand  # noqa: PLC0415

    place = opened(run, quiet)
    rows = hand.edges(place, edge)
    if as_json:
        record = {"run": str(place.folder), "edges": [row.to_json() for row in rows]}
        print(json.dumps(record, ensure_ascii=False, allow_nan=False))
    else:
        console = plain_console()
        console.print(_table(rows, min(console.width, WIDEST)))


def _table(rows: Sequence[EdgeRow], width: int) -> Table:
    """Draw a line for each candidate, the edge beside its first one."""
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
