"""Which rows train, which choose, and which only judge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kansr.errors import TableError
from kansr.table.spec import check_shares

LEAST_ROWS = 5

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Row numbers from 0, sorted: each row is in one part. The test rows choose nothing.

    `train` fits the coefficients, `validation` chooses (grid, start, functions), `test` judges.
    """

    train: Indices
    validation: Indices
    test: Indices


def split_rows(rows: int, seed: int, shares: tuple[float, float, float] = (0.7, 0.15, 0.15)) -> Split:
    """Deal the rows out at random; the same seed gives the same split, whatever else runs.

    Validation and test get their shares, rounded, but at least one row each; the rest trains. So 5 rows give 3, 1
    and 1. Shares are relative to their sum.

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
    first, second = np.sort(order[:validation]), np.sort(order[validation : validation + test])
    return Split(train=np.sort(order[validation + test :]), validation=first, test=second)


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
