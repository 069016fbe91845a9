"""A formula as a function in Fortran 2008, for whole arrays, too. Bessel functions and erf are its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kansr.export.about import About
from kansr.export.code import Code, Language, named
from kansr.formula.formula import Formula

_WIDEST = 100  # columns; the language allows 132

_HELPER = """    elemental function {name}({arguments}) result(value)
        double precision, intent(in) :: {arguments}
        double precision :: value
        value = {value}
    end function"""
_SIGN = _HELPER.format(name="signum", arguments="x", value="merge(sign(1.0d0, x), x, abs(x) > 0.0d0)")
_STEP = _HELPER.format(name="step", arguments="x", value="merge(1.0d0, merge(0.0d0, x, x < 0.0d0), x >= 0.0d0)")
# max and min pass over what is no number, or do not: each compiler as it likes
_MAX = _HELPER.format(name="larger", arguments="x, y", value="merge(x, merge(y, x + y, x < y), x >= y)")
_MIN = _HELPER.format(name="smaller", arguments="x, y", value="merge(x, merge(y, x + y, x > y), x <= y)")


def _double(number: float) -> str:
    """Write a number in double precision.

    >>> _double(0.1), _double(1e-30)
    ('0.1d0', '1d-30')
    """
    text = repr(float(number))
    return text.replace("e", "d") if "e" in text else f"{text}d0"


FORTRAN = Language(
    functions=named("{}", "erf")
    | {"max": "larger", "min": "smaller", "step": "step"}
    | {"Abs": "abs", "sign": "signum", "J0": "bessel_j0", "J1": "bessel_j1", "besselj": "bessel_jn"},
    reserved={"formula", "value", "merge", "sign", "real", "kind", "double", "precision"},
    comment="!",
    e="exp(1.0d0)",
    declares_pi=True,
    whole=_double,
    decimal=_double,
    pairs=True,
    helpers={"sign": _SIGN, "max": _MAX, "min": _MIN, "step": _STEP},
    whole_power="{}**{}",
    same=str.lower,
)


def render_fortran(formula: Formula, about: About) -> str:
    """Give a module `formula` with an elemental function `target`. Outside its domain it is NaN."""
    code = Code.of(formula, about, FORTRAN)
    arguments = ", ".join(code.arguments)
    purity = "elemental" if arguments else "pure"  # an elemental function has arguments
    return "\n".join(
        [
            *code.comments,
            "module formula",
            "    implicit none",
            "contains",
            *folded(f"    {purity} function target({arguments}) result(value)"),
            *(folded(f"        double precision, intent(in) :: {arguments}") if arguments else []),
            *code.declared("        double precision, parameter :: {} = {}"),
            "        double precision :: value",
            *folded(f"        value = {code.line}"),
            "    end function",
            *(line for helper in code.helpers for line in ("", helper)),
            "end module",
        ]
    )


def folded(line: str) -> Iterator[str]:
    """Break a statement into lines. A line that begins with & goes on in the middle of a word, so any place will do."""
    while len(line) > _WIDEST:
        spaces = [match.start() for match in re.finditer(" ", line[:_WIDEST]) if match.start() > _WIDEST // 2]
        cut = spaces[-1] if spaces else _WIDEST
        yield f"{line[:cut]}&"
        line = f"            &{line[cut:]}"
    yield line
