"""`kansr check`: what is wrong or odd with a table, before any training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import rich_click as click

from kansr.cli.options import Names, example, option, reader_options, recipe_options, row_options, talk_options
from kansr.files import json_text

if TYPE_CHECKING:
    from kansr.table import Survey

_MEASURED = ((1e3, 5.6), (1e4, 14.0), (1e5, 129.0))  # seconds by rows, of laws that are found: the README's table


@click.command(no_args_is_help=False)
@click.argument("table", metavar="TABLE")
@option("-t", "--target", metavar="COLUMN", help="The column to explain.  [the last one]")
@option("-x", "--features", type=Names(), help="The columns to explain it with.  [all others]")
@option("--sigma", metavar="COLUMN", help="The column of the target's measurement errors.")
@option("--weights", metavar="COLUMN", help="The column of what each row counts.")
@option("--recipe", metavar="NAME|FILE", default="default", help="Settings that a fit would have.")
@reader_options
@row_options
@talk_options
@example(
    "kansr check data.csv",
    "kansr check data.csv -t force -x mass,acceleration",
    'kansr check data.csv --units "v=m/s,t=s" --json',
)
def check(
    *,
    table: str,
    recipe: str,
    as_json: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
    **options: Any,
) -> None:
    """Say what is wrong or odd with a table, and what a fit would take from it.

    Nothing is trained and nothing is written. The exit code is 0 where kansr can use the table and 3 where not.
    """
    from kansr.cli.checked import draw_survey  # noqa: PLC0415
    from kansr.cli.work import plain_console  # noqa: PLC0415
    from kansr.recipe import load_recipe, with_options  # noqa: PLC0415
    from kansr.result import plain  # noqa: PLC0415
    from kansr.table import survey  # noqa: PLC0415

    settings = with_options(load_recipe(recipe), recipe_options(options))
    found = survey(table, settings.table)
    seconds = expected_seconds(found, settings.budget)
    if as_json:
        print(json_text(plain(found.to_json() | {"seconds": seconds})))
    elif not quiet:
        draw_survey(found, plain_console(), seconds=seconds, budget=settings.budget)
    else:
        for warning in found.warnings:
            print(warning)
    if found.error is not None:
        raise found.error


def expected_seconds(found: Survey, budget: float | None) -> float | None:
    """Estimate how long a fit takes that finds its law; None where the table cannot be used.

    It is what measured ones with so many rows took, and not more than the time limit.
    """
    if found.table is None:
        return None
    rows = math.log(max(len(found.table), _MEASURED[0][0]))
    ends = [(math.log(n), math.log(seconds)) for n, seconds in _MEASURED]
    (a, low), (b, high) = ends[:2] if rows < ends[1][0] else ends[1:]
    seconds = math.exp(low + (high - low) * (rows - a) / (b - a))
    return min(seconds, math.inf if budget is None else budget)
