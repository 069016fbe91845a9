"""Ratios of polynomials of one argument, from a linear least squares made right by reweighting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import sympy as sp

from kansr.forms.argument import Argument
from kansr.noise.model import Array, Noise

_DEGREES = ((0, 2), (1, 1), (2, 1), (1, 2), (2, 2), (3, 3))
_ROUNDS = 4


def ratios(u: Argument, noise: Noise, *, most: int) -> Iterator[tuple[str, sp.Expr]]:
    """Yield the key and the formula of ratios P(u)/(1 + u Q(u)) of at most so many constants, near their best.

    `y (1 + u Q) = P` is linear; divided by the last round's denominator its residuals are those of the ratio
    (Sanathanan and Koerner, IEEE Transactions on Automatic Control 8, 1963). A pole between the rows is none of them.
    """
    if len(np.unique(u.values)) < 5:
        return
    size = float(np.max(np.abs(u.values)))
    x = u.values / size
    weight = 1 / noise.spread_of_rows() if noise.kind != "absolute" else np.ones(len(x))
    for p, q in _DEGREES:
        if p + q + 1 <= min(most, len(np.unique(x)) - 1):
            found = _fitted(x, noise.y, weight, p, q)
            expr = None if found is None else _written(found[0], found[1], u.expression, size)
            if expr is not None:
                yield f"ratio{p}/{q}({u.key})", expr


def _fitted(x: Array, y: Array, weight: Array, p: int, q: int) -> tuple[Array, Array] | None:
    over, under = x[:, None] ** np.arange(p + 1), x[:, None] ** np.arange(1, q + 1)
    design = np.column_stack([over, -y[:, None] * under])
    bottom = np.ones(len(x))
    for _ in range(_ROUNDS):
        scaled = weight / bottom
        with np.errstate(all="ignore"):
            c, *_ = np.linalg.lstsq(design * scaled[:, None], y * scaled, rcond=1e-13)
        bottom = 1 + under @ c[p + 1 :]
        if not np.isfinite(bottom).all() or np.abs(bottom).min() < 1e-9 or np.ptp(np.sign(bottom)) > 0:
            return None
    line = np.linspace(x.min(), x.max(), 200)[:, None] ** np.arange(1, q + 1)
    top, low = np.asarray(c[: p + 1], dtype=float), np.asarray(c[p + 1 :], dtype=float)
    return (top, low) if (1 + line @ low).min() > 0 else None


def _written(over: Array, under: Array, u: sp.Expr, size: float) -> sp.Expr | None:
    """Write a ratio in u, which is so many times the argument that it was fitted in; None where that is no number."""
    with np.errstate(all="ignore"):
        top, low = (
            over / np.float64(size) ** np.arange(len(over)),
            under / np.float64(size) ** np.arange(1, len(under) + 1),
        )
    if not (np.isfinite(top).all() and np.isfinite(low).all()):
        return None
    return _polynomial([sp.Integer(1), *map(sp.Float, low)], u) ** -1 * _polynomial([*map(sp.Float, top)], u)


def _polynomial(factors: Sequence[sp.Expr], u: sp.Expr) -> sp.Expr:
    """Give a sum of powers, from the constant on."""
    return sp.Add(*(c * u**i for i, c in enumerate(factors)))
