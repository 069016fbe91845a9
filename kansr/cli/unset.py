"""`kansr unset`: a spline again on an edge that a function was set on."""

from __future__ import annotations

from typing import Any

import rich_click as click

from kansr.cli.options import budget_option, example, run_argument, talk_options


@click.command(no_args_is_help=False)
@click.argument("edge", required=False, metavar="EDGE")
@run_argument
@click.option("--all", "everything", is_flag=True, help="Every edge that a function was set on.")
@budget_option
@talk_options
@example(
    "kansr unset 'x1->h1'",
    "kansr unset 2 runs/data-001",
    "kansr unset --all",
)
def unset(
    *,
    edge: str | None,
    run: str | None,
    everything: bool,
    budget: Any,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Put a spline back on an edge, train it, and read the formula again with the edge free.

    EDGE is a name or a number of `kansr edges`, in quotes because of the arrow; with --all there is none.
    RUN is a run folder or its name in runs; without it the last run is taken.
    """
    context = click.get_current_context()
    if everything and edge is not None:
        if run is not None:
            raise click.UsageError("Either an edge or --all, not both.", context)
        edge, run = None, edge  # the one word is the run
    if not everything and edge is None:
        raise click.UsageError("Which edge? For example: kansr unset 'x1->h1', or kansr unset --all", context)
    from kansr.cli.work import finish, limit_of, opened, work  # noqa: PLC0415
    from kansr.pipeline import hand  # noqa: PLC0415

    place = opened(run, quiet)
    result = work(
        place,
        lambda report, clock: hand.unset(place, edge, report=report, clock=clock),
        budget=limit_of(place, budget),
        quiet=quiet,
        verbose=verbose,
    )
    finish(result, as_json=as_json, quiet=quiet)
