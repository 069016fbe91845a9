"""Square roots written otherwise. Each way holds for positive parts only: the rows say whether it does."""

from __future__ import annotations

from typing import Any

import sympy as sp


def rooted(expr: Any) -> Any:
    """Take even powers out of roots: sqrt(a / b^2) = sqrt(a) / b.

    >>> a, b = sp.symbols("a b", real=True)
    >>> rooted(sp.sqrt(a / b**2))
    sqrt(a)/b
    """

    def halved(node: Any) -> bool:
        return _is_root(node) and any(e.is_Integer and e % 2 == 0 for _, e in _factors(node.base))

    return expr.replace(halved, lambda n: _power(n.base, n.exp))


def one_root(expr: Any) -> Any:
    """Put the roots of a product under one: sqrt(a) / sqrt(b) = sqrt(a / b).

    >>> a, b = sp.symbols("a b", real=True)
    >>> one_root(sp.sqrt(a) / sp.sqrt(b))
    sqrt(a/b)
    """

    def joined(node: Any) -> Any:
        roots = [f for f in node.args if _is_root(f) and f.free_symbols]
        others = [f for f in node.args if f not in roots]
        return sp.Mul(*others, sp.sqrt(sp.Mul(*(f.base ** (2 * f.exp) for f in roots))))

    return expr.replace(lambda n: n.is_Mul and sum(_is_root(f) and bool(f.free_symbols) for f in n.args) > 1, joined)


def into_root(expr: Any, *, columns: bool = False) -> Any:
    """Put a number, or all that is not in it, under the root of a sum: 2 sqrt(a/4 + b) = sqrt(a + 4 b).

    >>> a, b = sp.symbols("a b", real=True)
    >>> into_root(2 * sp.sqrt(a / 4 + b))
    sqrt(a + 4*b)
    >>> into_root(a * sp.sqrt(b**2 / a**2 + 1), columns=True)
    sqrt(a**2 + b**2)
    """

    def root_of(node: Any) -> Any:
        roots = (f for f in sp.Mul.make_args(node) if _is_root(f) and abs(f.exp) == sp.S.Half and f.base.is_Add)
        return next(roots, None) if node.is_Mul else None

    def inside(node: Any) -> Any:
        root = root_of(node)
        moved = node / root if columns else node.as_independent(*node.free_symbols)[0]
        if moved.is_number and (moved == 1 or not moved.is_positive):
            return node
        terms = sp.Add(*(sp.expand_mul(t * moved ** (1 / root.exp)) for t in root.base.args))
        return node / root / moved * sp.Pow(terms, root.exp)

    return expr.replace(lambda n: root_of(n) is not None, inside)


def from_one(expr: Any) -> Any:
    """Take a term out of the root of a sum: sqrt(1/a^2 - 1/b^2) = sqrt(1 - a^2/b^2) / a.

    >>> a, b = sp.symbols("a b", real=True)
    >>> from_one(1 / sp.sqrt(1 / a**2 - 1 / b**2))
    a/sqrt(-a**2/b**2 + 1)
    """

    def out(node: Any) -> Any:
        term = max((t for t in node.base.args if _is_reciprocal(t)), key=lambda t: t.as_coeff_Mul()[0])
        return _power(term, node.exp) * sp.Pow(sp.Add(*(t / term for t in node.base.args)), node.exp)

    return expr.replace(lambda n: bool(_reciprocals(n)), out)


def reciprocals(expr: Any) -> int:
    """Count the terms 1/a in sums under roots.

    >>> a, b = sp.symbols("a b", real=True)
    >>> reciprocals(sp.sqrt(1 / a**2 - 1 / b**2)), reciprocals(sp.sqrt(1 - a**2 / b**2))
    (2, 0)
    """
    return sum(len(_reciprocals(node)) for node in sp.preorder_traversal(expr))


def _reciprocals(node: Any) -> list[Any]:
    return [t for t in node.base.args if _is_reciprocal(t)] if _is_root(node) and node.base.is_Add else []


def _is_reciprocal(term: Any) -> bool:
    return not term.is_number and bool(term.as_numer_denom()[0].is_number)


def _is_root(node: Any) -> bool:
    return bool(node.is_Pow and node.exp.is_Rational and node.exp.q == 2)


def _factors(base: Any) -> list[tuple[Any, Any]]:
    return [f.as_base_exp() for f in sp.Mul.make_args(base)]


def _power(base: Any, exponent: Any) -> Any:
    """base^exponent, factor by factor."""
    return sp.Mul(*(b ** (e * exponent) for b, e in _factors(base)))
