"""A few entries of a dictionary with their factors, written as a formula."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import sympy as sp

from kansr.forms.dictionary import Entry
from kansr.forms.link import Link


def written(
    link: Link, entries: Sequence[Entry], factors: Iterable[float], constant: float | None, sign: int
) -> sp.Expr:
    """Give `sign T(constant + sum of factor * entry)`, powers behind exp as powers, waves of one frequency as one.

    `constant` is None where the form has none.
    """
    pairs = list(zip(entries, map(float, factors), strict=True))
    if link.name == "exp":
        return _powers(pairs, constant, sign)
    inside = sp.Add(*_terms(pairs), *([] if constant is None else [sp.Float(constant)]))
    return sign * link.write(inside)


def _powers(pairs: list[tuple[Entry, float]], constant: float | None, sign: int) -> sp.Expr:
    """Give exp(constant + sum) with the logarithms in the sum as powers in front."""
    logs = [(e.log_of, f) for e, f in pairs if e.log_of is not None]
    rest = sp.Add(*_terms([(e, f) for e, f in pairs if e.log_of is None]))
    size = 1.0 if constant is None else _exponential(constant)
    front = [sp.Float(sign * size)] if constant is not None else [sp.Integer(sign)]
    return sp.Mul(*front, *(u.expression ** sp.Float(f) for u, f in logs), sp.exp(rest) if rest != 0 else 1)


def _exponential(constant: float) -> float:
    return math.exp(max(min(constant, 700.0), -700.0))


def _terms(pairs: list[tuple[Entry, float]]) -> list[sp.Expr]:
    waves: dict[str, dict[str, tuple[Entry, float]]] = {}
    terms = []
    for entry, factor in pairs:
        if entry.wave is None:
            terms.append(sp.Float(factor) * entry.write())
        else:
            waves.setdefault(entry.place, {})[entry.wave[0]] = (entry, factor)
    return [*terms, *map(_wave, waves.values())]


def _wave(parts: dict[str, tuple[Entry, float]]) -> sp.Expr:
    """Give `a sin(w u) + b cos(w u)` as one sine with a phase."""
    if len(parts) == 1:
        ((entry, factor),) = parts.values()
        return sp.Float(factor) * entry.write()
    (one, a), (_, b) = parts["sin"], parts["cos"]
    _, u, frequency = one.wave or ("", None, 0.0)
    if u is None:
        raise AssertionError("a pair of waves has an argument")
    return sp.Float(math.hypot(a, b)) * sp.sin(sp.Float(frequency) * u.expression + sp.Float(math.atan2(b, a)))


def key(link: Link, entries: Iterable[Entry], constant: bool, sign: int) -> str:
    """Name a form without its constants: two of one name differ in these alone."""
    return f"{sign}{link.name}({' + '.join(sorted(e.key for e in entries))}{' + c' if constant else ''})"


def free(entries: Sequence[Entry], constant: bool) -> int:
    """Count the constants of a form; waves of one frequency share it."""
    inside = {e.place: e.inside for e in entries}
    return len(entries) + sum(inside.values()) + constant
