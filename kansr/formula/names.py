"""Names of columns as symbols of a formula.

A formula crosses every boundary as text, which `kansr.formula.parse` reads. A column keeps its name there wherever that
can be a name: `N`, `E`, `beta`, `größe`, `速度`. Others, such as `if`, `exp` or `speed (m/s)`, take a safe name, and
the formula says which column it stands for.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Sequence

import sympy

from kansr.formula.functions import OF_ORDER, SPELLINGS

GREEK = {
    letter: unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda")
    for letter in "αβγδεζηθικλμνξοπρστυφχψω"
} | {"ς": "sigma", "ϑ": "theta", "ϕ": "phi", "ϵ": "epsilon", "ϱ": "rho", "ϰ": "kappa"}
"""Lower-case Greek letters, spelled out."""

_UNIT = re.compile(r"\s*\[[^\[\]]*\]\s*$|\s+\([^()]*\)\s*$")
_CALLED = {*SPELLINGS, *OF_ORDER}


def is_safe(name: str) -> bool:
    """Whether a formula can hold a name: an identifier of any script, no word of Python's and no function's name.

    Of letters that are written in several ways, as the micro sign and mu are, one is taken: that of NFKC.

    >>> is_safe("x1"), is_safe("E"), is_safe("β"), is_safe("exp"), is_safe("a-b"), is_safe("if")
    (True, True, True, False, False, False)
    """
    plain = name.isidentifier() and name.isprintable() and name == unicodedata.normalize("NFKC", name)
    return plain and not keyword.iskeyword(name) and name not in _CALLED


def safe_names(columns: Sequence[str]) -> dict[str, str]:
    """Give each column a name that a formula can hold: safe name -> column name, in the order of the columns.

    A column keeps its name when `is_safe` says so. The names are distinct as long as the columns are.

    >>> safe_names(["x", "x y", "Δp [Pa]", "E", "if", "1st", "x_y"])
    {'x': 'x', 'x_y_2': 'x y', 'Δp': 'Δp [Pa]', 'E': 'E', 'if_': 'if', 'x_1st': '1st', 'x_y': 'x_y'}
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


def in_ascii(name: str) -> str:
    """Spell a name with Latin letters, digits and underscores: Greek letters by their names, others without accents.

    >>> in_ascii("Δp"), in_ascii("größe"), in_ascii("x_1")
    ('Delta_p', 'gro_e', 'x_1')
    """
    if name.isascii():
        return name
    spelled = _joined(map(_latin, unicodedata.normalize("NFKD", name))) or "x"
    return f"x_{spelled}" if spelled[0].isdigit() else spelled


def _latin(letter: str) -> str:
    greek = GREEK.get(letter.lower())
    if greek:
        return f"_{greek if letter.islower() else greek.capitalize()}_"
    if unicodedata.combining(letter):
        return ""
    return letter if letter.isascii() and letter.isalnum() else "_"


def _safe(column: str) -> str:
    """Spell a column so that `is_safe` holds: letters stay, and one underscore stands for anything else."""
    without_unit = _UNIT.sub("", column)
    name = _spelled(without_unit) or _spelled(column) or "x"
    if not name[0].isidentifier():
        name = f"x_{name}"
    return next((one for one in (name, f"{name}_", in_ascii(name)) if is_safe(one)), "x")


def _spelled(text: str) -> str:
    return _joined(c if f"x{c}".isidentifier() else "_" for c in unicodedata.normalize("NFKC", text))


def _joined(parts: Iterable[str]) -> str:
    return re.sub("_+", "_", "".join(parts)).strip("_")


def _unused(name: str, taken: set[str]) -> str:
    """Give the name, or the first of name_2, name_3, ... that is not taken."""
    number, free = 1, name
    while free in taken or not is_safe(free):
        number += 1
        free = f"{name.rstrip('_')}_{number}"
    return free
