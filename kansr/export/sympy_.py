"""A formula as a script that builds it in sympy."""

from __future__ import annotations

from typing import Any

import sympy

from kansr.export.about import About
from kansr.export.variables import variables
from kansr.formula.formula import Formula
from kansr.formula.functions import FUNCTIONS
from kansr.formula.named import Named
from kansr.formula.text import Dialect, leaf_text, printed, write

_RESERVED = ("sympy", "formula")
_CONSTANTS = {sympy.pi: "sympy.pi", sympy.E: "sympy.E"}
_SYMPY = {name: f"sympy.{name}" for name in FUNCTIONS} | {
    "max": "sympy.Max",
    "min": "sympy.Min",
    "step": "sympy.Heaviside({}, 1)",
}


def render_sympy(formula: Formula, about: About) -> str:  # noqa: ARG001  (the symbols say what they are)
    """Give a script with the symbols of the formula, all real, and the expression `formula`. Fractions stay exact."""
    names = variables(formula, _RESERVED, spell=str)
    symbols = [
        f'{names[name]} = sympy.Symbol("{name}", real=True)' + (f"  # column {column!a}" if name != column else "")
        for name, column in formula.names.items()
    ]
    symbols += [f"{names[name]} = sympy.Float({value!r})" for name, value in formula.constants.items()]
    tree = printed(formula.expression)
    line = write(tree, Dialect(leaf=lambda leaf: _leaf(leaf, names), functions=_SYMPY))
    if not isinstance(tree, tuple) and tree.is_Number and (tree.is_Float or tree.is_Integer):
        line = f"sympy.{'Float' if tree.is_Float else 'Integer'}({line})"
    return "\n".join(["import sympy", "", *symbols, f"formula = {line}"])


def _leaf(leaf: Any, names: dict[str, str]) -> str:
    if isinstance(leaf, (sympy.Symbol, Named)):
        return names[leaf.name]
    if leaf.is_Rational and leaf.q != 1:
        return f"sympy.Rational({leaf.p}, {leaf.q})"
    return _CONSTANTS.get(leaf) or leaf_text(leaf)
