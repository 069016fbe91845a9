"""`kansr export`: the formula in another language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from kansr.cli.options import (
    example,
    force_option,
    look_options,
    quiet_option,
    run_argument,
    verbose_option,
)

if TYPE_CHECKING:
    from kansr.formula.front import Rule

FORMATS = ("latex", "sympy", "python", "json")


@click.command(no_args_is_help=False)
@run_argument
@click.option("--to", "language", type=click.Choice(FORMATS), required=True, help="The language.")
@look_options
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="The file to write.  [stdout]")
@force_option
@quiet_option
@verbose_option
@example(
    "kansr export --to latex",
    "kansr export runs/data-001 --to python -o formula.py",
    "kansr export --to latex --rank 2",
)
def export(
    *,
    run: str | None,
    language: str,
    rank: int | None,
    select: Rule | None,
    out: Path | None,
    force: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
) -> None:
    """Write the formula of a run as LaTeX, sympy, Python or JSON.

    RUN is a run folder or its name in runs; without it the last run is taken.
    """
    from kansr import export as exports  # noqa: PLC0415
    from kansr import pipeline  # noqa: PLC0415
    from kansr.cli.work import opened, put  # noqa: PLC0415

    result = pipeline.load(opened(run, quiet), rank=rank, select=select)
    put(exports.export(result.formula, language), out, force=force, quiet=quiet)
