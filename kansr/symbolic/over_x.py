"""A function times a whole power of x, on one edge: (1 - cos x) / x^2, x e^-x, x^3 / (e^x - 1), sin(x) / x, ..

Of a curve y(x), y / x^n is fitted as a curve of its own, weighed so that errors stay those of y: one function of the
library, its offset included, where a search over sums and products would need three parts. The pole or root lies at 0,
where differences, products and quotients of columns have theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kansr.progress import Clock
from kansr.symbolic.chain import refit_composed
from kansr.symbolic.combination import Combination
from kansr.symbolic.curve import Candidate, Curves, fit_curves
from kansr.symbolic.library import Primitive, power, primitive
from kansr.symbolic.symbol import Symbol
from kansr.tensors import torch

_POWERS = (-2, -1, 1, 2, 3)
_POWER_ROWS = ("0", "x", "power", "J0")  # powers of x again, and what takes as long as ten others
_BEST = 3  # functions whose constants are all fitted


def fit_over_x(
    curve: Curves, library: Sequence[Primitive], *, enough: float = 0.0, clock: Clock | None = None
) -> list[Candidate]:
    """Fit functions of the library times powers of x to one curve [m]: candidates, best first.

    One whose error is at most `enough` (a share of the curve's spread) ends the search.
    """
    rows = [row for row in library if row.name not in _POWER_ROWS]
    found: list[Candidate] = []
    for n in _POWERS:
        left = divided(curve, n)
        if left is None or (clock is not None and clock.over()):
            continue
        each = Curves(x=left.x[None], y=left.y[None], weight=left.weight[None])
        for c in fit_curves(each, rows, clock=clock)[0][:_BEST]:
            found += _times_power(c, n, curve)
            if found and found[-1].error <= enough:
                return [found[-1]]
    return sorted(found, key=lambda c: c.error)


def divided(curve: Curves, n: int) -> Curves | None:
    """Give y / x^n [m] of a curve, weighed so that errors stay those of y; None where hardly a point has a value."""
    factor = curve.x**n
    left = Curves(x=curve.x, y=curve.y / factor, weight=curve.weight * factor**2)
    sound = torch.isfinite(left.y) & torch.isfinite(left.weight) & (factor != 0)
    if not bool(sound.all()):
        left = Curves(x=left.x[sound], y=left.y[sound], weight=left.weight[sound])
    return None if len(left.x) < len(curve.x) // 2 else left


def x_to_the(n: int) -> Symbol:
    """The function x^n, without constants."""
    return Symbol(replace(power(n) if n != 1 else primitive("x"), free=""))


def _times_power(candidate: Candidate, n: int, curve: Curves) -> list[Candidate]:
    """Fit x^n (c f(u) + d) as c x^n (f(u) + d / c)."""
    symbol = candidate.symbol
    assert isinstance(symbol, Symbol)
    own = dict(zip(symbol.free, candidate.p.tolist(), strict=True))
    scale = own.get("c", 1.0)
    if scale == 0:
        return []
    part = Symbol(replace(symbol.primitive, free="".join(k for k in symbol.free if k != "c")), symbol.sign)
    inner = [own[k] / scale if k == "d" else own[k] for k in part.free]
    start = candidate.p.new_tensor([[*inner, scale, 0.0]])
    return refit_composed(Combination("product", (x_to_the(n), part)), start, curve)
