"""`kansr fit`: a table in, a formula out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from kansr.cli.continued import check_options, go_on
from kansr.cli.memory import memory_option
from kansr.cli.options import (
    Constant,
    Names,
    NewFunction,
    WholeNumbers,
    budget_option,
    cluster_option,
    example,
    force_option,
    option,
    reader_options,
    recipe_options,
    row_options,
    select_option,
    talk_options,
    wish_options,
)

if TYPE_CHECKING:
    from kansr.recipe import Recipe
    from kansr.result import Result
    from kansr.table import Table


@click.command(no_args_is_help=False)
@click.argument("table", required=False, metavar="TABLE")
@option("-t", "--target", metavar="COLUMN", help="The column to explain.  [the last one]")
@option("-x", "--features", type=Names(), help="The columns to explain it with.  [all others]")
@option("--group", metavar="COLUMN", help="One form for all rows, with constants of its own for each label of COLUMN.")
@option("--sigma", metavar="COLUMN", help="The column of the target's measurement errors, one standard deviation each.")
@option("--weights", metavar="COLUMN", help="The column of what each row counts.  [all alike]")
@option("--width", type=WholeNumbers(auto=True), help="Nodes of each layer, such as 2,5,1.  [the data decide]")
@option("--grid", type=WholeNumbers(), help="Grid intervals of each stage, such as 3,5,10,20.")
@option("--functions", type=Names(), help="Functions that may be used, such as sin,exp.  [all]")
@option(
    "--function",
    type=NewFunction(),
    multiple=True,
    help="A function of your own, such as 'softplus=log(1+exp(x))'; may be repeated.",
)
@option("--constant", type=Constant(), multiple=True, help="A constant that may be in it: g=9.81; may be repeated.")
@option("--constants", type=click.Choice(["physical"]), help="Try the constants of physics, in SI units.")
@wish_options
@option("--seed", type=int, metavar="N", help="The number that decides every random draw.")
@select_option
@option(
    "--stability", type=int, metavar="N", help="Repeat the fit on N resamples: half of the time for it, half for them."
)
@budget_option
@memory_option
@option(
    "--workers", type=click.IntRange(min=1), default=1, metavar="N",
    help="Processes for what can be done at once, such as repeats; the formula is the same with any number.  [1]",
)  # fmt: skip
@cluster_option
@option("--device", metavar="NAME", help="Where to work: cpu, cuda or cuda:N.")
@option(
    "--recipe", metavar="NAME|FILE", default="default", help="Settings: instant, quick, default, thorough, or a file."
)
@click.option(
    "--continue",
    "former",
    metavar="RUN",
    help="Let the network of RUN learn these rows, in a new run, and keep the rest of it.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="The run folder.  [runs/TABLE-001]")
@click.option("--report", is_flag=True, help="Write the page of `kansr report` into the run folder, too.")
@force_option
@reader_options
@row_options
@talk_options
@example(
    "kansr fit data.csv",
    "kansr fit data.csv --constant g=9.81",
    "kansr fit data.csv --sigma error",
    "kansr fit data.csv --select simple --stability 5",
    "kansr fit data.csv -t force -x mass,acceleration --budget 60",
    "kansr fit data.csv --function 'softplus=log(1+exp(x))'",
    "kansr fit book.xlsx --sheet Data",
    "kansr fit sqlite:///lab.db --query 'select x, y from runs'",
    "kansr fit data.csv --template 'a*exp(-f(x))+g(y,z)' --bounds a=0:",
    "kansr fit springs.csv --group sample",
    "kansr fit data.csv --monotone x:+,z:- --bounds y=0:1",
    "kansr fit --continue data-001 more.csv",
    "cat data.csv | kansr fit - --json",
)
def fit(
    *,
    table: str | None,
    recipe: str,
    former: str | None,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Find the formula behind a table.

    TABLE is a CSV, TSV, Parquet or Excel file, also compressed; - reads from a pipe. A database is given by its URL:
    sqlite:///lab.db.
    """
    source, wants_page = _source(table), options.pop("report")
    hands = {"workers": options.pop("workers"), "cluster": options.pop("cluster")}
    if former is not None:
        check_options({"recipe": recipe, **options})
    from kansr.cli.work import finish  # noqa: PLC0415  (heavy: only once the command line is known to be right)

    talk = {"quiet": quiet, "verbose": verbose}
    if former is not None:
        result = go_on(former, source, options, out=out, force=force, **talk)
        said: tuple[str, ...] = ()
    else:
        result, said = _fitted(source, recipe, options, hands=hands, out=out, force=force, **talk)
    shown = source if former is None and "://" not in source else None
    try:
        finish(result, source=shown, said=said, as_json=as_json, quiet=quiet)
    finally:  # after an interrupt, too; the formula is on the screen before the page is made
        if wants_page:
            _report(result.run, quiet=quiet)


def _report(run: str, *, quiet: bool) -> None:
    """Write the page of a run into its folder."""
    from kansr.cli.report import write_report  # noqa: PLC0415
    from kansr.run import Run  # noqa: PLC0415

    write_report(Run.open(run), quiet=quiet)


def _fitted(
    source: str,
    recipe: str,
    options: Mapping[str, Any],
    *,
    hands: Mapping[str, Any],
    out: Path | None,
    force: bool,
    **talk: bool,
) -> tuple[Result, tuple[str, ...]]:
    """Fit a table by a recipe; gives the result, and the warnings that were said of the table."""
    from kansr import pipeline  # noqa: PLC0415
    from kansr.cli.work import note, work  # noqa: PLC0415
    from kansr.cluster import executor  # noqa: PLC0415
    from kansr.recipe import load_recipe, with_options  # noqa: PLC0415
    from kansr.run import Run, stem_of  # noqa: PLC0415
    from kansr.table import public_name, read_blocks, read_table  # noqa: PLC0415

    settings = with_options(load_recipe(recipe), recipe_options(options))
    rows = read_table(source, settings.table)
    whole = None if rows.of is None else partial(read_blocks, source, settings.table, rows)
    note(_introduction(rows, settings), talk["quiet"])
    said = tuple(str(warning) for warning in rows.warnings)
    for warning in said:
        note(f"warning: {warning}", talk["quiet"])
    run = Run.create(stem_of(public_name(source)), out, force)
    try:
        with executor(**hands) as doers:
            result = work(
                run,
                lambda report, clock: pipeline.fit(
                    rows, settings, run, report=report, clock=clock, executor=doers, whole=whole
                ),
                budget=settings.budget,
                **talk,
            )
    finally:
        run.discard_if_unused()
    return result, said


def _source(table: str | None) -> str:
    """Where the table comes from: the argument, or a pipe when there is one."""
    if table is not None:
        return table
    if sys.stdin is None or sys.stdin.isatty():
        raise click.UsageError("Which table? For example: kansr fit data.csv", click.get_current_context())
    return "-"


def _introduction(table: Table, recipe: Recipe) -> str:
    """Say what is about to be explained with what."""
    last = (
        "the last column that holds no errors" if any(w.kind == "errors" for w in table.warnings) else "the last column"
    )
    chosen = "" if recipe.table.target else f" ({last}; -t names another)"
    shown = ", ".join(table.features[:8]) + (", ..." if len(table.features) > 8 else "")
    rows = f"{len(table)} rows" if table.of is None else f"{table.of} rows, of which {len(table)} are searched"
    return f"{table.source}: {rows}; explaining {table.target}{chosen} with {shown}"
