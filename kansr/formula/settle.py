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
from kansr.formula.constants import ROUNDING
from kansr.formula.named import Named
from kansr.formula.snap import multiples, simple_numbers
from kansr.formula.tied import GroupedRows, Tied, fit
from kansr.progress import Clock

_ROUNDS = 12
_STEPS = 20  # steps that the other constants get to make up for one that was fixed
_SURE = 2.0  # bits that a simple number must save
_HARMLESS = 1e-3  # share by which cutting digits may raise the mean square error


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
    """Give the simplest number within the error of each constant that all groups share, the surest first."""
    found = []
    for i, own in enumerate(tied.own):
        value, sigma = float(tied.values[i, 0]), float(tied.sigma[i, 0])
        if (own and tied.values.shape[1] > 1) or not math.isfinite(sigma):
            continue
        candidates = [*simple_numbers(value, sigma), *multiples(value, sigma, named)]
        best = min(candidates, default=None, key=lambda c: c[0])
        if best is None or not tied.low[i] <= float(best[1]) <= tied.high[i]:
            continue
        worth = math.log2(abs(value) / sigma + 1) if sigma > 0 else 52.0
        found.append((best[0] - worth, i, best[1]))
    return {i: number for gain, i, number in sorted(found, key=lambda f: f[:2]) if gain < -_SURE or number == 0}


def cut(tied: Tied, rows: GroupedRows) -> Tied:
    """Cut constants to the digits that the rows can tell."""
    limit = tied.mse * (1 + _HARMLESS) + (ROUNDING * rows.size) ** 2
    for share in (0.1, 0.01, 0.001):
        values = np.array(
            [
                [_cut(v, share * s) for v, s in zip(*pair, strict=True)]
                for pair in zip(tied.values, tied.sigma, strict=True)
            ]
        ).reshape(tied.values.shape)
        short = replace(tied, values=values)
        mse = fit(short, rows, steps=0).mse
        if mse <= limit:
            return replace(short, mse=mse)
    return tied


def _cut(value: float, error: float) -> float:
    """Give the decimal of fewest digits within `error` of a value; one that is not known keeps three."""
    if not math.isfinite(error):
        return float(f"{value:.3g}")
    digits = (float(f"{value:.{d}e}") for d in range(17))
    return next((d for d in digits if abs(d - value) <= error), float(value))
