"""The last screen of a fit: the formula, how far it can be trusted, its rivals, the network behind it, what next."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kansr.cli.text import folded, number, readable, shortened, visible, with_error, with_unit
from kansr.cli.wished import wished
from kansr.report.words import TITLES
from kansr.report.words import verdict_sentence as said_of
from kansr.result import Choice, Result, Stability

if TYPE_CHECKING:  # drawing needs no sympy
    from kansr.formula.formula import Formula

Facts = list[tuple[str, RenderableType]]

WIDEST = 100
_EDGES = 12
_ALIKE = 3
_STAGES = 4
_CONSTANTS = 8
_OTHERS = 3
_NAME = 7
_INDENT = 2 + _NAME + 2
_STYLE = {"exact": "green", "noise": "cyan", "approximation": "yellow", "undecided": "magenta"}
_GRIDS = (3, 5, 10, 20, 50, 100, 200, 500, 1000)


def draw(result: Result, console: Console, source: str | None = None) -> None:
    """Draw the whole screen; `source` is the table as the user named it."""
    width = min(console.width, WIDEST)
    console.print(Group(formula_panel(result, width), below(result, source, width)), width=width)


def below(result: Result, source: str | None = None, width: int = 80) -> RenderableType:
    """Give the screen without the formula: groups of named facts with a blank line between them."""
    inner = width - _INDENT
    groups: tuple[Facts, ...] = (
        _how_good(result, inner),
        [("by hand", Text("\n".join(visible(line) for line in result.hand)))] if result.hand else [],
        [("learned", Text("\n".join(visible(line) for line in result.learned)))] if result.learned else [],
        [("front", _front(result, inner))] if len(result.front) > 1 else [],
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
    title = Text(f" {TITLES[result.verdict]} ", style=style)
    return Panel(
        text, title=title, title_align="left", border_style=style, box=box.ROUNDED, padding=(1, 2), width=width
    )


def verdict_sentence(result: Result) -> str:
    """Say how far the formula can be trusted."""
    formula, network = result.formula, result.network
    return said_of(
        result.verdict, error=formula.rmse.test, spread=result.spread, network=network.rmse_test,
        why=visible(result.why), crossed=_is_crossed(result),
    )  # fmt: skip


def _is_crossed(result: Result) -> bool:
    """Whether errors are those of cross-validation: there were too few rows to put any aside."""
    return result.validation == "cross"


def next_commands(result: Result, source: str | None = None) -> tuple[str, ...]:
    """Give the two or three commands that make sense now."""
    run = shlex.quote(_short(result.run))
    grid = result.network.grid
    alone = result.formula.filled is None and result.formula.by_group is None
    extend = (f"kansr extend {run} --grid {_finer(grid)}",) if grid and alone else ()  # functions have no grid
    export, predict = f"kansr export {run} --to latex", f"kansr predict {run} new.csv"
    if result.status == "interrupted":
        return *extend, f"kansr show {run}"
    if result.verdict in ("exact", "noise", "undecided"):  # more time tells no more of too few rows
        return export, predict
    again = f"kansr fit {shlex.quote(source or 'TABLE')} --recipe thorough"
    return (again, *extend, export) if source != "-" else (*extend, export)


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


def _how_good(result: Result, inner: int) -> Facts:
    """Say how far the formula can be trusted, and what its symbols are."""
    facts: Facts = [("verdict", Text(verdict_sentence(result))), ("error", Text(_error_line(result)))]
    facts += [] if result.noise is None else [("noise", Text(visible(result.noise.text)))]
    facts += [] if result.choice is None else [("choice", Text(_choice(result.choice)))]
    if result.status != "done":
        cause = "The time limit" if result.status == "timeout" else "Ctrl-C"
        line = f"{cause} ended the search after {result.seconds:.1f} s: this is the best so far."
        facts.insert(1, ("stopped", Text(line, style="yellow")))
    formula, units = result.formula, result.formula.units
    own = () if formula.by_group is None else formula.by_group.constants
    names = [f'{safe} is "{visible(name)}"' for safe, name in formula.symbols.items() if safe not in own]
    names += [with_unit(f"{name} is {value:.10g}", units.get(name)) for name, value in formula.constants.items()]
    if names:
        facts.append(("where", Text("\n".join(names))))
    if fitted := _constants(formula):
        facts.append(("fitted", Text(fitted)))
    facts += wished(result, inner)
    if rivals := result.rivals:
        texts = (shortened(readable(visible(rival.text)), inner - 2) for rival in rivals)
        facts.append(("rivals", Text("\n  ".join(["the data cannot separate it from:", *texts]))))
    if result.stability is not None:
        facts.append(("stable", Text(_stability(result.stability, units, inner))))
    return facts


def _choice(choice: Choice) -> str:
    """Say how often a formula comes out where a row is left out."""
    again = f"made again without each data point: this formula in {choice.same} of {choice.rows}"
    return f"{again}, among {choice.among}; RMSE then {number(choice.rmse)}"


def _stability(found: Stability, units: Mapping[str, str], width: int) -> str:
    """Say how often a repeat on resampled rows had the same form, how far constants spread, and what else came out."""
    if not found.repeats:
        return "the time did not suffice for a repeat on resampled rows"
    lines = [f"this form in {found.same} of {found.repeats} repeats on resampled rows"]
    lines += [
        f"{with_unit(with_error(text, spread), units.get(text))} over the resamples"
        for text, spread in list(found.constants.items())[:_CONSTANTS]
    ]
    lines += [shortened(f"{times} times {readable(visible(text))}", width) for text, times in found.others[:_OTHERS]]
    return "\n".join(lines)


def _constants(formula: Formula) -> str:
    """Give each fitted constant with its standard error and its unit, as far as they are known, one a line."""
    errors, units = formula.errors, formula.units
    fitted = [constant for constant in {**errors, **units} if constant not in formula.constants]
    said = {c: with_error(c, errors[c]) if c in errors else readable(c) for c in fitted[:_CONSTANTS]}
    lines = [with_unit(line, units.get(constant)) for constant, line in said.items()]
    hidden = len(fitted) - len(lines)
    more = [f"... and {hidden} more (all of them: kansr export --to json)"] if hidden else []
    return "\n".join([*lines, *more])


def _error_line(result: Result) -> str:
    error, r2 = result.formula.rmse.test, result.formula.r2.test
    fit = f"; R2 {r2:.4f}" if -1e6 < r2 < 0.99995 else ""
    spread = f"the spread of {visible(result.target)} there is {number(result.spread)}"
    chi2 = "" if result.formula.chi2 is None else f"; chi2 {number(result.formula.chi2.test)} by the rows"
    if _is_crossed(result):
        own = f"the standard deviation of {visible(result.target)} is {number(result.spread)}"
        return f"{number(error)} RMSE in cross-validation, {number(result.formula.rmse.train)} fitted; {own}{fit}{chi2}"
    return f"{number(error)} RMSE on the test rows; {spread}{fit}{chi2}"


def _front(result: Result, width: int) -> RenderableType:
    """Draw the formulas that no other beats; the one that was chosen is marked."""
    front, chosen = result.front, result.formula
    error = "cv error" if _is_crossed(result) else "test error"
    relative = result.noise is not None and result.noise.kind == "relative"
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in (" ", "size", error):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    table.add_column("formula", no_wrap=True)
    for rival in front:
        is_chosen = rival.text == chosen.text
        cells = (">" if is_chosen else "", str(rival.complexity), _shown_error(rival, relative=relative))
        table.add_row(
            *cells, Text(shortened(readable(visible(rival.text)), width - 24)), style="bold" if is_chosen else ""
        )
    return table


def _shown_error(formula: Formula, *, relative: bool) -> str:
    """Give the error that orders the front: weighed where rows are, in per cent where noise is relative."""
    if formula.weighted is None:
        return number(formula.rmse.test)
    return f"{100 * formula.weighted.test:.2g} %" if relative else number(formula.weighted.test)


def _network(result: Result, width: int) -> Facts:
    """Draw the network: its width, its errors by grid, and the function on each edge."""
    network = result.network
    shape = "-".join(str(count) for count in network.width)
    kind = f"on grid {network.grid}; its splines miss" if network.grid else "without splines; it misses"
    rows = "rows" if _is_crossed(result) else "test rows"
    head = f"{shape} {kind} the {rows} by {number(network.rmse_test)} RMSE"
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
