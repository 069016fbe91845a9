"""The best few columns of a dictionary: singles and pairs from one table of inner products, larger sets by a beam."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from kansr.noise.model import Array

Sets = NDArray[np.intp]

_PARALLEL = 1e-9  # columns whose sines of the angle between them are below this say the same
_ROUNDING = 1e-15  # share of the squares that differences of inner products leave
_PAIRS = 3000  # pairs that are handed on, the best by bits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """A weighted least squares: columns [n, K] of length 1 and a target [n], the constant one projected out or not."""

    columns: Array
    target: Array
    cost: Array

    @classmethod
    def of(cls, columns: Array, target: Array, weight: Array, cost: Array, *, intercept: bool) -> Space:
        """Weigh rows [n], project the constant out if asked for, and give all columns length 1.

        `cost` [K] are the bits of each column. All is told in units of the largest target: squares of others may be no
        numbers.
        """
        unit = float(np.max(np.abs(target * weight))) or 1.0
        a, z = columns * weight[:, None], target * weight / unit
        if intercept:
            one = weight / np.linalg.norm(weight)
            a, z = a - np.outer(one, one @ a), z - one * (one @ z)
        with np.errstate(all="ignore"):
            size = np.linalg.norm(a, axis=0)
            whole = np.linalg.norm(columns * weight[:, None], axis=0)
            a = np.where(size > 1e-10 * whole, a / np.where(size > 0, size, 1.0), 0.0)
        return cls(columns=np.nan_to_num(a), target=z, cost=cost)

    def bits(self, rss: Array) -> Array:
        """Give the bits of the rows for residual sums of squares, all but constants that every subset shares."""
        n = len(self.target)
        least = _ROUNDING * float(self.target @ self.target) + 1e-300
        return np.asarray(n / 2 * np.log2(np.maximum(rss, 0.0) + least))


def singles(space: Space) -> tuple[Sets, Array]:
    """Give all single columns [k, 1] and their bits [k], the best first."""
    rss = space.target @ space.target - (space.columns.T @ space.target) ** 2
    bits = space.bits(rss) + space.cost
    order = np.argsort(bits, kind="stable")
    return order[:, None], bits[order]


def pairs(space: Space) -> tuple[Sets, Array]:
    """Give the best pairs of columns [k, 2] and their bits [k], the best first."""
    a, b = space.columns, space.columns.T @ space.target
    gram = a.T @ a
    apart = 1 - gram**2
    with np.errstate(all="ignore"):
        explained = (b[:, None] ** 2 + b**2 - 2 * np.outer(b, b) * gram) / apart
    explained[apart < _PARALLEL] = 0.0
    bits = space.bits(space.target @ space.target - explained) + space.cost[:, None] + space.cost
    i, j = np.triu_indices(len(b), 1)
    flat = bits[i, j]
    best = np.argpartition(flat, min(_PAIRS, len(flat) - 1))[:_PAIRS] if len(flat) > _PAIRS else np.arange(len(flat))
    best = best[np.argsort(flat[best], kind="stable")]
    return np.column_stack([i[best], j[best]]), flat[best]


def triples(space: Space, most: int) -> tuple[Sets, Array]:
    """Give the best sets of three among the first columns [k, 3] and their bits [k]: no pair need tell of the third."""
    first = min(most, space.columns.shape[1])
    sets = np.array(list(combinations(range(first), 3)), dtype=np.intp).reshape(-1, 3)
    gram, b = space.columns[:, :first].T @ space.columns[:, :first], space.columns[:, :first].T @ space.target
    g, h, k = gram[sets[:, 0], sets[:, 1]], gram[sets[:, 0], sets[:, 2]], gram[sets[:, 1], sets[:, 2]]
    p, q, r = b[sets].T
    volume = 1 - g**2 - h**2 - k**2 + 2 * g * h * k
    with np.errstate(all="ignore"):
        explained = (
            p**2 * (1 - k**2) + q**2 * (1 - h**2) + r**2 * (1 - g**2)
            + 2 * (p * q * (h * k - g) + p * r * (g * k - h) + q * r * (g * h - k))
        ) / volume  # fmt: skip
    explained[volume < _PARALLEL] = 0.0
    bits = space.bits(space.target @ space.target - explained) + space.cost[sets].sum(1)
    best = np.argsort(bits, kind="stable")[:_PAIRS]
    return sets[best], bits[best]


def larger(space: Space, sets: Sets, each: int) -> tuple[Sets, Array]:
    """Give sets with one column more [k, m + 1] and their bits [k]: the best ones for each of the sets [s, m]."""
    found = list(_extended(space, sets, each))
    if not found:  # no column is left
        return np.zeros((0, sets.shape[1] + 1), dtype=np.intp), np.zeros(0)
    unique: dict[tuple[int, ...], float] = {}
    for chosen, bits in found:
        unique.setdefault(tuple(sorted(chosen)), bits)
    order = sorted(unique, key=lambda chosen: unique[chosen])
    return np.array(order, dtype=np.intp), np.array([unique[chosen] for chosen in order])


def _extended(space: Space, sets: Sets, each: int) -> Iterator[tuple[list[int], float]]:
    a, z = space.columns, space.target
    for chosen in sets.tolist():
        q, _ = np.linalg.qr(a[:, chosen])
        left, rest = z - q @ (q.T @ z), a - q @ (q.T @ a)
        size = np.linalg.norm(rest, axis=0)
        with np.errstate(all="ignore"):
            explained = np.where(size > 1e-6, (rest.T @ left / size) ** 2, 0.0)
        bits = space.bits(left @ left - explained) + space.cost + space.cost[chosen].sum()
        bits[chosen] = np.inf
        for j in np.argsort(bits, kind="stable")[: min(each, int(np.isfinite(bits).sum()))].tolist():
            yield [*chosen, j], float(bits[j])
