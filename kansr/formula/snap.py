"""Replace decimals by simple numbers where the error allows: 3.1415926 by pi, 0.49999 by 1/2.

Which simple number may stand for a constant, `kansr.formula.simple` says; the formula with it is kept when its
description length does not rise. All constants are tried together first; when that fails, halves of them, down to
single ones. `nsimplify` and the like, which look at one number without its error, give wrong answers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import sympy as sp

from kansr.formula.complexity import description_length
from kansr.formula.constants import Refit, refit
from kansr.formula.functions import Array
from kansr.formula.named import Named
from kansr.formula.rounding import rounded
from kansr.formula.simple import multiples, places, simple_numbers, wish, written
from kansr.formula.simplify import canonical
from kansr.formula.weighing import Weighing

_ROUNDS = 12
_HIDDEN = 2  # redundant constants that are tried in each round
_STEPS = 20  # steps that the other constants get to make up for one that was moved within its error


def snap(
    expr: sp.Expr,
    columns: Mapping[str, Array],
    y: Array,
    named: Sequence[Named] = (),
    weighing: Weighing | None = None,
) -> Refit:
    """Refit the constants of an expression and fix those that are simple numbers.

    Parameters
    ----------
    expr
        A formula whose free constants are decimals.
    columns
        Values [n] of each symbol that is a column.
    y
        Target [n].
    named
        Constants with a name that are tried beside simple numbers.
    weighing
        What each row counts; None: all alike.

    Returns
    -------
    The shortest description found; constants that stay free are decimals.
    """
    best = refit(canonical(expr), columns, y, weighing=weighing)
    for _ in range(_ROUNDS):
        tried = (_some(best, wishes, columns, y, weighing) for wishes in _plans(best, named))
        fixed = next((f for f in tried if f is not None), None)
        if fixed is None:
            break
        best = fixed
    last = refit(best.expression, columns, y, weighing=weighing)
    return rounded(replace(last, fitted=best.fitted), columns, y, weighing)


def length(fit: Refit, y: Array, weighing: Weighing | None = None) -> float:
    """Give the description length of a refitted formula in bits."""
    if not math.isfinite(fit.mse):
        return math.inf
    noise = None if weighing is None else weighing.noise
    variance, free = float(np.var(y)), len(fit.values)
    return description_length(fit.expression, rows=len(y), mse=fit.mse, variance=variance, free=free, noise=noise)


def _some(
    best: Refit, wishes: dict[int, sp.Expr], columns: Mapping[str, Array], y: Array, weighing: Weighing | None
) -> Refit | None:
    """Fix as many of the wished constants as the error allows: all, else the better of two halves, else none."""
    if not wishes:
        return None
    tried = refit(canonical(best.fixed(wishes)), columns, y, steps=_STEPS, weighing=weighing)
    if length(tried, y, weighing) <= length(best, y, weighing) + 1e-9:
        return replace(tried, fitted=_beside(best, wishes))
    if len(wishes) == 1:
        return None
    keys = list(wishes)
    for half in (keys[: (len(keys) + 1) // 2], keys[(len(keys) + 1) // 2 :]):
        found = _some(best, {k: wishes[k] for k in half}, columns, y, weighing)
        if found is not None:
            return found
    return None


def _beside(fit: Refit, numbers: Mapping[int, sp.Expr]) -> dict[str, tuple[float, float]]:
    """Give what was fitted beside the numbers that take its place; what is not written, such as a factor 1, is not.

    Of two constants that are written alike it is the less known one.
    """
    found = dict(fit.fitted)
    for i, number in numbers.items():
        own = written(number, float(fit.values[i]), float(fit.sigma[i]))
        if own is not None and own[2] >= found.get(own[0], (0.0, 0.0))[1]:
            found[own[0]] = own[1:]
    return found


def _plans(fit: Refit, named: Sequence[Named]) -> Iterator[dict[int, sp.Expr]]:
    """Yield what to fix next: redundant constants one at a time (one fixed, the others are known), then the others."""
    hidden = [i for i in range(len(fit.values)) if not math.isfinite(fit.sigma[i])]
    yield from ({i: _nearest_of(fit.values[i])} for i in hidden[:_HIDDEN])
    yield _wishes(fit, named)


def _wishes(fit: Refit, named: Sequence[Named]) -> dict[int, sp.Expr]:
    """Return the simple number that may stand for each constant, if there is one.

    The surest come first: the more bits a simple number saves, the less it is chance.
    """
    where = places(fit.template, fit.symbols)
    wished = (wish(float(v), float(s), named, p) for v, s, p in zip(fit.values, fit.sigma, where, strict=True))
    found = [(saved[0], i, saved[1]) for i, saved in enumerate(wished) if saved is not None]
    return {i: number for _, i, number in sorted(found, key=lambda f: (-f[0], f[1]))}


def _nearest_of(value: float) -> sp.Expr:
    """Choose for a redundant constant, which may be anything: 0 for one that is small, else 1 with its sign."""
    return sp.Integer(0) if abs(value) < 0.1 else sp.Integer(1 if value > 0 else -1)


__all__: Sequence[str] = ["length", "multiples", "rounded", "simple_numbers", "snap"]
