"""`kansr prune`: the smallest network that is about as good."""

from __future__ import annotations

from typing import Any

import rich_click as click

from kansr.cli.options import budget_option, example, option, run_argument, talk_options


@click.command(no_args_is_help=False)
@run_argument
@option(
    "--tolerance",
    type=click.FloatRange(min=0),
    metavar="SHARE",
    help="How much the validation error may rise: 0.05 is 5 percent.  [that of the run]",
)
@budget_option
@talk_options
@example("kansr prune --tolerance 0.2")
def prune(*, run: str | None, tolerance: float | None, budget: Any, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Remove what a network can do without: edges, nodes, inputs.

    RUN is a run folder or its name in runs; without it the last run is taken.
    """
    from kansr import pipeline  # noqa: PLC0415
    from kansr.cli.work import finish, limit_of, opened, recipe_of, work  # noqa: PLC0415

    place = opened(run, quiet)
    allowed = recipe_of(place).training.tolerance if tolerance is None else tolerance
    result = work(
        place,
        lambda report, clock: pipeline.prune(place, allowed, report=report, clock=clock),
        budget=limit_of(place, budget),
        quiet=quiet,
        verbose=verbose,
    )
    finish(result, as_json=as_json, quiet=quiet)
