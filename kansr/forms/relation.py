"""Implicit relations: some T(y) as a ratio of polynomials of the columns, read off a null space.

Where T(y) = P(x)/Q(x), the columns of [M, T(y) M] of monomials M are dependent, whatever the signs, zeros and poles. So
the law is a singular vector to a singular value of 0; of several (the law times polynomials) the sparsest one is taken.
This is an algebraic relation by linear algebra, as approximate vanishing ideals are found (Heldt, Kreuzer, Pokutta and
Poulisse, Journal of Symbolic Computation 44, 2009).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from kansr.forms.generator import Powers, Variables, exponents, variables
from kansr.noise.model import Array

ROUNDING = 3e-13
"""Singular value below which columns of length 1 are dependent: the last digits of a double, a thousand times over."""

_INDEPENDENT = 1e-11  # part of a monomial that simpler ones do not say: below it stands for nothing
_NEEDED = 1e-8  # singular value of a law without any one of its terms; to an approximation each adds little
_GAP = 1e6  # that over the one with all its terms
_NOTHING = 1e-8  # share of the largest term below which one is rounding
_LARGEST = 40  # terms of a law: more are an approximation
_MOST = 120  # terms that are looked at for those that are needed
_CHECK = 5  # every so manyth row is not used but checks the law
_AGREES = 1e-9  # share of its terms by which a law may miss a row
_FILLED = 0.8  # columns for each row that is used
_DEGREE, _AFFINE = 12, 6  # the highest degrees: of polynomials, and of those of degree 1 in each variable
_USED, _MORE = 1.1, 15  # rows that are looked at for each column of the null space, and beside that
_LEAST = 3e5  # multiplications in the time that any call takes
_TRIED = 3  # terms, the smallest, that are tried to be left out
_SIMPLE = 12  # the largest denominator of a number that is called simple


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """T: y [n] -> T(y), or None where it has no inverse there; T^-1 on formulas, given the sign of y."""

    name: str
    values: Callable[[Array], Array | None]
    back: Callable[[sp.Expr, int], sp.Expr]


def _signed(transform: Callable[[Array], Any], *, zero: bool = False) -> Callable[[Array], Array | None]:
    def values(y: Array) -> Array | None:
        size = np.abs(y)
        one = (y >= 0).all() or (y <= 0).all()
        return np.asarray(transform(size)) if one and (zero or (size > 0).all()) else None

    return values


def _between(low: float, high: float, transform: Callable[[Array], Any]) -> Callable[[Array], Array | None]:
    def values(y: Array) -> Array | None:
        inside = (y >= low).all() and (y <= high).all()
        with np.errstate(all="ignore"):
            found = np.asarray(transform(y)) if inside else None
        return found if found is not None and np.isfinite(found).all() else None

    return values


TARGETS: tuple[Target, ...] = (
    Target(name="", values=lambda y: y, back=lambda r, _: r),
    Target(name="sqrt", values=_signed(np.square, zero=True), back=lambda r, s: s * sp.sqrt(r)),
    Target(name="exp", values=_signed(np.log), back=lambda r, s: s * sp.exp(r)),
    Target(name="log", values=_between(-30.0, 30.0, np.exp), back=lambda r, _: sp.log(r)),
    Target(name="^2", values=_signed(np.sqrt, zero=True), back=lambda r, s: s * r**2),
    Target(name="asin", values=_between(-math.pi / 2, math.pi / 2, np.sin), back=lambda r, _: sp.asin(r)),
    Target(name="acos", values=_between(0.0, math.pi, np.cos), back=lambda r, _: sp.acos(r)),
    Target(name="atan", values=_between(-math.pi / 2, math.pi / 2, np.tan), back=lambda r, _: sp.atan(r)),
    Target(name="tanh", values=_between(-1.0, 1.0, np.arctanh), back=lambda r, _: sp.tanh(r)),
    Target(name="sin", values=_between(-1.0, 1.0, np.arcsin), back=lambda r, _: sp.sin(r)),
    Target(name="cos", values=_between(-1.0, 1.0, np.arccos), back=lambda r, _: sp.cos(r)),
)  # fmt: skip
"""All T by the inverse that a formula shows. 1/T has the same relations as T."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """Degrees of polynomials above and below, the highest exponent of a variable, and how many monomials they have."""

    over: int
    under: int
    highest: int
    counts: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plan:
    """What is looked at together: polynomials of variables, for some of all T."""

    shape: _Shape
    variables: Variables
    targets: slice

    @property
    def key(self) -> str:
        """What was looked at, in words."""
        affine = " affine" if self.shape.highest == 1 else ""
        return f"{self.shape.over}/{self.shape.under}{affine} of {self.variables.key or 'columns'}"

    @property
    def flops(self) -> float:
        """Multiplications that a look takes, about; a few even for the smallest."""
        p, q = self.shape.counts
        rows, count = _USED * (p + q) + _MORE, int(self.targets.stop) - int(self.targets.start or 0)
        return 4.0 * rows * p * p + _LEAST + count * (8 * rows * p * q + 2 * rows * q * q + _LEAST)

    def exponents(self, degree: int) -> Powers:
        """Give the exponents [m, variables] of all monomials up to a degree."""
        return exponents(len(self.variables.every), degree, self.shape.highest)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Behind:
    """A T, its values [n], and their size."""

    target: Target
    values: Array
    unit: float


def relations(
    columns: Mapping[str, Array],
    values: Array,
    weights: Array | None = None,
    *,
    effort: float = 3e8,
    rounding: float = ROUNDING,
) -> Iterator[tuple[str, sp.Expr]]:
    """Yield the key and the formula of a law `y = T^-1(P/Q)` that columns [n] and values [n] obey to rounding.

    Parameters
    ----------
    columns, values, weights
        The columns by name, the target, and the weight of each row; a row of weight 0 is not looked at.
    effort
        Multiplications that all may take, about: the smallest polynomials come first.
    rounding
        Size of a singular value that is 0: larger where values are known to fewer digits.

    >>> a, b = np.random.default_rng(0).uniform(-2.0, 2.0, (2, 60))
    >>> next(relations({"a": a, "b": b}, (a - 3 * b) / (1 + a**2)))[1]
    (a - 3.0*b)/(1.0*a**2 + 1)
    """
    keep = np.isfinite(values) if weights is None else np.isfinite(values) & (weights > 0)
    if not keep.all():
        columns, values = {name: c[keep] for name, c in columns.items()}, values[keep]
    with np.errstate(all="ignore"):
        behind = _behind(values)
        for plan in _plans(columns, len(values), len(behind)):
            effort -= plan.flops
            law = None if effort < 0 else next(_laws(plan, values, behind, rounding), None)
            if law is not None:
                yield f"{law[0].target.name}({plan.key})", _written(plan, *law, values)
            if law is not None or effort < 0:
                return


def _behind(y: Array) -> list[_Behind]:
    """Give all T(y) that have an inverse and say something."""
    every = [(t, z) for t in TARGETS if (z := t.values(y)) is not None]
    return [_Behind(target=t, values=z, unit=_size(z)) for t, z in every if np.isfinite(z).all() and np.ptp(z) > 0]


def _size(values: Array) -> float:
    return float(np.median(np.abs(values))) or float(np.max(np.abs(values))) or 1.0


def _plans(columns: Mapping[str, Array], rows: int, targets: int) -> list[_Plan]:
    """Give what rows can tell of, by rising cost: at most so many unknowns as rows."""
    most = int(_FILLED * (rows - rows // _CHECK))
    found = []
    for made in variables(columns):
        for shape in _shapes(len(made.every), most):
            for some in (slice(1), slice(1, targets if shape.under < 2 or not made.key else 1)):
                one = _Plan(shape=shape, variables=made, targets=some)
                found += [(made.price * one.flops, one)] if some.stop > (some.start or 0) else []
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


@lru_cache
def _shapes(count: int, most: int) -> list[_Shape]:
    """Give the polynomials of so many variables that have at most so many monomials."""
    pairs = {(d, d) for d in range(1, _DEGREE + 1)}
    pairs |= {(d, e) for d in range(1, _DEGREE + 1) for e in (0, 1, 2)} | {(e, d) for d in range(3, 7) for e in (1, 2)}
    found = []
    for highest, last in ((_DEGREE, _DEGREE), (1, min(_AFFINE, count))):
        sizes = [sum(_count(count, d, highest) for d in range(up + 1)) for up in range(last + 1)]
        for p, q in sorted(pairs):
            if max(p, q) <= last and max(p, q) * (highest == 1) != 1 and sizes[p] + sizes[q] <= most:
                found.append(_Shape(over=p, under=q, highest=highest, counts=(sizes[p], sizes[q])))
    return found


def _count(variables: int, degree: int, highest: int) -> int:
    """Count the monomials of one degree."""
    return math.comb(variables, degree) if highest == 1 else math.comb(variables + degree - 1, degree)


def _laws(plan: _Plan, y: Array, behind: list[_Behind], rounding: float) -> Iterator[tuple[_Behind, _Terms]]:
    """Read laws off null spaces, where there are any and rows that were not used agree."""
    check = np.arange(len(y)) % _CHECK == 0
    used = np.flatnonzero(~check)
    some = used[: int(_USED * sum(plan.shape.counts)) + _MORE]
    space = _Space.of(plan, some, y[some])
    for one in behind[plan.targets]:
        terms = space.null(one.values[some] / one.unit, rounding)
        law = None if terms is None else _Terms.of(plan, one, used, *terms).least(rounding)
        if law is not None and _agrees(law, _Terms.of(plan, one, check, law.above, law.below)):
            yield one, law


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Space:
    """Monomials on some rows: exponents of those above [p, variables] and below [q, variables], and their columns.

    `kept` are those above that simpler ones do not say, `basis` [n, kept] an orthogonal basis of them, `turned` the
    triangle to it; `below` [n, q] stand as they are. Rows count less where the target is large.
    """

    above: Powers
    under: Powers
    basis: Array
    turned: Array
    below: Array

    @classmethod
    def of(cls, plan: _Plan, rows: Any, y: Array) -> _Space:
        """Build the columns, once for all T."""
        powers = plan.exponents(max(plan.shape.over, plan.shape.under))
        degree = powers.sum(1)
        table = plan.variables.on(rows).monomials(powers) / np.hypot(1.0, y / _size(y))[:, None]
        lengths = np.linalg.norm(table, axis=0)
        over = degree <= plan.shape.over
        basis, turned, kept = _independent(table[:, over] / lengths[over])
        above = powers[over][kept]
        said = over & ~np.isin(np.arange(len(powers)), np.flatnonzero(over)[kept])
        under = (degree <= plan.shape.under) & ~said
        return cls(above=above, under=powers[under], basis=basis, turned=turned, below=table[:, under])

    def null(self, t: Array, rounding: float) -> tuple[Powers, Powers] | None:
        """Give the exponents above and below of the sparsest law for T [n]: it does without the last terms below.

        The first column below that those above and before it say to rounding ends the law.
        """
        table = self.below * t[:, None]
        table = table / np.linalg.norm(table, axis=0)
        before = self.basis.T @ table
        left = table - self.basis @ before
        more = self.basis.T @ left
        r = np.asarray(np.linalg.qr(left - self.basis @ more, mode="r"))
        last = np.flatnonzero(~(np.abs(np.diag(r)) > rounding))
        if not len(last):
            return None
        end = int(last[0])
        under = np.append(-np.linalg.solve(r[:end, :end], r[:end, end]), 1.0)
        over = np.linalg.solve(self.turned, (before + more)[:, : end + 1] @ under)
        least = _NOTHING * max(float(np.abs(over).max()), float(np.abs(under).max()))
        p, q = np.abs(over) > least, np.flatnonzero(np.abs(under) > least)
        return (self.above[p], self.under[q]) if p.any() and p.sum() + len(q) <= _MOST else None


def _agrees(law: _Terms, others: _Terms) -> bool:
    """Whether other rows obey a law, beside the sizes of its terms."""
    parts = others.table * (law.factors * others.lengths / law.lengths)
    return bool((np.abs(parts.sum(1)) <= _AGREES * np.abs(parts).sum(1)).all())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Terms:
    """Monomials above [p, variables] and below [q, variables], and their columns.

    `table` [n, p + q] holds the former, and the latter times -T(y), over their `lengths` [p + q]; `factors` [p + q]
    belong to it. Rows count alike by the larger of 1 and T: so 1/T is treated as T is.
    """

    above: Powers
    below: Powers
    table: Array
    lengths: Array
    factors: Array

    @classmethod
    def of(cls, plan: _Plan, behind: _Behind, rows: Any, above: Powers, below: Powers) -> _Terms:
        """Build the columns of some monomials on some rows."""
        some, t = plan.variables.on(rows), behind.values[rows] / behind.unit
        weight = 1 / np.hypot(1.0, t)
        p, q = some.monomials(above) * weight[:, None], some.monomials(below) * (-t * weight)[:, None]
        table = np.hstack([p, q])
        lengths = np.linalg.norm(table, axis=0)
        lengths = np.where(lengths > 0, lengths, 1.0)
        return cls(above=above, below=below, table=table / lengths, lengths=lengths, factors=np.zeros(len(lengths)))

    def of_these(self, chosen: Powers, factors: Array) -> _Terms:
        """Give some of the terms, with their factors."""
        p = len(self.above)
        return _Terms(
            above=self.above[chosen[chosen < p]], below=self.below[chosen[chosen >= p] - p],
            table=self.table[:, chosen], lengths=self.lengths[chosen], factors=factors,
        )  # fmt: skip

    def least(self, rounding: float) -> _Terms | None:
        """Leave out terms while the others remain dependent; None where that is no law but an approximation."""
        r = np.asarray(np.linalg.qr(self.table, mode="r"))
        chosen: Powers | None = np.arange(r.shape[1])
        while chosen is not None:
            law, chosen = chosen, _fewer(r, chosen, rounding)
        _, s, v = np.linalg.svd(r[:, law])
        found = self.of_these(law, v[-1])
        if not (len(found.above) and len(found.below) and s[-1] < rounding and len(law) <= _LARGEST):
            return None
        least = max(_NEEDED, _GAP * float(s[-1]))
        needed = (len(law) == 2 or _smallest(r[:, np.delete(law, i)]) > least for i in range(len(law)))
        return found if s[-2] > least and all(needed) else None


def _fewer(r: Array, chosen: Powers, rounding: float) -> Powers | None:
    """Give the terms without one that the others do without, the smallest if any; None where there is none."""
    if len(chosen) < 3:
        return None
    *_, v = np.linalg.svd(r[:, chosen])
    order = np.argsort(np.abs(v[-1]), kind="stable")[:_TRIED].tolist()
    fewer = (np.delete(chosen, i) for i in order)
    return next((some for some in fewer if _smallest(r[:, some]) < rounding), None)


def _smallest(r: Array) -> float:
    return float(np.linalg.svd(r, compute_uv=False)[-1])


def _independent(table: Array) -> tuple[Array, Array, Powers]:
    """Give an orthogonal basis of columns [n, m], the triangle to it, and those that simpler ones do not say."""
    kept = np.arange(table.shape[1])
    while True:
        basis, r = np.linalg.qr(table[:, kept])
        apart = np.abs(np.diag(r)) > _INDEPENDENT
        if apart.all():
            return basis, r, kept
        kept = kept[apart]


def _written(plan: _Plan, behind: _Behind, law: _Terms, values: Array) -> sp.Expr:
    """Write a law with one of its factors below as 1: the one that makes most of the others simple."""
    p = len(law.above)
    every = law.factors / law.lengths
    over = every[:p] / plan.variables.sizes(law.above)
    under = every[p:] / plan.variables.sizes(law.below) / behind.unit
    unit = max(under.tolist(), key=lambda u: _simple([*(over / u), *(under / u)]))
    above, below = plan.variables.polynomial(law.above, over / unit), plan.variables.polynomial(law.below, under / unit)
    return behind.target.back(above / below, -1 if (values <= 0).all() else 1)


def _simple(factors: list[float]) -> tuple[int, float]:
    """Count the factors that are small fractions, and minus the size of them."""
    near = [Fraction(c).limit_denominator(_SIMPLE) for c in factors]
    fits = [n for c, n in zip(factors, near, strict=True) if n and abs(c - n) < _NOTHING * abs(c)]
    return len(fits), -float(sum(abs(n.numerator) + n.denominator for n in fits))
