"""From a fitted form to the shortest one that says the same: idle constants go, groups share, numbers become simple.

What is tried is kept when the description length does not rise: as `kansr.formula.snap` does for one formula.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import sympy as sp

from kansr.formula.complexity import description_length
from kansr.formula.named import Named
from kansr.formula.rounding import SHARES, harmless, shortest_within
from kansr.formula.simple import places, wish
from kansr.formula.tied import GroupedRows, Tied, fit
from kansr.progress import Clock

_ROUNDS = 12
_STEPS = 20  # steps that the other constants get to make up for one that was fixed


def length(tied: Tied, rows: GroupedRows) -> float:
    """Give the description length in bits: a constant that each group has of its own costs so many numbers."""
    if not math.isfinite(tied.mse):
        return math.inf
    noise = None if rows.weighing is None else rows.weighing.noise
    variance = float(np.var(rows.y))
    return description_length(
        tied.expression, rows=len(rows.y), mse=tied.mse, variance=variance, free=tied.count, noise=noise
    )


def settled(tied: Tied, rows: GroupedRows, named: Sequence[Named] = (), *, clock: Clock | None = None) -> Tied:
    """Give the shortest description that a fitted form leads to; constants that stay free are cut to known digits.

    First go constants that others can stand in for, one at a time (a factor becomes 1, an addend 0: whichever is
    shorter). Then constants that the groups have alike are shared, and simple numbers take the place of decimals.
    """
    best, bits = tied, length(tied, rows)
    for _ in range(_ROUNDS):
        if clock is not None and clock.over():
            break
        better = next(_shorter(best, rows, named, bits), None)
        if better is None:
            break
        best, bits = better, length(better, rows)
    return cut(fit(best, rows, steps=_STEPS), rows)


def _shorter(best: Tied, rows: GroupedRows, named: Sequence[Named], bits: float) -> Iterator[Tied]:
    """Yield what is no longer than the best so far: the first of them is taken."""
    for ways in _ways(best, named):
        tried = [fit(one, rows, steps=_STEPS) for one in ways]
        lengths = [length(one, rows) for one in tried]
        if tried and min(lengths) <= bits + 1e-9:
            yield tried[int(np.argmin(lengths))]


def _ways(tied: Tied, named: Sequence[Named]) -> Iterator[list[Tied]]:
    """Yield what may be done to a form, each time a few ways to do it."""
    idle = [i for i in range(len(tied.symbols)) if not np.isfinite(tied.sigma[i]).any()]
    yield [tied.with_fixed({i: sp.Integer(n)}) for n in (0, 1, -1) for i in idle if tied.low[i] <= n <= tied.high[i]]
    alike = sorted((_apart(tied, i), i) for i, own in enumerate(tied.own) if own and tied.values.shape[1] > 1)
    for _, i in alike:
        yield [tied.shared(i)]
    wishes = _wishes(tied, named)
    yield from ([tied.with_fixed(some)] for some in _halves(wishes))


def _halves(wishes: dict[int, sp.Expr]) -> Iterator[dict[int, sp.Expr]]:
    """Yield all wishes, then halves of them, down to single ones."""
    keys, size = list(wishes), len(wishes)
    while size:
        yield {k: wishes[k] for k in keys[:size]}  # the surest
        size //= 2
    if len(keys) > 1:
        yield {keys[1]: wishes[keys[1]]}


def _apart(tied: Tied, which: int) -> float:
    """How far the values of a constant in the groups are apart: chi^2 by its degrees of freedom."""
    values, sigma = tied.values[which], tied.sigma[which]
    weight = np.where(np.isfinite(sigma), 1 / np.maximum(sigma, 1e-300) ** 2, 0.0)
    if not weight.sum() > 0:
        return 0.0
    mean = float(np.average(values, weights=weight))
    return float((weight * (values - mean) ** 2).sum()) / max(len(values) - 1, 1)


def _wishes(tied: Tied, named: Sequence[Named]) -> dict[int, sp.Expr]:
    """Give the simple number that may stand for each constant that all groups share, the surest first."""
    found = []
    for i, (own, place) in enumerate(zip(tied.own, places(tied.form, tied.symbols), strict=True)):
        if own and tied.values.shape[1] > 1:
            continue
        saved = wish(float(tied.values[i, 0]), float(tied.sigma[i, 0]), named, place)
        if saved is not None and tied.low[i] <= float(saved[1]) <= tied.high[i]:
            found.append((saved[0], i, saved[1]))
    return {i: number for _, i, number in sorted(found, key=lambda f: (-f[0], f[1]))}


def cut(tied: Tied, rows: GroupedRows) -> Tied:
    """Cut constants to the digits that the rows can tell, the least known first; where it harms, one has more."""
    limit = harmless(tied.mse, rows.size, rows.weighing)
    best = tied
    for i, group in sorted(np.ndindex(*tied.values.shape), key=lambda at: -_vague(tied, at)):
        if group and not tied.own[i]:
            continue
        for share in SHARES:
            values = best.values.copy()
            values[i, group if tied.own[i] else slice(None)] = shortest_within(
                float(tied.values[i, group]), share * float(tied.sigma[i, group])
            )
            mse = fit(replace(best, values=values), rows, steps=0).mse
            if mse <= limit:
                best = replace(best, values=values, mse=mse)
                break
    return best


def _vague(tied: Tied, at: tuple[int, ...]) -> float:
    """Give the error of a constant as a share of its value."""
    return float(tied.sigma[at] / max(abs(float(tied.values[at])), 1e-300))
