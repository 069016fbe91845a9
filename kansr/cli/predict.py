"""`kansr predict`: the formula of a run at new rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from kansr.cli.options import example, force_option, quiet_option, reader_options, recipe_options, verbose_option

if TYPE_CHECKING:
    from collections.abc import Sequence


_ROWS_NAMED = 5
FLAG = "outside"


@click.command(no_args_is_help=False)
@click.argument("places", nargs=-1, required=True, metavar="[RUN] TABLE")
@click.option("--network", "by_network", is_flag=True, help="By the splines of the network, not by the formula.")
@click.option("--flag", is_flag=True, help="Add a column `outside`: 1 for rows outside the range of the training rows.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="The file to write.  [stdout]")
@force_option
@reader_options
@quiet_option
@verbose_option
@example(
    "kansr predict new.csv",
    "kansr predict runs/data-001 new.csv -o predictions.csv",
    "kansr predict new.csv --flag",
)
def predict(
    *,
    places: tuple[str, ...],
    by_network: bool,
    flag: bool,
    out: Path | None,
    force: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
    **options: Any,
) -> None:
    """Predict the target at the rows of a table, as CSV.

    RUN is a run folder or its name in runs; without it the last run is taken.
    TABLE needs the columns that the formula uses (with --network all), not the target; - reads from a pipe.
    """
    if len(places) > 2:
        raise click.UsageError("One run and one table at most: kansr predict [RUN] TABLE", click.get_current_context())
    from kansr import pipeline  # noqa: PLC0415
    from kansr.cli.work import note, opened, put, recipe_of, target_of  # noqa: PLC0415
    from kansr.files import csv_text  # noqa: PLC0415
    from kansr.recipe import with_options  # noqa: PLC0415
    from kansr.table.frame import free_name  # noqa: PLC0415

    run = opened(places[0] if len(places) == 2 else None, quiet)
    given = recipe_options(options)
    spec = with_options(recipe_of(run), given).table if given else None
    found = pipeline.predict(run, places[-1], spec, by_network=by_network)
    outside = [number for number, is_outside in enumerate(found.outside, start=1) if is_outside]
    note(_warning(outside), quiet or not outside)
    header, rows = [target_of(run)], ([float(value)] for value in found.values)
    if flag:
        header = [*header, free_name(FLAG, set(header))]
        rows = ([*row, int(is_outside)] for row, is_outside in zip(rows, found.outside, strict=True))
    put(csv_text(header, rows), out, force=force, quiet=quiet)


def _warning(rows: Sequence[int]) -> str:
    """Say which rows the training says nothing about."""
    named = ", ".join(str(row) for row in rows[:_ROWS_NAMED]) + (", ..." if len(rows) > _ROWS_NAMED else "")
    count = "1 row lies" if len(rows) == 1 else f"{len(rows)} rows lie"
    return f"warning: {count} outside the range of the training rows (row {named}): take the prediction with care"
