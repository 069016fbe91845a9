"""A formula with all its numbers free again: what is left is a form that other rows may have, with other constants."""

from __future__ import annotations

from typing import Any

import sympy as sp

_KEPT = 2  # exponents are kept where they are whole numbers or halves
_PLACES = 12  # constants of a form, at most


def freed(expr: sp.Expr, *, whole: bool = False) -> tuple[sp.Expr, dict[sp.Symbol, float]] | None:
    """Give a form and the values of its constants: every number becomes one, but whole and half exponents.

    With `whole` there is a constant, of value 1, also where none is written: in front of each term, and of what stands
    inside a function. None where a form would have too many constants, or none at all.

    >>> x = sp.Symbol("x", real=True)
    >>> freed(3 * sp.exp(-x / 2) + 1)
    (k1_ + k2_*exp(k3_*x), {k1_: 1.0, k2_: 3.0, k3_: -0.5})
    >>> freed(sp.sin(x)), freed(sp.sin(x), whole=True)
    (None, (k1_*sin(k2_*x), {k1_: 1.0, k2_: 1.0}))
    """
    values: dict[sp.Symbol, float] = {}

    def constant(value: float) -> sp.Symbol:
        symbol = sp.Symbol(f"k{len(values) + 1}_", real=True)
        values[symbol] = value
        return symbol

    def term(node: Any) -> Any:
        number, rest = _numbers(node)
        if rest == 1:
            return constant(number)
        free = number != 1 or whole
        factor = constant(number) if free else sp.Integer(1)
        return factor * sp.Mul(*map(inner, sp.Mul.make_args(rest)), evaluate=True)

    def inner(node: Any) -> Any:
        if node.is_Atom:
            return node if node.free_symbols else constant(float(node))
        if node.is_Add:
            return sp.Add(*map(term, node.args))
        if node.is_Pow and node.exp.is_number:
            return inner(node.base) ** _exponent(node.exp, constant)
        if node.is_Pow:
            return sp.Pow(inner(node.base), outer(node.exp))
        return node.func(*[a if a.is_Integer and node.func is sp.besselj else outer(a) for a in node.args])

    def outer(node: Any) -> Any:
        return sp.Add(*map(term, sp.Add.make_args(node)))

    form = outer(expr)
    return (form, values) if 0 < len(values) <= _PLACES else None


def _numbers(node: Any) -> tuple[float, Any]:
    """Split a term into its numbers and the rest."""
    factors = sp.Mul.make_args(node)
    number = sp.Mul(*[f for f in factors if not f.free_symbols])
    return float(number), sp.Mul(*[f for f in factors if f.free_symbols])


def _exponent(number: Any, constant: Any) -> Any:
    return number if (_KEPT * number).is_Integer else constant(float(number))
