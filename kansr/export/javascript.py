"""A formula as a function in JavaScript, which has neither erf nor Bessel functions."""

from __future__ import annotations

from kansr.export.about import About
from kansr.export.code import Code, Language, named, words
from kansr.formula.formula import Formula

_KEYWORDS = words("""
    arguments async await break case catch class const continue debugger default delete do else enum eval export
    extends false finally for function if implements import in instanceof interface let new null of package private
    protected public return static super switch this throw true try typeof undefined var void while with yield NaN
    Infinity
""")

_STEP = "const step = (x) => (x >= 0 ? 1 : x < 0 ? 0 : NaN);\n"

JAVASCRIPT = Language(
    functions=named("Math.{}", "sign", "max", "min") | {"Abs": "Math.abs", "step": "step"},
    reserved=_KEYWORDS,
    pi="Math.PI",
    e="Math.E",
    helpers={"step": _STEP},
    power="Math.pow({}, {})",  # -x**2 is an error in JavaScript
)


def render_javascript(formula: Formula, about: About) -> str:
    """Give a module that exports one function `target`. Outside its domain it is NaN."""
    code = Code.of(formula, about, JAVASCRIPT)
    return "\n".join(
        [
            *code.comments,
            *code.helpers,
            f"export function target({', '.join(code.arguments)}) {{",
            *code.declared("  const {} = {};"),
            f"  return {code.line};",
            "}",
        ]
    )
