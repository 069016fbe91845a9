"""A sum or a product of functions on one edge: x e^-x, sin(x^2) cos(x), x^3 + x^2 + x, .."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import sympy as sp

from kansr.network.curves import CurveValues
from kansr.symbolic.curve import Function
from kansr.tensors import Tensor, torch

Kind = Literal["sum", "product"]


@dataclass(frozen=True, slots=True)
class Combination:
    """`c (f + g + ..) + d` or `c f g .. + d`: the parameters are those of the parts, then c and d.

    The parts have no offsets; in a sum, all but the first have scales of their own.
    """

    kind: Kind
    parts: tuple[Function, ...]

    @property
    def name(self) -> str:
        """All names, such as `x*exp`."""
        return ("+" if self.kind == "sum" else "*").join(part.name for part in self.parts)

    @property
    def free(self) -> str:
        """A letter for each parameter: those of the parts are all called q."""
        return "q" * sum(part.size for part in self.parts) + "cd"

    @property
    def complexity(self) -> int:
        """Nodes that it adds to a formula."""
        return sum(part.complexity + 2 for part in self.parts)

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return len(self.free)

    def evaluate(self, x: Tensor, p: Tensor, lower: Tensor, upper: Tensor, *, bend: bool = False) -> CurveValues:  # noqa: ARG002
        """See `kansr.network.curves.Curve.evaluate`; rows outside a part's domain give nan."""
        parts = [part.evaluate(x, q, lower, upper) for part, q in zip(self.parts, self._split(p), strict=True)]
        c, d = p[:, -2:-1], p[:, -1:]
        combine = torch.add if self.kind == "sum" else torch.mul
        whole = reduce(combine, (part.value for part in parts))
        share = [c * self._others([q.value for q in parts], k) for k in range(len(parts))]  # d value / d part
        slope = reduce(torch.add, (s * part.slope for s, part in zip(share, parts, strict=True)))
        columns = [s[..., None] * part.columns for s, part in zip(share, parts, strict=True)]
        own = torch.stack([whole, torch.ones_like(whole)], -1)
        return CurveValues(c * whole + d, slope, None, torch.cat([*columns, own], -1))

    def _others(self, values: Sequence[Tensor], k: int) -> Tensor:
        """Product of all values but one; one for a sum."""
        others = [] if self.kind == "sum" else [*values[:k], *values[k + 1 :]]
        return reduce(torch.mul, others, torch.ones_like(values[k]))

    def raised(self, p: Tensor, by: Tensor) -> Tensor:
        """See `kansr.network.curves.Curve.raised`."""
        return torch.cat([p[:, :-1], p[:, -1:] + by], -1)

    def scaled(self, p: Tensor, by: Tensor) -> Tensor:
        """See `kansr.network.curves.Curve.scaled`."""
        return torch.cat([p[:, :-2], p[:, -2:] * by], -1)

    def expression(self, x: sp.Expr, p: Tensor) -> sp.Expr:
        """Write the curve as a sympy expression of x, for parameters p [size]."""
        return sp.Float(float(p[-2]), 17) * self.shape(x, p) + sp.Float(float(p[-1]), 17)

    def shape(self, x: sp.Expr, p: Tensor) -> sp.Expr:
        """Write the curve without its scale and its offset."""
        parts = [part.expression(x, q) for part, q in zip(self.parts, self._split(p), strict=True)]
        return sp.Add(*parts) if self.kind == "sum" else sp.Mul(*parts)

    def _split(self, p: Tensor) -> list[Tensor]:
        """Parameters of each part."""
        sizes = [part.size for part in self.parts]
        return list(torch.split(p[..., : sum(sizes)], sizes, -1))
