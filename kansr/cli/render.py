"""The last screen of a fit: the formula, how far it can be trusted, its rivals, the network behind it, what next."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kansr.cli.text import folded, number, of_spread, readable, shortened, visible
from kansr.result import Result

if TYPE_CHECKING:  # drawing needs no sympy
    from kansr.formula.formula import Formula

Facts = list[tuple[str, RenderableType]]

WIDEST = 100
_EDGES = 12
_CONSTANTS = 8
_ALIKE = 3
_STAGES = 4
_NAME = 7
_INDENT = 2 + _NAME + 2
_STYLE = {"exact": "green", "noise": "cyan", "approximation": "yellow"}
_TITLE = {"exact": "exact", "noise": "consistent with the noise", "approximation": "an approximation"}
_GRIDS = (3, 5, 10, 20, 50, 100, 200, 500, 1000)


def draw(result: Result, console: Console, source: str | None = None) -> None:
    """Draw the whole screen; `source` is the table as the user named it."""
    width = min(console.width, WIDEST)
    console.print(Group(formula_panel(result, width), below(result, source, width)), width=width)


def below(result: Result, source: str | None = None, width: int = 80) -> RenderableType:
    """Give the screen without the formula: groups of named facts with a blank line between them."""
    inner = width - _INDENT
    groups: tuple[Facts, ...] = (
        _how_good(result),
        _constants(result),
        [("front", _front(result.front, result.formula, inner))] if len(result.front) > 1 else [],
        _network(result, inner),
        [("run", Text(f"{visible(result.run)}  ({result.seconds:.1f} s)"))],
        [("next", Text("\n".join(visible(command) for command in next_commands(result, source)), style="bold"))],
    )
    return Padding(Group(*_joined(groups)), (1, 0, 0, 2), expand=False)


def formula_line(result: Result) -> str:
    """Give `target = formula`, all in one line."""
    return f"{visible(result.target)} = {result.formula.text}"


def formula_panel(result: Result, width: int) -> RenderableType:
    """Give the formula in a frame whose title says how far it can be trusted."""
    lines = folded(formula_line(result), width - 8)
    text = Text("\n".join(lines), style="bold", no_wrap=True)
    style = _STYLE[result.verdict]
    title = Text(f" {_TITLE[result.verdict]} ", style=style)
    return Panel(
        text, title=title, title_align="left", border_style=style, box=box.ROUNDED, padding=(1, 2), width=width
    )


def verdict_sentence(result: Result) -> str:
    """Say how far the formula can be trusted."""
    error = of_spread(result.formula.rmse.test, result.spread)
    if result.verdict == "exact":
        return "Exact: on rows it has never seen, the formula is right to rounding."
    if result.verdict == "noise":
        return f"Consistent with the noise: what the formula leaves over, {error}, looks like noise."
    if not math.isfinite(result.formula.rmse.test):
        return "An approximation without a value on some of the test rows: do not rely on it."
    splines = of_spread(result.network.rmse_test, result.spread)
    return (
        f"An approximation: on rows it has never seen, the formula is off by {error}; "
        f"the splines behind it are off by {splines}."
    )


def next_commands(result: Result, source: str | None = None) -> tuple[str, ...]:
    """Give the two or three commands that make sense now."""
    run = shlex.quote(_short(result.run))
    extend = f"kansr extend {run} --grid {_finer(result.network.grid)}"
    export, predict = f"kansr export {run} --to latex", f"kansr predict {run} new.csv"
    if result.status == "interrupted":
        return extend, f"kansr show {run}"
    if result.verdict != "approximation":
        return export, predict
    again = f"kansr fit {shlex.quote(source or 'TABLE')} --recipe thorough"
    return (again, extend, export) if source != "-" else (extend, export)


def _joined(groups: Iterable[Facts]) -> Iterator[RenderableType]:
    """Lay out groups of facts: a name, and beside it what it is; `run` and `next` stand together."""
    for group in groups:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True, min_width=_NAME)
        table.add_column(overflow="fold")
        for name, fact in group:
            table.add_row(name, fact)
        if group:
            yield table
            if group[0][0] != "run":
                yield Text()


def _how_good(result: Result) -> Facts:
    """Say how far the formula can be trusted, and what its symbols are."""
    facts: Facts = [("verdict", Text(verdict_sentence(result))), ("error", Text(_error_line(result)))]
    if result.status != "done":
        cause = "The time limit" if result.status == "timeout" else "Ctrl-C"
        line = f"{cause} ended the search after {result.seconds:.1f} s: this is the best so far."
        facts.insert(1, ("stopped", Text(line, style="yellow")))
    if symbols := result.formula.symbols:
        facts.append(("where", Text("\n".join(f'{safe} is "{visible(name)}"' for safe, name in symbols.items()))))
    return facts


def _constants(result: Result) -> Facts:
    """List the constants with the units that they carry."""
    lines = units_of_constants(result.formula)
    return [("units", Text("\n".join(lines)))] if lines else []


def units_of_constants(formula: Formula) -> list[str]:
    """Give the constants of a formula with their units, such as `9.81 m/s^2`, where the units of columns are known."""
    shown = list(formula.units.items())[:_CONSTANTS]
    lines = [f"{readable(constant)} {'(no unit)' if unit == '1' else visible(unit)}" for constant, unit in shown]
    hidden = len(formula.units) - len(shown)
    return [*lines, f"and {hidden} more"] if hidden > 0 else lines


def _error_line(result: Result) -> str:
    error, r2 = result.formula.rmse.test, result.formula.r2.test
    fit = f"; R2 {r2:.4f}" if -1e6 < r2 < 0.99995 else ""
    spread = f"the spread of {visible(result.target)} there is {number(result.spread)}"
    return f"{number(error)} RMSE on the test rows; {spread}{fit}"


def _front(front: Sequence[Formula], chosen: Formula, width: int) -> RenderableType:
    """Draw the formulas that no other beats; the one that was chosen is marked."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in (" ", "size", "test error"):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    table.add_column("formula", no_wrap=True)
    for rival in front:
        is_chosen = rival.text == chosen.text
        cells = (">" if is_chosen else "", str(rival.complexity), number(rival.rmse.test))
        table.add_row(
            *cells, Text(shortened(readable(visible(rival.text)), width - 24)), style="bold" if is_chosen else ""
        )
    return table


def _network(result: Result, width: int) -> Facts:
    """Draw the network: its width, its errors by grid, and the function on each edge."""
    network = result.network
    shape = "-".join(str(count) for count in network.width)
    head = f"{shape} on grid {network.grid}; its splines miss the test rows by {number(network.rmse_test)} RMSE"
    facts: Facts = [("network", Text(head)), ("", _edges(network.lines, width))]
    last_on_grid = {row.grid: row.rmse_validation for row in result.history if row.grid > 0}
    if len(last_on_grid) > 1:
        steps = "  ".join(f"{grid}: {number(error)}" for grid, error in list(last_on_grid.items())[-_STAGES:])
        facts.append(("by grid", Text(f"{steps}  (validation RMSE)", style="dim")))
    return facts


def _edges(lines: Sequence[str], width: int) -> RenderableType:
    """Draw the first edges of a network: the edge, and beside it its function."""
    if len(lines) > _ALIKE and all(line.endswith("  spline") for line in lines):
        return Text(f"{len(lines)} edges, each of them a spline", style="dim")
    table = Table.grid(padding=(0, 3, 0, 0))
    parts = [re.split(r"\s{2,}", visible(line.strip()), maxsplit=1) for line in lines[:_EDGES]]
    room = width - 4 - max((len(part[0]) for part in parts), default=0)
    for edge, *function in parts:
        table.add_row(Text(edge), Text(shortened("".join(function), room), style="bold"))
    hidden = len(lines) - _EDGES
    return Group(table, Text(f"... and {hidden} more edges", style="dim")) if hidden > 0 else table


def _short(run: str) -> str:
    """Name a run as commands take it: by its name when it lies in `runs`."""
    path = Path(run)
    return path.name if path.parent == Path("runs") else run


def _finer(grid: int) -> int:
    return next((finer for finer in _GRIDS if finer > grid), 2 * grid)
