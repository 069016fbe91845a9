"""How much a formula says: the nodes of its printed tree, and its length in bits beside its error.

Minimum description length (Rissanen, Automatica 14, 1978): the best formula is the shortest message that carries both
the formula and what it leaves unexplained. Bits for structure and constants follow the idea of AI Feynman 2.0 (Udrescu
et al., NeurIPS 2020); a fitted constant costs as many bits as the data can tell of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import sympy

from kansr.formula.functions import CONSTANTS, FUNCTIONS
from kansr.formula.named import Named
from kansr.formula.text import Tree, leaf_text, printed

FLOOR = 1e-24
"""Relative squared errors below this count as none: it is a relative error of 1e-12, some digits above rounding."""

DOUBLE = 52.0
"""Bits of a constant that nothing bounds: the digits of a double."""


def complexity(expr: sympy.Expr) -> int:
    """Count the nodes of the printed tree: operators, functions, constants and columns are one each.

    Subtraction and division are one operator; a sum of m terms has m - 1, and so has max; a square root is one; a
    fraction of whole numbers is one constant, wherever its parts stand.

    >>> x, y = sympy.symbols("x y")
    >>> [complexity(e) for e in (x**2, x - y, x / y, sympy.sqrt(x), -x, 3 * x / 4)]
    [3, 3, 3, 2, 2, 3]
    """
    return _nodes(printed(expr))


def _nodes(tree: Tree) -> int:
    if not isinstance(tree, tuple):
        return 1
    head, *parts = tree
    if head == "+":
        subtracted = sum(1 for part in parts[1:] if isinstance(part, tuple) and part[0] == "-")  # minus is the operator
        return len(parts) - 1 - subtracted + sum(map(_nodes, parts))
    if head == "*" or (head in FUNCTIONS and FUNCTIONS[head].many):
        return len(parts) - 1 + sum(map(_nodes, parts))
    return (-1 if _split_number(tree) else 1) + sum(map(_nodes, parts))


def _split_number(tree: tuple[Any, ...]) -> bool:
    """Say whether a quotient carries one fraction of whole numbers in two parts, as in `3*x/4` and `1/(2*y)`."""
    return tree[0] == "/" and all(bool(_leading(part).is_Integer) for part in tree[1:])


def _leading(tree: Tree) -> Any:
    """Give the number in front, or nan for none."""
    leaf = tree[1] if isinstance(tree, tuple) and tree[0] == "*" else tree
    return sympy.nan if isinstance(leaf, tuple) else leaf


def constant_bits(number: sympy.Expr, free: float = DOUBLE) -> float:
    """Give the bits that a constant costs.

    | constant            | bits                                                             |
    |---------------------|------------------------------------------------------------------|
    | 0, 1, -1            | 1                                                                |
    | whole number n      | 1 + 2 log2 abs(n)                                                |
    | fraction p/q        | those of p and q                                                 |
    | pi, E               | 2                                                                |
    | a named constant    | those that its name takes (see `kansr.formula.named`)            |
    | sqrt(2), 2*pi/3     | those of its parts, and 1 for each operation                     |
    | decimal, d digits   | 1 + d log2(10) + 2 log2(1 + abs(exponent))                       |

    and never more than `free`, the bits of a constant that was fitted.

    >>> numbers = sympy.Integer(1), sympy.Rational(1, 2), sympy.pi, sympy.Float("9.81")
    >>> [round(constant_bits(number), 1) for number in numbers]
    [1.0, 4.0, 2.0, 14.1]
    """
    return min(free, _bits(printed(number)))


def _bits(tree: Tree) -> float:
    if isinstance(tree, tuple):
        return (len(tree) - 2 if tree[0] in "+*" else 1) + sum(map(_bits, tree[1:]))
    if tree in CONSTANTS.values():
        return 2.0
    if isinstance(tree, Named):
        return float(tree.bits)
    if tree.is_Rational:
        return _whole_bits(tree.p) + (_whole_bits(tree.q) if tree.q != 1 else 0.0)
    return _decimal_bits(leaf_text(tree))


def _whole_bits(number: int) -> float:
    return 1 + 2 * math.log2(max(abs(number), 1))


def _decimal_bits(text: str) -> float:
    """Give the bits of a decimal number from its shortest text."""
    mantissa, _, exponent = text.lstrip("-").partition("e")
    before, _, after = mantissa.partition(".")
    after = "" if after == "0" else after
    digits = (before + after).lstrip("0")
    shift = int(exponent or 0) - len(after) + len(digits) - len(digits.rstrip("0"))
    if shift >= 0 and digits and len(digits) + shift < 16:  # a whole number, as cheap as one
        return _whole_bits(int(float(text)))
    return 1 + math.log2(10) * len(digits.rstrip("0")) + 2 * math.log2(1 + abs(shift))


def description_length(
    expr: sympy.Expr,
    *,
    rows: int,
    mse: float,
    variance: float,
    free: int | None = None,
    floor: float = FLOOR,
    noise: float | None = None,
) -> float:
    """Give the length in bits of a formula and of what it leaves unexplained on so many rows.

        rows/2 log2(mse/variance + floor)  +  k log2(kinds)  +  bits of the constants

    with k the complexity and `kinds` the number of different functions, operators and columns in the formula, a
    constant being one kind. A fitted constant costs `log2(rows / (mse/variance + floor)) / 2` bits, at most 52: the
    digits that the data determine. `free` says how many decimal numbers were fitted (the longest ones are taken, and
    fitted constants that the tree does not show are charged too); by default every decimal costs what is shorter, its
    own digits or those of a fitted one.

    Where measurement errors are known, `noise` is the mean square that they explain: the first term then is half of
    chi^2, `rows/2 mse/noise` in units of bits, and constants have the digits that this noise leaves.

    The value can be negative: it is relative to a message that sends the target as it is.
    """
    scale = variance if variance > 0 else 1.0
    relative = mse / scale + floor if noise is None else noise / scale + floor
    unexplained = math.log2(relative) if noise is None else mse / noise / math.log(2)
    tree = printed(expr)
    kinds = {leaf if isinstance(leaf, (str, sympy.Symbol)) else "constant" for leaf in _tokens(tree)}
    each = min(DOUBLE, max(0.0, math.log2(rows / relative) / 2)) if math.isfinite(relative) else 0.0
    return rows / 2 * unexplained + _nodes(tree) * math.log2(max(2, len(kinds))) + _constants(tree, each, free)


def _constants(tree: Tree, each: float, free: int | None) -> float:
    """Give the bits of all constants of a tree, those that were fitted at the price `each`."""
    leaves = [leaf for leaf in _tokens(tree) if not isinstance(leaf, (str, sympy.Symbol))]
    decimals = sorted((_bits(leaf) for leaf in leaves if leaf.is_Float), reverse=True)
    others = sum(_bits(leaf) for leaf in leaves if not leaf.is_Float)
    if free is None:
        return others + sum(min(each, bits) for bits in decimals)
    return others + free * each + sum(decimals[free:])


def _tokens(tree: Tree) -> Iterator[Any]:
    """Walk heads and leaves."""
    if not isinstance(tree, tuple):
        yield tree
        return
    yield tree[0]
    for part in tree[1:]:
        yield from _tokens(part)
