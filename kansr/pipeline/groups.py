"""Dimensionless groups: the same problem with fewer columns, where all units are known.

A law between columns with units is a law between dimensionless products of their powers (Buckingham, Phys. Rev. 4,
1914):

    y = m(x) f(g1(x), ..., gk(x))

with a monomial m that has the unit of y, and k = columns - rank of the matrix of dimensions. The network learns f from
y/m; its formula is written in the columns, and all that follows (constants, errors, the front) knows of groups nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice
from math import lcm
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.formula.dimensions import TARGET, Powers, Quantities
from kansr.formula.text import to_text
from kansr.pipeline.verdicts import is_white

Array = NDArray[np.float64]
Monomial = tuple[Fraction, ...]
"""The power of each column, in the order of the table."""

Straight = tuple[Monomial, tuple[Monomial, ...]]
"""A factor, and the groups whose powers were taken into it."""

_MOST = 1000  # choices of repeating columns that are looked at
_LARGEST = 4  # in the powers of a group
_RANGE = 1e6  # a factor whose size changes more over the rows would leave little of the target in most of them
_CONSTANT = 1e-9  # spread of y/m, as a share of its size, up to which it is constant
_BINS, _CHANCE = 10, 21.7  # chi-squared with nine degrees of freedom exceeds this once in a hundred times
_NEAR = 0.1  # how far a slope may be from a power
_NOISE = 0.3  # and up to which it may be noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """What the network sees: monomials of the columns as inputs, and the target divided by a monomial."""

    inputs: tuple[Monomial, ...]
    factor: Monomial

    def seen(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Turn columns x [n, columns] and target y [n] into inputs [n, groups] and y/m [n]."""
        return np.column_stack([values(m, x) for m in self.inputs]), y / values(self.factor, x)

    def expressions(self, names: Sequence[str]) -> tuple[sp.Expr, ...]:
        """Write the inputs in symbols."""
        return tuple(expression(m, names) for m in self.inputs)

    def labels(self, names: Sequence[str]) -> tuple[str, ...]:
        """Name the inputs."""
        return tuple(map(to_text, self.expressions(names)))

    def target(self, target: str, names: Sequence[str]) -> str:
        """Name what the network gives."""
        factor = expression(self.factor, names)
        return target if factor == 1 else f"{target} / ({to_text(factor)})"

    def to_record(self) -> dict[str, Any]:
        """Give JSON values."""
        return {"inputs": [list(map(str, m)) for m in self.inputs], "factor": list(map(str, self.factor))}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Groups:
        """Read what `to_record` wrote. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        inputs = tuple(tuple(map(Fraction, m)) for m in record["inputs"])
        return cls(inputs=inputs, factor=tuple(map(Fraction, record["factor"])))


def values(monomial: Monomial, x: Array) -> Array:
    """Give the values [n] of a monomial on rows x [n, columns]."""
    result = np.ones(len(x))
    for power, column in zip(monomial, x.T, strict=True):
        if power:
            result = result * column ** (int(power) if power.denominator == 1 else float(power))
    return result


def expression(monomial: Monomial, names: Sequence[str]) -> sp.Expr:
    """Write a monomial in the symbols of the columns."""
    symbols = [sp.Symbol(name, real=True) for name in names]
    return sp.Mul(*(s ** sp.Rational(p.numerator, p.denominator) for s, p in zip(symbols, monomial, strict=True)))


def choose_groups(x: Array, y: Array, known: Quantities, names: Sequence[str]) -> Groups | None:
    """Choose groups for rows x [n, columns], y [n]; None where they would not make the problem smaller.

    The repeating columns, whose powers make the others dimensionless, are those that give the smallest powers in sum,
    and of these the ones that vary least; they have no zero. The factor is the monomial that leaves least of the
    target's spread. Where it leaves nothing, or noise, the law is a product of powers: the network sees that alone.
    """
    dimensions = [known.dimensions[name] for name in names]
    found = [
        (groups, factor, _spread_of(chosen, x))
        for chosen in islice(_repeating(dimensions, x), _MOST)
        if (groups := _inputs(chosen, dimensions, x)) is not None
        and (factor := _power_product(known.dimensions[TARGET], chosen, dimensions, x)) is not None
    ]
    if not found:
        return None
    inputs = min(found, key=lambda f: (_cost(*f[0]), f[2]))[0]
    plain = [factor for _, factor, _ in found]
    whole, halves = ([_straightened(m, inputs, x, y, parts) for m in dict.fromkeys(plain)] for parts in (1, 2))
    law = next(
        (m for m in [*plain, *(m for m, _ in [*whole, *halves])] if _is_sound(m, x) and _is_constant(m, inputs, x, y)),
        None,
    )
    if law is not None:
        return Groups(inputs=(law,), factor=(Fraction(0),) * len(names)) if len(names) > 1 else None
    taken = dict.fromkeys(plain, ()) | dict(reversed(whole))
    sound = [m for m in dict.fromkeys([*(m for m, _ in whole), *plain]) if _is_sound(m, x)]  # the straightened first
    if not sound or not 0 < len(inputs) < len(names):
        return None
    factor = min(sound, key=lambda m: (round(_variation(y / values(m, x)), 1), _cost(m)))
    return Groups(inputs=_noticed(inputs, taken[factor], y / values(factor, x), x), factor=factor)


def _repeating(dimensions: Sequence[Powers], x: Array) -> Iterator[tuple[int, ...]]:
    """Yield sets of columns without a zero whose dimensions are independent and span those of all columns."""
    whole = _rank(dimensions)
    usable = [i for i, d in enumerate(dimensions) if d and _has_one_sign(x[:, i])]
    sets = combinations(usable, whole) if whole else iter(())
    return (chosen for chosen in sets if _rank([dimensions[i] for i in chosen]) == whole)


def _inputs(chosen: tuple[int, ...], dimensions: Sequence[Powers], x: Array) -> tuple[Monomial, ...] | None:
    """Make every other column dimensionless; whole powers where the column is positive."""
    groups = []
    for j, own in enumerate(dimensions):
        if j in chosen:
            continue
        repeated = _power_product(own, chosen, dimensions, x)
        if repeated is None:
            return None
        group = tuple(Fraction(int(i == j)) - power for i, power in enumerate(repeated))
        step = lcm(*(power.denominator for power in group)) if (x[:, j] > 0).all() else 1
        groups.append(tuple(power * step for power in group))
    return tuple(groups) if all(abs(p) <= _LARGEST for group in groups for p in group) else None


def _power_product(wanted: Powers, chosen: tuple[int, ...], dimensions: Sequence[Powers], x: Array) -> Monomial | None:
    """Give the monomial of the chosen columns that has a dimension; None where there is none with real values."""
    bases = sorted({name for i in chosen for name in dimensions[i]} | set(wanted))
    rows = [[*(dimensions[i].get(b, Fraction(0)) for i in chosen), wanted.get(b, Fraction(0))] for b in bases]
    solved = _reduced(rows)
    if any(not any(row[:-1]) and row[-1] for row in solved):
        return None
    powers = [Fraction(0)] * len(dimensions)
    for row in solved:
        pivot = next((k for k, value in enumerate(row[:-1]) if value), None)
        if pivot is not None:
            powers[chosen[pivot]] = row[-1]
    real = all(p.denominator == 1 or (x[:, i] > 0).all() for i, p in enumerate(powers))
    return tuple(powers) if real and all(abs(p) <= 2 * _LARGEST for p in powers) else None


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Gauss and Jordan, over fractions."""
    done = 0
    for k in range(len(rows[0]) - 1 if rows else 0):
        pivot = next((i for i in range(done, len(rows)) if rows[i][k]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [value / rows[done][k] for value in rows[done]]
        for i, row in enumerate(rows):
            if i != done and row[k]:
                rows[i] = [a - row[k] * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    return rows


def _rank(dimensions: Sequence[Powers]) -> int:
    bases = sorted({name for d in dimensions for name in d})
    return sum(
        any(row) for row in _reduced([[*(d.get(b, Fraction(0)) for b in bases), Fraction(0)] for d in dimensions])
    )


def _noticed(inputs: tuple[Monomial, ...], taken: tuple[Monomial, ...], left: Array, x: Array) -> tuple[Monomial, ...]:
    """Leave out groups whose power was taken into the factor, where neither y/m nor its scatter changes with them."""
    parts = left, np.abs(left - left.mean())  # of a product with a factor around zero, only the scatter tells
    kept = tuple(m for m in inputs if m not in taken or any(_changes(part, values(m, x)) for part in parts))
    return kept or inputs


def _changes(part: Array, along: Array) -> bool:
    """Whether the mean changes along a column, by bins of equal numbers of rows (one-way analysis of variance)."""
    total = float(np.var(part))
    if len(part) < 2 * _BINS or total == 0:
        return total > 0
    bins = np.array_split(part[np.argsort(along, kind="stable")], _BINS)
    between = sum(len(b) * (float(b.mean()) - float(part.mean())) ** 2 for b in bins)
    return between > _CHANCE * total


def _is_constant(factor: Monomial, inputs: Sequence[Monomial], x: Array, y: Array) -> bool:
    """Whether y/m changes with no group and no column, but for noise of the same size in y/m or in y everywhere."""
    m = values(factor, x)
    left = y / m - float(np.mean(y / m))
    if _variation(y / m) <= _CONSTANT:
        return True
    columns = [*(values(group, x) for group in inputs), *x.T]
    if _variation(y / m) > _NOISE or any(_changes(left, column) for column in columns):
        return False
    return any(not any(_changes(size, column) for column in columns) for size in (np.abs(left), np.abs(left * m)))


def _straightened(factor: Monomial, inputs: Sequence[Monomial], x: Array, y: Array, parts: int) -> Straight:
    """Take the powers of groups that y/m goes with into m: a line through logarithms, its slopes in steps of 1/parts.

    Only where the slope is near a step, and what the line leaves does not depend on the group: 1 + (u/v)^2 goes
    with u/v on average, and is no power.
    """
    with np.errstate(all="ignore"):
        left = np.log(np.abs(y / values(factor, x)))
        slopes = [np.log(values(m, x)) for m in inputs]
    kept = [i for i, column in enumerate(slopes) if np.isfinite(column).all() and np.ptp(column) > 0]
    if not kept or not np.isfinite(left).all():
        return factor, ()
    design = np.column_stack([*(slopes[i] for i in kept), np.ones(len(x))])
    weights, *_ = np.linalg.lstsq(design, left, rcond=None)
    taken = []
    residual = left - design @ weights
    for i, weight in zip(kept, weights[:-1].tolist(), strict=True):
        power = Fraction(round(weight * parts), parts)
        if abs(weight - power) > _NEAR or not is_white(residual, {"group": slopes[i]}):
            continue
        taken += [inputs[i]] if power else []
        factor = tuple(a + power * b for a, b in zip(factor, inputs[i], strict=True))
    return factor, tuple(taken)


def _is_sound(monomial: Monomial, x: Array) -> bool:
    """Whether the target can be divided by a monomial on all rows."""
    with np.errstate(all="ignore"):
        size = np.abs(values(monomial, x))
    small = all(abs(p) <= 2 * _LARGEST for p in monomial)
    return small and bool(np.isfinite(size).all() and size.min() > 0 and size.max() <= _RANGE * size.min())


def _has_one_sign(column: Array) -> bool:
    return bool((column > 0).all() or (column < 0).all())


def _cost(*monomials: Monomial) -> Fraction:
    """Sum of the powers; those that are not whole count twice."""
    return sum((abs(p) * (1 if p.denominator == 1 else 2) for m in monomials for p in m), start=Fraction(0))


def _spread_of(chosen: tuple[int, ...], x: Array) -> float:
    return sum(_variation(x[:, i]) for i in chosen)


def _variation(column: Array) -> float:
    """Standard deviation as a share of the root mean square."""
    size = float(np.sqrt(np.mean(column**2)))
    return float(np.std(column)) / size if size > 0 else 0.0
