"""Tables that come with kansr: files of rows, each with a card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kansr.datasets.collection import nearest
from kansr.errors import UsageError
from kansr.shipped import shipped_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedTable:
    """A table that comes with kansr, and the card beside it."""

    name: str
    path: Path

    @property
    def card(self) -> str:
        """What the table holds: source, units, columns, and the law where one is known."""
        return self.path.with_suffix(".md").read_text(encoding="utf-8")

    @property
    def title(self) -> str:
        """The heading of the card."""
        return next(line[2:] for line in self.card.splitlines() if line.startswith("# "))

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return len(self.path.read_text(encoding="utf-8").splitlines()) - 1

    def to_json(self) -> dict[str, Any]:
        """Give JSON values."""
        return {"name": self.name, "title": self.title, "rows": self.rows, "path": str(self.path), "card": self.card}


def shipped_tables(collection: str = "") -> tuple[ShippedTable, ...]:
    """List the tables that come with kansr, by name: those on their own, or those of a collection.

    A table of a collection has the collection in its name.

    >>> [table.name for table in shipped_tables()][:2]
    ['bernoulli', 'boyle']
    >>> [table.name for table in shipped_tables("measured")][:2]
    ['measured/acetic-acid-charcoal', 'measured/air-viscosity']
    """
    prefix = f"{collection}/" if collection else ""
    paths = sorted(_folders()[collection].glob("*.csv")) if collection in _folders() else []
    return tuple(ShippedTable(name=prefix + path.stem, path=path) for path in paths)


def table_collections() -> tuple[str, ...]:
    """Name the collections of tables that come with kansr.

    >>> table_collections()
    ('measured',)
    """
    return tuple(name for name in _folders() if name)


def every_shipped_table() -> tuple[ShippedTable, ...]:
    """List all tables that come with kansr: those on their own first, then each collection's."""
    return tuple(table for name in _folders() for table in shipped_tables(name))


def shipped_table(name: str) -> ShippedTable:
    """Find a shipped table: `boyle`, `measured/ohm`, or `ohm` alone; one on its own comes before one of a collection.

    Raises `UsageError` with the nearest name.
    """
    if name in table_collections():
        raise UsageError(f"{name} is a collection, not a table", hint=f"its tables: kansr datasets list {name}")
    tables = every_shipped_table()
    by_name = {table.path.stem: table for table in reversed(tables)} | {table.name: table for table in tables}
    if name not in by_name:
        near = nearest(name, by_name)
        hint = f"did you mean {near}?" if near else f"tables: {', '.join(table.name for table in shipped_tables())}"
        raise UsageError(f"there is no shipped table {name!r}", hint=hint)
    return by_name[name]


def _folders() -> dict[str, Path]:
    """Give the folders of tables: the one of those on their own (as the name ""), and those of the collections."""
    top = shipped_folder("datasets")
    inner = sorted(path.parent for path in (top / "collections").glob("*/*.csv"))
    return {"": top, **{folder.name: folder for folder in inner}}
