"""The variables of exported code."""

from __future__ import annotations

from collections.abc import Collection

from kansr.formula.formula import Formula


def variables(formula: Formula, reserved: Collection[str]) -> dict[str, str]:
    """Give a variable for each symbol of a formula: its name, with an underscore where the code needs that name."""
    taken = {*formula.names, *reserved}
    chosen: dict[str, str] = {}
    for name in formula.names:
        variable = name
        while variable in reserved or (variable != name and variable in taken):
            variable += "_"
        taken.add(variable)
        chosen[name] = variable
    return chosen
