"""Functions that the user has put on an edge: they stay there, whatever is fitted around them."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from kansr.network.curves import CurveValues
from kansr.network.kan import KAN
from kansr.symbolic.curve import Function
from kansr.tensors import Tensor


@dataclass(frozen=True, slots=True)
class Held:
    """A function on an edge that the user chose: the same curve, its constants free, but no search replaces it."""

    function: Function

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.function.name

    @property
    def free(self) -> str:
        """A letter for each parameter, see `kansr.symbolic.curve.Function`."""
        return self.function.free

    @property
    def complexity(self) -> int:
        """Nodes that it adds to a formula."""
        return self.function.complexity

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return self.function.size

    def evaluate(self, x: Tensor, p: Tensor, lower: Tensor, upper: Tensor, *, bend: bool = False) -> CurveValues:
        """See `kansr.network.curves.Curve.evaluate`."""
        return self.function.evaluate(x, p, lower, upper, bend=bend)

    def raised(self, p: Tensor, by: Tensor) -> Tensor:
        """See `kansr.network.curves.Curve.raised`."""
        return self.function.raised(p, by)

    def scaled(self, p: Tensor, by: Tensor) -> Tensor:
        """See `kansr.network.curves.Curve.scaled`."""
        return self.function.scaled(p, by)

    def expression(self, x: sp.Expr, p: Tensor) -> sp.Expr:
        """Write the curve as a sympy expression of x, for parameters p [size]."""
        return self.function.expression(x, p)

    def shape(self, x: sp.Expr, p: Tensor) -> sp.Expr:
        """Write the curve without its scale and its offset."""
        return self.function.shape(x, p)


def held(kan: KAN) -> list[int]:
    """Positions of the edges whose function the user chose."""
    return [i for i, c in enumerate(kan.curves) if isinstance(c, Held)]
