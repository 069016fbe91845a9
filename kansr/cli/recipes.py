"""`kansr recipes`: the recipes that come with kansr."""

from __future__ import annotations

import rich_click as click

from kansr.cli.completing import complete_recipes
from kansr.cli.options import example, verbose_option


@click.command(no_args_is_help=False)
@click.argument("action", type=click.Choice(["list", "show"]), default="list", metavar="[list|show]")
@click.argument("name", required=False, metavar="[NAME]", shell_complete=complete_recipes)
@verbose_option
@example(
    "kansr recipes",
    "kansr recipes show quick",
    "kansr recipes show default > mine.yaml && kansr fit data.csv --recipe mine.yaml",
)
def recipes(*, action: str, name: str | None, verbose: bool) -> None:  # noqa: ARG001  (main reads verbose)
    """List the recipes that come with kansr, or print one with every key explained."""
    from kansr.shipped import shipped, shipped_named  # noqa: PLC0415

    if action == "show":
        if name is None:
            raise click.UsageError("Which recipe? For example: kansr recipes show default", click.get_current_context())
        print(shipped_named(name).path.read_text(encoding="utf-8"), end="")
        return
    for recipe in shipped():
        print(f"{recipe.name:<10}  {recipe.summary}")
