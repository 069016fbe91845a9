"""A formula as a function in Fortran 2008, for whole arrays, too. Bessel functions and erf are its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kansr.export.about import About
from kansr.export.code import Code, Language, named
from kansr.formula.formula import Formula

_WIDEST = 100  # columns; the language allows 132

_SIGN = """    elemental function signum(x) result(value)
        double precision, intent(in) :: x
        double precision :: value
        value = merge(sign(1.0d0, x), x, abs(x) > 0.0d0)
    end function"""


def _double(number: float) -> str:
    """Write a number in double precision.

    >>> _double(0.1), _double(1e-30)
    ('0.1d0', '1d-30')
    """
    text = repr(float(number))
    return text.replace("e", "d") if "e" in text else f"{text}d0"


FORTRAN = Language(
    functions=named("{}", "erf")
    | {"Abs": "abs", "sign": "signum", "J0": "bessel_j0", "J1": "bessel_j1", "besselj": "bessel_jn"},
    reserved={"formula", "value", "merge", "sign", "real", "kind", "double", "precision"},
    comment="!",
    e="exp(1.0d0)",
    declares_pi=True,
    whole=_double,
    decimal=_double,
    helpers={"sign": _SIGN},
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
            *(["", *code.helpers] if code.helpers else []),
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
