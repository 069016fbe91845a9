"""A primitive on an edge: a curve with a name."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from kansr.network.curves import CurveValues
from kansr.symbolic.library import Primitive
from kansr.tensors import Tensor, torch


@dataclass(frozen=True, slots=True)
class Symbol:
    """`c f(u) + d` with u = a x + b, or u = sign (x + b) where a is not free; for the general power `c u^p + d`.

    Parameters are those that `primitive.free` lists, in that order.
    """

    primitive: Primitive
    sign: float = 1.0

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.primitive.name

    @property
    def free(self) -> str:
        """A letter for each parameter, see `kansr.symbolic.library.Primitive`."""
        return self.primitive.free

    @property
    def complexity(self) -> int:
        """Nodes that it adds to a formula."""
        return self.primitive.complexity

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return len(self.primitive.free)

    def evaluate(  # the range and the bend are the protocol's
        self,
        x: Tensor,
        p: Tensor,
        lower: Tensor,  # noqa: ARG002
        upper: Tensor,  # noqa: ARG002
        *,
        bend: bool = False,  # noqa: ARG002
    ) -> CurveValues:
        """See `kansr.network.curves.Curve.evaluate`; rows outside the function's domain give nan."""
        a, b, c, d, q = (self._parameter(k, p) for k in "abcdp")
        scaled = "a" in self.primitive.free
        u = a * x + b if scaled else self.sign * (x + b)
        f, df, dq = self._function(u, q)
        inner = c * df * (1.0 if scaled else self.sign)
        columns = {"a": inner * x, "b": inner, "c": f, "d": torch.ones_like(f), "p": c * dq}
        slope = c * df * (a if scaled else self.sign)
        own = [columns[k][..., None] for k in self.primitive.free]
        return CurveValues(c * f + d, slope, None, torch.cat([x.new_empty(*x.shape, 0), *own], -1))

    def raised(self, p: Tensor, by: Tensor) -> Tensor:
        """See `kansr.network.curves.Curve.raised`."""
        return p + by * self._where("d", p)

    def scaled(self, p: Tensor, by: Tensor) -> Tensor:
        """See `kansr.network.curves.Curve.scaled`."""
        return p * torch.where(self._where("cd", p) > 0, by, 1.0)

    def _where(self, names: str, p: Tensor) -> Tensor:
        """One where a parameter is among the names, else zero: [size]."""
        return p.new_tensor([float(k in names) for k in self.primitive.free])

    def _function(self, u: Tensor, q: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Value of f, its derivative by u and by the exponent."""
        row = self.primitive
        low, high = row.domain
        if low > -torch.inf or high < torch.inf:
            u = torch.where((u >= low) & (u <= high), u, torch.nan)
        if "p" in row.free:
            f = u**q
            return f, q * f / u, f * u.log()
        f = row.value(u)
        return f, row.slope(u), f

    def _parameter(self, name: str, p: Tensor) -> Tensor:
        """One parameter as a column [b, 1]; those that are not free have their neutral value."""
        at = self.primitive.free.find(name)
        neutral = 1.0 if name in "acp" else 0.0
        return p[:, at, None] if at >= 0 else p.new_full((p.shape[0], 1), neutral)

    def expression(self, x: sp.Expr, p: Tensor) -> sp.Expr:
        """Write the curve as a sympy expression of x, for parameters p [size]."""
        value = self._values(p)
        return value.get("c", 1) * self.shape(x, p) + value.get("d", 0)

    def shape(self, x: sp.Expr, p: Tensor) -> sp.Expr:
        """Write the curve without its scale c and its offset d."""
        value = self._values(p)
        u = value["a"] * x if "a" in value else sp.Integer(int(self.sign)) * x
        u += self._phase(value.get("b", sp.Integer(0))) * (1 if "a" in value else int(self.sign))
        return u ** value["p"] if "p" in value else self.primitive.sympy(u)

    def _phase(self, b: sp.Expr) -> sp.Expr:
        """Take whole turns off the phase of a function that repeats, if there are any."""
        turn = self.primitive.turn
        turns = round(float(b) / turn) if turn else 0
        return sp.Float(float(b) - turns * turn, 17) if turns else b

    def _values(self, p: Tensor) -> dict[str, sp.Float]:
        return {k: sp.Float(float(p[i]), 17) for i, k in enumerate(self.primitive.free)}
