"""A formula as LaTeX, for a paper."""

from __future__ import annotations

from kansr.export.about import About
from kansr.formula.formula import Formula


def render_latex(formula: Formula, about: About) -> str:  # noqa: ARG001  (it is written around it)
    """Give the formula in LaTeX: numbers with six digits, columns as letters with subscripts or as text."""
    return formula.latex
