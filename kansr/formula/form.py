"""The form of a formula: what is left when its constants may be any numbers.

`1.02*x + 0.3` and `x + 1/3` have one form, `x` and `x + 0.3` have two. Factors that are numbers count for nothing, and
so does how a product is written. Exponents are part of the form: those near a half or whole number as that number.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import sympy as sp

from kansr.formula.simplify import canonical

_NEAR = 0.05  # exponents no further from a multiple of 1/2 are that multiple
_LARGE = 200  # operations above which products of sums are left as they are
_CONSTANT = "C"
_FREED = 8  # numbers of an expression up to which two of them together are left out


def form(expr: sp.Expr) -> str:
    """Give the form as a text that is the same for all formulas of that form.

    >>> x, y = sp.symbols("x y", real=True)
    >>> form(2 * x * (y + 1)), form(0.31 * x + 1.9 * x * y)
    ('x + x*y', 'x + x*y')
    >>> form(sp.sqrt(9.81 * x)), form(x**0.498), form(sp.exp(x + 2)), form(3**x)
    ('x**1/2', 'x**1/2', 'exp(x)', 'exp(x)')
    """
    decimal = _decimal(expr)
    if decimal.count_ops() <= _LARGE:
        decimal = sp.expand(decimal, log=False, power_base=False, power_exp=False)
    return _written(canonical(decimal))


def holds(larger: sp.Expr, smaller: str) -> bool:
    """Whether a formula becomes one of the form `smaller` when one or two of its numbers are zero (or one).

    >>> x = sp.Symbol("x", real=True)
    >>> holds(2.1 * x + 0.01 * x**2, "x"), holds(sp.sin(x), "x")
    (True, False)
    """
    return any(form(less) == smaller for less in _reduced(_decimal(larger)))


def _reduced(expr: sp.Expr) -> Iterator[sp.Expr]:
    """Yield what is left of an expression when one or two of its decimals go."""
    numbers = sorted(expr.atoms(sp.Float))
    sets = [(n,) for n in numbers] + (list(combinations(numbers, 2)) if len(numbers) <= _FREED else [])
    for gone in sets:
        for value in (sp.Integer(0), sp.Integer(1)):
            less = expr.xreplace(dict.fromkeys(gone, value))
            if not less.has(sp.nan, sp.zoo, sp.oo, sp.I):
                yield less


def _decimal(node: Any) -> Any:
    """Turn numbers into decimals, but for whole and half exponents."""
    if not node.free_symbols:
        return sp.Float(float(node)) if node.is_extended_real else node
    if node.is_Atom:
        return node
    if node.is_Pow and node.exp.is_Number:
        return sp.Pow(_decimal(node.base), _exponent(node.exp))
    return node.func(*map(_decimal, node.args))


def _exponent(number: Any) -> Any:
    near = sp.Rational(round(2 * float(number)), 2)
    return near if abs(float(number) - float(near)) <= _NEAR else number


def _written(node: Any) -> str:
    """Write a node without its factors that are numbers."""
    if node.is_Add:
        return " + ".join(sorted({_written(term) for term in node.args}))
    factors = _factors(node, sp.Integer(1))
    return "*".join(sorted(factors)) or _CONSTANT


def _factors(node: Any, power: Any) -> list[str]:
    """List the factors of node**power."""
    if not node.free_symbols:
        return []
    if node.is_Mul:
        return [text for factor in node.args for text in _factors(factor, power)]
    if node.is_Pow and node.exp.is_Number:
        return _factors(node.base, node.exp * power)
    if node.is_Pow and not node.base.free_symbols:
        return _factors(sp.exp(node.exp), power)
    return [_raised(_base(node), power)]


def _base(node: Any) -> str:
    if node.is_Symbol:
        return str(node.name)
    if node.is_Add:
        return f"({_written(node)})"
    name = "**" if node.is_Pow else node.func.__name__
    return f"{name}({', '.join(map(_written, node.args))})"


def _raised(base: str, power: Any) -> str:
    if power == 1:
        return base
    return f"{base}**{_CONSTANT if power.is_Float else power}"
