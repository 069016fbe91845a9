"""A formula as a function in R, for whole vectors.

R has no erf and its Bessel functions take no negative numbers: both are written by what it has.
"""

from __future__ import annotations

from kansr.export.about import About
from kansr.export.code import Code, Language, named, words
from kansr.formula.formula import Formula

_KEYWORDS = words("""
    if else repeat while function for next break TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_ NA_complex_
    NA_character_ in return c T F pgamma besselJ
""")
_ERF = "erf <- function(x) sign(x) * pgamma(x^2, 1/2)"  # all digits, also where x is small
_STEP = "step <- function(x) ifelse(x >= 0, 1, 0)"
_BESSEL = "bessel_j <- function(n, x) sign(x)^n * besselJ(abs(x), n)"

R = Language(
    functions=named("{}", "sign")
    | {"Abs": "abs", "erf": "erf", "besselj": "bessel_j", "max": "pmax", "min": "pmin", "step": "step"},
    reserved=_KEYWORDS,
    comment="#",
    e="exp(1)",
    helpers={"erf": _ERF, "step": _STEP, "J0": _BESSEL, "J1": _BESSEL, "besselj": _BESSEL},
    power="{}^{}",
)


def render_r(formula: Formula, about: About) -> str:
    """Give a function `target`. Outside its domain it is NaN."""
    code = Code.of(formula, about, R)
    return "\n".join(
        [
            *code.comments,
            *dict.fromkeys(code.helpers),
            f"target <- function({', '.join(code.arguments)}) {{",
            *code.declared("  {} <- {}"),
            f"  {code.line}",
            "}",
        ]
    )
