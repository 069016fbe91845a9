"""A formula as a function in Julia, by what comes with it: erf and Bessel functions are in a package."""

from __future__ import annotations

from kansr.export.about import About
from kansr.export.code import Code, Language, named, words
from kansr.formula.formula import Formula

_KEYWORDS = words("""
    abstract baremodule begin break catch const continue do else elseif end export false finally for function global
    if import in isa let local macro module mutable outer primitive public quote return struct true try type using
    where while
""")

_STEP = "step(x) = x >= 0 ? 1.0 : x < 0 ? 0.0 : x"

JULIA = Language(
    functions=named("{}", "sign", "max", "min", "step") | {"Abs": "abs"},
    reserved={*_KEYWORDS, "float"},
    comment="#",
    helpers={"step": _STEP},
    power="{}^{}",
    whole_power="{}^{}",
)


def render_julia(formula: Formula, about: About) -> str:
    """Give a function `target` of numbers; `target.(x)` takes arrays. Outside its domain it is a `DomainError`."""
    code = Code.of(formula, about, JULIA)
    return "\n".join(
        [
            *code.comments,
            *code.helpers,
            f"function target({', '.join(code.arguments)})",
            *(f"    {name} = float({name})" for name in code.arguments),  # whole numbers would overflow
            *code.declared("    {} = {}"),
            f"    return {code.line}",
            "end",
        ]
    )
