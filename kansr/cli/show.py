"""`kansr show`: the last screen of a run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from kansr.cli.options import (
    example,
    json_option,
    look_options,
    quiet_option,
    run_argument,
    verbose_option,
)

if TYPE_CHECKING:
    from kansr.formula.front import Rule


@click.command(no_args_is_help=False)
@run_argument
@click.option("--structure", is_flag=True, help="Show why the network has this graph: the evidence for each join.")
@look_options
@json_option
@quiet_option
@verbose_option
@example(
    "kansr show",
    "kansr show runs/data-001 --json",
    "kansr show --structure",
    "kansr show --rank 2",
)
def show(
    *,
    run: str | None,
    structure: bool,
    rank: int | None,
    select: Rule | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
) -> None:
    """Show what a run found.

    RUN is a run folder or its name in runs; without it the last run is taken.
    """
    from kansr import pipeline  # noqa: PLC0415
    from kansr.cli.work import opened, show_result, show_structure  # noqa: PLC0415

    if structure:
        show_structure(pipeline.structure(opened(run, quiet)), as_json=as_json)
        return
    show_result(pipeline.load(opened(run, quiet), rank=rank, select=select), as_json=as_json, quiet=quiet)
