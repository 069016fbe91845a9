"""Functions of the user's own in formulas: where one is called, what it stands for is written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy

LARGEST = 10_000
"""Nodes of a formula in which such functions are written out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A function of a few variables and what it is of them.

    >>> a, b = sympy.symbols("a b", real=True)
    >>> hyp = Own(name="hyp", variables=(a, b), expression=sympy.sqrt(a**2 + b**2))
    >>> hyp.at([sympy.Symbol("x", real=True), sympy.Integer(2)])
    sqrt(x**2 + 4)
    """

    name: str
    variables: tuple[sympy.Symbol, ...]
    expression: sympy.Expr

    def at(self, arguments: Sequence[sympy.Expr]) -> sympy.Expr | None:
        """Give the function at as many arguments as it has variables; None where that is too large to be written."""
        sizes = {v: _nodes(a) for v, a in zip(self.variables, arguments, strict=True)}
        total = sum(sizes.get(part, 1) for part in sympy.preorder_traversal(self.expression))
        if total > LARGEST:
            return None
        return self.expression.xreplace(dict(zip(self.variables, arguments, strict=True)))


def _nodes(expr: Any) -> int:
    return sum(1 for _ in sympy.preorder_traversal(expr))
