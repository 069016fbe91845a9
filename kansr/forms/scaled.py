"""A curve of one column as a power of it times a power of a function with a scale inside: y = c u^p F(t u)^s.

In logarithms c, p and s are linear, so each scale t costs one small least squares; t itself is scanned over what bends
on the rows, then finer and finer about the best (variable projection: Golub and Pereyra, SIAM Journal on Numerical
Analysis 10, 1973).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sympy as sp

from kansr.forms.argument import Argument
from kansr.forms.factor import Plain
from kansr.noise.model import Array, Noise

_REACH = (1e-2, 30.0)  # scales times the largest argument: from hardly bent to five turns
_SCALES = 120
_FINER = ((20, 0.06), (20, 0.006), (20, 6e-4), (20, 6e-5))  # scales about the best, and how far on either side
_HALVES = 2
_FAR = 0.1  # how far from a multiple of 1 / _HALVES a power may be: the scale is not quite the best one yet
_LARGEST = 5.0
_BEST = 10


_FUNCTIONS: tuple[Plain, ...] = (
    Plain(name="exp-1", values=np.expm1, write=lambda u: sp.exp(u) - 1),
    Plain(name="exp+1", values=lambda u: np.exp(u) + 1, write=lambda u: sp.exp(u) + 1),
    Plain(name="1-exp-", values=lambda u: -np.expm1(-u), write=lambda u: 1 - sp.exp(-u)),
    Plain(name="exp", values=np.exp, write=sp.exp),
    Plain(name="gauss", values=lambda u: np.exp(-(u**2)), write=lambda u: sp.exp(-(u**2))),
    Plain(name="1+u", values=lambda u: 1 + u, write=lambda u: 1 + u),
    Plain(name="1-u", values=lambda u: 1 - u, write=lambda u: 1 - u),
    Plain(name="1+u^2", values=lambda u: 1 + u**2, write=lambda u: 1 + u**2),
    Plain(name="1-u^2", values=lambda u: 1 - u**2, write=lambda u: 1 - u**2),
    Plain(name="(1+u)/(1-u)", values=lambda u: (1 + u) / (1 - u), write=lambda u: (1 + u) / (1 - u)),
    Plain(name="log1+", values=np.log1p, write=lambda u: sp.log(1 + u)),
    Plain(name="log1+u^2", values=lambda u: np.log1p(u**2), write=lambda u: sp.log(1 + u**2)),
    Plain(name="sin", values=np.sin, write=sp.sin),
    Plain(name="cos", values=np.cos, write=sp.cos),
    Plain(name="1+cos", values=lambda u: 1 + np.cos(u), write=lambda u: 1 + sp.cos(u)),
    Plain(name="tan", values=np.tan, write=sp.tan),
    Plain(name="sinh", values=np.sinh, write=sp.sinh),
    Plain(name="cosh", values=np.cosh, write=sp.cosh),
    Plain(name="tanh", values=np.tanh, write=sp.tanh),
    Plain(name="asin", values=np.arcsin, write=sp.asin),
    Plain(name="acos", values=np.arccos, write=sp.acos),
    Plain(name="atan", values=np.arctan, write=sp.atan),
)  # fmt: skip


def scaled(u: Argument, noise: Noise) -> Iterator[tuple[str, sp.Expr]]:
    """Yield the keys and formulas of the best powers times a function of a scaled argument, near their best.

    The powers are whole or half where they may be.
    """
    used = (u.values != 0) & (noise.y != 0)
    if used.sum() < max(6, 0.9 * len(used)) or len(np.unique(u.values)) < 6:
        return
    at, y = u.values[used], noise.y[used]
    with np.errstate(all="ignore"):
        weight = np.abs(y) / noise.spread_of_rows()[used]
    if not np.isfinite(weight).all():
        return
    rows = _Rows(u=at, target=np.log(np.abs(y)), weight=weight / weight.max())
    found = sorted((one for f in _FUNCTIONS if (one := _best(f, rows)) is not None), key=lambda one: one[0])
    for _, f, t, powers in found[:_BEST]:
        yield from _written(f, t, powers, u, noise.y)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    u: Array
    target: Array
    weight: Array


def _best(f: Plain, rows: _Rows) -> tuple[float, Plain, float, Array] | None:
    """Give what the best scale of a function leaves, the scale, and the powers of u and of the function."""
    scales = np.geomspace(*_REACH, _SCALES) / float(np.max(np.abs(rows.u)))
    if (rows.u < 0).all():
        scales = -scales
    best = 0
    for points, reach in ((0, 0.0), *_FINER):
        if points:
            scales = scales[best] * (1 + np.linspace(-reach, reach, points + 1))
        left, powers = _left(f, scales, rows)
        best = int(np.argmin(left))
        if not np.isfinite(left[best]):
            return None
    return float(left[best]), f, float(scales[best]), powers[best]


def _left(f: Plain, scales: Array, rows: _Rows) -> tuple[Array, Array]:
    """Give the weighted squares that are left for each scale [t], and the powers [t, 2]; inf where log F is none."""
    with np.errstate(all="ignore"):
        logs = np.log(np.abs(f.values(rows.u[:, None] * scales)))
    bad = ~np.isfinite(logs).all(0)
    logs = np.where(bad, 0.0, logs) * rows.weight[:, None]
    base = np.column_stack([np.ones_like(rows.u), np.log(np.abs(rows.u))]) * rows.weight[:, None]
    q, r = np.linalg.qr(base)
    z = rows.target * rows.weight
    off, rest = logs - q @ (q.T @ logs), z - q @ (q.T @ z)
    size = (off**2).sum(0)
    bad |= size < 1e-12 * (logs**2).sum(0)
    with np.errstate(all="ignore"):
        s = (off.T @ rest) / size
    s = np.where(bad, 0.0, s)
    p = np.linalg.solve(r, q.T @ (z[:, None] - logs * s))[1]
    left = ((rest[:, None] - off * s) ** 2).sum(0)
    return np.where(bad, np.inf, left), np.column_stack([p, s])


def _written(f: Plain, t: float, powers: Array, u: Argument, y: Array) -> Iterator[tuple[str, sp.Expr]]:
    """Yield the formula, its powers simple where they are near, its factor told by the rows."""
    if np.abs(powers).max() > _LARGEST:
        return
    near = np.round(powers * _HALVES) / _HALVES
    p, s = np.where(np.abs(near - powers) < _FAR, near, powers)
    if s == 0:
        return
    with np.errstate(all="ignore"):
        values = u.values**p * np.asarray(f.values(t * u.values)) ** s
        c = float(np.median(y / values))
    if np.isfinite(c) and c and np.isfinite(values).all():
        yield (
            f"{u.key}^p {f.name}(t {u.key})",
            (sp.Float(c) * u.expression ** _number(p) * f.write(sp.Float(t) * u.expression) ** _number(s)),
        )


def _number(power: float) -> sp.Expr:
    whole = power * _HALVES == round(power * _HALVES)
    return sp.Rational(round(power * _HALVES), _HALVES) if whole else sp.Float(power)
