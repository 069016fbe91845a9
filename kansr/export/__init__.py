"""Formulas in other languages: one format a file, one table of formats.

| name     | file         | holds                                                        |
|----------|--------------|--------------------------------------------------------------|
| `latex`  | `latex.py`   | the formula as LaTeX                                         |
| `sympy`  | `sympy_.py`  | a script that builds the formula in sympy                    |
| `python` | `python.py`  | a NumPy function that needs nothing of kansr                 |
| `json`   | `json_.py`   | everything that is known of it, and its tree as nested lists |
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from kansr.errors import UsageError
from kansr.export.json_ import render_json
from kansr.export.latex import render_latex
from kansr.export.python import render_python
from kansr.export.sympy_ import render_sympy
from kansr.formula.formula import Formula


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: its name on the command line, the suffix of its files, and what writes it."""

    name: str
    suffix: str
    render: Callable[[Formula], str]


FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        Format(name="latex", suffix=".tex", render=render_latex),
        Format(name="sympy", suffix=".py", render=render_sympy),
        Format(name="python", suffix=".py", render=render_python),
        Format(name="json", suffix=".json", render=render_json),
    )
}
"""The formats by name."""


def export(formula: Formula, to: str) -> str:
    """Write a formula in one of the formats, as text without a line break at the end.

    Raises `UsageError` for a format that is not in the table.
    """
    if to not in FORMATS:
        near = difflib.get_close_matches(to, FORMATS, 1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise UsageError(f"there is no format '{to}'", hint=f"{hint}the formats are {', '.join(FORMATS)}")
    return FORMATS[to].render(formula)
