"""`kansr edges`: what stands on each edge of the network, and what else would fit its curve."""

from __future__ import annotations

import rich_click as click

from kansr.cli.options import example, json_option, quiet_option, run_argument, verbose_option
from kansr.files import json_text


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
    from kansr.cli.candidates import draw_edges  # noqa: PLC0415
    from kansr.cli.work import opened, plain_console  # noqa: PLC0415
    from kansr.pipeline import hand  # noqa: PLC0415

    place = opened(run, quiet)
    rows = hand.edges(place, edge)
    if as_json:
        record = {"run": str(place.folder), "edges": [row.to_json() for row in rows]}
        print(json_text(record))
    else:
        draw_edges(rows, plain_console())
