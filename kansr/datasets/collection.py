"""Collections of laws: CSV files with a law a row, read strictly.

Columns: `name`, `target`, `formula` (in safe names) and `ranges` (`column low high; ...`), and where they are needed:

functions   `symbol function numbers columns; ...`: the formula's symbol stands for a function of the closed list in
            `kansr.datasets.functions`, such as `u lpmv 1 v x`
sampling    `uniform`, or `grid step ...` with one step for all columns or one a column
rows        how many rows the benchmark draws
units       `column unit; ...`, the target among the columns
source      paper and year
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from kansr.datasets.functions import FUNCTIONS
from kansr.datasets.law import ROWS, Call, Law
from kansr.errors import UsageError
from kansr.shipped import shipped_folder

NEEDED = ("name", "target", "formula", "ranges")
ALLOWED = (*NEEDED, "functions", "sampling", "rows", "units", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Laws that belong together."""

    name: str
    laws: tuple[Law, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the laws come from, each source once, the one of most laws first."""
        all_of_them = [law.source for law in self.laws if law.source]
        return tuple(sorted(dict.fromkeys(all_of_them), key=all_of_them.count, reverse=True))

    def law(self, name: str) -> Law:
        """Find a law by its name.

        Raises `UsageError` with the nearest name.
        """
        by_name = {law.name: law for law in self.laws}
        if name not in by_name:
            raise UsageError(f"collection {self.name} has no law {name!r}", hint=self._nearest(name, by_name))
        return by_name[name]

    def _nearest(self, name: str, names: Iterable[str]) -> str:
        near = nearest(name, names)
        return f"did you mean {self.name}/{near}?" if near else f"its laws: kansr datasets list {self.name}"


def collections() -> tuple[Collection, ...]:
    """Read the collections that come with kansr, by name.

    >>> [c.name for c in collections()][:3]
    ['curves', 'feynman', 'jin']
    """
    return tuple(read_collection(path) for path in _paths().values())


def collection(name: str) -> Collection:
    """Read a collection that comes with kansr.

    Raises `UsageError` with the nearest name.

    >>> len(collection("feynman").laws)
    100
    """
    paths = _paths()
    if name not in paths:
        near = nearest(name, paths)
        hint = f"did you mean {near}?" if near else f"collections: {', '.join(paths)}"
        raise UsageError(f"there is no collection {name!r}", hint=hint)
    return read_collection(paths[name])


def law(name: str) -> Law:
    """Find a law that comes with kansr: `feynman/I.6.2a`, or `I.6.2a` where no other collection has one of that name.

    Raises `UsageError` with the nearest name.

    >>> law("feynman/I.12.1").formula
    'mu*Nn'
    """
    first, slash, rest = name.partition("/")
    if slash:
        return collection(first).law(rest)
    if name in _paths():
        raise UsageError(f"{name} is a collection, not a law", hint=f"its laws: kansr datasets list {name}")
    found = {f"{c.name}/{one.name}": one for c in collections() for one in c.laws}
    same = {full: one for full, one in found.items() if one.name == name}
    if len(same) == 1:
        return next(iter(same.values()))
    if same:
        raise UsageError(f"several collections have a law {name!r}", hint=f"say which: {', '.join(same)}")
    near = nearest(name, [*found, *(one.name for one in found.values())])
    raise UsageError(
        f"there is no law {name!r}", hint=f"did you mean {near}?" if near else "kansr datasets lists the collections"
    )


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Give the name that is most like another one, if any is; upper and lower case are the same."""
    lower = {other.lower(): other for other in names}
    near = get_close_matches(name.lower(), lower, n=1)
    return lower[near[0]] if near else None


def read_collection(path: Path) -> Collection:
    """Read a collection from a file.

    Raises `UsageError` with the line of what cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            _check_header(rows.fieldnames or [], path)
            laws = tuple(_law(row, f"{path}, line {rows.line_num}") for row in rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"the collection cannot be read: {error}", where=str(path)) from error
    return Collection(name=path.stem, laws=laws)


def _paths() -> dict[str, Path]:
    return {path.stem: path for path in sorted((shipped_folder("datasets") / "collections").glob("*.csv"))}


def _check_header(header: Iterable[str], path: Path) -> None:
    header = list(header)
    wrong = [name for name in header if name not in ALLOWED] + [name for name in NEEDED if name not in header]
    if wrong:
        hint = f"columns: {', '.join(NEEDED)}, and if needed {', '.join(ALLOWED[len(NEEDED) :])}"
        raise UsageError(f"a column is missing or not known: {wrong[0]!r}", where=str(path), hint=hint)


def _law(row: dict[str, str | None], where: str) -> Law:
    cells = {key: value or "" for key, value in row.items() if key}
    try:
        ranges = {c: (float(a), float(b)) for c, a, b in (part.split() for part in cells["ranges"].split(";"))}
        steps = _steps(cells.get("sampling", ""), len(ranges))
        rows = int(cells.get("rows") or ROWS)
        units = dict(part.split(maxsplit=1) for part in cells.get("units", "").split(";") if part.strip())
    except ValueError as error:
        hint = (
            "ranges: column low high; ... · sampling: uniform, or grid step · rows: a whole number · units: column unit"
        )
        raise UsageError(f"the law cannot be read: {error}", where=where, hint=hint) from error
    calls = tuple(_call(part, ranges, where) for part in cells.get("functions", "").split(";") if part.strip())
    return Law(
        name=cells["name"], target=cells["target"], formula=cells["formula"], ranges=ranges, calls=calls, steps=steps,
        rows=rows, units={column: unit.strip() for column, unit in units.items()}, source=cells.get("source", ""),
    )  # fmt: skip


def _steps(text: str, columns: int) -> tuple[float, ...]:
    """Read `uniform` or `grid step ...`."""
    kind, *numbers = text.split() or ["uniform"]
    steps = tuple(float(number) for number in numbers)
    if (kind, steps) == ("uniform", ()):
        return ()
    if kind != "grid" or len(steps) not in {1, columns} or min(steps) <= 0:
        raise ValueError(f"sampling {text!r}")
    return steps if len(steps) == columns else steps * columns


def _call(text: str, columns: Iterable[str], where: str) -> Call:
    """Read `symbol function numbers columns`."""
    symbol, name, *arguments = [*text.split(), "", ""][: max(len(text.split()), 2)]
    function = FUNCTIONS.get(name)
    if function is None:
        near = nearest(name, FUNCTIONS)
        hint = f"did you mean {near}?" if near else "see kansr.datasets.functions for the list"
        raise UsageError(f"a law cannot name the function {name!r}", where=where, hint=hint)
    numbers, inputs = arguments[: function.numbers], arguments[function.numbers :]
    try:
        values = tuple(float(number) for number in numbers)
    except ValueError as error:
        raise UsageError(f"the call {text.strip()!r} has a word for a number", where=where) from error
    if len(inputs) != function.columns or not set(inputs) <= set(columns):
        hint = f"{name} takes {function.numbers} numbers and {function.columns} columns of the law"
        raise UsageError(f"the call {text.strip()!r} does not fit", where=where, hint=hint)
    return Call(symbol=symbol, function=name, numbers=values, columns=tuple(inputs))
