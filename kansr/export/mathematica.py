"""A formula as a function in Mathematica (the Wolfram Language)."""

from __future__ import annotations

import re

from kansr.export.about import About
from kansr.export.code import Code, Language, described
from kansr.export.quoting import bare
from kansr.formula.formula import Formula
from kansr.formula.names import in_ascii

_FUNCTIONS = {
    "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos", "tan": "Tan", "sinh": "Sinh",
    "cosh": "Cosh", "tanh": "Tanh", "asin": "ArcSin", "acos": "ArcCos", "atan": "ArcTan", "asinh": "ArcSinh",
    "acosh": "ArcCosh", "atanh": "ArcTanh", "Abs": "Abs", "sign": "Sign", "erf": "Erf", "besselj": "BesselJ",
    "max": "Max", "min": "Min", "step": "UnitStep",
}  # fmt: skip


def _number(number: float) -> str:
    """Write a machine number. Without the mark, one with 17 digits would be taken for a number of that precision.

    >>> _number(0.1), _number(1e-30)
    ('0.1`', '1.`*^-30')
    """
    mantissa, _, power = repr(float(number)).partition("e")
    mantissa = mantissa if "." in mantissa else f"{mantissa}."
    return f"{mantissa}`*^{int(power)}" if power else f"{mantissa}`"


def _spelled(name: str) -> str:
    """Give a name without underscores, which are patterns, and with a small first letter, which no built-in name has.

    >>> _spelled("Delta_p"), _spelled("x_1")
    ('deltaP', 'x1')
    """
    first, *others = re.split("_+", in_ascii(name).strip("_")) or ["x"]
    return first[:1].lower() + first[1:] + "".join(part[:1].upper() + part[1:] for part in others)


MATHEMATICA = Language(
    functions=_FUNCTIONS,
    pi="Pi",
    e="E",
    whole=str,
    decimal=_number,
    power="{}^{}",
    call="{}[{}]",
    spell=_spelled,
    spare="0",
)


def render_mathematica(formula: Formula, about: About) -> str:
    """Give a definition of `target`. Fractions and roots of numbers stay exact; outside its domain it is complex."""
    code, names = Code.of(formula, about, MATHEMATICA), MATHEMATICA.names(formula)
    arguments = ", ".join(f"{name}_" for name in code.arguments)
    local = ", ".join(code.declared("{} = {}"))
    return "\n".join(
        [
            *(f"(* {text} *)" for text in described(formula, about, names, bare)),
            f"target[{arguments}] := " + (f"With[{{{local}}}, {code.line}]" if local else code.line),
        ]
    )
