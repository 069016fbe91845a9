"""Fit functions to curves: `c f(a x + b) + d` by variable projection from starts scaled to each curve's range.

c and d are linear: for each start of (a, b) they come in closed form. The best starts of all curves are then refined
together by Levenberg-Marquardt over all parameters, as a batch of networks of one edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.progress import Clock
from kansr.symbolic.library import Primitive
from kansr.symbolic.symbol import Symbol
from kansr.training.levenberg import levenberg
from kansr.training.rows import Rows

_REFINED = 4  # starts of a function on a curve that are refined
_STEPS = 30
_SCANNED = 64  # points on which the many starts are ranked (oscillating functions see all points)
_EXPONENTS = (-3.0, -2.5, -1.5, -0.5, 0.3, 0.7, 1.3, 1.7, 2.5, 3.5)
_TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """Several curves, each given at points of its own: x, y and weights, all [e, m] and sorted by x."""

    x: Tensor
    y: Tensor
    weight: Tensor

    def thinned(self, points: int) -> Curves:
        """Return at most so many points of each curve, both ends included."""
        m = self.x.shape[-1]
        pick = torch.linspace(0, m - 1, min(points, m)).round().long()
        return Curves(x=self.x[:, pick], y=self.y[:, pick], weight=self.weight[:, pick])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A function fitted to a curve: parameters p [size], RMSE as a share of the curve's spread."""

    symbol: Symbol
    p: Tensor
    error: float

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.symbol.primitive.name


def fit_curves(curves: Curves, library: Sequence[Primitive], *, clock: Clock | None = None) -> list[list[Candidate]]:
    """Fit every function of the library to every curve: for each curve the candidates, best first.

    Functions that fit nowhere (outside their domain for every start) are left out.
    """
    mean = _mean(curves.y, curves.weight)
    spread = _mean((curves.y - mean) ** 2, curves.weight)[:, 0].sqrt().clamp(min=_TINY)
    found: list[list[Candidate]] = [[] for _ in curves.x]
    for row in library:
        if clock is not None and clock.over():
            break
        for e, (symbol, p, loss) in _fit(row, curves, clock).items():
            found[e].append(Candidate(symbol=symbol, p=p, error=float(loss.sqrt() / spread[e])))
    return [sorted(c, key=lambda c: c.error) for c in found]


def _fit(row: Primitive, curves: Curves, clock: Clock | None) -> dict[int, tuple[Symbol, Tensor, Tensor]]:
    """Return the best fit of one function to each curve, over both signs of its argument where scale is not free."""
    best: dict[int, tuple[Symbol, Tensor, Tensor]] = {}
    for sign in (1.0,) if "a" in row.free or "b" not in row.free else (1.0, -1.0):
        symbol = Symbol(row, sign)
        theta, owner = _starts(symbol, curves)
        if not len(owner):
            continue
        kan, loss = _refined(symbol, theta, curves, owner, clock)
        for i in loss.argsort(descending=True).tolist():
            e = int(owner[i])
            if torch.isfinite(loss[i]) and (e not in best or loss[i] < best[e][2]):
                best[e] = symbol, kan.theta[i], loss[i]
    return best


def _refined(symbol: Symbol, theta: Tensor, curves: Curves, owner: Tensor, clock: Clock | None) -> tuple[KAN, Tensor]:
    """Levenberg-Marquardt on all starts of all curves together."""
    x, weight = curves.x[owner], curves.weight[owner]
    ends = x.amin(-1, keepdim=True).expand(-1, 2), x.amax(-1, keepdim=True).expand(-1, 2)
    kan = KAN(graph=dense((1, 1)), curves=(symbol,), theta=theta, lower=ends[0], upper=ends[1])
    rows = Rows(x=x[..., None], y=curves.y[owner], weight=weight / weight.mean(-1, keepdim=True))
    return levenberg(kan, rows, steps=_STEPS, clock=clock, gain=1e-2)


def _starts(symbol: Symbol, curves: Curves) -> tuple[Tensor, Tensor]:
    """Return the best starts [s, size] with c and d in closed form, and the curve that each belongs to [s]."""
    row = symbol.primitive
    seen = curves if row.periodic else curves.thinned(_SCANNED)
    theta, owner = [], []
    for e in range(len(curves.x)):
        one = Curves(x=seen.x[e], y=seen.y[e], weight=seen.weight[e])
        start = _frequencies(row, one.x) if row.periodic else _pairs(row, one.x, symbol.sign)
        p, loss = _linear(symbol, start, one)
        pick = _diverse(start, loss)
        theta.append(p[pick])
        owner.append(torch.full((len(pick),), e))
    return torch.cat(theta), torch.cat(owner)


def _diverse(start: Tensor, loss: Tensor) -> Tensor:
    """Return positions of the best starts overall, and of the best for u = x and for each exponent."""
    ranked = loss.argsort()
    ranked = ranked[torch.isfinite(loss[ranked])]
    chosen = ranked[:_REFINED].tolist()
    natural = ranked[start[ranked, 1] == 0.0][:_REFINED].tolist()
    exponents = sorted(set(start[ranked, 2].tolist()))
    if len(exponents) > 1:
        chosen = [int(ranked[start[ranked, 2] == p][0]) for p in exponents]
    return torch.tensor(list(dict.fromkeys([*chosen, *natural])), dtype=torch.long)


def _pairs(row: Primitive, x: Tensor, sign: float) -> Tensor:
    """Give starts [s, 3] of (a, b, p) that take the argument of f from u0 to u1 over the range of x."""
    low, high = x.amin(), x.amax()
    u = torch.tensor([*row.starts(), *_natural(float(low), float(high))], dtype=x.dtype)  # [s, 2]
    slope = (u[:, 1] - u[:, 0]) / (high - low).clamp(min=_TINY)
    if "a" in row.free:
        start = torch.stack([slope, u[:, 0] - slope * low], -1)
        if "b" not in row.free:
            start = torch.tensor([[a, 0.0] for a in sorted(set(slope.tolist()))], dtype=x.dtype)
    else:  # the place of the root or pole is what a pair fixes: u = sign (x + b)
        same = torch.sign(slope) == sign
        start = torch.stack([slope, u[:, 0] / slope - low], -1)[same]
    powers = torch.tensor(_EXPONENTS if "p" in row.free else (1.0,), dtype=x.dtype)
    return torch.cat([start.repeat_interleave(len(powers), 0), powers.repeat(len(start))[:, None]], -1)


def _natural(low: float, high: float) -> list[tuple[float, float]]:
    """Give starts in the curve's own units, u = x and u = -x: laws are often written so."""
    return [(low, high), (-low, -high)]


def _frequencies(row: Primitive, x: Tensor) -> Tensor:
    """Give starts [s, 3] for oscillating functions: all frequencies that the points can tell, several phases."""
    width = (x.amax() - x.amin()).clamp(min=_TINY)
    highest = min(0.8 * torch.pi * len(x), 400.0)  # radians over the range
    a = torch.arange(0.5, highest, 0.75, dtype=x.dtype) / width
    if row.name == "sin":
        b = torch.tensor([0.0, torch.pi / 2], dtype=x.dtype).repeat(len(a)) - a.repeat_interleave(2) * x.amin()
        return torch.stack([a.repeat_interleave(2), b, torch.ones_like(b)], -1)
    centres = torch.stack([torch.zeros_like(x.amin()), x.amin(), x.mean(), x.amax()])
    b = -a.repeat_interleave(4) * centres.repeat(len(a))
    return torch.stack([a.repeat_interleave(4), b, torch.ones_like(b)], -1)


def _linear(symbol: Symbol, start: Tensor, curve: Curves) -> tuple[Tensor, Tensor]:
    """Best c and d for each start (a, b, p) on one curve [m]: parameters [s, size] and mean square error [s]."""
    row, w = symbol.primitive, curve.weight
    unit = {"a": start[:, 0], "b": start[:, 1], "p": start[:, 2]}
    ones, zeros = torch.ones_like(start[:, 0]), torch.zeros_like(start[:, 0])
    theta = torch.stack([unit.get(k, ones if k == "c" else zeros) for k in row.free], -1)
    f = symbol.evaluate(curve.x.expand(len(theta), -1), theta, zeros, ones).value
    mean_f, mean_y = _mean(f, w), _mean(curve.y, w)
    df, dy = f - mean_f, curve.y - mean_y
    square = _mean(df * df, w)
    c = _mean(df * dy, w) / square.clamp(min=_TINY) if "c" in row.free else zeros[:, None]
    loss = _mean((dy - c * df) ** 2, w)[:, 0]
    columns = {"c": c[:, 0], "d": (mean_y - c * mean_f)[:, 0]}
    theta = torch.stack([columns.get(k, theta[:, i]) for i, k in enumerate(row.free)], -1)
    return theta, loss.nan_to_num(nan=torch.inf)


def _mean(value: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean over the last axis, which is kept."""
    return (value * weight).sum(-1, keepdim=True) / weight.sum(-1, keepdim=True)
