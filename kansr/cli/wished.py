"""What the screen says of a template, of constants by group, and of formulas that break a wish."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from kansr.cli.text import number, readable, shortened, visible, with_error
from kansr.result import Result

if TYPE_CHECKING:
    from rich.console import RenderableType

    from kansr.formula.parts import ByGroup, Filled

_GROUPS = 20  # groups that are shown


def wished(result: Result, width: int) -> Iterator[tuple[str, RenderableType]]:
    """Yield facts: the functions of the template, the constants of the groups, formulas that were not taken."""
    formula = result.formula
    if formula.filled is not None:
        yield (
            "found",
            Text("\n".join(shortened(visible(line), width) for line in _filled(formula.filled)), style="bold"),
        )
    if formula.by_group is not None and formula.by_group.constants:
        yield f"by {visible(formula.by_group.column)}", _by_group(formula.by_group)
    if result.rejected:
        lines = (f"{readable(visible(text))}  {visible(reason)}" for text, reason in result.rejected.items())
        yield "refused", Text("\n".join(shortened(line, width) for line in lines))


def _filled(filled: Filled) -> Iterator[str]:
    for call, text in filled.functions.items():
        yield f"{call} = {text}"
    for name, value in filled.constants.items():
        error = filled.errors.get(name)
        yield f"{name} = {value if error is None else with_error(value, error)}"


def _by_group(by_group: ByGroup) -> RenderableType:
    """Draw the constants of each group with their errors, one group a line."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("", *by_group.constants, "rows"):
        table.add_column(visible(name), no_wrap=True, justify="right" if name == "rows" else "left")
    for label, rows in list(by_group.rows.items())[:_GROUPS]:
        cells = (_cell(values[label], by_group.errors[name][label]) for name, values in by_group.constants.items())
        table.add_row(visible(label), *cells, str(rows))
    hidden = len(by_group.rows) - _GROUPS
    if hidden > 0:
        table.add_row(f"... and {hidden} more")
    return table


def _cell(value: float, error: float) -> str:
    """Write a constant of a group with its error; one that is known to rounding, without."""
    if math.isfinite(error) and error <= 1e-9 * abs(value):
        return f"{value:.10g}"
    return with_error(number(value) if not math.isfinite(error) else f"{value:.6g}", error)
