"""Functions of functions with natural constants inside: 1 / sqrt(1 - x^2), log(1 + e^x), sqrt((1 + x) / (1 - x)), ..

A law over a coordinate without units mostly has 1, -1, 2 or 1/2 there. With only scale and offset left to fit, few of
these come near a curve by chance, however much noise is on it: where a fit of all constants tells nothing apart, these
do. The same holds of one of them times a power of x: exp(-1 / (2 x^2)) / x, x^3 / (e^x - 1), ..
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from kansr.symbolic.chain import Chain, seen_of
from kansr.symbolic.combination import Combination
from kansr.symbolic.curve import Candidate, Curves, fitted
from kansr.symbolic.dictionary import ends
from kansr.symbolic.library import Primitive
from kansr.symbolic.over_x import divided, x_to_the
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch

_SHIFTS = (0.0, 1.0, -1.0)
_TURN = 2 * math.pi  # of a circle: h is so many times what angular frequencies stand beside
_RATES = tuple(sign * rate for rate in (1.0, 2.0, 0.5, math.pi, _TURN, 1 / _TURN) for sign in (1.0, -1.0))
_BETWEEN = tuple(product((1.0, -1.0, 2.0, -2.0, 0.5, -0.5), (0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 0.5, -0.5)))
_INNER = ("x", "x^2", "1/x", "1/x^2", "sqrt", "exp", "log", "sin", "cosh")
_OUTER = ("sqrt", "1/sqrt", "1/x", "1/x^2", "x^2", "log", "exp", "tanh")
_POWERS = (1, -1, 2, -2, 3, -3)
_TINY = 1e-300


def fit_natural(curve: Curves, library: Sequence[Primitive], *, offset: bool) -> list[Candidate]:
    """Fit the scale, and if asked the offset, of every function of a function to one curve [m].

    Gives the best of each pair, best first.
    """
    best = _best(seen_of(curve), library, _INNER, offset)
    found = [fitted(chain, p, p.new_tensor(loss), curve) for loss, chain, p in best]
    return sorted(found, key=lambda c: c.error)


def fit_natural_times(curve: Curves, library: Sequence[Primitive]) -> list[Candidate]:
    """Fit the scale of every function, and function of a function, times a power of x to one curve [m].

    Gives the best of each, best first. Of the curve y / x^n is fitted, weighed so that errors stay those of y.
    """
    found: list[Candidate] = []
    for n in _POWERS:
        left = divided(curve, n)
        if left is None:
            continue
        share = left.weight.sum() / curve.weight.sum()  # what a square of y / x^n is in squares of y
        for loss, chain, p in _best(seen_of(left), library, _INNER, offset=False):
            assert isinstance(chain.then, Symbol)
            bare = Chain(chain.first, Symbol(replace(chain.then.primitive, free="")))
            own = torch.cat([p[: chain.first.size], p[chain.size - 2 :][:1], p.new_zeros(1)])
            found.append(fitted(Combination("product", (x_to_the(n), bare)), own, share.mul(loss), curve))
    return sorted(found, key=lambda c: c.error)


def _best(
    seen: Curves, library: Sequence[Primitive], inner_names: Sequence[str], offset: bool
) -> list[tuple[float, Chain, Tensor]]:
    """Lay every pair over the points that are seen: the best way of each, its mean square error and its parameters."""
    rows = {row.name: row for row in library}
    best: dict[str, tuple[float, Chain, Tensor]] = {}
    for inner in (rows[n] for n in inner_names if n in rows):
        for outer in (rows[n] for n in _OUTER if n in rows and n != inner.name):
            for loss, chain, p in _laid(inner, outer, seen, offset):
                if chain.name not in best or loss < best[chain.name][0]:
                    best[chain.name] = loss, chain, p
    return list(best.values())


def _laid(inner: Primitive, outer: Primitive, seen: Curves, offset: bool) -> Iterator[tuple[float, Chain, Tensor]]:
    """Yield the best way for each sign of the inner argument, with its mean square error and parameters."""
    bare = Symbol(replace(outer, free="".join(k for k in outer.free if k in "cd")))
    for sign in inner.signs:
        first = Symbol(inner, sign)
        starts = _inside(first, seen.x)  # [s, size]
        plain = first.evaluate(seen.x.expand(len(starts), -1), starts, *ends(starts)).value
        between = plain.new_tensor(_BETWEEN)
        u = between[:, :1, None] * plain + between[:, 1:, None]  # [t, s, m]
        low, high = outer.domain
        u = torch.where((u >= low) & (u <= high), u, torch.nan)
        loss, c, d = _scaled(outer.value(u), seen, offset)  # [t, s]
        n = int(loss.argmin())
        if not torch.isfinite(loss.flatten()[n]):
            continue
        t, s = divmod(n, len(starts))
        own = dict(zip(inner.free, starts[s].tolist(), strict=True)) | {"c": _BETWEEN[t][0], "d": _BETWEEN[t][1]}
        after = {"c": float(c[t, s]), "d": float(d[t, s])}
        p = seen.x.new_tensor([*(own[k] for k in inner.free), *(after[k] for k in bare.free)])
        yield float(loss.flatten()[n]), Chain(first, bare), p


def _inside(first: Symbol, x: Tensor) -> Tensor:
    """Parameters [s, size] of an inner function with natural constants, without scale and offset."""
    free = first.free
    ways = product(_RATES if "a" in free else (1.0,), _SHIFTS if "b" in free else (0.0,))
    neutral = {"c": 1.0, "d": 0.0}
    return x.new_tensor([[({"a": a, "b": b} | neutral)[k] for k in free] for a, b in ways])


def _scaled(f: Tensor, seen: Curves, offset: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Mean square error, scale and offset of the best c f + d for each f [.., m]; infinite where f has no value."""
    w = seen.weight / seen.weight.sum()
    mean, target = (f * w).sum(-1) * offset, (seen.y * w).sum() * offset
    df, dy = f - mean[..., None], seen.y - target
    square = (df * df * w).sum(-1)
    c = (df * dy * w).sum(-1) / square.clamp(min=_TINY)
    loss = ((dy - c[..., None] * df) ** 2 * w).sum(-1)
    sound = torch.isfinite(loss) & (square > _TINY)
    return torch.where(sound, loss, torch.inf), c, target - c * mean
