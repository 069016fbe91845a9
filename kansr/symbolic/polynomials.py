"""Sums with coefficients in closed form on one edge, and functions of them: x^3 + x, log(x^3 + 1), x^2 e^(-1/x), .."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from kansr.later import function_of, later
from kansr.symbolic.chain import Chain, refit_composed, seen_of
from kansr.symbolic.combination import Combination
from kansr.symbolic.curve import Candidate, Curves, spread_of
from kansr.symbolic.library import Primitive, power
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = later("scipy.optimize")

_DEGREE, _DEEPEST = 10, 12  # of a polynomial, and the largest power of 1 / x
_EXPONENTS = ("log", "x", "x^2", "x^3", "sqrt", "1/x", "1/x^2")  # what a product of powers has in its exponent
_AS_GOOD = 3.0  # a polynomial loses terms while its error stays below so many times the least
_SEEN = 64  # points on which the constant of a function of a polynomial is scanned
_DEGREES = (2, 3, 4)  # of such a polynomial
_STEP = 0.04  # decades from one value of the constant to the next
_PLACES = [_STEP * k for k in range(-75, 51)]
_PRECISE = 1e-11  # decades
_LOWEST = 3  # values of the constant that are refined: places where less is left than on both sides
_KEPT = 2  # functions of polynomials that are tried
_NEAR, _FOUND = 0.1, 1e-2  # error in spreads near the right constant, and how much smaller it is at the constant
_TINY = 1e-300


def polynomial(
    curve: Curves, library: Sequence[Primitive], *, enough: float = 0.0, degree: int = _DEGREE
) -> list[Candidate]:
    """Fit whole powers of x together, and drop those that nobody misses: a candidate, or none without powers."""
    if not {"x", "x^2"} <= {row.name for row in library}:
        return []
    return sparse_sum(curve, [_bare(power(n)) for n in range(1, degree + 1)], enough)


def laurent(curve: Curves, library: Sequence[Primitive], *, enough: float = 0.0) -> list[Candidate]:
    """Fit powers of x and of 1 / x together, such as 1 / x^12 - 1 / x^6: a candidate, or none where x may be 0."""
    if not {"x", "x^2", "1/x"} <= {row.name for row in library} or not float(curve.x.amin() * curve.x.amax()) > 0:
        return []
    return sparse_sum(curve, [_bare(power(n)) for n in (*range(-_DEEPEST, 0), 1, 2)], enough)


def of_powers(curve: Curves, library: Sequence[Primitive], *, enough: float = 0.0) -> list[Candidate]:
    """Fit products of a power and exponentials of powers, x^1.7 e^(-x / 2) or sqrt(x) e^(-3 / x).

    Their logarithm is a sum of log(x), x, 1 / x, .. with coefficients in closed form.
    """
    rows = {row.name: row for row in library}
    sign = 1.0 if float(curve.y.amin()) > 0 else -1.0
    size, parts = sign * curve.y, [_bare(rows[name]) for name in _EXPONENTS if name in rows]
    if "exp" not in rows or not min(float(size.amin()), float(curve.x.amin())) > 0:
        return []
    inside = Curves(x=curve.x, y=size.log(), weight=curve.weight * size.square())
    found: list[Candidate] = []
    for c in sparse_sum(inside, parts, enough):
        p = torch.cat([c.p, c.p.new_tensor([sign, 0.0])])
        found += refit_composed(Chain(c.symbol, Symbol(replace(rows["exp"], free="cd"))), p[None], curve)
    return found


def sparse_sum(curve: Curves, parts: Sequence[Symbol], enough: float) -> list[Candidate]:
    """Fit a sum of functions without constants to a curve [m], and drop those that nobody misses.

    A candidate; none where a single one is left, which is a row of the library, or where the curve is flat.
    """
    w, spread = (curve.weight / curve.weight.sum()).sqrt(), spread_of(curve)
    ends = curve.x.new_zeros(1)
    values = [part.evaluate(curve.x[None], curve.x.new_zeros(1, 0), ends, ends).value[0] for part in parts]
    sound = [(part, w * v) for part, v in zip(parts, values, strict=True) if bool(torch.isfinite(v).all())]
    columns, sizes = [v / v.norm() for _, v in sound], [float(v.norm()) for _, v in sound]

    def fitted(which: Sequence[int]) -> tuple[Tensor, float]:
        design = torch.stack([*(columns[k] for k in which), w], -1)
        solution = torch.linalg.lstsq(design, (w * curve.y)[:, None], driver="gelsd").solution[:, 0]
        return solution, float((w * curve.y - design @ solution).norm() / spread)

    kept = list(range(len(sound)))
    if len(kept) < 2:
        return []
    limit = max(_AS_GOOD * fitted(kept)[1], enough)
    while len(kept) > 1:
        errors = {k: fitted([i for i in kept if i != k])[1] for k in kept}
        least = min(errors, key=lambda k: errors[k])
        if errors[least] > limit:
            break
        kept.remove(least)
    if len(kept) < 2:
        return []
    solution, error = fitted(kept)
    first, *others = (float(c) / sizes[k] for c, k in zip(solution, kept, strict=False))
    terms = [sound[k][0] for k in kept]
    scaled = [Symbol(replace(term.primitive, free="c")) for term in terms[1:]]
    p = curve.x.new_tensor([*(c / first for c in others), first, float(solution[-1])])
    return [Candidate(symbol=Combination("sum", (terms[0], *scaled)), p=p, error=error)]


def _bare(row: Primitive) -> Symbol:
    """A row without constants."""
    return Symbol(replace(row, free=""))


@dataclass(frozen=True, slots=True)
class _Outer:
    """A function of a polynomial, c f(P(x)) + d, of which one constant is not P's own: c of a logarithm, else d.

    `inverse` undoes f, `slope` is the derivative of that.
    """

    inverse: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    is_log: bool = False

    def constants(self, curve: Curves, sign: float, t: float) -> tuple[float, float]:
        """Give c and d for one number t: d lies 10^t spreads below the curve, or above it where c is negative.

        A logarithm's c is 10^(t + 2) spreads.
        """
        low, high = float(curve.y.min()), float(curve.y.max())
        far = (high - low) * 10.0**t
        if self.is_log:
            return sign * 100 * far, (low + high) / 2  # never less than a tenth: the polynomial grows by e^10 at most
        return sign, low - far if sign > 0 else high + far

    def undone(self, curve: Curves, c: float, d: float) -> Curves:
        """Undo f: what is left has to be a polynomial."""
        u = (curve.y - d) / c
        return Curves(x=curve.x, y=self.inverse(u), weight=curve.weight * (c / self.slope(u)) ** 2)


_OUTERS = {
    "log": _Outer(function_of(torch, "exp"), function_of(torch, "exp"), is_log=True),
    "exp": _Outer(function_of(torch, "log"), lambda u: 1 / u),
    "sqrt": _Outer(lambda u: u * u, lambda u: 2 * u),
    "1/x": _Outer(lambda u: 1 / u, lambda u: -1 / u**2),
    "1/sqrt": _Outer(lambda u: u**-2, lambda u: -2 / u**3),
}


def of_polynomials(curve: Curves, library: Sequence[Primitive], *, enough: float = 0.0) -> list[Candidate]:
    """Fit functions of polynomials, such as log(x^3 + x + 1): what undoes the function leaves a polynomial.

    One constant is not the polynomial's own (see `_Outer`). It is scanned, with polynomials of few degrees in closed
    form for each value; the best is refined, at first alone, and then with all the others.
    """
    rows = {row.name: row for row in library}
    found: list[Candidate] = []
    if not {"x", "x^2"} <= rows.keys() or not float(spread_of(curve)) > _TINY:
        return []
    for name, outer in _OUTERS.items():
        for degree, c, d in _scanned(outer, seen_of(curve, _SEEN), enough) if name in rows else ():
            inside = outer.undone(curve, c, d)
            real = bool(torch.isfinite(inside.y).all() & torch.isfinite(inside.weight).all())
            for inner in polynomial(inside, library, enough=enough, degree=degree) if real else ():
                p = torch.cat([inner.p, inner.p.new_tensor([c, d])])
                chain = Chain(inner.symbol, Symbol(replace(rows[name], free="cd")))
                found += refit_composed(chain, p[None], curve)
    found.sort(key=lambda c: (c.symbol.size, 0.0) if c.error <= enough else (math.inf, c.error))
    return found[:_KEPT]


def _scanned(outer: _Outer, curve: Curves, enough: float) -> Iterator[tuple[int, float, float]]:
    """Yield the degree of the polynomial, c and d that leave little of a curve, at most once for each sign of c."""
    unit = curve.x / curve.x.abs().amax().clamp(min=_TINY)
    powers = torch.stack([unit**n for n in range(_DEGREES[-1] + 1)], -1)
    spread = float(spread_of(curve))

    def errors(places: Sequence[float], sign: float, degree: int) -> np.ndarray:
        undone = [outer.undone(curve, *outer.constants(curve, sign, t)) for t in places]
        w = (torch.stack([one.weight for one in undone]) / curve.weight.sum()).sqrt()
        design, y = w[..., None] * powers[:, : degree + 1], w * torch.stack([one.y for one in undone])
        real = torch.isfinite(design).all(-1).all(-1) & torch.isfinite(y).all(-1)
        q, _ = torch.linalg.qr(design.where(real[:, None, None], 0.0))
        left = y - (q @ (q.mT @ y[..., None]))[..., 0]
        return np.asarray((left.norm(dim=-1) / spread).where(real, 1.0))  # as bad as a constant

    def found(sign: float) -> Iterator[tuple[int, float]]:
        for degree in _DEGREES:
            left = errors(_PLACES, sign, degree)
            lowest = np.flatnonzero((left < np.roll(left, 1)) & (left < np.roll(left, -1)) & (left < _NEAR)).tolist()
            for i in sorted(lowest, key=lambda i: left[i])[:_LOWEST]:
                best = optimize.minimize_scalar(
                    lambda t, degree=degree: errors([t], sign, degree)[0],
                    bounds=(_PLACES[i] - _STEP, _PLACES[i] + _STEP),
                    options={"xatol": _PRECISE},
                )
                if best.fun < max(_FOUND * left[i], enough):
                    yield degree, float(best.x)

    for sign in (1.0, -1.0):
        for degree, t in islice(found(sign), 1):
            yield degree, *outer.constants(curve, sign, t)
