"""The curve on an edge: `phi(x) = w_b silu(z) + sum_i c_i B_i(x)`, with z = -1 .. 1 over the grid.

A curve is a function of one number with parameters; it knows no values of its own. Splines live here; functions with
names live in `kansr.symbolic` and follow the same protocol, so one network may hold both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from kansr.network import bspline
from kansr.tensors import Tensor, torch


class CurveValues(NamedTuple):
    """A curve at n rows: phi, its derivatives by x, and by its parameters (`columns`)."""

    value: Tensor  # [b, n]
    slope: Tensor  # [b, n]
    bend: Tensor | None  # [b, n]
    columns: Tensor  # [b, n, size]


class Curve(Protocol):
    """What a network needs to know of the curve on an edge."""

    @property
    def size(self) -> int:
        """Number of parameters."""
        ...

    def evaluate(self, x: Tensor, p: Tensor, lower: Tensor, upper: Tensor, *, bend: bool = False) -> CurveValues:
        """Values and derivatives at x [b, n] for parameters p [b, size] and the range [b] of the source node."""
        ...

    def raised(self, p: Tensor, by: Tensor) -> Tensor:
        """Parameters [b, size] of the curve plus a constant `by` [b, 1]."""
        ...

    def scaled(self, p: Tensor, by: Tensor) -> Tensor:
        """Parameters [b, size] of the curve times a constant `by` [b, 1]."""
        ...


@dataclass(frozen=True, slots=True)
class Spline:
    """A spline of order k on G intervals with a silu under it; parameters [w_b, c_1 .. c_{G+k}].

    The weight w_s of the spline is folded into its coefficients. The silu takes the position z in [-1, 1] on the
    grid, so that its parameter keeps its meaning whatever the units of x. A grid that was widened later (see
    `kansr.network.widen`) has `below` and `above` more intervals than the one that z was laid on.
    """

    grid: int
    order: int = 3
    below: int = 0
    above: int = 0

    @property
    def size(self) -> int:
        """Number of parameters: one for the base, G + k for the spline."""
        return 1 + self.grid + self.order

    def on(self, grid: int) -> Spline:
        """Give the spline on another grid over the same range."""
        shares = [n * grid for n in (self.below, self.above)]
        if any(n % self.grid for n in shares):
            return Spline(grid, self.order)  # the silu is laid on the whole grid anew
        return Spline(grid, self.order, *(n // self.grid for n in shares))

    def design(self, x: Tensor, lower: Tensor, upper: Tensor, *, bend: bool = False) -> bspline.Basis:
        """Give the functions that the parameters weigh, and their derivatives by x: each [b, n, size]."""
        per_x = self.grid / (upper - lower)[:, None]  # [b, 1]
        t = (x - lower[:, None]) * per_x
        pieces, cell = bspline.local(t, self.grid, self.order, bend=bend)
        own = self.grid - self.below - self.above  # intervals that z = -1 .. 1 was laid on
        base = _silu(2 * (t - self.below) / own - 1, -1 - 2 * self.below / own, 1 + 2 * self.above / own)
        value = bspline.spread(pieces[0], cell + 1, self.size)
        value[..., 0] = base[0]
        found, scale, inner = [value], per_x, 2 / own
        for silu, piece in zip(base[1:], pieces[1:], strict=False):
            slope = bspline.spread(piece * scale[..., None], cell + 1, self.size)
            slope[..., 0] = silu * inner * scale
            found.append(slope)
            scale, inner = scale * per_x, inner * 2 / own
        return bspline.Basis(found[0], found[1], found[2] if bend else None)

    def evaluate(self, x: Tensor, p: Tensor, lower: Tensor, upper: Tensor, *, bend: bool = False) -> CurveValues:
        """See `Curve.evaluate`."""
        d = self.design(x, lower, upper, bend=bend)
        weigh = p[..., None]
        curved = None if d.bend is None else (d.bend @ weigh)[..., 0]
        return CurveValues((d.value @ weigh)[..., 0], (d.slope @ weigh)[..., 0], curved, d.value)

    def raised(self, p: Tensor, by: Tensor) -> Tensor:
        """See `Curve.raised`: B-splines sum to one, so all coefficients rise alike."""
        return torch.cat([p[:, :1], p[:, 1:] + by], -1)

    def scaled(self, p: Tensor, by: Tensor) -> Tensor:
        """See `Curve.scaled`."""
        return p * by


def _silu(z: Tensor, low: float, high: float) -> tuple[Tensor, Tensor, Tensor]:
    """Silu with a straight line outside [low, high], its slope and its bend: each [..., n]."""
    inside = z.clamp(low, high)
    s = torch.sigmoid(inside)
    slope = s * (1 + inside * (1 - s))
    bend = s * (1 - s) * (2 + inside * (1 - 2 * s)) * (inside == z)
    value = inside * s + (z - inside) * slope
    return value, slope, bend
