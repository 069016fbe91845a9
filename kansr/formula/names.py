"""Names of columns as symbols of a formula.

A formula crosses every boundary as text, and the text must be read by plain `sympy.sympify`. There `E` is Euler's
number, `beta` a function and `if` an error, so a column of that name takes a safe name, and the formula says which
column it stands for.
"""

from __future__ import annotations

import builtins
import keyword
import re
import types
import unicodedata
from collections.abc import Iterable, Sequence

import sympy

GREEK = {
    letter: unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda")
    for letter in "αβγδεζηθικλμνξοπρστυφχψω"
} | {"ς": "sigma", "ϑ": "theta", "ϕ": "phi", "ϵ": "epsilon", "ϱ": "rho", "ϰ": "kappa"}
"""Lower-case Greek letters, spelled out."""

_UNIT = re.compile(r"\s*\[[^\[\]]*\]\s*$|\s+\([^()]*\)\s*$")
_RESERVED = frozenset(sympy.__all__) | frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, types.BuiltinFunctionType)
)
_RESERVED_TOO = frozenset({"max", "min", "None", "True", "False", "print", "exec"})


def is_safe(name: str) -> bool:
    """Whether plain `sympy.sympify` reads a name as a symbol, and nothing else.

    >>> is_safe("x1"), is_safe("beta"), is_safe("a-b")
    (True, False, False)
    """
    plain = name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
    return plain and name not in _RESERVED and name not in _RESERVED_TOO


def safe_names(columns: Sequence[str]) -> dict[str, str]:
    """Give each column a name that a formula can hold: safe name -> column name, in the order of the columns.

    A column keeps its name when `is_safe` says so. The names are distinct as long as the columns are.

    >>> safe_names(["x", "x y", "Δp [Pa]", "E", "if", "1st", "x_y"])
    {'x': 'x', 'x_y_2': 'x y', 'Delta_p': 'Δp [Pa]', 'E_': 'E', 'if_': 'if', 'x_1st': '1st', 'x_y': 'x_y'}
    """
    taken = {column for column in columns if is_safe(column)}
    names: dict[str, str] = {}
    for column in columns:
        name = column
        if not is_safe(column) or column in names:
            name = _unused(_safe(column), taken)
            taken.add(name)
        names[name] = column
    return names


def symbols_of(names: Iterable[str]) -> dict[str, sympy.Symbol]:
    """Give the symbol of each name. Columns are real, so symbols are: `sqrt(x**2)` may become `Abs(x)`.

    >>> symbols_of(["x"])["x"].is_real
    True
    """
    return {name: sympy.Symbol(name, real=True) for name in names}


def _safe(column: str) -> str:
    """Spell a column with letters, digits and underscores so that `is_safe` holds."""
    without_unit = _UNIT.sub("", column)
    name = _spelled(without_unit) or _spelled(column) or "x"
    if name[0].isdigit():
        name = f"x_{name}"
    return name if is_safe(name) else f"{name}_"


def _spelled(text: str) -> str:
    """Spell Greek letters out, drop accents, and put one underscore for anything else."""
    parts: list[str] = []
    for letter in unicodedata.normalize("NFKD", text):
        greek = GREEK.get(letter.lower())
        if greek:
            parts.append(f"_{greek if letter.islower() else greek.capitalize()}_")
        elif not unicodedata.combining(letter):
            parts.append(letter if letter.isascii() and letter.isalnum() else "_")
    return re.sub("_+", "_", "".join(parts)).strip("_")


def _unused(name: str, taken: set[str]) -> str:
    """Give the name, or the first of name_2, name_3, ... that is not taken."""
    number, free = 1, name
    while free in taken or not is_safe(free):
        number += 1
        free = f"{name.rstrip('_')}_{number}"
    return free
