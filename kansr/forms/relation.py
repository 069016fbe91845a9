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
from numpy.typing import NDArray

from kansr.forms.generator import Powers, Variables, exponents, variables
from kansr.noise.model import Array

ROUNDING = 3e-13
"""Singular value below which columns of length 1 are dependent: the last digits of a double, a thousand times over."""

_INDEPENDENT = 1e-11  # part of a monomial that simpler ones do not say: below it stands for nothing
_NEEDED = (
    1e-8  # singular value that a law is left with without any one of its terms: to approximations each adds little
)
_GAP = 1e6  # that over the one with all its terms
_NOTHING = 1e-8  # share of the largest term below which one is rounding
_LARGEST = 40  # terms of a law: more are an approximation
_MOST = 120  # terms that are looked at for those that are needed
_CHECK = 5  # every so manyth row is not used but checks the law
_AGREES = 1e-9  # share of its terms by which a law may miss a row
_FILLED = 0.8  # columns for each row that is used
_DEGREE, _AFFINE = 12, 6  # the highest degrees: of polynomials, and of those of degree 1 in each variable
_BESIDE = 3.0  # price of a T around functions of the columns
_LEAST = 3e5  # multiplications in the time that any call takes
_TRIED = 3  # terms, the smallest, that are tried to be left out
_SIMPLE = 12  # the largest denominator of a number that is called simple


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """T: y [n] -> T(y), or None where it has no inverse there; T^-1 on formulas, given the sign of y."""

    name: str
    price: float
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
    Target(name="", price=1.0, values=lambda y: y, back=lambda r, _: r),
    Target(name="sqrt", price=1.2, values=_signed(np.square, zero=True), back=lambda r, s: s * sp.sqrt(r)),
    Target(name="exp", price=1.2, values=_signed(np.log), back=lambda r, s: s * sp.exp(r)),
    Target(name="log", price=1.3, values=_between(-30.0, 30.0, np.exp), back=lambda r, _: sp.log(r)),
    Target(name="^2", price=1.5, values=_signed(np.sqrt, zero=True), back=lambda r, s: s * r**2),
    Target(name="asin", price=1.5, values=_between(-math.pi / 2, math.pi / 2, np.sin), back=lambda r, _: sp.asin(r)),
    Target(name="acos", price=1.5, values=_between(0.0, math.pi, np.cos), back=lambda r, _: sp.acos(r)),
    Target(name="atan", price=1.5, values=_between(-math.pi / 2, math.pi / 2, np.tan), back=lambda r, _: sp.atan(r)),
    Target(name="tanh", price=1.5, values=_between(-1.0, 1.0, np.arctanh), back=lambda r, _: sp.tanh(r)),
    Target(name="sin", price=1.5, values=_between(-1.0, 1.0, np.arcsin), back=lambda r, _: sp.sin(r)),
    Target(name="cos", price=1.5, values=_between(-1.0, 1.0, np.arccos), back=lambda r, _: sp.cos(r)),
)  # fmt: skip
"""All T by the inverse that a formula shows. 1/T has the same relations as T."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plan:
    """What is looked at together: variables, the degrees above and below, T, and its cost about."""

    price: float
    shape: _Shape
    variables: Variables
    target: Target
    values: Array
    unit: float

    @property
    def key(self) -> str:
        """What was looked at, in words."""
        affine = " affine" if self.shape.highest == 1 else ""
        return f"{self.target.name}({self.shape.over}/{self.shape.under}{affine} of {self.variables.key or 'columns'})"

    def exponents(self, degree: int) -> Powers:
        """Give the exponents [m, variables] of all monomials up to a degree."""
        return exponents(len(self.variables.every), degree, self.shape.highest)


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
        for plan in _plans(columns, values):
            effort -= plan.shape.flops
            if effort < 0:
                return
            law = _law(plan, rounding)
            if law is not None:
                yield plan.key, _written(plan, law, values)
                return


def _plans(columns: Mapping[str, Array], y: Array) -> list[_Plan]:
    """Give what rows can tell of, by rising cost: at most so many unknowns as rows."""
    most = int(_FILLED * (len(y) - len(y) // _CHECK))
    every = [(t, z) for t in TARGETS if (z := t.values(y)) is not None]
    behind = [(t, z, _size(z)) for t, z in every if np.isfinite(z).all() and np.ptp(z) > 0]
    found = []
    for made in variables(columns):
        for shape in _shapes(len(made.every), most):
            for t, z, unit in behind:
                beside = _BESIDE if made.key and t.name else 1.0
                price = made.price * t.price * beside * shape.flops
                found.append(_Plan(price=price, shape=shape, variables=made, target=t, values=z, unit=unit))
    return sorted(found, key=lambda one: one.price)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """Degrees of polynomials above and below, the highest exponent of a variable, and how many monomials they have."""

    over: int
    under: int
    highest: int
    counts: tuple[int, int]

    @property
    def flops(self) -> float:
        """Multiplications that a look at it takes, about; a few even for the smallest."""
        over, under = self.counts
        return (1.5 * (over + under) + 20) * (over + under) ** 2 + 10.0 * under**3 + _LEAST


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


def _size(values: Array) -> float:
    return float(np.median(np.abs(values))) or float(np.max(np.abs(values))) or 1.0


def _law(plan: _Plan, rounding: float) -> _Terms | None:
    """Read a law off the null space, where there is one and rows that were not used agree."""
    check = np.arange(len(plan.values)) % _CHECK == 0
    terms = _Terms.of(plan, np.flatnonzero(~check)[: int(1.5 * sum(plan.shape.counts) + 20)])
    law = terms.null(rounding)
    if law is None:
        return None
    law = _Terms.of(plan, np.flatnonzero(~check), law.above, law.below).least(rounding)
    return law if law is not None and _agrees(law, _Terms.of(plan, check, law.above, law.below)) else None


def _agrees(law: _Terms, others: _Terms) -> bool:
    """Whether other rows obey a law, beside the sizes of its terms."""
    parts = others.table * (law.factors * others.lengths / law.lengths)
    return bool((np.abs(parts.sum(1)) <= _AGREES * np.abs(parts).sum(1)).all())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Terms:
    """Monomials above [p, variables] and below [q, variables], and their columns.

    `table` [n, p + q] holds the former, and the latter times -T(y), over their `lengths` [p + q]; `factors` [p + q] belong
    to it. Rows count alike by the larger of 1 and T: so 1/T is treated as T is.
    """

    above: Powers
    below: Powers
    table: Array
    lengths: Array
    factors: Array

    @classmethod
    def of(cls, plan: _Plan, rows: Any, above: Powers | None = None, below: Powers | None = None) -> _Terms:
        """Build the columns on some rows, for all monomials or for some."""
        above = plan.exponents(plan.shape.over) if above is None else above
        below = plan.exponents(plan.shape.under) if below is None else below
        some = plan.variables.on(rows)
        t = plan.values[rows] / plan.unit
        weight = 1 / np.hypot(1.0, t)
        p, q = some.monomials(above) * weight[:, None], some.monomials(below) * (-t * weight)[:, None]
        table = np.hstack([p, q])
        lengths = np.linalg.norm(table, axis=0)
        lengths = np.where(lengths > 0, lengths, 1.0)
        return cls(above=above, below=below, table=table / lengths, lengths=lengths, factors=np.zeros(len(lengths)))

    def null(self, rounding: float) -> _Terms | None:
        """Give the terms of the sparsest dependence of those below on those above."""
        p = len(self.above)
        basis, kept = _independent(self.table[:, :p])
        known = {tuple(row) for row in self.above[kept].tolist()} | {(0,) * self.above.shape[1]}
        simple = {tuple(row) for row in self.above.tolist()} - known
        below = np.array([tuple(row) not in simple for row in self.below.tolist()])
        targets = self.table[:, p:][:, below]
        left = targets - basis @ (basis.T @ targets)
        left = left - basis @ (basis.T @ left)
        _, s, v = np.linalg.svd(np.linalg.qr(left, mode="r"))
        count = int((s < rounding).sum())
        if not count:
            return None
        under = _sparsest(v[-count:].T)
        over, *_ = np.linalg.lstsq(self.table[:, kept], -targets @ under, rcond=None)
        return self._some(kept, np.flatnonzero(below), over, under)

    def _some(self, kept: Powers, below: Powers, over: NDArray[Any], under: Array) -> _Terms | None:
        least = _NOTHING * max(float(np.abs(over).max(initial=0.0)), float(np.abs(under).max()))
        p, q = kept[np.abs(over) > least], below[np.abs(under) > least]
        if not len(p) or len(p) + len(q) > _MOST:
            return None
        return self._of(np.concatenate([p, len(self.above) + q]), np.zeros(len(p) + len(q)))

    def _of(self, chosen: Powers, factors: Array) -> _Terms:
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
        found = self._of(law, v[-1])
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


def _independent(table: Array) -> tuple[Array, Powers]:
    """Give an orthogonal basis of columns [n, m], and those that simpler ones before them do not say."""
    kept = np.arange(table.shape[1])
    while True:
        basis, r = np.linalg.qr(table[:, kept])
        apart = np.abs(np.diag(r)) > _INDEPENDENT
        if apart.all():
            return basis, kept
        kept = kept[apart]


def _sparsest(space: Array) -> Array:
    """Give the vector of a null space [terms, k] without the last terms: one after the other is turned away."""
    for i in range(len(space) - 1, -1, -1):
        if space.shape[1] == 1:
            break
        row = space[i]
        if np.linalg.norm(row) > _NOTHING:
            _, _, v = np.linalg.svd(row[None, :])
            space = space @ v[1:].T
    return np.asarray(space[:, 0] / np.abs(space[:, 0]).max())


def _written(plan: _Plan, law: _Terms, values: Array) -> sp.Expr:
    """Write a law with one of its factors below as 1: the one that makes most of the others simple."""
    p = len(law.above)
    every = law.factors / law.lengths
    over = every[:p] / plan.variables.sizes(law.above)
    under = every[p:] / plan.variables.sizes(law.below) / plan.unit
    unit = max(under.tolist(), key=lambda u: _simple([*(over / u), *(under / u)]))
    above, below = plan.variables.polynomial(law.above, over / unit), plan.variables.polynomial(law.below, under / unit)
    return plan.target.back(above / below, -1 if (values <= 0).all() else 1)


def _simple(factors: list[float]) -> tuple[int, float]:
    """Count the factors that are small fractions, and minus the size of them."""
    near = [Fraction(c).limit_denominator(_SIMPLE) for c in factors]
    fits = [n for c, n in zip(factors, near, strict=True) if n and abs(c - n) < _NOTHING * abs(c)]
    return len(fits), -float(sum(abs(n.numerator) + n.denominator for n in fits))
