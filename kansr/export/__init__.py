"""Formulas in other languages: one format a file, one table of formats.

| name                       | file                 | holds                                                        |
|----------------------------|----------------------|--------------------------------------------------------------|
| `latex`                    | `latex.py`           | the formula as LaTeX                                         |
| `mathml`                   | `mathml.py`          | the formula for a page                                       |
| `sympy`                    | `sympy_.py`          | a script that builds the formula in sympy                    |
| `python numpy torch jax`   | `python.py`          | a Python function that needs nothing of kansr                |
| `c cpp`                    | `c.py`               | a function in C or C++                                       |
| `fortran julia r rust ..`  | one file each        | a function                                                   |
| `excel`                    | `excel.py`           | a formula for the second row of a sheet                      |
| `sql`                      | `sql.py`             | an expression over columns by their names                    |
| `json`                     | `json_.py`           | everything that is known of it, and its tree as nested lists |

What languages share is in `code.py`, what may be said in comments in `about.py` and `quoting.py`; `compare.py` compares
what was written with the formula, by running it (`running/`).
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kansr.errors import UsageError
from kansr.export.about import About
from kansr.export.c import CPP, C, render_c, render_cpp
from kansr.export.compare import Check, Run, compare
from kansr.export.excel import EXCEL, render_excel
from kansr.export.fortran import FORTRAN, render_fortran
from kansr.export.javascript import JAVASCRIPT, render_javascript
from kansr.export.json_ import render_json
from kansr.export.julia import JULIA, render_julia
from kansr.export.latex import render_latex
from kansr.export.mathematica import MATHEMATICA, render_mathematica
from kansr.export.mathml import render_mathml
from kansr.export.matlab import MATLAB, render_matlab
from kansr.export.python import JAX, NUMPY, PLAIN, TORCH, render_jax, render_numpy, render_python, render_torch
from kansr.export.r import R, render_r
from kansr.export.running import languages
from kansr.export.running.inside import run_json, run_sql
from kansr.export.running.python import PythonLibrary
from kansr.export.running.sheet import run_sheet
from kansr.export.rust import RUST, render_rust
from kansr.export.sql import SQL, render_sql
from kansr.export.sympy_ import render_sympy
from kansr.formula.formula import Formula
from kansr.formula.functions import FUNCTIONS, Array
from kansr.formula.text import calls, printed

__all__ = ["FORMATS", "About", "Check", "Format", "check", "export", "format_of"]


class Render(Protocol):
    """Writes a formula as text."""

    def __call__(self, formula: Formula, about: About) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format.

    Parameters
    ----------
    name
        Its name on the command line.
    suffixes
        The suffixes of files that are known by them.
    render
        What writes it.
    functions
        The functions that it has.
    run
        What runs its text on rows, or why nothing does.
    """

    name: str
    render: Render
    run: Run | str
    suffixes: tuple[str, ...] = ()
    functions: Collection[str] = tuple(FUNCTIONS)

    def lacks(self, formula: Formula) -> list[str]:
        """Name the functions of a formula that it lacks."""
        known = {*self.functions, *(("J0", "J1") if "besselj" in self.functions else ())}
        return sorted(calls(printed(formula.expression)) - known)


_READ = "its numbers have six digits, to be read"
_MATHEMATICA = "kansr does not run Mathematica"

_ROWS = (
    Format(name="latex", suffixes=(".tex",), render=render_latex, run=_READ),
    Format(name="mathml", suffixes=(".mml",), render=render_mathml, run=_READ),
    Format(name="sympy", render=render_sympy, run=PythonLibrary("sympy")),
    Format(
        name="python", suffixes=(".py",), render=render_python, run=PythonLibrary("math"), functions=PLAIN.functions
    ),
    Format(name="numpy", render=render_numpy, run=PythonLibrary("numpy"), functions=NUMPY.functions),
    Format(name="torch", render=render_torch, run=PythonLibrary("torch"), functions=TORCH.functions),
    Format(name="jax", render=render_jax, run=PythonLibrary("jax"), functions=JAX.functions),
    Format(name="c", suffixes=(".c", ".h"), render=render_c, run=languages.C, functions=C.functions),
    Format(
        name="cpp",
        suffixes=(".cpp", ".cc", ".cxx", ".hpp"),
        render=render_cpp,
        run=languages.CPP,
        functions=CPP.functions,
    ),
    Format(
        name="fortran",
        suffixes=(".f90", ".f95", ".f03", ".f08"),
        render=render_fortran,
        run=languages.FORTRAN,
        functions=FORTRAN.functions,
    ),
    Format(name="julia", suffixes=(".jl",), render=render_julia, run=languages.JULIA, functions=JULIA.functions),
    Format(name="r", suffixes=(".r",), render=render_r, run=languages.R, functions=R.functions),
    Format(name="rust", suffixes=(".rs",), render=render_rust, run=languages.RUST, functions=RUST.functions),
    Format(
        name="javascript",
        suffixes=(".js", ".mjs"),
        render=render_javascript,
        run=languages.JAVASCRIPT,
        functions=JAVASCRIPT.functions,
    ),
    Format(name="matlab", suffixes=(".m",), render=render_matlab, run=languages.MATLAB, functions=MATLAB.functions),
    Format(
        name="mathematica",
        suffixes=(".wl", ".wls"),
        render=render_mathematica,
        run=_MATHEMATICA,
        functions=MATHEMATICA.functions,
    ),
    Format(name="excel", render=render_excel, run=run_sheet, functions=EXCEL.functions),
    Format(name="sql", suffixes=(".sql",), render=render_sql, run=run_sql, functions=SQL.functions),
    Format(name="json", suffixes=(".json",), render=render_json, run=run_json),
)

FORMATS: dict[str, Format] = {row.name: row for row in _ROWS}
"""The formats by name."""


def format_of(name: str | None, out: Path | None = None) -> Format:
    """Find a format by its name, or without one by the suffix of a file.

    Raises `UsageError` for a name that is not in the table, and where neither says which format it is.

    >>> format_of(None, Path("f.f90")).name
    'fortran'
    """
    if name is None:
        suffix = "" if out is None else out.suffix.lower()
        found = next((row for row in _ROWS if suffix in row.suffixes), None)
        if found is None:
            where = None if out is None else str(out)
            raise UsageError("which format?", where=where, hint=f"--to {' | '.join(FORMATS)}")
        return found
    if name not in FORMATS:
        near = difflib.get_close_matches(name, FORMATS, 1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise UsageError(f"there is no format '{name}'", hint=f"{hint}the formats are {', '.join(FORMATS)}")
    return FORMATS[name]


def export(formula: Formula, to: str, about: About | None = None) -> str:
    """Write a formula in one of the formats, as text without a line break at the end.

    Raises `UsageError` for a format that is not in the table, and for one that lacks a function of the formula.
    """
    row = format_of(to)
    missing = row.lacks(formula)
    if missing:
        able = ", ".join(other.name for other in _ROWS if not other.lacks(formula))
        raise UsageError(f"{row.name} has no {' and no '.join(missing)}", hint=f"formats that have: {able}")
    return row.render(formula, about or About.alone(formula))


def check(text: str, formula: Formula, to: str, columns: Mapping[str, Array], about: About | None = None) -> Check:
    """Compare exported text with the formula on columns of the table by their own names (see `kansr.export.compare`).

    Raises `ExportError` when they differ, or the language refuses the text.
    """
    return compare(text, formula, about or About.alone(formula), columns=columns, run=format_of(to).run)
