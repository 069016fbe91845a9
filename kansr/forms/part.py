"""Parts of index laws: columns, and what may stand in a product beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import sympy as sp

from kansr.noise.model import Array

_TURNS = 30.0  # angles are no larger
_PAIRS, _TRIPLES = 8, 5  # columns up to which sums of two, and of one and a product, are parts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A factor: its values [n], its formula, the columns in it."""

    values: Array
    expression: sp.Expr
    names: frozenset[str]

    @property
    def is_column(self) -> bool:
        """Whether it is a column as it stands."""
        return bool(self.expression.is_Symbol)


def alone(columns: Mapping[str, Array]) -> list[Part]:
    """Give the columns, those with one value left out."""
    return [_part(c, sp.Symbol(name, real=True), name) for name, c in columns.items() if np.ptp(c) > 0]


def made(columns: Mapping[str, Array]) -> Iterator[Part]:
    """Yield sines and cosines of columns, sums and differences of two, of their squares, of one and a product."""
    for name, c in columns.items():
        if np.abs(c).max() < _TURNS:
            symbol = sp.Symbol(name, real=True)
            yield _part(np.cos(c), sp.cos(symbol), name)
            yield _part(np.sin(c), sp.sin(symbol), name)
    for a, b in combinations(columns, 2) if len(columns) <= _PAIRS else ():
        x, y, s, t = columns[a], columns[b], sp.Symbol(a, real=True), sp.Symbol(b, real=True)
        yield _part(x - y, s - t, a, b)
        yield _part(x + y, s + t, a, b)
        yield _part(x**2 + y**2, s**2 + t**2, a, b)
        yield _part(x**2 - y**2, s**2 - t**2, a, b)
    for names in permutations(columns, 3) if len(columns) <= _TRIPLES else ():
        if names[1] < names[2]:
            (x, y, z), (s, t, w) = (columns[n] for n in names), sp.symbols(names, real=True)
            yield _part(x - y * z, s - t * w, *names)
            yield _part(x + y * z, s + t * w, *names)


def _part(values: Array, expr: sp.Expr, *names: str) -> Part:
    return Part(values=np.asarray(values), expression=expr, names=frozenset(names))
