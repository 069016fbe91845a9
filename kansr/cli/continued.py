"""`kansr fit --continue RUN`: more rows for a run, learned in a new one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from click.core import ParameterSource

from kansr.cli.options import recipe_options

if TYPE_CHECKING:
    from kansr.result import Result

_READING = (
    "units",
    "delimiter",
    "decimal",
    "encoding",
    "sheet",
    "query",
    "table_name",
    "no_header",
    "skip_lines",
    "null_value",
)
_MAY = (*_READING, "budget", "table", "out", "force", "as_json", "quiet", "verbose", "former")


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse what the run has settled: columns, network, recipe.

    Variables such as `KANSR_SEED` are meant for new fits, and are not looked at.
    """
    context: click.Context = click.get_current_context()  # type: ignore[assignment]  # of this very command
    given = (n for n in options if context.get_parameter_source(n) is ParameterSource.COMMANDLINE and n not in _MAY)
    for name in given:
        flag = next(p.opts[-1] for p in context.command.params if p.name == name)
        raise click.UsageError(
            f"{flag} cannot be given with --continue: the run keeps its columns and its settings", context
        )


def go_on(
    former: str, source: str, options: Mapping[str, Any], *, out: Path | None, force: bool, quiet: bool, verbose: bool
) -> Result:
    """Let the network of a run learn the rows of a table, and keep it in a new run folder."""
    from kansr import pipeline  # noqa: PLC0415
    from kansr.cli.work import limit_of, note, opened, recipe_of, work  # noqa: PLC0415
    from kansr.recipe import with_options  # noqa: PLC0415
    from kansr.run import Run, stem_of  # noqa: PLC0415
    from kansr.table import public_name  # noqa: PLC0415

    before = opened(former, quiet)
    given = recipe_options({name: options[name] for name in _READING})
    spec = with_options(recipe_of(before), given).table if given else None
    rows = pipeline.more_rows(before, source, spec)
    note(f"{rows.source}: {len(rows)} new rows of {rows.target} for {before.folder}", quiet)
    run = Run.create(stem_of(public_name(source)), out, force)
    try:
        return work(
            run,
            lambda report, clock: pipeline.learn(before, rows, run, report=report, clock=clock),
            budget=limit_of(before, options["budget"]),
            quiet=quiet,
            verbose=verbose,
        )
    finally:
        run.discard_if_unused()
