"""Polynomials on one edge, and functions of them: x^3 + x^2 + x, log(x^3 + x + 1), .."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from kansr.symbolic.chain import Chain, refit_composed
from kansr.symbolic.combination import Combination
from kansr.symbolic.curve import Candidate, Curves, spread_of
from kansr.symbolic.library import Primitive, power
from kansr.symbolic.symbol import Symbol

_DEGREE = 10  # of a polynomial
_AS_GOOD = 3.0  # a polynomial loses terms while its error stays below so many times the least
_TINY = 1e-300


def polynomial(curve: Curves, library: Sequence[Primitive], *, enough: float = 0.0) -> list[Candidate]:
    """Fit whole powers of x together, and drop those that nobody misses: a candidate, or none without powers."""
    if not {"x", "x^2"} <= {row.name for row in library}:
        return []
    largest = float(curve.x.abs().amax().clamp(min=_TINY))
    unit = curve.x / largest
    w = (curve.weight / curve.weight.sum()).sqrt()
    spread = spread_of(curve)

    def fitted(degrees: Sequence[int]) -> tuple[Tensor, float]:
        design = torch.stack([unit**n for n in (*degrees, 0)], -1)
        solution = torch.linalg.lstsq(w[:, None] * design, (w * curve.y)[:, None], driver="gelsd").solution
        left = w * (curve.y - (design @ solution)[:, 0])
        return solution[:, 0], float(left.square().sum().sqrt() / spread)

    degrees = list(range(1, _DEGREE + 1))
    limit = max(_AS_GOOD * fitted(degrees)[1], enough)
    while len(degrees) > 1:
        errors = {n: fitted([k for k in degrees if k != n])[1] for n in degrees}
        worst = min(errors, key=lambda n: errors[n])
        if errors[worst] > limit:
            break
        degrees.remove(worst)
    if len(degrees) < 2:
        return []  # a single power is a row of the library
    coefficients, error = fitted(degrees)
    *own, d = (float(c) / largest**n for c, n in zip(coefficients, (*degrees, 0), strict=True))
    terms = [Symbol(replace(power(n), free="c" if k else "")) for k, n in enumerate(degrees)]
    p = [*(c / own[0] for c in own[1:]), own[0], d]
    return [Candidate(symbol=Combination("sum", tuple(terms)), p=curve.x.new_tensor(p), error=error)]


_INVERSES: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    "log": (torch.exp, torch.exp),
    "exp": (torch.log, lambda y: 1 / y),
    "sqrt": (torch.square, lambda y: 2 * y),
    "1/x": (lambda y: 1 / y, lambda y: -1 / y**2),
    "1/sqrt": (lambda y: y**-2, lambda y: -2 / y**3),
}
"""What undoes a function, and the slope of that."""


def of_polynomials(curve: Curves, library: Sequence[Primitive], enough: float) -> list[Candidate]:
    """Fit functions of polynomials, such as log(x^3 + x + 1): what undoes the function leaves a polynomial."""
    rows = {row.name: row for row in library}
    found: list[Candidate] = []
    for name, (inverse, slope) in _INVERSES.items():
        value, weight = inverse(curve.y), curve.weight / slope(curve.y).square()
        if name not in rows or not bool(torch.isfinite(value).all() & torch.isfinite(weight).all()):
            continue
        then = Symbol(replace(rows[name], free="cd"))
        inside = Curves(x=curve.x, y=value, weight=weight)
        for c in polynomial(inside, library, enough=enough):
            p = torch.cat([c.p, c.p.new_tensor([1.0, 0.0])])
            found += refit_composed(Chain(c.symbol, then), p[None], curve)
    return found
