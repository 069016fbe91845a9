"""A sample of a table of any length, and parts of its rows that are known without a list of them.

Both are by hashes: the sample holds the rows whose numbers have the smallest ones (bottom-k sampling: one pass, the
same rows in whatever blocks they come), and a row's part is told by the hash of its values, so that a row that is there
twice is in one part.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kansr.table.table import Floats

if TYPE_CHECKING:
    import pandas as pd

Words = npt.NDArray[np.uint64]
Parts = npt.NDArray[np.int8]
TRAIN, VALIDATION, TEST = range(3)

_STEP = np.uint64(0x9E3779B97F4A7C15)  # SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)
_MIX = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
_LAST = np.uint64(31)


def hashed(words: Words, seed: int = 0) -> Words:
    """Give a hash [n] of each number [n]: any of 2^64, each as likely.

    >>> hashed(np.array([0, 0, 1], dtype=np.uint64)).tolist()[:2] == hashed(np.zeros(2, dtype=np.uint64)).tolist()
    True
    """
    mixed = words + np.uint64(seed + 1) * _STEP.reshape(1)
    for shift, factor in _MIX:
        mixed = (mixed ^ (mixed >> shift)) * factor
    return np.asarray(mixed ^ (mixed >> _LAST), dtype=np.uint64)


def sample(frames: Iterable[pd.DataFrame], rows: int, seed: int = 0) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Draw rows of frames that follow each other, without replacement; they keep their order.

    Gives the rows and their numbers from 0; all of them where there are no more than asked for. Memory holds one frame
    and about twice the sample.
    """
    import pandas as pd  # noqa: PLC0415

    kept: list[pd.DataFrame] = []
    keys, start, most = np.empty(0, dtype=np.uint64), 0, np.uint64(2**64 - 1)
    for frame in frames:
        own = hashed(np.arange(start, start + len(frame), dtype=np.uint64), seed)
        near = np.flatnonzero(own <= most)
        kept.append(frame.iloc[near].set_axis(start + near, axis=0))
        keys, start = np.concatenate([keys, own[near]]), start + len(frame)
        if len(keys) > 2 * rows:
            kept, keys = _fewest(pd.concat(kept), keys, rows)
            most = keys.max()
    (drawn,), _ = _fewest(pd.concat(kept), keys, rows)
    return drawn.reset_index(drop=True), drawn.index.to_numpy(dtype=np.int64)


def _fewest(frame: pd.DataFrame, keys: Words, rows: int) -> tuple[list[pd.DataFrame], Words]:
    """Keep the rows with the smallest keys."""
    if len(keys) <= rows:
        return [frame], keys
    place = np.sort(np.argpartition(keys, rows - 1)[:rows])
    return [frame.iloc[place]], keys[place]


def dealt(x: Floats, y: Floats, seed: int, shares: tuple[float, float, float]) -> Parts:
    """Tell the part [n] of each row [n, features] with its target [n]: `TRAIN`, `VALIDATION` or `TEST`.

    >>> x, y = np.arange(1000.0)[:, None], np.zeros(1000)
    >>> np.bincount(dealt(x, y, 0, (0.7, 0.15, 0.15))).tolist()
    [677, 161, 162]
    """
    words = np.full(len(y), np.uint64(0))
    for column in (*x.T, y):
        bits = np.ascontiguousarray(column + 0.0).view(np.uint64)  # + 0.0 makes one zero of two
        words = hashed(words ^ bits, seed)
    share = words.astype(np.float64) / 2.0**64
    train, validation, _ = np.cumsum(shares) / sum(shares)
    return np.asarray((share >= train).astype(np.int8) + (share >= validation).astype(np.int8), dtype=np.int8)
