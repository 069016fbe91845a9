"""What polynomials are made of: columns, and functions of them, as the variables of monomials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.noise.model import Array

Powers = NDArray[np.intp]

_STEEP = 30.0  # an exponent beyond which other terms are lost beside the exponential
_WIDE = 2  # columns up to which functions of products and two families at once are variables


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variable:
    """A variable: its values [n], the largest of which is 1, what they were divided by, and its formula."""

    values: Array
    size: float
    write: Callable[[], sp.Expr]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variables:
    """Some variables together, and what they cost beside columns alone, as a factor."""

    key: str
    every: tuple[Variable, ...]
    price: float = 1.0

    def on(self, rows: Any) -> Variables:
        """Give the variables on some rows."""
        return replace(self, every=tuple(replace(one, values=one.values[rows]) for one in self.every))

    def monomials(self, powers: Powers) -> Array:
        """Give the values [n, m] of monomials with exponents [m, variables]."""
        found = np.ones((len(self.every[0].values), len(powers)))
        for j, one in enumerate(self.every):
            for power in range(1, int(powers[:, j].max(initial=0)) + 1):
                found[:, powers[:, j] >= power] *= one.values[:, None]
        return found

    def polynomial(self, powers: Powers, factors: Array) -> sp.Expr:
        """Write a sum of monomials of the variables as they were before they were scaled; 1 is written as it is."""
        bases = [one.write() for one in self.every]
        terms = [
            (sp.Integer(1) if c == 1 else sp.Float(c)) * sp.Mul(*(b ** int(p) for b, p in zip(bases, row, strict=True)))
            for row, c in zip(powers, factors.tolist(), strict=True)
        ]
        return sp.Add(*terms)

    def sizes(self, powers: Powers) -> Array:
        """Give what monomials [m] of the scaled variables have to be divided by to be those of the variables."""
        return np.asarray(np.prod([one.size for one in self.every] ** powers.astype(float), axis=1))


def exponents(variables: int, degree: int, highest: int) -> Powers:
    """Give the exponents [m, variables] of all monomials up to a degree, none above the highest, by rising degree.

    >>> exponents(2, 2, 2).tolist()
    [[0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2]]
    >>> exponents(2, 2, 1).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    choose = combinations if highest == 1 else combinations_with_replacement
    every = [some for d in range(degree + 1) for some in choose(range(variables), d)]
    found = np.zeros((len(every), variables), dtype=np.intp)
    for row, some in zip(found, every, strict=True):
        np.add.at(row, list(some), 1)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """Functions of one argument that come together: u [n] -> their values, or None where one has none."""

    name: str
    fits: Callable[[Array], bool]
    values: tuple[Callable[[Array], Any], ...]
    write: tuple[Callable[[sp.Expr], sp.Expr], ...]

    def of(self, argument: tuple[Array, sp.Expr]) -> tuple[Variable, ...]:
        u, expr = argument
        if not self.fits(u):
            return ()
        every = [_variable(f(u), _Written(w, expr)) for f, w in zip(self.values, self.write, strict=True)]
        return tuple(one for one in every if one is not None)


@dataclass(frozen=True, slots=True)
class _Written:
    function: Callable[[sp.Expr], sp.Expr]
    argument: sp.Expr

    def __call__(self) -> sp.Expr:
        return self.function(self.argument)


def _same(expr: sp.Expr) -> sp.Expr:
    return expr


_FAMILIES = (
    _Family(name="waves", fits=lambda u: bool(np.abs(u).max() < 1e3), values=(np.sin, np.cos), write=(sp.sin, sp.cos)),
    _Family(name="exp", fits=lambda u: bool(np.ptp(u) < _STEEP and np.abs(u).max() < 10 * _STEEP), values=(np.exp,),
            write=(sp.exp,)),
    _Family(name="sqrt", fits=lambda u: bool((u >= 0).all()), values=(np.sqrt,), write=(sp.sqrt,)),
    _Family(name="log", fits=lambda u: bool((u > 0).all()), values=(np.log,), write=(sp.log,)),
)  # fmt: skip
"""tan, tanh, cosh and sinh are ratios of polynomials of these, waves of sums polynomials."""


def variables(columns: Mapping[str, Array]) -> Iterator[Variables]:
    """Yield the variables that a law of columns [n] by name may have, the columns alone first.

    Functions stand beside all columns, beside one, or in the place of one; of one and two columns also
    those of squares, products and ratios, and two families of functions.
    """
    plain = {name: _column(name, c) for name, c in columns.items()}
    base = tuple(one for one in plain.values() if one is not None)
    if not base:
        return
    yield Variables(key="", every=base, price=0.1)
    arguments = {name: (c, sp.Symbol(name, real=True)) for name, c in columns.items() if plain[name] is not None}
    for family in _FAMILIES:
        yield from _beside(family, base, plain, arguments)
    for family in _FAMILIES[:2]:
        yield from _inside(family, base, columns)
    if len(arguments) <= _WIDE:
        yield from _two(base, arguments)


def _beside(
    family: _Family,
    base: tuple[Variable, ...],
    plain: Mapping[str, Variable | None],
    arguments: Mapping[str, tuple[Array, sp.Expr]],
) -> Iterator[Variables]:
    each = {name: own for name, u in arguments.items() if (own := family.of(u))}
    for name, own in each.items():
        yield Variables(key=f"{family.name} {name}", every=(*base, *own), price=5.0)
        others = tuple(one for n, one in plain.items() if one is not None and n != name)
        if others:
            yield Variables(key=f"{family.name} {name} alone", every=(*others, *own), price=3.0)
    if len(each) > 1:
        every = tuple(one for own in each.values() for one in own)
        yield Variables(key=f"{family.name}", every=(*base, *every), price=3.0)
        yield Variables(key=f"{family.name} alone", every=every, price=2.0)


def _inside(family: _Family, base: tuple[Variable, ...], columns: Mapping[str, Array]) -> Iterator[Variables]:
    """Functions of squares, products and ratios."""
    for name, u, expr in _arguments(columns):
        own = family.of((u, expr))
        if own:
            yield Variables(key=f"{family.name} {name}", every=(*base, *own), price=15.0)


def _arguments(columns: Mapping[str, Array]) -> Iterator[tuple[str, Array, sp.Expr]]:
    symbols = {name: sp.Symbol(name, real=True) for name in columns}
    for a, c in columns.items():
        yield f"{a}^2", c**2, symbols[a] ** 2
        if (c != 0).all():
            yield f"1/{a}", 1 / c, 1 / symbols[a]
    for a, b in combinations(columns, 2):
        yield f"{a} {b}", columns[a] * columns[b], symbols[a] * symbols[b]
        for over, under in ((a, b), (b, a)):
            if (columns[under] != 0).all():
                yield f"{over}/{under}", columns[over] / columns[under], symbols[over] / symbols[under]


def _two(base: tuple[Variable, ...], arguments: Mapping[str, tuple[Array, sp.Expr]]) -> Iterator[Variables]:
    """Two families beside the columns, or one beside itself on squares."""
    for one, other in combinations(_FAMILIES, 2):
        own = [v for u in arguments.values() for v in (*one.of(u), *other.of(u))]
        yield Variables(key=f"{one.name} {other.name}", every=(*base, *own), price=5.0)
    for one in _FAMILIES[:1]:
        squares = [(u**2, e**2) for u, e in arguments.values()]
        own = [v for u in (*arguments.values(), *squares) for v in one.of(u)]
        yield Variables(key=f"{one.name} of squares", every=(*base, *own), price=5.0)


def _column(name: str, values: Array) -> Variable | None:
    return _variable(values, _Written(_same, sp.Symbol(name, real=True)))


def _variable(values: Array, write: Callable[[], sp.Expr]) -> Variable | None:
    """Give a variable, or None where it says nothing."""
    with np.errstate(all="ignore"):
        size = float(np.max(np.abs(values), initial=0.0))
        scaled = values / size if size > 0 else values
    if not (np.isfinite(scaled).all() and np.ptp(scaled) > 0):
        return None
    return Variable(values=np.asarray(scaled, dtype=float), size=size, write=write)
