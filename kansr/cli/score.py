"""`kansr score`: how good a formula of your own is, beside those of a run."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import rich_click as click

from kansr.cli.options import NewFunction, example, option, reader_options, recipe_options, row_options, talk_options
from kansr.report.words import TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kansr.pipeline.score import Scored
    from kansr.table import Table


@click.command(no_args_is_help=False)
@click.argument("table", metavar="TABLE")
@click.option("-f", "--formula", required=True, metavar="TEXT", help="The formula, in the names of the columns.")
@click.option("--refit", is_flag=True, help="Fit its decimal constants, too: write 2.0 for one that may move, 2 else.")
@click.option("--run", "name", metavar="RUN", help="A run whose formulas are judged on the same rows.")
@option("-t", "--target", metavar="COLUMN", help="The column that it explains.  [the last one]")
@option(
    "--function",
    type=NewFunction(),
    multiple=True,
    help="A function of your own that it calls, such as 'hyp(a,b)=sqrt(a^2+b^2)'; may be repeated.",
)
@option("--seed", type=int, default=0, metavar="N", help="Decides which rows are test rows, as in a fit.")
@reader_options
@row_options
@talk_options
@example(
    'kansr score data.csv --formula "2*pi*sqrt(length/9.81)"',
    'kansr score data.csv --formula "6.0*length**0.5" --refit --run data-001',
)
def score(
    *,
    table: str,
    formula: str,
    refit: bool,
    name: str | None,
    seed: int,
    as_json: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
    **options: Any,
) -> None:
    """Judge a formula that you bring, on the rows of a table.

    Errors are those on rows to fit, to choose and to test by; the refit sees no test row. Of fewer than 100 rows, all
    fit and cross-validation judges.
    """
    from kansr import pipeline  # noqa: PLC0415
    from kansr.cli.text import visible  # noqa: PLC0415
    from kansr.cli.work import opened, plain_console  # noqa: PLC0415
    from kansr.pipeline.score import score as judged  # noqa: PLC0415
    from kansr.recipe import load_recipe, with_options  # noqa: PLC0415
    from kansr.table import read_table  # noqa: PLC0415

    recipe = with_options(load_recipe("default"), recipe_options(options))
    rows = read_table(table, replace(recipe.table, sample=None))  # however many rows there are, all of them judge
    rivals = pipeline.load(opened(name, quiet)).front if name is not None else ()
    found = judged(rows, formula, refit=refit, rivals=rivals, seed=seed, custom=recipe.symbolic.custom)
    if as_json:
        print(json.dumps({"target": rows.target, "scores": [s.to_json() for s in found]}, allow_nan=False))
        return
    for scored in found:
        if quiet:
            print(f"{scored.formula.rmse.test:.6g}  {visible(rows.target)} = {scored.formula.text}")
        else:
            plain_console().print("\n".join(_facts(scored, rows)), soft_wrap=True)


_PARTS = ("train", "validation", "test")


def _facts(scored: Scored, table: Table) -> Iterator[str]:
    """The formula, how far it can be trusted, and its constants with their errors, line by line."""
    from kansr.cli.text import number, of_spread, visible, with_error  # noqa: PLC0415

    formula, spread = scored.formula, float(table.y.std())
    parts = {"train": "fitted", "test": "cross-validated"} if scored.crossed else {p: p for p in _PARTS}
    errors = ", ".join(f"{number(getattr(formula.rmse, part))} ({name})" for part, name in parts.items())
    left = f"{TITLES[scored.said.verdict]}: {scored.said.why}" if scored.said.why else TITLES[scored.said.verdict]
    bits = "-" if formula.description_length is None else f"{formula.description_length:.0f}"
    where = "in cross-validation" if scored.crossed else "on test rows"
    yield f"{scored.name:9s} {visible(table.target)} = {visible(formula.text)}"
    yield f"{'':9s} error {errors}: {of_spread(formula.rmse.test, spread)} {where}"
    yield f"{'':9s} {formula.complexity} nodes, {bits} bits, R2 {formula.r2.test:.6g}; {left}"
    if scored.noise is not None:
        yield f"{'':9s} noise: {scored.noise.text}"
    if formula.errors:
        yield f"{'':9s} {', '.join(with_error(c, e) for c, e in formula.errors.items())}"
