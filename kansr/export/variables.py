"""The variables of exported code."""

from __future__ import annotations

from collections.abc import Callable, Collection

from kansr.formula.formula import Formula
from kansr.formula.names import in_ascii

_LONGEST = 50


def variables(
    formula: Formula,
    reserved: Collection[str],
    *,
    spell: Callable[[str], str] = in_ascii,
    same: Callable[[str], str] = str,
    spare: str = "_",
) -> dict[str, str]:
    """Give a variable for each column and named constant of a formula: its name, or that with underscores.

    Names are identifiers of any script (see `kansr.formula.names`); here they begin with a letter, too, and are not too
    long for any language. `reserved` are words of the language, `spell` gives a name in its letters (by default
    those of ASCII), `same` what it does not tell apart, such as capitals, and `spare` what is put behind a name that is
    taken.
    """
    taken = {same(word) for word in reserved}
    wanted = {name: _plain(spell(name)) for name in [*formula.names, *formula.constants]}
    chosen: dict[str, str] = {}
    for name in sorted(wanted, key=lambda name: wanted[name] != name):  # who keeps the own name comes first
        variable = wanted[name]
        while same(variable) in taken:
            variable += spare
        taken.add(same(variable))
        chosen[name] = variable
    return chosen


def _plain(name: str) -> str:
    """Give a name that begins with a letter and is not too long."""
    return (name if name[0] != "_" else f"x{name}")[:_LONGEST]
