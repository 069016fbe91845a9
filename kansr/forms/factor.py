"""A monomial of the columns times a plain function of a few of them: y = c x^p ... F(u).

In logarithms the monomial is linear, so each function costs one projection of log F, whatever the exponents are. They
come out of the same least squares, and are rounded to halves: an index law without a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import sympy as sp

from kansr.forms.argument import Argument, inner, monomial, monomials, singles
from kansr.noise.model import Array

_HALVES = 2  # exponents are multiples of 1 / _HALVES
_FAR = 0.2  # how far from one an exponent may be to be rounded
_BEST = 25  # functions that are looked at closely
_LARGEST = 6.0  # exponents beyond this are chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A function without constants that may stand as a factor."""

    name: str
    values: Callable[[Array], Any]
    write: Callable[[Any], sp.Expr]


_FUNCTIONS: tuple[Plain, ...] = (
    Plain(name="exp", values=np.exp, write=sp.exp),
    Plain(name="exp-1", values=np.expm1, write=lambda u: sp.exp(u) - 1),
    Plain(name="exp+1", values=lambda u: np.exp(u) + 1, write=lambda u: sp.exp(u) + 1),
    Plain(name="1+u", values=lambda u: 1 + u, write=lambda u: 1 + u),
    Plain(name="1-u", values=lambda u: 1 - u, write=lambda u: 1 - u),
    Plain(name="1+u^2", values=lambda u: 1 + u**2, write=lambda u: 1 + u**2),
    Plain(name="1-u^2", values=lambda u: 1 - u**2, write=lambda u: 1 - u**2),
    Plain(name="log", values=np.log, write=sp.log),
    Plain(name="log1+", values=np.log1p, write=lambda u: sp.log(1 + u)),
    Plain(name="sin", values=np.sin, write=sp.sin),
    Plain(name="cos", values=np.cos, write=sp.cos),
    Plain(name="1-cos", values=lambda u: 1 - np.cos(u), write=lambda u: 1 - sp.cos(u)),
    Plain(name="1+cos", values=lambda u: 1 + np.cos(u), write=lambda u: 1 + sp.cos(u)),
    Plain(name="tan", values=np.tan, write=sp.tan),
    Plain(name="tanh", values=np.tanh, write=sp.tanh),
    Plain(name="sinh", values=np.sinh, write=sp.sinh),
    Plain(name="cosh", values=np.cosh, write=sp.cosh),
    Plain(name="gauss", values=lambda u: np.exp(-(u**2) / 2), write=lambda u: sp.exp(-(u**2) / 2)),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Factor:
    values: Array
    write: Callable[[], sp.Expr]
    key: str


def factors(columns: Mapping[str, Array], y: Array, *, most: int) -> Iterator[tuple[str, sp.Expr]]:
    """Yield the keys and formulas of the best monomials times a function, with whole or half exponents.

    Columns [n] that are nowhere 0 have logarithms of their sizes; signs have to agree on all rows. Nothing is yielded
    where there are too few rows for the exponents.
    """
    used = {name: c for name, c in columns.items() if (c != 0).all()}
    if not used or (y == 0).any() or len(y) < len(used) + 3:
        return
    every = [_Factor(values=np.ones(len(y)), write=lambda: sp.Integer(1), key=""), *_functions(columns, most)]
    logs = np.column_stack([*(np.log(np.abs(c)) for c in used.values()), np.ones(len(y))])
    q, _ = np.linalg.qr(logs)
    target = np.log(np.abs(y))
    with np.errstate(all="ignore"):
        table = np.log(np.abs(np.column_stack([f.values for f in every])))
    power, left = _powers(table, target, q)
    for i in np.argsort(left, kind="stable")[:_BEST].tolist():
        yield from _rounded(every[i], float(power[i]), used, logs, target, y)


def _powers(table: Array, target: Array, q: Array) -> tuple[Array, Array]:
    """Give for each function [k] the power it should have beside the monomial, and the squares that are left [k]."""
    rest, z = table - q @ (q.T @ table), target - q @ (q.T @ target)
    size = (rest**2).sum(0)
    with np.errstate(all="ignore"):
        power = np.where(size > 1e-12 * (table**2).sum(0), rest.T @ z / size, 0.0)
        left = z @ z - power**2 * size
    return power, np.where(np.isfinite(left), left, np.inf)


def _rounded(
    factor: _Factor, power: float, used: Mapping[str, Array], logs: Array, target: Array, y: Array
) -> Iterator[tuple[str, sp.Expr]]:
    """Yield a function with its exponents and those of the columns rounded, where signs agree."""
    s = _near(power) if factor.key else Fraction(0)
    if s is None or (factor.key and s == 0):
        return
    with np.errstate(all="ignore"):
        left = target - float(s) * np.log(np.abs(factor.values))
    p, *_ = np.linalg.lstsq(logs, left, rcond=None)
    rounded = [_near(float(v)) for v in p[:-1]]
    if any(r is None for r in rounded) or np.abs(p[:-1]).max(initial=0.0) > _LARGEST:
        return
    powers = [r for r in rounded if r is not None]
    shape = np.prod([_signed(c, r) for c, r in zip(used.values(), powers, strict=True)], axis=0) * _signed(factor.values, s)
    with np.errstate(all="ignore"):
        ratio = y / shape
    if not np.isfinite(ratio).all() or np.ptp(np.sign(ratio)) > 0:
        return
    monomial_ = sp.Mul(*(sp.Symbol(n, real=True) ** sp.Rational(r) for n, r in zip(used, powers, strict=True)))
    body = monomial_ * factor.write() ** sp.Rational(s)
    yield f"factor {sp.srepr(body)}", sp.Float(float(np.median(ratio))) * body


def _near(value: float) -> Fraction | None:
    """Give the multiple of a half next to an exponent, if it is near."""
    nearest = Fraction(round(value * _HALVES), _HALVES)
    return nearest if abs(value - float(nearest)) <= _FAR else None


def _signed(values: Array, power: Fraction) -> Array:
    with np.errstate(all="ignore"):
        if power.denominator > 1:
            return np.where(values > 0, np.abs(values) ** float(power), np.nan)
        return np.asarray(values ** float(power))


def _functions(columns: Mapping[str, Array], most: int) -> Iterator[_Factor]:
    """Yield functions of monomials, sums and differences, and sums of squares; those that have a value and a size."""
    for u in [*singles(columns), *(a for a in inner(columns)), *_arguments(columns, most)]:
        if u.summed:
            yield from _kept(_Factor(values=u.values, write=lambda u=u: u.expression, key=u.key))
        for f in _FUNCTIONS:
            with np.errstate(all="ignore"):
                values = np.asarray(f.values(u.values))
            yield from _kept(_Factor(values=values, write=lambda f=f, u=u: f.write(u.expression), key=f"{f.name} {u.key}"))
    yield from _sums(columns)


def _arguments(columns: Mapping[str, Array], most: int) -> list[Argument]:
    """Monomials of two to five columns with exponents 1 and -1, as they stand in exponents and sines."""
    found = []
    for count in range(3, min(len(columns), 5) + 1):
        for names in combinations(columns, count):
            for powers in product((1, -1), repeat=count):
                one = monomial(columns, [(n, Fraction(p)) for n, p in zip(names, powers, strict=True)], len(columns))
                found += [] if one is None else [one]
    return [*monomials(columns, most=most // 8), *found][: most // 4]


def _sums(columns: Mapping[str, Array]) -> Iterator[_Factor]:
    """Sums and differences of squares, and of squares and products: what stands under roots."""
    squares = {name: c**2 for name, c in columns.items()}
    for count in (2, 3):
        for names in combinations(columns, count):
            for signs in product((1, -1), repeat=count - 1):
                parts = [(names[0], 1), *zip(names[1:], signs, strict=True)]
                values = sum((s * squares[n] for n, s in parts), np.zeros(len(next(iter(columns.values())))))
                yield from _kept(
                    _Factor(
                        values=values,
                        write=lambda parts=parts: sp.Add(*(s * sp.Symbol(n, real=True) ** 2 for n, s in parts)),
                        key=f"squares {parts}",
                    )
                )


def _kept(factor: _Factor) -> Iterator[_Factor]:
    size = np.abs(factor.values)
    if np.isfinite(size).all() and size.min() > 1e-12 and size.max() < 1e12:
        yield factor

