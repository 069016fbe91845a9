"""`kansr runs`: what was found so far."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import rich_click as click
from rich.table import Table
from rich.text import Text

from kansr.cli.options import example, talk_options
from kansr.files import json_text

if TYPE_CHECKING:
    from kansr.cli.listing import RunFacts

_VERDICT = {"exact": "exact", "noise": "to the noise", "approximation": "approximate", "undecided": "undecided"}
_STYLE = {"exact": "green", "noise": "cyan", "approximation": "yellow", "undecided": "magenta"}
_LEAST = 24  # characters that a formula gets on a narrow terminal


@click.command(no_args_is_help=False)
@talk_options
@example(
    "kansr runs",
    "kansr runs --json",
    "kansr show data-001",
)
def runs(*, as_json: bool, quiet: bool, verbose: bool) -> None:  # noqa: ARG001  (main reads verbose)
    """List the runs in the folder runs, the newest first; > marks the one that other commands take.

    With -q only their names are printed, one a line.
    """
    from kansr.cli.listing import runs_in  # noqa: PLC0415
    from kansr.cli.work import note, plain_console  # noqa: PLC0415
    from kansr.result import plain  # noqa: PLC0415

    found = runs_in()
    if as_json:
        print(json_text(plain([asdict(run) for run in found])))
    elif quiet:
        print("".join(f"{run.name}\n" for run in found), end="")
    elif not found:
        note("there is no run in the folder runs yet; start one with: kansr fit TABLE")
    else:
        console = plain_console()
        console.print(_table(found, console.width))


def _table(found: tuple[RunFacts, ...], width: int) -> Table:
    from kansr.cli.text import number, of_spread, readable, shortened, visible  # noqa: PLC0415

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("  run", "when", "verdict", "error", "formula"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    names = max(len(run.name) for run in found)
    room = max(_LEAST, width - names - 54)
    for run in found:
        name = f"{'>' if run.latest else ' '} {visible(run.name)}"
        when = datetime.fromisoformat(run.when).astimezone().strftime("%Y-%m-%d %H:%M")
        if run.formula is None:
            table.add_row(Text(name), when, Text(run.status, style="red"))
            continue
        verdict = Text(_VERDICT.get(str(run.verdict), ""), style=_STYLE.get(str(run.verdict), ""))
        error = number(run.rmse_test) if run.share is None else of_spread(run.share, 1.0).removesuffix(" of the spread")
        formula = shortened(f"{visible(str(run.target))} = {readable(visible(run.formula))}", room)
        table.add_row(Text(name), when, verdict, error, Text(formula))
    return table
