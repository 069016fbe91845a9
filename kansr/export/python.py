"""A formula as a Python function that needs NumPy only (and SciPy where a special function occurs)."""

from __future__ import annotations

from typing import Any

import sympy

from kansr.export.variables import variables
from kansr.formula.formula import Formula
from kansr.formula.functions import FUNCTIONS
from kansr.formula.named import Named
from kansr.formula.text import Dialect, leaf_text, printed, write

_RESERVED = ("np", "special", "target")
_CONSTANTS = {sympy.pi: "np.pi", sympy.E: "np.e"}
_PYTHON = {name: function.python for name, function in FUNCTIONS.items()}


def render_python(formula: Formula) -> str:
    """Give a module with one function `target`; its arguments are the columns of the formula, in natural order."""
    names = variables(formula, _RESERVED)
    arguments = {name: names[name] for name in formula.names}
    line = write(printed(formula.expression), Dialect(leaf=lambda leaf: _leaf(leaf, names), functions=_PYTHON))
    constants = [f"{names[name]} = {value!r}" for name, value in formula.constants.items()]
    imports = ["import numpy as np", *(["from scipy import special"] if "special." in line else [])]
    return "\n".join([*imports, *([""] if constants else []), *constants, "", "", *_function(formula, arguments, line)])


def _function(formula: Formula, arguments: dict[str, str], line: str) -> list[str]:
    """Write the function line by line. Values outside the domain are nan, without a warning."""
    doubles = [f"    {argument} = np.asarray({argument}, dtype=float)" for argument in arguments.values()]
    return [
        f"def target({', '.join(arguments.values())}):",
        *_docstring(formula, arguments),
        *doubles,
        '    with np.errstate(all="ignore"):',
        f"        return {line}",
    ]


def _docstring(formula: Formula, arguments: dict[str, str]) -> list[str]:
    """Say which column each argument is."""
    columns = [f"    {arguments[name]}: column {_quoted(column)}" for name, column in formula.names.items()]
    if not columns:
        return ['    """A constant: no column enters."""']
    return ['    """The formula that kansr found.', "", *columns, '    """']


def _quoted(column: str) -> str:
    """Quote a column's name so that it can stand in a docstring, whatever it holds."""
    return repr(column).replace("\\", "\\\\").replace('"', '\\"')


def _leaf(leaf: Any, names: dict[str, str]) -> str:
    if isinstance(leaf, (sympy.Symbol, Named)):
        return names[leaf.name]
    if leaf.is_Integer and abs(leaf) >= 2**53:  # NumPy has no integers of this size
        return repr(float(leaf))
    return _CONSTANTS.get(leaf) or leaf_text(leaf)
