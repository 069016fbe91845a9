"""A function of a function on one edge, and the search for one: log(1 - e^x), sqrt(1 - x^2), 1/(e^x - 1), ..

None of these is a row of the library. All pairs of a few inner and outer rows are laid over the curve from starts
scaled to it, c and d in closed form; the best are refined by Levenberg-Marquardt over all their constants.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from kansr.network.curves import CurveValues
from kansr.progress import Clock
from kansr.symbolic.curve import Candidate, Curves, Function, fit_curves, fitted, pairs, refined
from kansr.symbolic.library import Primitive
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch

INNER = ("exp", "x^2", "1/x", "log", "sqrt", "sin", "tanh", "cosh")
OUTER = ("log", "sqrt", "1/x", "1/sqrt", "exp", "x^2", "1/x^2", "sin", "tan", "tanh", "arcsin", "arctan", "power")
_OF_EXP = ("cosh", "sinh", "1/(e^x-1)", "J0", "erf", "gaussian", "arctanh")  # what else a sum of logs may stand in
_OF_POWER = ("exp", "x^2", "sin", "cosh", "sinh", "tanh", "log", "sqrt")  # what a power of a product may stand in
_NOT_OF_EXP = ("0", "x", "power")  # nothing, a row of the library itself, and what is one but for its offset
_SEEN = 64  # points on which starts are ranked
_SHAPES = 16  # starts of an inner function, no two of them alike
_ALIKE = 0.02  # largest difference of two shapes that count as one
_STARTS, _HEAT, _STEPS = 4, 10, 60  # starts of a pair, the steps that many pairs get, and those of the best
_ALGEBRA = frozenset(("exp", "x^2", "1/x", "log", "sqrt", "1/sqrt", "1/x^2"))
_TRIED, _REFINED = (40, 30), (6, 8)  # pairs of these, and others, that get a few steps, and that get more
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Chain:
    """`then(first(x))`: the parameters are those of `first`, then those of `then`.

    A primitive that comes last has no a and b of its own: c and d of the one before do for them.
    """

    first: Function
    then: Function

    @property
    def name(self) -> str:
        """Both names, such as `log(exp)`."""
        return f"{self.then.name}({self.first.name})"

    @property
    def free(self) -> str:
        """A letter for each parameter: those of `first` are all called q."""
        return "q" * self.first.size + self.then.free

    @property
    def complexity(self) -> int:
        """Nodes that both add to a formula, and the sum between them."""
        return self.first.complexity + self.then.complexity + 2

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return self.first.size + self.then.size

    def evaluate(self, x: Tensor, p: Tensor, lower: Tensor, upper: Tensor, *, bend: bool = False) -> CurveValues:  # noqa: ARG002
        """See `kansr.network.curves.Curve.evaluate`; rows outside the functions' domains give nan."""
        inner = self.first.evaluate(x, p[:, : self.first.size], lower, upper)
        outer = self.then.evaluate(inner.value, p[:, self.first.size :], lower, upper)
        columns = torch.cat([inner.columns * outer.slope[..., None], outer.columns], -1)
        return CurveValues(outer.value, inner.slope * outer.slope, None, columns)

    def raised(self, p: Tensor, by: Tensor) -> Tensor:
        """See `kansr.network.curves.Curve.raised`."""
        return torch.cat([p[:, : self.first.size], self.then.raised(p[:, self.first.size :], by)], -1)

    def scaled(self, p: Tensor, by: Tensor) -> Tensor:
        """See `kansr.network.curves.Curve.scaled`."""
        return torch.cat([p[:, : self.first.size], self.then.scaled(p[:, self.first.size :], by)], -1)

    def expression(self, x: sp.Expr, p: Tensor) -> sp.Expr:
        """Write the curve as a sympy expression of x, for parameters p [size]."""
        return self.then.expression(self.first.expression(x, p[: self.first.size]), p[self.first.size :])

    def shape(self, x: sp.Expr, p: Tensor) -> sp.Expr:
        """Write the curve without its scale and its offset."""
        return self.then.shape(self.first.expression(x, p[: self.first.size]), p[self.first.size :])


def fit_chains(
    curve: Curves,
    library: Sequence[Primitive],
    *,
    rates: Sequence[float] = (),
    enough: float = 0.0,
    clock: Clock | None = None,
) -> list[Candidate]:
    """Fit functions of functions of the library to one curve [m]: candidates, best first.

    Where x is a sum of logs with coefficients c, exp(x / c) is a product of powers: for each such 1 / c in `rates`,
    functions of exp(rate x), and functions of functions of it, are tried, too. A function of it whose error is at most
    `enough` (a share of the curve's spread) ends the search.
    """
    found = sorted((c for rate in rates for c in _over_power(curve, library, rate, clock)), key=lambda c: c.error)
    if found and found[0].error <= enough:
        return found
    promising = [*_promising(curve, library), *(p for rate in rates for p in _of_powers(curve, library, rate))]
    heats: list[Candidate] = []
    for _, chain, starts in _first(sorted(promising, key=lambda p: p[0]), lambda p: p[1], _TRIED):
        if clock is not None and clock.over():
            break
        heats += refit_composed(chain, starts, curve, steps=_HEAT)
    for c in _first(sorted(heats, key=lambda c: c.error), lambda c: c.symbol, _REFINED):
        found += refit_composed(c.symbol, c.p[None], curve)
        if found and found[-1].error <= enough:
            break
    return sorted(found, key=lambda c: c.error)


def _first(ranked: Sequence[Any], function: Callable[[Any], Function], counts: tuple[int, int]) -> list[Any]:
    """Take the first few of functions of algebra, and of all others: these are many, and can follow any curve a way."""
    plain = [is_algebra(function(one)) for one in ranked]
    places = [sum(other == own for other in plain[:i]) for i, own in enumerate(plain)]
    return [one for one, own, place in zip(ranked, plain, places, strict=True) if place < counts[0 if own else 1]]


def is_algebra(function: Function) -> bool:
    """Whether a function is made of powers, roots, exp and log alone."""
    if isinstance(function, Chain):
        return is_algebra(function.first) and is_algebra(function.then)
    return function.name in _ALGEBRA


def fit_chain(curve: Curves, inner: Primitive, outer: Primitive) -> list[Candidate]:
    """Fit one function of another to one curve [m]: the best fit for each sign of the argument, where one is real."""
    seen = seen_of(curve)
    laid = []
    for sign in inner.signs:
        starts, values = _shapes(Symbol(inner, sign), seen.x)
        laid += _laid(Symbol(inner, sign), starts, values, outer, seen) if len(starts) else []
    return sorted((f for _, chain, starts in laid for f in refit_composed(chain, starts, curve)), key=lambda c: c.error)


def refit_composed(function: Function, starts: Tensor, curve: Curves, *, steps: int = _STEPS) -> list[Candidate]:
    """Fit all constants of a function to a curve [m] from starts [s, size]: the best, or none where none is real."""
    each = Curves(x=curve.x.expand(len(starts), -1), y=curve.y.expand(len(starts), -1), weight=curve.weight[None])
    theta, loss = refined(function, starts, each, steps=steps)
    best = int(loss.argmin())
    if not torch.isfinite(loss[best]):
        return []
    return [fitted(function, theta[best], loss[best], curve)]


def _over_power(curve: Curves, library: Sequence[Primitive], rate: float, clock: Clock | None) -> list[Candidate]:
    """Fit every function of the library to the curve over exp(rate x)."""
    exp, over = powered(curve, library, rate)
    if exp is None:
        return []
    inner, scale = Symbol(replace(exp, free="acd")), math.exp(-rate * float(curve.x.mean()))
    each = Curves(x=over.x[None], y=over.y[None], weight=over.weight[None])
    found = []
    for c in fit_curves(each, [row for row in library if row.name not in _NOT_OF_EXP], clock=clock)[0]:
        assert isinstance(c.symbol, Symbol)
        own = dict(zip(c.symbol.free, c.p.tolist(), strict=True))
        factor = own.get("a", c.symbol.sign)
        offset = own.get("b", 0.0) * (1.0 if "a" in own else c.symbol.sign)
        then = Symbol(replace(c.symbol.primitive, free="".join(k for k in c.symbol.free if k in "cdp")))
        p = curve.x.new_tensor([rate, factor * scale, offset, *(own[k] for k in then.free)])
        found += refit_composed(Chain(inner, then), p[None], curve)
    return found


def powered(
    curve: Curves, library: Sequence[Primitive], rate: float, unit: float | None = None
) -> tuple[Primitive | None, Curves]:
    """The curve over exp(rate x), in a unit (None: its value in the middle); without exp where that is not finite."""
    exp = next((row for row in library if row.name == "exp"), None)
    w = (rate * (curve.x - curve.x.mean())).exp() if unit is None else (rate * curve.x).exp() / unit
    order = w.argsort()
    over = Curves(x=w[order], y=curve.y[order], weight=curve.weight[order])
    return exp if bool(torch.isfinite(w).all()) else None, over


def _of_powers(curve: Curves, library: Sequence[Primitive], rate: float) -> Iterator[tuple[float, Chain, Tensor]]:
    """Yield the pairs that come nearest to the curve over exp(rate x)."""
    exp, over = powered(curve, library, rate)
    if exp is None:
        return
    power = Symbol(replace(exp, free="ac"))
    for loss, chain, starts in _promising(over, library, inner_names=_OF_POWER):
        own = starts.new_tensor([rate, math.exp(-rate * float(curve.x.mean()))]).expand(len(starts), -1)
        yield loss, Chain(power, chain), torch.cat([own, starts], -1)


def _promising(
    curve: Curves, library: Sequence[Primitive], inner_names: Sequence[str] = INNER
) -> Iterator[tuple[float, Chain, Tensor]]:
    """Yield the pairs that come nearest, each with the error of its best start, and the best starts."""
    rows = {row.name: row for row in library}
    seen = seen_of(curve)
    ranked: list[tuple[float, Chain, Tensor]] = []
    for inner in (rows[n] for n in inner_names if n in rows):
        for sign in inner.signs:
            first = Symbol(inner, sign)
            starts, values = _shapes(first, seen.x)
            outers = OUTER + (_OF_EXP if inner.name == "exp" else ())
            for outer in (rows[n] for n in outers if n in rows):
                if len(starts):
                    ranked += _laid(first, starts, values, outer, seen)
    yield from sorted(ranked, key=lambda r: r[0])


def seen_of(curve: Curves, points: int = _SEEN) -> Curves:
    """The points of a curve [m] on which starts are ranked."""
    return Curves(x=curve.x[None], y=curve.y[None], weight=curve.weight[None]).thinned(points).of(0)


def _shapes(first: Symbol, x: Tensor) -> tuple[Tensor, Tensor]:
    """Starts [s, 3] of an inner function and its values [s, m] from 0 to 1, no two alike and none a straight line."""
    start = pairs(first.primitive, x, first.sign)
    start = start[start[:, 2] == 1.0]
    p = _parameters(first, start, 1.0, 0.0)
    ends = x.new_zeros(len(p))
    value = first.evaluate(x.expand(len(p), -1), p, ends, ends).value
    low, high = value.amin(-1, keepdim=True), value.amax(-1, keepdim=True)
    sound = torch.isfinite(value).all(-1) & ((high - low)[:, 0] > _TINY)
    start, unit = start[sound], ((value - low) / (high - low))[sound]
    line = (x - x.amin()) / (x.amax() - x.amin()).clamp(min=_TINY)
    nearest = torch.minimum((unit - line).abs().amax(-1), (unit - 1 + line).abs().amax(-1))
    kept: list[int] = []
    natural = (len(start) - 1, len(start) - 2)  # u = x and u = -x are the last starts: laws are often written so
    while len(kept) < min(_SHAPES, len(start)):
        i = next((n for n in natural if n >= 0 and n not in kept and nearest[n] > _ALIKE), int(nearest.argmax()))
        if nearest[i] <= _ALIKE:
            break
        kept.append(i)
        nearest = torch.minimum(nearest, (unit - unit[i]).abs().amax(-1))
    return start[kept], unit[kept]


def _laid(
    first: Symbol, starts: Tensor, unit: Tensor, outer: Primitive, curve: Curves
) -> list[tuple[float, Chain, Tensor]]:
    """Lay an outer function over the values of an inner one: the error of the best start, and the best few starts."""
    bare = replace(outer, free="".join(k for k in outer.free if k in "cdp"))
    chain = Chain(first, Symbol(bare))
    ends = torch.tensor(outer.starts(), dtype=unit.dtype)  # [t, 2]: arguments at the least and the largest value
    powers = torch.tensor((-2.0, -0.5, 0.5, 1.5, 3.0) if "p" in outer.free else (1.0,), dtype=unit.dtype)
    u = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * unit[:, None]  # [s, t, m]
    low, high = outer.domain
    u = torch.where((u >= low) & (u <= high), u, torch.nan)
    f = torch.stack([u**q if "p" in outer.free else outer.value(u) for q in powers], 2).flatten(0, 2)  # [s t q, m]
    w = curve.weight / curve.weight.sum()
    mean, target = (f * w).sum(-1, keepdim=True), (curve.y * w).sum()
    df, dy = f - mean, curve.y - target
    c = (df * dy * w).sum(-1) / (df * df * w).sum(-1).clamp(min=_TINY)
    loss = ((dy - c[:, None] * df) ** 2 * w).sum(-1)
    loss = torch.where(torch.isfinite(loss), loss, torch.inf)
    ways = loss.reshape(len(starts), -1)  # the best way on each shape: two ways on one shape often end alike
    best = ways.argmin(-1) + ways.shape[-1] * torch.arange(len(starts))
    best = best[loss[best].argsort()][:_STARTS]
    best = best[torch.isfinite(loss[best])]
    if not len(best):
        return []
    q = powers[best % len(powers)]
    t = best // len(powers) % len(ends)
    s = best // (len(powers) * len(ends))
    theta = []
    for k in range(len(best)):
        slope = ends[t[k], 1] - ends[t[k], 0]
        scale, offset = _unit_of(first, starts[s[k], None], curve.x)
        inner = _parameters(first, starts[s[k], None], slope * scale, ends[t[k], 0] + slope * offset)
        own = {"c": c[best[k]], "d": target - c[best[k]] * mean[best[k], 0], "p": q[k]}
        theta.append(torch.cat([inner[0], torch.stack([own[name] for name in bare.free])]))
    return [(float(loss[best[0]]), chain, torch.stack(theta))]


def _unit_of(first: Symbol, start: Tensor, x: Tensor) -> tuple[float, float]:
    """Scale and offset that bring the values of an inner function to 0 .. 1."""
    ends = x.new_zeros(1)
    value = first.evaluate(x[None], _parameters(first, start, 1.0, 0.0), ends, ends).value
    low, high = float(value.min()), float(value.max())
    return 1 / (high - low), -low / (high - low)


def _parameters(symbol: Symbol, start: Tensor, c: Tensor | float, d: Tensor | float) -> Tensor:
    """Parameters [s, size] of a symbol from its (a, b, p) [s, 3], c and d."""
    one = torch.ones_like(start[:, 0])
    own = {"a": start[:, 0], "b": start[:, 1], "c": one * c, "d": one * d, "p": start[:, 2]}
    return torch.stack([own[k] for k in symbol.primitive.free], -1)
