"""Fit functions to curves: `c f(a x + b) + d` by variable projection from starts scaled to each curve's range.

c and d are linear: for each (a, b) they come in closed form. The best starts of all curves are refined together by
Levenberg-Marquardt over a and b alone, with c and d projected out of the slopes (Golub and Pereyra 1973, in the form
of Kaufman 1975): where c can nearly stand in for a, as in c exp(a x) far from 0, this takes steps instead of hundreds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import sympy as sp

from kansr.network.curves import Curve
from kansr.progress import Clock
from kansr.symbolic.library import Primitive
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import solve_damped

_REFINED = 4  # starts of a function on a curve that are refined
_WAVES = 12  # the same for oscillating functions, which have many local minima
_STEPS = 40
_FASTER, _SLOWER = 0.25, 4.0  # damping after an accepted and a rejected step
_FLAT = 8  # steps without gain that end a refinement
_GAIN = 1e-2
_EQUAL = 1e-13  # errors below this are rounding: the function with fewer parameters comes first
_SCANNED = 64  # points on which the many starts are ranked (waves and jumps need all points)
_EXPONENTS = (-3.0, -2.5, -1.5, -0.5, 0.3, 0.7, 1.3, 1.7, 2.5, 3.5)
_REDUNDANT = 1e-16  # share of a slope's square below which c and d do the same as its parameter
_MIRRORED = 1e-9  # share that the losses of two starts differ by, at most, which are the same curve
_TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """Several curves, each given at points of its own: x, y and weights, all [e, m] and sorted by x."""

    x: Tensor
    y: Tensor
    weight: Tensor

    def of(self, which: Tensor | int) -> Curves:
        """Pick some of the curves, one for each position; a single one comes without the axis e."""
        return Curves(x=self.x[which], y=self.y[which], weight=self.weight[which])

    def thinned(self, points: int) -> Curves:
        """Return at most so many points of each curve, both ends included."""
        m = self.x.shape[-1]
        pick = torch.linspace(0, m - 1, min(points, m)).round().long()
        return Curves(x=self.x[:, pick], y=self.y[:, pick], weight=self.weight[:, pick])


@runtime_checkable
class Function(Curve, Protocol):
    """A curve that can be written: a primitive, or one of another."""

    @property
    def free(self) -> str:
        """A letter for each parameter: c and d for scale and offset, others for the rest."""
        ...

    @property
    def name(self) -> str:
        """How it is called."""
        ...

    @property
    def complexity(self) -> int:
        """Nodes that it adds to a formula."""
        ...

    def expression(self, x: sp.Expr, p: Tensor) -> sp.Expr:
        """Write it as a sympy expression of x, for parameters p [size]."""
        ...

    def shape(self, x: sp.Expr, p: Tensor) -> sp.Expr:
        """Write it without its scale and its offset."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A function fitted to a curve: parameters p [size], RMSE as a share of the curve's spread.

    `lever` is its largest value before its offset is added, in spreads: where that is huge, only the first terms of the
    function's series are seen, as in 1e10 cos(1e-5 x) - 1e10.
    """

    symbol: Function
    p: Tensor
    error: float
    lever: float = 1.0

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.symbol.name


def fit_curves(curves: Curves, library: Sequence[Primitive], *, clock: Clock | None = None) -> list[list[Candidate]]:
    """Fit every function of the library to every curve: for each curve the candidates, best first.

    Functions that fit nowhere (outside their domain for every start) are left out.
    """
    found: list[list[Candidate]] = [[] for _ in curves.x]
    for row in library:
        if clock is not None and clock.over():
            break
        for e, (symbol, p, loss) in _fit(row, curves, clock).items():
            found[e].append(fitted(symbol, p, loss, curves.of(e)))
    return [sorted(c, key=lambda c: (max(c.error, _EQUAL), c.symbol.size)) for c in found]


def fitted(symbol: Function, p: Tensor, loss: Tensor, curve: Curves) -> Candidate:
    """A fit to one curve [m] with parameters p [size] and this mean square error."""
    spread, ends = spread_of(curve), p.new_zeros(1)
    plain = p.clone()
    if "d" in symbol.free:
        plain[symbol.free.rindex("d")] = 0.0
    largest = symbol.evaluate(curve.x[None], plain[None], ends, ends).value.abs().max()
    return Candidate(symbol=symbol, p=p, error=float(loss.sqrt() / spread), lever=float(largest / spread))


def _fit(row: Primitive, curves: Curves, clock: Clock | None) -> dict[int, tuple[Symbol, Tensor, Tensor]]:
    """Return the best fit of one function to each curve, over both signs of its argument where they differ."""
    best: dict[int, tuple[Symbol, Tensor, Tensor]] = {}
    for sign in row.signs:
        symbol = Symbol(row, sign)
        theta, owner = _starts(symbol, curves)
        if not len(owner):
            continue
        theta, loss = refined(symbol, theta, curves.of(owner), clock)
        for i in loss.argsort(descending=True).tolist():
            e = int(owner[i])
            if torch.isfinite(loss[i]) and (e not in best or loss[i] < best[e][2]):
                best[e] = symbol, theta[i], loss[i]
    return best


class _State(NamedTuple):
    """Starts with c and d at their best, and the normal equations of the other parameters."""

    theta: Tensor  # [s, size]
    loss: Tensor  # [s]
    matrix: Tensor  # [s, q, q]
    vector: Tensor  # [s, q]


def refined(
    symbol: Function, theta: Tensor, curves: Curves, clock: Clock | None = None, steps: int = _STEPS
) -> tuple[Tensor, Tensor]:
    """Levenberg-Marquardt on all starts together, each with a curve of its own: parameters and mean square errors."""
    inner = [i for i, k in enumerate(symbol.free) if k not in "cd"]
    state = _projected(symbol, theta, curves, inner)
    mu, goal, flat = torch.full_like(state.loss, 1e-2), state.loss, 0
    for _ in range(steps if inner else 0):
        if flat >= _FLAT or (clock is not None and clock.over()):
            break
        tried = state.theta.clone()
        tried[:, inner] += solve_damped(state.matrix, state.vector, mu)
        after = _projected(symbol, tried, curves, inner)
        accepted = after.loss < state.loss
        state = _State(*(_chosen(accepted, a, b) for a, b in zip(after, state, strict=True)))
        mu = torch.where(accepted, (mu * _FASTER).clamp(min=1e-15), mu * _SLOWER)
        gained = state.loss < goal * (1 - _GAIN)
        goal, flat = torch.where(gained, state.loss, goal), 0 if bool(gained.any()) else flat + 1
    return state.theta, state.loss


def _chosen(which: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.where(which.reshape(-1, *(1,) * (a.dim() - 1)), a, b)


def _projected(symbol: Function, theta: Tensor, curves: Curves, inner: list[int]) -> _State:
    """Put c and d at their best and project them out of the slopes by the parameters at `inner`."""
    w, free = curves.weight, symbol.free
    plain = theta.clone()
    for name, neutral in (("c", 1.0), ("d", 0.0)):
        if name in free:
            plain[:, free.index(name)] = neutral
    ends = torch.zeros_like(theta[:, 0])
    f, _, _, columns = symbol.evaluate(curves.x, plain, ends, ends)
    columns = columns.where(torch.isfinite(columns), 0.0)  # the slope of a root at 0
    mean_f, mean_y = _mean(f, w), _mean(curves.y, w)
    df, dy = f - mean_f, curves.y - mean_y  # [s, m]
    square = _mean(df * df, w).clamp(min=_TINY)
    c = _mean(df * dy, w) / square if "c" in free else torch.zeros_like(mean_y)
    d = mean_y - c * mean_f
    r = curves.y - (c * f + d)  # as the curve is evaluated: a huge c times a tiny df is not taken for a fit
    j = (c[..., None] * columns[..., inner]).mT  # [s, q, m]
    before = _mean(j * j, w[:, None])
    j = j - _mean(j, w[:, None])
    j = j - df[:, None] * _mean(df[:, None] * j, w[:, None]) / square[..., None]
    j = torch.where(_mean(j * j, w[:, None]) > _REDUNDANT * before, j, 0.0)
    weighed = j * (w / w.sum(-1, keepdim=True))[:, None]
    best = {"c": c[:, 0], "d": d[:, 0]}
    theta = torch.stack([best.get(k, theta[:, i]) for i, k in enumerate(free)], -1)
    return _State(
        theta, _mean(r * r, w)[:, 0].nan_to_num(nan=torch.inf), weighed @ j.mT, (weighed @ r[..., None])[..., 0]
    )


def _starts(symbol: Symbol, curves: Curves) -> tuple[Tensor, Tensor]:
    """Return the best starts [s, size] with c and d in closed form, and the curve that each belongs to [s]."""
    row = symbol.primitive
    seen = curves if row.periodic or row.name == "sign" else curves.thinned(_SCANNED)
    theta, owner = [], []
    for e in range(len(curves.x)):
        one = seen.of(e)
        start = pairs(row, one.x, symbol.sign)
        start = torch.cat([frequencies(row, one.x), start]) if row.periodic else start
        p, loss = _linear(symbol, start, one)
        pick = _diverse(start, loss, _WAVES if row.periodic else _REFINED)
        theta.append(p[pick])
        owner.append(torch.full((len(pick),), e))
    return torch.cat(theta), torch.cat(owner)


def _diverse(start: Tensor, loss: Tensor, count: int) -> Tensor:
    """Return positions of the best starts overall, and of the best for u = x and for each exponent."""
    ranked = loss.argsort()
    ranked = ranked[torch.isfinite(loss[ranked])]
    other = loss[ranked].diff(prepend=loss.new_tensor([-1.0])) > _MIRRORED * loss[ranked]  # -a does as a does in even f
    ranked = ranked[other]
    chosen = ranked[:count].tolist()
    natural = ranked[start[ranked, 1] == 0.0][:count].tolist()
    exponents = sorted(set(start[ranked, 2].tolist()))
    if len(exponents) > 1:
        chosen = [int(ranked[start[ranked, 2] == p][0]) for p in exponents]
    return torch.tensor(list(dict.fromkeys([*chosen, *natural])), dtype=torch.long)


def pairs(row: Primitive, x: Tensor, sign: float) -> Tensor:
    """Give starts [s, 3] of (a, b, p) that take the argument of f from u0 to u1 over the range of x."""
    low, high = x.amin(), x.amax()
    u = torch.tensor([*row.starts(), *_natural(float(low), float(high))], dtype=x.dtype)  # [s, 2]
    slope = (u[:, 1] - u[:, 0]) / (high - low).clamp(min=_TINY)
    if "a" in row.free:
        start = torch.stack([slope, u[:, 0] - slope * low], -1)
        if "b" not in row.free:
            start = torch.tensor([[a, 0.0] for a in sorted(set(slope.tolist()))], dtype=x.dtype)
    else:  # the place of the root or pole is what a pair fixes: u = sign (x + b)
        start = torch.stack([slope, u[:, 0] / slope - low], -1)
        start = start[torch.sign(slope) == sign]
        if row.name == "sign":  # a jump has no slope that would lead to it: try every gap
            start = torch.stack([torch.ones_like(x[1:]), -(x[1:] + x[:-1]) / 2], -1)
    powers = torch.tensor(_EXPONENTS if "p" in row.free else (1.0,), dtype=x.dtype)
    return torch.cat([start.repeat_interleave(len(powers), 0), powers.repeat(len(start))[:, None]], -1)


def _natural(low: float, high: float) -> list[tuple[float, float]]:
    """Give starts in the curve's own units, u = x and u = -x: laws are often written so."""
    return [(low, high), (-low, -high)]


def frequencies(row: Primitive, x: Tensor) -> Tensor:
    """Give starts [s, 3] for oscillating functions: all frequencies that the points can tell, several phases."""
    width = (x.amax() - x.amin()).clamp(min=_TINY)
    highest = min(0.8 * torch.pi * len(x), 400.0)  # radians over the range
    a = torch.arange(0.5, highest, 0.75, dtype=x.dtype) / width
    if row.name == "sin":
        b = torch.tensor([0.0, torch.pi / 2], dtype=x.dtype).repeat(len(a)) - a.repeat_interleave(2) * x.amin()
        return torch.stack([a.repeat_interleave(2), b, torch.ones_like(b)], -1)
    low, high = x.amin(), x.amax()
    usual = torch.stack([torch.zeros_like(low), low, (low + high) / 2, high])
    anywhere = low + width * torch.arange(-1.0, 2.1, 0.25, dtype=x.dtype)
    slow = a[a * width < 16.0]  # many waves with any centre would be too many guesses
    pairs = torch.cat([torch.cartesian_prod(a, usual), torch.cartesian_prod(slow, anywhere)])
    return torch.stack([pairs[:, 0], -pairs[:, 0] * pairs[:, 1], torch.ones_like(pairs[:, 0])], -1)


def _linear(symbol: Symbol, start: Tensor, curve: Curves) -> tuple[Tensor, Tensor]:
    """Best c and d for each start (a, b, p) on one curve [m]: parameters [s, size] and mean square error [s]."""
    unit = {"a": start[:, 0], "b": start[:, 1], "p": start[:, 2]}
    zeros = torch.zeros_like(start[:, 0])
    theta = torch.stack([unit.get(k, zeros) for k in symbol.primitive.free], -1)
    each = Curves(x=curve.x.expand(len(theta), -1), y=curve.y[None], weight=curve.weight[None])
    state = _projected(symbol, theta, each, [])
    return state.theta, state.loss


def spread_of(curve: Curves) -> Tensor:
    """Weighted standard deviation of one curve [m]."""
    mean = _mean(curve.y, curve.weight)
    return _mean((curve.y - mean) ** 2, curve.weight)[0].sqrt().clamp(min=_TINY)


def _mean(value: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean over the last axis, which is kept."""
    return (value * weight).sum(-1, keepdim=True) / weight.sum(-1, keepdim=True)
