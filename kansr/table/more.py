"""More rows for a table that is known already: the same columns, in the same units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from kansr.errors import TableError
from kansr.table.group import Labels
from kansr.table.names import place
from kansr.table.read import read_grouped
from kansr.table.source import public_name
from kansr.table.spec import TableSpec
from kansr.table.split import check_rows
from kansr.table.table import Floats, Table, fingerprint


def read_more(source: str | Path, table: Table, spec: TableSpec) -> Table:
    """Read rows with the columns of a table; those that are in it already are left out.

    Other columns are not looked at, units of the header are converted, and every cell must hold a number.

    Raises
    ------
    TableError
        If a column or a cell is missing, an error of measurement is not above zero, or fewer than 5 rows are new.
    UsageError
        If there is no such file, or a column has a unit that measures something else than in the table.
    """
    errors = _errors_of(table, spec)
    names = [*table.features, table.target, *errors]
    in_unit = {name: table.units[table.target] for name in errors if table.absolute and table.target in table.units}
    spec = spec if table.group is not None else replace(spec, group=None)
    cells, labels = read_grouped(source, names, spec, {**table.units, **in_unit}, table.axes)
    name = public_name(source)
    count = len(table.features)
    known = set(_keys(np.column_stack([table.x, table.y]), table.group))
    is_new = np.array([key not in known for key in _keys(cells[:, : count + 1], labels)], dtype=bool)
    if len(cells) and not is_new.any():
        raise TableError(f"there is no new row: all {len(cells)} are known already", where=name)
    check_rows(int(is_new.sum()), name)
    sigma = _sigma(cells[is_new, count + 1 :], table, errors)
    x, y = np.ascontiguousarray(cells[is_new, :count]), np.ascontiguousarray(cells[is_new, count])
    group = None if labels is None else labels[is_new]
    digest = fingerprint(table.features, table.target, x, y, sigma=sigma, group=group)
    return replace(table, x=x, y=y, sigma=sigma, group=group, source=name, sha256=digest, warnings=())


def joined(table: Table, more: Table) -> Table:
    """Put rows of the same columns below those of a table.

    >>> one = Table(features=("x",), target="y", x=np.ones((1, 1)), y=np.ones(1), source="a.csv", sha256="")
    >>> both = joined(one, replace(one, source="b.csv"))
    >>> len(both), both.source
    (2, 'a.csv + b.csv')
    """
    x, y = np.concatenate([table.x, more.x]), np.concatenate([table.y, more.y])
    sigma = None if table.sigma is None or more.sigma is None else np.concatenate([table.sigma, more.sigma])
    group = None if table.group is None or more.group is None else np.concatenate([table.group, more.group])
    digest = fingerprint(table.features, table.target, x, y, sigma=sigma, group=group)
    return replace(table, x=x, y=y, sigma=sigma, group=group, source=f"{table.source} + {more.source}", sha256=digest)


def _keys(cells: Floats, labels: Labels | None) -> Iterator[tuple[bytes, str]]:
    """Give what tells rows apart: their bits, and their labels."""
    for i, row in enumerate(np.ascontiguousarray(cells)):
        yield row.tobytes(), "" if labels is None else str(labels[i])


def _errors_of(table: Table, spec: TableSpec) -> list[str]:
    """Name the column of measurement errors or weights, where the table has one."""
    name = spec.sigma if spec.sigma is not None else spec.weights
    return [] if table.sigma is None or name is None else [name]


def _sigma(cells: Floats, table: Table, names: list[str]) -> Floats | None:
    if not names:
        return None
    wrong = np.flatnonzero(cells[:, 0] <= 0)
    if wrong.size:
        raise TableError(
            f"{cells[wrong[0], 0]:g} is not above zero, as measurement errors and weights are",
            where=place(None, names[0]),
            hint="correct the cell, or leave the row out",
        )
    return np.ascontiguousarray(cells[:, 0] if table.absolute else cells[:, 0] ** -0.5)
