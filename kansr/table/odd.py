"""What else is odd about the rows of a table, looked for when it is inspected: `kansr check`, not every fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from kansr.table.check import is_constant
from kansr.table.names import listed
from kansr.table.split import Indices, repeated
from kansr.table.table import Floats, Table, TableWarning

_FAR, _FEW = 10.0, 0.01  # a value is far out beyond so many quartile distances, where at most this share of rows is
_DECIDING, _HEAVY = 0.01, 0.5  # rows of this share that make this share of the variance decide a fit by squares
_ENOUGH = 20  # rows from which quartiles tell something


def odd_rows(table: Table) -> tuple[TableWarning, ...]:
    """Give warnings about rows: those that are there several times, values far out, a target that few rows decide.

    >>> x = np.arange(40.0)[:, None] % 20
    >>> table = Table(features=("x",), target="y", x=x, y=x[:, 0] ** 2, source="<frame>", sha256="")
    >>> [warning.kind for warning in odd_rows(table)]
    ['repeated']
    """
    return tuple(warning for check in _CHECKS for warning in check(table))


def _repeated(table: Table) -> Iterator[TableWarning]:
    again = np.flatnonzero(repeated(table.x, table.y) != np.arange(len(table)))
    if again.size:
        message = f"{again.size} of {len(table)} rows were there before, the first of them is row {again[0] + 1}"
        message += ": a fit keeps the same rows together, so that no test row was trained on"
        yield TableWarning(kind="repeated", row=int(again[0]) + 1, message=message)


def _outliers(table: Table) -> Iterator[TableWarning]:
    every = zip((*table.features, table.target), (*table.x.T, table.y), strict=True)
    for name, values in every:
        far = far_out(values)
        if far.size:
            rows = listed((int(i) + 1 for i in far), limit=3)
            value = f"{values[far[0]]:g}" if far.size == 1 else f"{values[far[0]]:g} and others"
            message = f'column "{name}" holds {value} far from the rest (row{"s" if far.size > 1 else ""} {rows})'
            message += ": correct or leave out what is a mistake"
            yield TableWarning(kind="outlier", column=name, row=int(far[0]) + 1, message=message)


def far_out(values: Floats) -> Indices:
    """Give the row numbers, from 0, of the few values that are far from all others, farthest first.

    Far is more than ten times the distance between the quartiles beyond them; where more than 1 % of the rows are, the
    values are spread like that, and none is far out.

    >>> far_out(np.r_[np.arange(99.0), 1e6]).tolist()
    [99]
    """
    nobody = np.empty(0, dtype=np.int64)
    if len(values) < _ENOUGH:
        return nobody
    low, high = np.quantile(values, [0.25, 0.75])
    with np.errstate(over="ignore"):
        beyond = np.maximum(low - values, values - high)
        far = np.asarray(np.flatnonzero(beyond > _FAR * (high - low)), dtype=np.int64)
    if high == low or far.size > max(1, _FEW * len(values)):
        return nobody
    return np.asarray(far[np.argsort(-beyond[far], kind="stable")], dtype=np.int64)


def _heavy(table: Table) -> Iterator[TableWarning]:
    """Find a target that a few rows decide: least squares sees nothing but these."""
    if len(table) < 100 or is_constant(table.y):
        return
    scaled = table.y / np.abs(table.y).max()
    squares = np.sort((scaled - np.median(scaled)) ** 2)[::-1]
    share = float(squares[: int(_DECIDING * len(table))].sum() / squares.sum())
    if share > _HEAVY:
        message = f'1 % of the rows make {100 * share:.0f} % of the spread of the target "{table.target}"'
        message += ": these decide the fit; "
        message += "its logarithm may tell more" if table.y.min() > 0 else "look whether they belong to the rest"
        yield TableWarning(kind="heavy-tailed", column=table.target, message=message)


_CHECKS: tuple[Callable[[Table], Iterator[TableWarning]], ...] = (_repeated, _outliers, _heavy)
