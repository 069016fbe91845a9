"""`kansr export`: the formula in another language."""

from __future__ import annotations

from difflib import get_close_matches
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from kansr.cli.options import (
    Command,
    example,
    force_option,
    look_options,
    quiet_option,
    run_argument,
    verbose_option,
)

if TYPE_CHECKING:
    from kansr.result import Result
    from kansr.run import Run

FORMATS = {
    "latex": "for a paper",
    "mathml": "for a page",
    "sympy": "an expression to calculate with",
    "python": "a function of numbers, with nothing but math",
    "numpy": "a function of arrays",
    "torch": "a function of tensors, with gradients",
    "jax": "a function of arrays, with gradients",
    "c": "a function, C99",
    "cpp": "a function, C++11",
    "fortran": "an elemental function in a module, Fortran 2008",
    "julia": "a function",
    "r": "a function of vectors",
    "rust": "a function",
    "javascript": "a function in a module",
    "matlab": "a function of arrays, for Octave, too",
    "mathematica": "a function",
    "excel": "a formula for the second row of a sheet",
    "sql": "an expression over the columns: SQLite, PostgreSQL",
    "json": "everything that is known of the formula",
}


class Format(click.Choice[str]):
    """A format by its name; a misspelt one is answered with the nearest."""

    def __init__(self) -> None:
        super().__init__(list(FORMATS))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the name, or fail with the nearest one."""
        if value in FORMATS:
            return str(value)
        near = get_close_matches(str(value), FORMATS, 1)
        advice = f"Did you mean '{near[0]}'? " if near else ""
        raise click.BadParameter(f"there is no format '{value}'. {advice}Formats: {', '.join(FORMATS)}.", ctx, param)


def _with_formats(command: Command) -> Command:
    """Put the list of formats into the help, into the paragraph of the example, which keeps its lines."""
    rows = "".join(f"  {name:12s} {words}\n" for name, words in FORMATS.items())
    command.__doc__ = f"{cleandoc(command.__doc__ or '')}\n \nFormats:\n{rows}"
    return command


@click.command(no_args_is_help=False)
@run_argument
@click.option("--to", "language", type=Format(), metavar="FORMAT", help="The format.  [by the suffix of FILE]")
@look_options
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="The file to write.  [stdout]")
@click.option("--no-check", is_flag=True, help="Do not run what was written on the rows of the run.")
@force_option
@quiet_option
@verbose_option
@_with_formats
@example(
    "kansr export --to latex",
    "kansr export runs/data-001 -o formula.py",
    "kansr export --to excel --rank 2",
)
def export(
    *,
    run: str | None,
    language: str | None,
    out: Path | None,
    no_check: bool,
    force: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
    **look: Any,
) -> None:
    """Write the formula of a run in another language.

    RUN is a run folder or its name in runs; without it the last run is taken.
    Code is run on up to 200 rows of the run before it is written, where its language is on this machine.
    """
    if language is None and out is None:
        what = "Which format? Say --to FORMAT, or -o FILE with a suffix that tells it"
        raise click.UsageError(what, click.get_current_context())
    from kansr import export as exports  # noqa: PLC0415
    from kansr import pipeline  # noqa: PLC0415
    from kansr.cli.work import note, opened, put  # noqa: PLC0415

    to = exports.format_of(language, out).name
    source = opened(run, quiet)
    result = pipeline.load(source, **look)
    text = exports.export(result.formula, to, exports.About.of(result))
    if not no_check:
        note(_checked(text, to, result, source), quiet)
    put(text, out, force=force, quiet=quiet)


def _checked(text: str, to: str, result: Result, run: Run) -> str:
    """Compare what was written with the formula on the rows of the run, and say what came out."""
    from kansr import export as exports  # noqa: PLC0415

    row = exports.FORMATS[to]
    if isinstance(row.run, str):
        return f"not checked: {row.run}"
    table = run.read_rows(result.formula)
    columns = dict(zip(table.features, table.x.T, strict=True))
    return str(exports.check(text, result.formula, to, columns, exports.About.of(result)))
