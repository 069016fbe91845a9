"""Which rows train, which choose, and which only judge; on few rows, none is put aside.

A row that is there twice is in one part: test rows that were trained on would judge nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kansr.errors import TableError
from kansr.table.sample import dealt
from kansr.table.spec import check_shares
from kansr.table.table import Floats, Table

LEAST_ROWS = 5
FEW = 100
"""Rows below which none is put aside to judge: cross-validation judges, and the constants see all rows."""

SHARES = (0.7, 0.15, 0.15)

Indices = npt.NDArray[np.int64]
Shares = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Row numbers from 0, sorted: each row is in one part. The test rows choose nothing.

    `train` fits the coefficients, `validation` chooses (grid, start, functions), `test` judges.

    Where `cross` is true there are too few rows for that: `train` and `validation` are those of networks, whose grids
    must be chosen; the constants of formulas see both, which are all rows, and so does `test`. Formulas are then judged
    by cross-validation.
    """

    train: Indices
    validation: Indices
    test: Indices
    cross: bool = False


def split_table(table: Table, seed: int, shares: Shares = SHARES) -> Split:
    """Deal the rows of a table out as `split_rows` does, rows that are there several times into one part together.

    So no test row was seen in training. Below `FEW` rows none is put aside, unless shares are asked for. Rows are the
    same where all features and the target are. Of a sample, they are
    dealt out as all rows of the source are (see `kansr.table.sample.dealt`). Raises as `split_rows`.
    """
    if table.of is not None:
        return _split_sample(table, seed, shares)
    split = split_rows(len(table), seed, shares, same=repeated(table.x, table.y))
    return crossed(split) if is_few(len(table), shares) else split


def is_few(rows: int, shares: Shares = SHARES) -> bool:
    """Whether there are too few rows to put any aside; whoever asks for other shares gets them."""
    return rows < FEW and tuple(shares) == SHARES


def crossed(split: Split) -> Split:
    """Give a split of few rows that puts none aside: those that would have judged train, too.

    >>> split = crossed(split_rows(10, seed=0))
    >>> len(split.train), len(split.validation), len(split.test)
    (8, 2, 10)
    """
    train = np.sort(np.concatenate([split.train, split.test]))
    everything = np.sort(np.concatenate([train, split.validation]))
    return Split(train=train, validation=split.validation, test=everything, cross=True)


def split_rows(rows: int, seed: int, shares: Shares = SHARES, *, same: Indices | None = None) -> Split:
    """Deal the rows out at random; the same seed gives the same split, whatever else runs.

    Validation and test get their shares, rounded, but at least one row each; the rest trains. So 5 rows give 3, 1
    and 1. Shares are relative to their sum. `same` [rows] says of each row which one it repeats (see `repeated`): these
    go together, so the parts may then miss their shares.

    Raises `TableError` for fewer than 5 rows, `UsageError` for shares that are not above zero.

    >>> split = split_rows(1000, seed=0)
    >>> len(split.train), len(split.validation), len(split.test)
    (700, 150, 150)
    """
    check_shares(shares)
    check_rows(rows)
    validation, test = (max(1, round(rows * share / sum(shares))) for share in shares[1:])
    while rows - validation - test < 1:  # tiny tables with a small share to train
        validation, test = (max(1, n - 1) for n in (validation, test))
    order = np.random.default_rng(seed).permutation(rows)
    if same is not None and 3 <= np.unique(same).size < rows:  # of two different rows there are no three parts
        return _split_groups(order, same, validation, test)
    first, second = np.sort(order[:validation]), np.sort(order[validation : validation + test])
    return Split(train=np.sort(order[validation + test :]), validation=first, test=second)


def _split_sample(table: Table, seed: int, shares: Shares) -> Split:
    check_shares(shares)
    parts = dealt(table.x, table.y, seed, shares)
    train, validation, test = (np.flatnonzero(parts == part) for part in range(3))
    if not all(map(len, (train, validation, test))):
        raise TableError(
            f"the {len(table)} rows of the sample are too few different ones to train, choose and test",
            hint="give a larger sample (table.sample in the recipe), or null: then all rows are held in memory",
        )
    return Split(train=train, validation=validation, test=test)


def repeated(x: Floats, y: Floats) -> Indices:
    """Give for each row [n, features] with its target [n] the number of the first row that is the same: itself, mostly.

    >>> repeated(np.array([[1.0], [2.0], [1.0]]), np.array([5.0, 5.0, 5.0])).tolist()
    [0, 1, 0]
    """
    rows = np.column_stack([x, y]) + 0.0  # + 0.0 makes one zero of two
    key = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    return np.asarray(first[which.ravel()], dtype=np.int64)


def _split_groups(order: Indices, same: Indices, validation: int, test: int) -> Split:
    """Fill validation, then test, with groups of the same rows in the order of their first ones; the rest trains."""
    size = np.bincount(same, minlength=len(same))
    groups = [int(row) for row in order if same[row] == row]
    for_validation = _filling(groups, size, validation, leave=2)
    groups = [row for row in groups if row not in for_validation]
    for_test = _filling(groups, size, test, leave=1)
    part = np.zeros(len(same), dtype=np.int64)  # by the first row of each group: 0 trains
    part[list(for_validation)], part[list(for_test)] = 1, 2
    train, first, second = (np.flatnonzero(part[same] == number) for number in range(3))
    return Split(train=train, validation=first, test=second)


def _filling(groups: list[int], size: Indices, room: int, *, leave: int) -> set[int]:
    """Take the groups that fit, one after the other, but leave some; where none fits, the first of the smallest."""
    taken: set[int] = set()
    for row in groups:
        if size[row] <= room and len(groups) - len(taken) > leave:
            taken.add(row)
            room -= int(size[row])
    return taken or {min(groups, key=lambda row: int(size[row]))}


def split_groups(
    group: npt.NDArray[np.str_], seed: int, shares: tuple[float, float, float] = (0.7, 0.15, 0.15)
) -> Split:
    """Deal the rows of each group out by itself, so that every group has its share in each part, as far as it can.

    A group of few rows trains first: the shares of the other parts are rounded down over the groups, one after the
    other, and what one group leaves the next one takes up.

    >>> split = split_groups(np.array(["a"] * 20 + ["b"] * 2), seed=0)
    >>> len(split.train), len(split.validation), len(split.test), set(split.train) & set(split.test)
    (16, 3, 3, set())
    """
    check_shares(shares)
    check_rows(len(group))
    order = np.random.default_rng(seed).permutation(len(group))
    order = order[np.argsort(group[order], kind="stable")]
    place = np.arange(1, len(group) + 1)
    validation, test = (np.diff(np.floor(place * share / sum(shares) + start), prepend=np.floor(start)) > 0
                        for share, start in ((shares[1], 0.0), (shares[2], 0.5)))  # fmt: skip
    test &= ~validation
    if not (validation.any() and test.any() and not (validation | test).all()):
        return split_rows(len(group), seed, shares)
    parts = (np.sort(order[part]) for part in (~validation & ~test, validation, test))
    train, second, third = parts
    return Split(train=train, validation=second, test=third)


def check_rows(rows: int, where: str | None = None) -> None:
    """Raise `TableError` where there are too few rows to train, choose and judge."""
    if rows < LEAST_ROWS:
        raise TableError(
            f"there {'is' if rows == 1 else 'are'} {rows or 'no'} row{'' if rows == 1 else 's'}",
            where=where,
            hint=f"at least {LEAST_ROWS} are needed to train, choose and test",
        )
