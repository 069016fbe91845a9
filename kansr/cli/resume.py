"""`kansr resume`: a fit that was killed, interrupted or out of time goes on."""

from __future__ import annotations

from typing import Any

import rich_click as click

from kansr.cli.memory import memory_option
from kansr.cli.options import NULL, budget_option, example, run_argument, talk_options


@click.command(no_args_is_help=False)
@run_argument
@budget_option
@memory_option
@talk_options
@example(
    "kansr resume",
    "kansr resume data-001 --budget 60",
)
def resume(*, run: str | None, budget: Any, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Take up a fit that was killed, interrupted, or ended by its time limit.

    RUN is a run folder or its name in runs; without it the newest one without a result is taken, or the last run.
    It goes on from the best network that it had kept, with what is left of its time limit, at least a quarter of it.
    """
    from kansr import pipeline  # noqa: PLC0415
    from kansr.cli.work import finish, note, recipe_of, work  # noqa: PLC0415
    from kansr.run import Run, latest_unfinished  # noqa: PLC0415

    place = Run.open(latest_unfinished() if run is None else run)
    note(f"run: {place.folder}", quiet or run is not None)
    pipeline.check_resumable(place)
    if budget is None:
        budget = pipeline.seconds_left(place, recipe_of(place).budget)
    result = work(
        place,
        lambda report, clock: pipeline.resume(place, report=report, clock=clock),
        budget=None if budget is NULL else budget,
        quiet=quiet,
        verbose=verbose,
    )
    finish(result, as_json=as_json, quiet=quiet)
