"""Why the network has its graph, on the screen: the graph as a tree, the inputs, the joins, what was tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from kansr.cli.text import number, visible

_SHOWN = 15  # graphs that were tried and are listed
_STYLE = {"right": "green", "noise": "cyan", "wrong": "dim"}


def draw_structure(account: Mapping[str, Any], console: Console) -> None:
    """Draw the account of a search for the graph (see `kansr.structure.account`)."""
    parts: list[tuple[str, RenderableType]] = [
        ("graph", _tree(account["tree"])),
        *([("columns", _inputs(account))] if _is_measured(account) else []),
        *([("coordinates", _coordinates(account["coordinates"]))] if account.get("coordinates") else []),
        *(("joins", _joins(tree)) for tree in account["trees"][:1]),
        ("tried", _tried(account["tried"])),
    ]
    for name, part in parts:
        console.print(Text(name, style="dim"))
        console.print(Padding(Group(part, Text()), (0, 0, 0, 2)))


def _tree(record: Mapping[str, Any], branch: Tree | None = None) -> Tree:
    what = {"sum": "  adds", "product": "  multiplies"}.get(record.get("kind", ""), "")
    label = Text.assemble(visible(record["node"]), (what, "dim"))
    own = Tree(label) if branch is None else branch.add(label)
    for part in record.get("into", ()):
        _tree(part, own)
    return own


def _is_measured(account: Mapping[str, Any]) -> bool:
    return any(row["influence"] is not None or not row["used"] for row in account["inputs"])


def _inputs(account: Mapping[str, Any]) -> RenderableType:
    table = _table("column", "moves the target by", "")
    for row in account["inputs"]:
        moves = "" if row["influence"] is None else f"{number(row['influence'])} of its spread"
        table.add_row(visible(row["column"]), moves, "" if row["used"] else "dropped")
    error = account.get("error_of_dense_network")
    if error is None:
        return table
    return Group(table, Text(f"read from a dense network whose error is {number(error)} of the spread", style="dim"))


def _coordinates(rows: list[Mapping[str, Any]]) -> RenderableType:
    table = _table("enter only as", "misfit (0: exactly)")
    for row in rows:
        table.add_row(visible(row["coordinate"]), number(row["misfit"]))
    return table


def _joins(reading: Mapping[str, Any]) -> RenderableType:
    table = _table("enter together", "largest T against a column outside (0: certainly)")
    for join in reading["joins"]:
        error = f" ± {number(join['error_of_t'])}" if join.get("error_of_t") else ""
        table.add_row(visible(", ".join(join["columns"])), number(join["largest_t"]) + error)
    return Group(Text(visible(f"gradients show {reading['tree']}")), table)


def _tried(rows: list[Mapping[str, Any]]) -> RenderableType:
    table = _table("graph", "of", "by", "error by grid", "slope", "verdict")
    ranked = sorted(rows, key=lambda r: (not r["chosen"], r["floor"] is None, r["floor"]))
    for row in ranked[:_SHOWN]:
        stairs = "  ".join(f"{grid}: {error:.0e}" for grid, error in row["staircase"] if error is not None)
        slope = "" if row["slope"] is None else f"{row['slope']:.1f}"
        mark = "> " if row["chosen"] else "  "
        verdict = Text(row["verdict"], style=_STYLE.get(row["verdict"], ""))
        table.add_row(mark + visible(row["graph"]), row["target"], row["way"], stairs, slope, verdict)
    if len(rows) <= _SHOWN:
        return table
    return Group(table, Text(f"and {len(rows) - _SHOWN} more, in structure.json", style="dim"))


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    for column in columns:
        table.add_column(column, header_style="dim", overflow="fold")
    return table
