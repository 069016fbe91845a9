"""`kansr set`: a function of your own choice on an edge of the network."""

from __future__ import annotations

from typing import Any

import rich_click as click

from kansr.cli.options import budget_option, example, run_argument, talk_options


@click.command(no_args_is_help=False)
@click.argument("edge", metavar="EDGE")
@click.argument("function", metavar="FUNCTION")
@run_argument
@budget_option
@talk_options
@example(
    "kansr set 'x1->h1' sin",
    "kansr set 2 'log(exp)' runs/data-001",
    "kansr set 3 0",
)
def set(  # the command is called so
    *, edge: str, function: str, run: str | None, budget: Any, as_json: bool, quiet: bool, verbose: bool
) -> None:
    """Put a function on an edge of the network; fit everything else, and read the formula again.

    EDGE is a name or a number of `kansr edges`, in quotes because of the arrow. FUNCTION is any function of the
    library or of the run's recipe, a function of a function such as log(exp), or 0, which cuts the edge.

    What is set stays set until `kansr unset`. The former network and result are kept in the run folder.
    RUN is a run folder or its name in runs; without it the last run is taken.
    """
    from kansr.cli.work import finish, limit_of, opened, work  # noqa: PLC0415
    from kansr.pipeline.hand import set_function  # noqa: PLC0415

    place = opened(run, quiet)
    result = work(
        place,
        lambda report, clock: set_function(place, edge, function, report=report, clock=clock),
        budget=limit_of(place, budget),
        quiet=quiet,
        verbose=verbose,
    )
    finish(result, as_json=as_json, quiet=quiet)
