"""All basis functions of all arguments on the rows, as columns that may be added up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
import sympy as sp

from kansr.forms.argument import Argument, inner, monomials, singles
from kansr.forms.basis import BASES, Basis
from kansr.forms.waves import frequencies
from kansr.formula.corners import Max, Min
from kansr.noise.model import Array

_INNER = 5  # columns up to which functions of two columns together are tried
_CONSTANT = 3.0  # bits of a constant inside, for the order in which entries are taken
_INSIDE = ("log", "exp", "exp-", "sin1", "cos1", "exp(t)", "1/(u+t)", "logistic", "tanh1")  # of two columns together
_BESIDE = ("log", "exp", "exp-", "sin1", "cos1", "exp(t)", "power", "1/(u+t)", "hinge")  # beside a factor
_OPERATOR = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """One column of a dictionary.

    `values` [n]; `bits` of its form; `inside` how many constants stand in it, `key` its form without them, `place` its
    form with them (two waves of one frequency share it); `write` gives the formula; `wave` its argument and frequency.
    """

    values: Array
    bits: float
    inside: int
    key: str
    place: str
    write: Callable[[], sp.Expr]
    smooth: bool
    log_of: Argument | None = None
    wave: tuple[str, Argument, float] | None = None


def dictionary(columns: Mapping[str, Array], y: Array, *, most: int) -> list[Entry]:
    """Give the entries for columns [n] by name and targets [n], by rising bits, at most so many."""
    every = (e for e in _entries(columns, y, most) if _has_values(e))
    return sorted(every, key=lambda e: e.bits + _CONSTANT * e.inside)[:most]


def waves(columns: Mapping[str, Array], y: Array) -> list[Entry]:
    """Give the waves along each column [n] at the frequencies that targets [n] show."""
    return [e for one in singles(columns) for e in _waves(one, y) if _has_values(e)]


def _has_values(entry: Entry) -> bool:
    values = entry.values
    return bool(np.isfinite(values).all() and np.ptp(values) > 0 and np.abs(values).max() < 1e150)


def _entries(columns: Mapping[str, Array], y: Array, most: int) -> Iterator[Entry]:
    width = len(columns)
    ones = singles(columns)
    yield from map(_plain, monomials(columns, most=most))
    for one in ones:
        yield from _of(one, BASES)
        yield from _waves(one, y)
        yield from (
            _of(_log(one), [b for b in BASES if b.name in ("gauss", "logistic")]) if (one.values > 0).all() else ()
        )
    two = inner(columns) if width <= _INNER else []
    yield from map(_plain, (u for u in two if u.summed))
    for u in two:
        yield from _of(u, [b for b in BASES if b.name in _INSIDE])
        yield from _waves(u, y)
    yield from _extremes(columns)
    for factor in ones if width <= _INNER else ():
        for one in ones:
            yield from _times(factor, one, y)


def _plain(u: Argument) -> Entry:
    """A monomial or a sum as it is."""
    return Entry(
        values=u.values, bits=u.bits, inside=0, key=u.key, place=u.key, write=partial(_product, u), smooth=True
    )


def _product(*parts: Argument | sp.Expr) -> sp.Expr:
    return sp.Mul(*(part.expression if isinstance(part, Argument) else part for part in parts))


def _log(one: Argument) -> Argument:
    """The logarithm of a column as an argument: peaks and sigmoids over decades."""
    return Logarithm(values=np.log(one.values), bits=one.bits + 1.5, powers=one.powers)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Logarithm(Argument):
    """The logarithm of a monomial."""

    @property
    def key(self) -> str:
        """A name that no other argument has."""
        return f"log {super(Logarithm, self).key}"

    @property
    def expression(self) -> sp.Expr:
        """The argument as a formula."""
        return sp.log(super(Logarithm, self).expression)


def _of(u: Argument, bases: Iterable[Basis]) -> Iterator[Entry]:
    """All functions of an argument, from all their starts."""
    distinct = len(np.unique(u.values))
    for basis in bases:
        if distinct < basis.least:
            continue
        with np.errstate(all="ignore"):
            for constants in basis.starts(u.values):
                yield _entry(basis, u, constants)


def _entry(basis: Basis, u: Argument, constants: tuple[float, ...]) -> Entry:
    numbers = [sp.Float(c) for c in constants]
    key = f"{basis.name}({u.key})"
    return Entry(
        values=np.asarray(basis.values(u.values, *constants), dtype=float),
        bits=basis.bits + u.bits,
        inside=len(constants),
        key=key,
        place=f"{key}{constants}",
        write=partial(_called, basis.write, u, *numbers),
        smooth=basis.smooth,
        log_of=u if basis.name == "log" else None,
    )


def _called(function: Callable[..., sp.Expr], u: Argument, *numbers: sp.Expr) -> sp.Expr:
    return function(u.expression, *numbers)


def _waves(u: Argument, y: Array) -> Iterator[Entry]:
    """Sine and cosine at the frequencies that the targets show along an argument."""
    for frequency in frequencies(u.values, y):
        for name, function in (("sin", np.sin), ("cos", np.cos)):
            yield _wave(name, function(frequency * u.values), u, frequency)


def _wave(name: str, values: Array, u: Argument, frequency: float) -> Entry:
    function = sp.sin if name == "sin" else sp.cos
    return Entry(
        values=values,
        bits=2.5 + _OPERATOR + u.bits,
        inside=1,
        key=f"{name}({u.key})",
        place=f"wave({u.key}){frequency}",
        write=partial(_turned, function, frequency, u),
        smooth=False,
        wave=(name, u, frequency),
    )


def _turned(function: Callable[..., sp.Expr], frequency: float, u: Argument) -> sp.Expr:
    return function(sp.Float(frequency) * u.expression)


def _extremes(columns: Mapping[str, Array]) -> Iterator[Entry]:
    """The larger and the smaller of two columns, also times a third one or over it."""
    ones = {one.powers[0][0]: one for one in singles(columns)}
    for a, b in combinations(ones, 2):
        for name, function, write in (("max", np.maximum, Max), ("min", np.minimum, Min)):
            values, whole = function(columns[a], columns[b]), write(ones[a].expression, ones[b].expression)
            key, bits = f"{name}({a},{b})", 3.0 + ones[a].bits + ones[b].bits
            for factor in (None, *(one for c, one in ones.items() if c not in (a, b) and len(ones) <= _INNER)):
                parts = [whole] if factor is None else [whole, factor]
                own = key if factor is None else f"{factor.key}*{key}"
                yield Entry(
                    values=values if factor is None else values * factor.values,
                    bits=bits if factor is None else bits + factor.bits + _OPERATOR,
                    inside=0,
                    key=own,
                    place=own,
                    write=partial(_product, *parts),
                    smooth=False,
                )


def _times(factor: Argument, one: Argument, y: Array) -> Iterator[Entry]:
    """A column times a function of another one, or of itself."""
    bases = [b for b in BASES if b.name in _BESIDE and (factor is not one or b.name in ("log", "exp(t)", "exp-"))]
    with np.errstate(all="ignore"):
        for entry in (*_of(one, bases), *(() if factor is one else _waves(one, y))):
            yield Entry(
                values=factor.values * entry.values,
                bits=factor.bits + entry.bits + _OPERATOR,
                inside=entry.inside,
                key=f"{factor.key} {entry.key}",
                place=f"{factor.key} {entry.place}",
                write=partial(_beside, factor, entry),
                smooth=False,
            )


def _beside(factor: Argument, entry: Entry) -> sp.Expr:
    return factor.expression * entry.write()
