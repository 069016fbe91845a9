"""What sample weights mean: a weight of 2 is the row twice, a weight of 0 is the row not there.

kansr deals rows out to training, choosing and judging. A copy of a training row must not judge, and the order in
which copies stand must not matter. So where rows have weights, or one occurs twice, the estimator takes each distinct
row once, in sorted order, with the weight of all its copies. Where neither is so, rows stay as they are, and the
formula is that of `kansr fit` on the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kansr.estimator.refused import RefusedError
from kansr.table.split import LEAST_ROWS

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Features [n, features], target [n], and what each row counts [n]; None: all count alike."""

    x: Array
    y: Array
    weight: Array | None = None


def weighed_rows(x: Array, y: Array, weight: Array | None = None) -> Rows:
    """Give the rows that count, each distinct one once where there are weights or copies.

    Raises
    ------
    RefusedError
        If fewer than 5 rows count.

    >>> x, y = np.array([[3.0], [1.0], [3.0], [2.0], [4.0], [5.0], [9.0]]), np.arange(7.0)
    >>> y[2] = y[0]
    >>> rows = weighed_rows(x, y, np.array([1.0, 1, 1, 1, 1, 1, 0]))
    >>> rows.x[:, 0], rows.weight
    (array([1., 2., 3., 4., 5.]), array([1., 1., 2., 1., 1.]))
    """
    given = np.ones(len(y)) if weight is None else weight
    counting = given > 0
    _check_count(int(counting.sum()), len(y))
    x, y, given = x[counting], y[counting], given[counting]
    distinct, which = np.unique(np.column_stack([x, y]) + 0.0, axis=0, return_inverse=True)  # + 0.0: one zero of two
    if len(distinct) == len(y) and np.all(given == given[0]):
        return Rows(x=x, y=y)
    total: Array = np.bincount(which.ravel(), weights=given).astype(np.float64)
    times = -(-LEAST_ROWS // len(distinct))  # of so few rows nothing can be held back: each is then on every side
    distinct, total = np.tile(distinct, (times, 1)), np.tile(total, times)
    alike = bool(np.all(total == total[0]))
    return Rows(x=distinct[:, :-1], y=distinct[:, -1], weight=None if alike else total)


def _check_count(count: int, rows: int) -> None:
    if count == 0:
        raise RefusedError("all sample weights are zero", hint="give at least one row a weight above zero")
    if count < LEAST_ROWS:
        what = f"{count} of {rows} samples have a weight above zero"
        raise RefusedError(what, hint=f"at least {LEAST_ROWS} are needed to train, choose and test")
