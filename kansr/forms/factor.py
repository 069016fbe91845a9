"""A monomial of the columns times a plain function of a few of them: y = c x^p ... F(u).

In logarithms the monomial is linear, so each function costs one projection of log F, whatever the exponents are. They
come out of the same least squares, and are rounded to halves: an index law without a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import combinations, product
from typing import Any

import numpy as np
import sympy as sp

from kansr.forms.argument import Argument, inner, monomial, monomials, singles
from kansr.noise.model import Array

_HALVES = 2  # exponents are multiples of 1 / _HALVES
_FAR = 0.2  # how far from one an exponent may be to be rounded
_RAISED = (*map(Fraction, (1, -1, 2, -2)), Fraction(1, 2), Fraction(-1, 2))  # powers of a function
_ARGUMENTS, _CELLS = 1000, 120_000  # monomials inside functions at most, and values of them on all rows
_FUNCTION = 4.0  # bits of a function with an exact number in it
_BEST = 40  # functions that are looked at closely
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
    bits: float


def factors(columns: Mapping[str, Array], y: Array, *, most: int) -> Iterator[tuple[str, sp.Expr]]:
    """Yield the keys and formulas of the best monomials times a function, with whole or half exponents.

    Columns [n] that are nowhere 0 have logarithms of their sizes; signs have to agree on all rows. Nothing is yielded
    where there are too few rows for the exponents.
    """
    used = {name: c for name, c in columns.items() if (c != 0).all()}
    if not used or (y == 0).any() or len(y) < len(used) + 3:
        return
    one = _Factor(values=np.ones(len(y)), write=lambda: sp.Integer(1), key="", bits=0.0)
    every = [one, *_functions(columns, most)]
    logs = np.column_stack([*(np.log(np.abs(c)) for c in used.values()), np.ones(len(y))])
    with np.errstate(all="ignore"):
        table = np.log(np.abs(np.column_stack([f.values for f in every])))
    for i, s, powers in _best(table, np.log(np.abs(y)), logs, np.array([f.bits for f in every])):
        yield from _written(every[i], s, powers, used, y)


def _best(
    table: Array, target: Array, logs: Array, cost: Array
) -> Iterator[tuple[int, Fraction, tuple[Fraction, ...]]]:
    """Yield the functions, their powers and the exponents of the columns that leave the least, by bits."""
    ranked: list[tuple[float, int, Fraction, tuple[float, ...]]] = []
    inverse = np.linalg.pinv(logs)
    for s in _RAISED:
        left = target[:, None] - float(s) * table  # [n, functions]
        powers = (inverse @ left)[:-1]  # [columns, functions]
        rounded = np.round(powers * _HALVES) / _HALVES
        left = left - logs[:, :-1] @ rounded
        bits = len(target) / 2 * np.log2(np.var(left, axis=0) + 1e-28) + cost + 0.5 * (s not in (1, -1))
        bits = bits + (1.5 * (rounded != 0) + np.log2(1 + np.abs(rounded))).sum(0)
        wrong = ~np.isfinite(bits) | (np.abs(powers - rounded) > _FAR).any(0) | (np.abs(rounded) > _LARGEST).any(0)
        bits = np.where(wrong, np.inf, bits)
        best = [i for i in np.argsort(bits, kind="stable")[:_BEST].tolist() if np.isfinite(bits[i])]
        ranked += [(float(bits[i]), i, s, tuple(rounded[:, i].tolist())) for i in best]
    ranked.sort(key=lambda one: one[0])
    seen: set[tuple[int, tuple[float, ...]]] = set()
    for _, i, s, exponents in ranked[:_BEST]:
        if i or (i, exponents) not in seen:  # without a function its power says nothing
            seen.add((i, exponents))
            yield i, s, tuple(Fraction(round(p * _HALVES), _HALVES) for p in exponents)


def _written(
    factor: _Factor, s: Fraction, powers: tuple[Fraction, ...], used: Mapping[str, Array], y: Array
) -> Iterator[tuple[str, sp.Expr]]:
    """Yield a function with its power and those of the columns, where signs agree."""
    parts = [_signed(c, p) for c, p in zip(used.values(), powers, strict=True)]
    with np.errstate(all="ignore"):
        ratio = y / (np.prod(parts, axis=0) * _signed(factor.values, s))
    if not np.isfinite(ratio).all() or np.ptp(np.sign(ratio)) > 0:
        return
    body = sp.Mul(*(sp.Symbol(n, real=True) ** sp.Rational(p) for n, p in zip(used, powers, strict=True)))
    body = body * factor.write() ** sp.Rational(s)
    yield f"factor {body}", sp.Float(float(np.median(ratio))) * body


def _signed(values: Array, power: Fraction) -> Array:
    with np.errstate(all="ignore"):
        if power.denominator > 1:
            return np.where(values > 0, np.abs(values) ** float(power), np.nan)
        return np.asarray(values ** float(power))


def _functions(columns: Mapping[str, Array], most: int) -> Iterator[_Factor]:
    """Yield functions of monomials, sums and differences, and sums of squares; those that have a value and a size."""
    for u in [*singles(columns), *(a for a in inner(columns)), *_arguments(columns, most)]:
        if u.summed:
            yield from _kept(_Factor(values=u.values, write=partial(_alone, u), key=u.key, bits=u.bits))
        for f in _FUNCTIONS:
            with np.errstate(all="ignore"):
                values = np.asarray(f.values(u.values))
            key, bits = f"{f.name} {u.key}", u.bits + _FUNCTION
            yield from _kept(_Factor(values=values, write=partial(_of, f, u), key=key, bits=bits))
    yield from _sums(columns)


def _arguments(columns: Mapping[str, Array], most: int) -> list[Argument]:
    """Monomials of two to five columns with exponents 1 and -1, as they stand in exponents and sines."""
    found = []
    for count in range(3, min(len(columns), 5) + 1):
        for names in combinations(columns, count):
            for powers in product((1, -1), repeat=count):
                one = monomial(columns, [(n, Fraction(p)) for n, p in zip(names, powers, strict=True)], len(columns))
                found += [] if one is None else [one]
    rows = len(next(iter(columns.values())))
    return [*monomials(columns, most=most // 8), *found][: max(most // 4, min(_ARGUMENTS, _CELLS // rows))]


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
                        write=partial(_squares, parts),
                        key=f"squares {parts}",
                        bits=4.0 * count,
                    )
                )


def _alone(u: Argument) -> sp.Expr:
    return u.expression


def _of(function: Plain, u: Argument) -> sp.Expr:
    return function.write(u.expression)


def _squares(parts: Sequence[tuple[str, int]]) -> sp.Expr:
    return sp.Add(*(s * sp.Symbol(n, real=True) ** 2 for n, s in parts))


def _kept(factor: _Factor) -> Iterator[_Factor]:
    size = np.abs(factor.values)
    if np.isfinite(size).all() and size.min() > 1e-12 and size.max() < 1e12:
        yield factor
