"""The variables of exported code."""

from __future__ import annotations

from collections.abc import Collection

from kansr.formula.formula import Formula


def variables(formula: Formula, reserved: Collection[str]) -> dict[str, str]:
    """Give a variable for each column and named constant of a formula: its name, or that with an underscore."""
    names = [*formula.names, *formula.constants]
    taken = {*names, *reserved}
    chosen: dict[str, str] = {}
    for name in names:
        variable = name
        while variable in reserved or (variable != name and variable in taken):
            variable += "_"
        taken.add(variable)
        chosen[name] = variable
    return chosen
