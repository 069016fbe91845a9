"""`kansr extend`: the same network on a finer grid."""

from __future__ import annotations

from typing import Any

import rich_click as click

from kansr.cli.memory import memory_option
from kansr.cli.options import budget_option, example, option, run_argument, talk_options


@click.command(no_args_is_help=False)
@run_argument
@option("--grid", type=click.IntRange(1, 100_000), required=True, metavar="G", help="Grid intervals to go to.")
@budget_option
@memory_option
@talk_options
@example(
    "kansr extend --grid 50",
    "kansr extend runs/data-001 --grid 50",
)
def extend(*, run: str | None, grid: int, budget: Any, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Go on with a run on a finer grid.

    RUN is a run folder or its name in runs; without it the last run is taken.
    """
    from kansr import pipeline  # noqa: PLC0415
    from kansr.cli.work import finish, limit_of, opened, work  # noqa: PLC0415

    place = opened(run, quiet)
    result = work(
        place,
        lambda report, clock: pipeline.extend(place, grid, report=report, clock=clock),
        budget=limit_of(place, budget),
        quiet=quiet,
        verbose=verbose,
    )
    finish(result, as_json=as_json, quiet=quiet)
