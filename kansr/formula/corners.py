"""Functions with corners and steps, as sympy's trees hold them: max, min and a unit step.

sympy has its own (`Max`, `Min`, `Heaviside`), which compare their arguments at every turn of a tree: a few dozen that
stand in each other take minutes. These here put numbers together, leave out what stands twice, and compare no more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import sympy


class step(sympy.Function):  # type: ignore[misc]  # noqa: N801  (sympy prints the name of the class, and has no types)
    """The unit step: 1 from 0 on, 0 below.

    >>> x = sympy.Symbol("x", real=True)
    >>> step(0), step(-2), step(sympy.exp(x)), step(x).diff(x)
    (1, 0, 1, 0)
    """

    nargs = 1
    _imp_ = staticmethod(lambda x: np.heaviside(x, 1.0))  # what `sympy.lambdify` computes by

    @classmethod
    def eval(cls, x: Any) -> Any:
        """Give the number, where it is known."""
        if x.is_extended_nonnegative:
            return sympy.S.One
        return sympy.S.Zero if x.is_extended_negative else None

    def fdiff(self, _argindex: int = 1) -> Any:
        """Give the slope: none but at the step."""
        return sympy.S.Zero

    def _eval_is_real(self) -> Any:
        return self.args[0].is_real

    def _eval_is_nonnegative(self) -> Any:
        return self.args[0].is_real


class _OfMany(sympy.Function):  # type: ignore[misc]
    """The largest or the smallest of some numbers: flat, in sympy's order, one number at most among its arguments."""

    better: Callable[..., Any] = max
    sign = 1

    @classmethod
    def eval(cls, *args: Any) -> Any:
        """Put together what needs no comparing; None where that changes nothing."""
        flat = [part for a in args for part in (a.args if isinstance(a, cls) else (a,))]
        numbers = [a for a in flat if a.is_number and a.is_comparable]
        best = [cls.better(numbers)] if numbers else []
        kept = sympy.ordered({*best, *(a for a in flat if a not in numbers)})
        one, *others = kept
        if not others:
            return one
        return None if (one, *others) == args else cls(one, *others)

    def fdiff(self, argindex: int = 1) -> Any:
        """Give 1 where this argument is the one, else 0."""
        own = self.args[argindex - 1]
        others = [a for i, a in enumerate(self.args) if i != argindex - 1]
        return sympy.Mul(*(step(self.sign * (own - other)) for other in others))

    def _eval_is_real(self) -> Any:
        return all(a.is_real for a in self.args) or None


class Max(_OfMany):
    """The largest of its arguments.

    >>> x = sympy.Symbol("x", real=True)
    >>> Max(x, 2, Max(x, 3)), Max(1, sympy.pi)
    (Max(3, x), pi)
    """

    _imp_ = staticmethod(lambda *parts: reduce(np.maximum, parts))


class Min(_OfMany):
    """The smallest of its arguments."""

    better = min
    sign = -1
    _imp_ = staticmethod(lambda *parts: reduce(np.minimum, parts))
