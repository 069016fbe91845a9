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
            if found is not None:
                yield f"ratio{p}/{q}({u.key})", _write(found[0], found[1], u.expression, size)


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


def _write(over: Array, under: Array, u: sp.Expr, size: float) -> sp.Expr:
    return _polynomial([0.0, *under][1:], u, size, first=1) ** -1 * _polynomial(over, u, size)


def _polynomial(factors: Sequence[float] | Array, u: sp.Expr, size: float, first: int | None = None) -> sp.Expr:
    """Give a sum of powers, from the constant on, or behind a 1."""
    start = 0 if first is None else 1
    terms = [sp.Float(float(c) / size ** (i + start)) * u ** (i + start) for i, c in enumerate(factors)]
    return sp.Add(*([] if first is None else [sp.Integer(first)]), *terms)
