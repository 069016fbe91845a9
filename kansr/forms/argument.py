"""What may stand inside a basis function: columns, monomials of them, sums and differences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import sympy as sp

from kansr.noise.model import Array

HALF = Fraction(1, 2)
_OPERATOR, _COLUMN = 1.0, 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Argument:
    """An argument u: its values [n], its bits, and what it is made of.

    `powers` are the exponents of a monomial by column, or the factors of a sum of columns where `summed`.
    """

    values: Array
    bits: float
    powers: tuple[tuple[str, Fraction], ...]
    summed: bool = False

    @property
    def key(self) -> str:
        """A name that no other argument has."""
        return ("+" if self.summed else "*").join(f"{name}^{power}" for name, power in self.powers)

    @property
    def expression(self) -> sp.Expr:
        """The argument as a formula."""
        parts = [(sp.Symbol(name, real=True), sp.Rational(p.numerator, p.denominator)) for name, p in self.powers]
        return sp.Add(*(p * s for s, p in parts)) if self.summed else sp.Mul(*(s**p for s, p in parts))

    @property
    def columns(self) -> frozenset[str]:
        """The columns in it."""
        return frozenset(name for name, _ in self.powers)


def power_bits(power: Fraction) -> float:
    """Give the bits of an exponent in a monomial: none for 1 and -1."""
    size = abs(power)
    return 0.0 if size == 1 else 1.5 + 0.5 * math.log2(size.numerator) + math.log2(size.denominator)


def monomial(columns: Mapping[str, Array], powers: Iterable[tuple[str, Fraction]], width: int) -> Argument | None:
    """Give a monomial of columns, or None where it has no finite values; `width` is how many columns the table has."""
    kept = tuple((name, power) for name, power in powers if power)
    values = np.ones(len(next(iter(columns.values()))))
    with np.errstate(all="ignore"):
        for name, power in kept:
            values = values * columns[name] ** float(power)
    if not np.isfinite(values).all():
        return None
    each = math.log2(max(width, 1)) + _COLUMN
    bits = sum(each + power_bits(power) for _, power in kept) + _OPERATOR * (len(kept) - 1)
    return Argument(values=values, bits=bits, powers=kept)


def _combined(columns: Mapping[str, Array], names: tuple[str, str], sign: int, width: int) -> Argument:
    values = columns[names[0]] + sign * columns[names[1]]
    bits = 2 * (math.log2(max(width, 1)) + _COLUMN) + _OPERATOR
    powers = ((names[0], Fraction(1)), (names[1], Fraction(sign)))
    return Argument(values=values, bits=bits, powers=powers, summed=True)


def singles(columns: Mapping[str, Array]) -> list[Argument]:
    """Give the columns themselves."""
    found = (monomial(columns, [(name, Fraction(1))], len(columns)) for name in columns)
    return [one for one in found if one is not None]


def inner(columns: Mapping[str, Array]) -> list[Argument]:
    """Give products, ratios, sums and differences of two columns: what stands inside a function of two columns."""
    width, found = len(columns), []
    for a, b in combinations(columns, 2):
        made = [monomial(columns, [(a, Fraction(1)), (b, Fraction(q))], width) for q in (1, -1)]
        made.append(monomial(columns, [(a, Fraction(-1)), (b, Fraction(1))], width))
        found += [one for one in made if one is not None]
        found += [_combined(columns, (a, b), sign, width) for sign in (1, -1)]
    return found


def monomials(columns: Mapping[str, Array], *, most: int) -> Iterator[Argument]:
    """Yield monomials of one to three columns by rising size of their exponents, at most so many."""
    width, count = len(columns), 0
    for names, powers in _by_size(tuple(columns), width):
        one = monomial(columns, zip(names, powers, strict=True), width)
        if one is not None:
            count += 1
            yield one
        if count >= most:
            return


_ONE = (*map(Fraction, (1, -1, 2, -2, 3)), HALF, -HALF)
_TWO = (*map(Fraction, (1, -1, 2, -2)), HALF, -HALF)
_THREE = tuple(Fraction(p) for p in (1, -1, 2))


def _by_size(names: tuple[str, ...], width: int) -> Iterator[tuple[tuple[str, ...], tuple[Fraction, ...]]]:
    every: list[tuple[float, tuple[str, ...], tuple[Fraction, ...]]] = []
    for count, choices in ((1, _ONE), (2, _TWO), (3, _THREE)):
        for some in combinations(names, min(count, width)) if count <= width else ():
            for powers in product(choices, repeat=count):
                size = float(sum(abs(p) for p in powers)) + sum(p.denominator > 1 for p in powers)
                every.append((size, some, powers))
    every.sort(key=lambda one: one[0])
    yield from ((some, powers) for _, some, powers in every)
