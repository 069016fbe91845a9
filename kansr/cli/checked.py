"""The screen of `kansr check`: the columns, what is odd, and what a fit would do with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kansr.cli.text import shortened, visible

if TYPE_CHECKING:  # drawing needs no NumPy
    from kansr.table import ColumnFacts, Survey
    from kansr.table.noise import Noise

_COLUMNS = 30  # that are drawn
_NAME = 24
_ROLE = {"target": "bold", "feature": "", "errors": "", "left out": "dim"}


def draw_survey(found: Survey, console: Console, *, seconds: float | None, budget: float | None) -> None:
    """Draw what is known of a table; why it cannot be used is an error, and not drawn here."""
    count = len(found.columns)
    console.print(Text(f"{visible(found.source)}: {found.rows} rows, {count} columns"), soft_wrap=True)
    console.print()
    console.print(_columns(found))
    if count > _COLUMNS:
        console.print(Text(f"  ... and {count - _COLUMNS} more columns (all of them: --json)", style="dim"))
    console.print()
    for name, line in (*_warnings(found), *_plan(found, seconds, budget)):
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(style="dim", min_width=7, no_wrap=True)
        row.add_column(overflow="fold")
        row.add_row(f"  {name}", Text(visible(line), style="yellow" if name == "odd" else ""))
        console.print(row)


def _columns(found: Survey) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("  column", no_wrap=True)
    for name in ("role", "type"):
        table.add_column(name, no_wrap=True)
    for name in ("lowest", "highest", "distinct", "missing"):
        table.add_column(name, no_wrap=True, justify="right")
    units = any(one.unit for one in found.columns)
    if units:
        table.add_column("unit", no_wrap=True)
    for one in found.columns[:_COLUMNS]:
        table.add_row(*_cells(one), *([Text(visible(one.unit or "-"))] if units else []), style=_ROLE[one.role])
    return table


def _cells(one: ColumnFacts) -> Iterator[Text]:
    yield Text(f"  {shortened(visible(one.name), _NAME)}")
    yield Text(one.role)
    yield Text(one.kind)
    for value in (one.low, one.high):
        yield Text("" if value is None else f"{value:.6g}")
    yield Text(str(one.distinct))
    yield Text(str(one.missing) if one.missing else "")


def _warnings(found: Survey) -> Iterator[tuple[str, str]]:
    yield from (("odd", str(warning)) for warning in found.warnings)
    if found.table is not None and not found.warnings:
        yield "odd", "nothing"


def _plan(found: Survey, seconds: float | None, budget: float | None) -> Iterator[tuple[str, str]]:
    """Say what a fit would do."""
    table = found.table
    if table is None or seconds is None:
        return
    features = ", ".join(table.features[:8]) + (", ..." if len(table.features) > 8 else "")
    yield "fit", f"would explain {table.target} with {features}, from {len(table)} rows"
    yield "noise", _noise(found.noise)
    limit = "without a limit" if budget is None else f"at most {budget:g} s"
    yield "time", f"about {seconds:.0f} s where a law is found; {limit} (--budget)"


def _noise(found: Noise | None) -> str:
    if found is None:
        return "cannot be told from so few rows"
    if found.share is None:
        return f"at most {100 * found.most:.2g} % of the spread of the target: nearest rows differ by that"
    return f"about {100 * found.share:.2g} % of the spread of the target, as rows that are near each other tell"
