"""A formula as a function in MATLAB or Octave, for whole arrays: operations work element by element."""

from __future__ import annotations

from kansr.export.about import About
from kansr.export.code import Code, Language, named, words
from kansr.formula.formula import Formula

_KEYWORDS = words("""
    break case catch classdef continue else elseif end for function global if otherwise parfor persistent return
    spmd switch try while until endif endwhile endfor endfunction endswitch do unwind_protect arguments value i j
    ans Inf NaN eps
""")

MATLAB = Language(
    functions=named("{}", "sign", "erf", "besselj")
    | {"Abs": "abs", "max": "max", "min": "min", "step": "double({} >= 0)"},
    reserved=_KEYWORDS,
    comment="%",
    e="exp(1)",
    times=".*",
    over="./",
    power="{}.^{}",
    pairs=True,
)


def render_matlab(formula: Formula, about: About) -> str:
    """Give a function `target`, for a file target.m. Outside its domain it is complex, as all of MATLAB is."""
    code = Code.of(formula, about, MATLAB)
    return "\n".join(
        [
            *code.comments,
            f"function value = target({', '.join(code.arguments)})",
            *code.declared("    {} = {};"),
            f"    value = {code.line};",
            "end",
        ]
    )
