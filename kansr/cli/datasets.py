"""`kansr datasets`: the laws and tables that come with kansr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from kansr.cli.options import example, force_option, json_option, option, quiet_option, verbose_option
from kansr.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kansr.datasets import Collection, Law, ShippedTable

_SHOWN = 100  # letters of a formula in a list


@click.command(no_args_is_help=False)
@click.argument("action", type=click.Choice(["list", "show", "make"]), default="list", metavar="[list|show|make]")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--rows", type=click.IntRange(min=1), metavar="N", help="make: rows to draw.  [as the law's benchmark]")
@click.option(
    "--noise", type=click.FloatRange(min=0), metavar="SHARE",
    help="make: standard deviation of what is added to the target, as a share of the target's root mean square.  [0]",
)  # fmt: skip
@option("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="make: the same seed draws the same table.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="make: the CSV file to write.  [stdout]"
)
@force_option
@json_option
@quiet_option
@verbose_option
@example(
    "kansr datasets",
    "kansr datasets list feynman",
    "kansr datasets show feynman/I.6.2a",
    "kansr datasets make boyle -o boyle.csv",
    "kansr datasets make measured/ohm -o ohm.csv",
    "kansr datasets make feynman/I.6.2a --rows 2000 --noise 0.01 -o law.csv && kansr fit law.csv",
)
def datasets(
    *,
    action: str,
    name: str | None,
    as_json: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
    **making: Any,
) -> None:
    """List the laws and tables that come with kansr, show one, or make a file of it.

    NAME is a collection for list, a law (feynman/I.6.2a) or a shipped table (boyle, measured/ohm) for show and make.
    A table is drawn from a law; a shipped table is written as it is.
    """
    if action != "list" and name is None:
        raise click.UsageError(f"Which one? For example: {_FOR_EXAMPLE[action]}", click.get_current_context())
    if action == "make":
        _make(str(name), **making)
    elif action == "show":
        _show(str(name), as_json=as_json)
    elif name is None:
        _list_all(as_json=as_json)
    else:
        _list_one(name, as_json=as_json)


_FOR_EXAMPLE = {"show": "kansr datasets show feynman/I.6.2a", "make": "kansr datasets make boyle -o boyle.csv"}


def _make(
    name: str, *, rows: int | None, noise: float | None, seed: int, out: Path | None, force: bool, quiet: bool
) -> None:
    """Print a shipped table, or one that is drawn from a law; or write it to a file that is not there yet."""
    from kansr.cli.work import put  # noqa: PLC0415
    from kansr.datasets import Law  # noqa: PLC0415

    found = _found(name)
    if isinstance(found, Law):
        text = _drawn(found, rows, noise or 0.0, seed)
    elif rows is None and noise is None:
        text = found.path.read_text(encoding="utf-8")
    else:
        raise UsageError(
            f"{name} is a table, not a law: its rows are what they are",
            hint="leave out --rows and --noise, or name a law: kansr datasets list feynman",
        )
    put(text, out, force=force, quiet=quiet)


def _drawn(law: Law, rows: int | None, noise: float, seed: int) -> str:
    """Draw a table from a law, as CSV."""
    from kansr.files import csv_text  # noqa: PLC0415

    x, y = law.sample(rows, seed, noise)
    values = ([*map(float, row), float(value)] for row, value in zip(x, y, strict=True))
    return csv_text([*law.ranges, law.target], values)


def _show(name: str, *, as_json: bool) -> None:
    """Print a law, or the card of a shipped table."""
    from kansr.datasets import Law  # noqa: PLC0415

    found = _found(name)
    if as_json:
        print(_json(found.to_json()))
    else:
        print(_law_text(found) if isinstance(found, Law) else f"{found.path}\n\n{found.card.rstrip()}")


def _found(name: str) -> Law | ShippedTable:
    """Find a law or a shipped table; a misspelt name is answered with the nearest of either kind."""
    from kansr.datasets import every_shipped_table, law, nearest, shipped_table, table_collections  # noqa: PLC0415

    try:
        return law(name)
    except UsageError:
        names = {word for table in every_shipped_table() for word in (table.name, table.path.stem)}
        if nearest(name, names | set(table_collections())) is None:
            raise
        return shipped_table(name)


def _list_all(*, as_json: bool) -> None:
    """Print the collections and the shipped tables; the tables of a collection are counted."""
    from kansr.datasets import collections, every_shipped_table, shipped_tables, table_collections  # noqa: PLC0415

    found = collections()
    if as_json:
        tables = [table.to_json() for table in every_shipped_table()]
        print(_json({"collections": [_record(c) for c in found], "tables": tables}))
        return
    print("collection             laws  source")
    for one in found:
        print(f"{one.name:<21}  {len(one.laws):>4}  {'; '.join(one.sources)}")
    print("\ntable                  rows  what it is")
    for table in shipped_tables():
        print(f"{table.name:<21}  {table.rows:>4}  {table.title}")
    print("\ncollection           tables  how to list them")
    for name in table_collections():
        print(f"{name:<21}  {len(shipped_tables(name)):>4}  kansr datasets list {name}")


def _list_one(name: str, *, as_json: bool) -> None:
    """Print the laws or the tables of a collection."""
    from kansr.cli.text import shortened  # noqa: PLC0415
    from kansr.datasets import collection, collections, nearest, shipped_tables, table_collections  # noqa: PLC0415

    of_tables = table_collections()
    if name in of_tables:
        _list_tables(name, shipped_tables(name), as_json=as_json)
        return
    near = nearest(name, [*of_tables, *(one.name for one in collections())])
    if near in of_tables:
        raise UsageError(f"there is no collection {name!r}", hint=f"did you mean {near}?")
    found = collection(name)
    if as_json:
        print(_json(_record(found) | {"laws": [law.to_json() for law in found.laws]}))
        return
    width = max(len(law.name) for law in found.laws)
    for law in found.laws:
        print(f"{law.name:<{width}}  {shortened(f'{law.target} = {law.text}', _SHOWN)}")


def _list_tables(name: str, tables: Sequence[ShippedTable], *, as_json: bool) -> None:
    """Print the tables of a collection with their rows."""
    if as_json:
        print(_json({"name": name, "tables": [table.to_json() for table in tables]}))
        return
    width = max(len(table.name) for table in tables)
    for table in tables:
        print(f"{table.name:<{width}}  {table.rows:>4}  {table.title}")


def _law_text(law: Law) -> str:
    """Write a law: its formula, its columns with their ranges and units, how a table is drawn, where it comes from."""
    facts = law.to_json()
    drawn = f"{facts['rows']} rows, {'on a grid' if law.steps else 'drawn evenly'} within the ranges"
    lines = [f"{law.target} = {law.text}", ""]
    for column, (low, high) in law.ranges.items():
        lines.append(f"  {column:<12}  {low:g} to {high:g}  {law.units.get(column, '')}".rstrip())
    if unit := law.units.get(law.target):
        lines.append(f"  {law.target:<12}  in {unit}")
    lines += [f"  where {safe} is {column}" for safe, column in facts["symbols"].items()]
    return "\n".join([*lines, "", f"  table   {drawn}", f"  source  {law.source or '-'}"])


def _record(collection: Collection) -> dict[str, Any]:
    return {"name": collection.name, "laws": len(collection.laws), "sources": list(collection.sources)}


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, allow_nan=False)
