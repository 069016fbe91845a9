"""What the form of a formula costs: its functions, operators and columns, each by how many others might stand there."""

from __future__ import annotations

import math
from typing import Any

import sympy

from kansr.formula.text import Tree, printed

OPERATOR = 1.0
"""Bits of a sum, a difference, a product, a quotient."""

_POWER = 1.5
_FUNCTIONS = {"sqrt": 1.0, "exp": 2.0, "log": 2.0, "sin": 3.0, "cos": 3.0, "Abs": 2.0, "max": 2.0, "min": 2.0}
_OTHER = 4.5  # a function that is less usual
_SCALE = 2.5  # an exact number that stands where any might: the 1 of 1 + x, the factor of x in exp(x)
_NUMBER, _EXPONENT = 2.0, 1.0  # a whole number costs so many bits for each doubling, as a factor and as an exponent
_COLUMN = 0.5


def names_bits(expr: sympy.Expr, columns: int) -> float:
    """Give the bits of a formula's form, for a table of so many columns; fitted decimals are charged elsewhere.

    >>> x, y = sympy.symbols("x y", real=True)
    >>> [names_bits(e, 2) for e in (sympy.Float(2.5) + 0 * x, 2.5 * x, 2.5 * x + 1.5 * y, 2.5 * sympy.exp(1.5 * x))]
    [0.0, 2.5, 6.0, 5.5]
    """
    return _bits(printed(expr), math.log2(max(columns, 1)) + _COLUMN)


def _bits(tree: Tree, column: float) -> float:
    if not isinstance(tree, tuple):
        return column if isinstance(tree, sympy.Symbol) else _number(tree)
    head, *parts = tree
    if head == "**" and not isinstance(parts[1], (tuple, sympy.Symbol)):
        return _POWER + _bits(parts[0], column) + _number(parts[1], _EXPONENT)
    own = OPERATOR * (len(parts) - 1) if head in "+*/" else _head(head)
    return own + _scale(head, parts) + sum(_bits(part, column) for part in parts)


def _scale(head: str, parts: list[Tree]) -> float:
    """Give the bits of exact numbers that stand where any number might: a law knows no unit in which a column is 1."""
    if head == "+":
        return _SCALE * sum(_is_exact(part) for part in parts)
    plain = head in ("+", "-", "*", "/", "**", "sqrt", "log", "Abs", "max", "min")
    return 0.0 if plain or any(map(_has_decimal, parts)) else _SCALE


def _is_exact(tree: Tree) -> bool:
    """Whether a term is a number that was not fitted."""
    leaf = tree[1] if isinstance(tree, tuple) and tree[0] == "-" else tree
    return not isinstance(leaf, (tuple, sympy.Symbol)) and not leaf.is_Float


def _has_decimal(tree: Tree) -> bool:
    if isinstance(tree, tuple):
        return any(map(_has_decimal, tree[1:]))
    return not isinstance(tree, sympy.Symbol) and bool(tree.is_Float)


def _head(head: str) -> float:
    if head == "-":
        return 0.0
    return _POWER if head == "**" else _FUNCTIONS.get(head, _OTHER)


def _number(leaf: Any, each: float = _NUMBER) -> float:
    """Give the bits of a number that is not fitted; a decimal is charged among the fitted ones."""
    if leaf.is_Float:
        return 0.0
    if leaf.is_Rational:
        return each * (math.log2(max(abs(leaf.p), 1)) + math.log2(leaf.q))
    return _OTHER
