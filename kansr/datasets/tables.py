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


def shipped_tables() -> tuple[ShippedTable, ...]:
    """List the tables that come with kansr, by name.

    >>> [table.name for table in shipped_tables()][:2]
    ['bernoulli', 'boyle']
    """
    paths = sorted(shipped_folder("datasets").glob("*.csv"))
    return tuple(ShippedTable(name=path.stem, path=path) for path in paths)


def shipped_table(name: str) -> ShippedTable:
    """Find a shipped table.

    Raises `UsageError` with the nearest name.
    """
    by_name = {table.name: table for table in shipped_tables()}
    if name not in by_name:
        near = nearest(name, by_name)
        hint = f"did you mean {near}?" if near else f"tables: {', '.join(by_name)}"
        raise UsageError(f"there is no shipped table {name!r}", hint=hint)
    return by_name[name]
