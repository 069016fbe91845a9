"""A formula as JSON: everything that is known of it, and its tree as nested lists.

The tree is written as `["+", ["*", 2, "x"], 1]`: a head and its parts, numbers as numbers, fractions as `["/", 3, 4]`,
and columns and constants as text. A term `["-", t]` of a sum is subtracted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import sympy

from kansr.errors import FormulaError
from kansr.export.about import About
from kansr.files import json_text
from kansr.formula.formula import Formula
from kansr.formula.parse import MAX_DEPTH, parse
from kansr.formula.text import Tree, leaf_text, printed


def render_json(formula: Formula, about: About) -> str:  # noqa: ARG001  (the contract is that of the formula)
    """Give one JSON object. `Formula.from_json` reads it back, and `from_tree` its tree alone."""
    record = formula.to_json() | {"latex": formula.latex, "tree": to_tree(formula.expression)}
    return json_text(record, indent=2)


def to_tree(expr: sympy.Expr) -> Any:
    """Give the printed tree of a formula as JSON values.

    >>> to_tree(2 * sympy.Symbol("x") + 1)
    ['+', ['*', 2, 'x'], 1]
    """
    pi = ["acos", -1] if any(symbol.name == "pi" for symbol in expr.free_symbols) else "pi"
    return _plain(printed(expr), {sympy.pi: pi, sympy.E: ["exp", 1]})


def from_tree(
    tree: Any, names: Collection[str] | None = None, constants: Mapping[str, float] | None = None
) -> sympy.Expr:
    """Read the tree of a formula back, with the same care as a text.

    Raises `FormulaError` for what is no tree of a formula.

    >>> from_tree(["+", ["*", 2, "x"], ["-", ["sqrt", "y"]]])
    2*x - sqrt(y)
    """
    return parse(_text(tree, 0), names, constants)


def _plain(tree: Tree, constants: Mapping[Any, Any]) -> Any:
    if isinstance(tree, tuple):
        return [tree[0], *(_plain(part, constants) for part in tree[1:])]
    if tree in constants:
        return constants[tree]
    if tree.is_Float:
        return float(tree)
    if tree.is_Rational:
        return int(tree.p) if tree.q == 1 else ["/", int(tree.p), int(tree.q)]
    return leaf_text(tree)


_OPERATORS: dict[str, Callable[[list[str]], str]] = {
    "+": " + ".join,
    "*": "*".join,
    "/": "/".join,
    "**": "**".join,
    "-": lambda parts: "-" + " - ".join(parts),
}


def _text(tree: Any, depth: int) -> str:
    """Write a tree with a bracket around every part."""
    if depth > MAX_DEPTH:
        raise FormulaError(f"the tree of the formula is nested more than {MAX_DEPTH} levels deep")
    if isinstance(tree, str) and tree.isidentifier():
        return tree
    if isinstance(tree, (int, float)) and not isinstance(tree, bool):
        return f"({tree!r})"
    if not (isinstance(tree, list) and len(tree) > 1 and isinstance(tree[0], str)):
        raise FormulaError(f"'{str(tree)[:30]}' is no tree of a formula", hint='a tree is ["+", "x", 1]')
    head, *parts = tree
    texts = [_text(part, depth + 1) for part in parts]
    if head in _OPERATORS:
        return f"({_OPERATORS[head](texts)})"
    return f"{head}({', '.join(texts)})"
