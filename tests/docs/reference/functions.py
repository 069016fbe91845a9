"""The page of the functions: those that edges are read as, and those that a formula may hold."""

from __future__ import annotations

import math

import sympy

from kansr.formula.functions import FUNCTIONS
from kansr.symbolic.library import LIBRARY, Primitive
from tests.docs.reference.markdown import code, page, table

_ON_EDGES = """
## On edges

What `--functions` and `kansr set` name. Each is fitted to a curve as `c*f(a*x + b) + d`. Size is what it adds to the
complexity of a formula. Functions of these, their sums, products and polynomials are tried, too, where none fits alone.
"""
_IN_FORMULAS = """
## In formulas

What the formulas of `kansr score` and `--function` may hold, beside `+ - * / **`, brackets, numbers, `pi` and columns.
"""


def functions() -> str:
    """Write the page."""
    edges = table(["name", "f(x)", "where", "size"], [_primitive(row) for row in LIBRARY])
    unique = {function.name: function for function in FUNCTIONS.values()}
    written = [[code(f.name), ", ".join(map(code, f.aliases)), f.note] for f in unique.values()]
    return page("Functions", _ON_EDGES, edges, _IN_FORMULAS, table(["function", "also written", ""], written))


def _primitive(row: Primitive) -> list[str]:
    low, high = row.domain
    bounds = [f"x > {low:.4g}" if math.isfinite(low) else "", f"x < {high:.4g}" if math.isfinite(high) else ""]
    family = f"as {code(row.alias)}" if row.alias else " and ".join(part for part in bounds if part)
    written = "x^p" if row.name == "power" else str(row.sympy(sympy.Symbol("x")))
    return [code(row.name), code(written), family, str(row.complexity)]
