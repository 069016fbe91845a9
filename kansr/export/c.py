"""A formula as a function in C or C++. Bessel functions are those of POSIX."""

from __future__ import annotations

from kansr.export.about import About
from kansr.export.code import Code, Language, double, named, words
from kansr.formula.formula import Formula

_OTHERS = {"sign": "sign", "J0": "j0", "J1": "j1", "besselj": "jn"}
_CORNERS = {"max": "larger", "min": "smaller", "step": "step"}
_SIGN = "static double sign(double x)\n{\n    return x > 0 ? 1.0 : x < 0 ? -1.0 : x;\n}"
# fmax and fmin pass over what is no number
_HELPERS = {
    "sign": _SIGN,
    "max": "static double larger(double x, double y)\n{\n    return x >= y ? x : x < y ? y : x + y;\n}",
    "min": "static double smaller(double x, double y)\n{\n    return x <= y ? x : x > y ? y : x + y;\n}",
    "step": "static double step(double x)\n{\n    return x >= 0 ? 1.0 : x < 0 ? 0.0 : x;\n}",
}

# words of the languages, and names that math.h and compilers define as macros
_KEYWORDS = words("""
    alignas alignof auto bool break case char const constexpr continue default do double else enum extern false
    float for goto if inline int long nullptr register restrict return short signed sizeof static static_assert
    struct switch thread_local true typedef typeof typeof_unqual union unsigned void volatile while asm fortran main
    and and_eq bitand bitor catch char8_t char16_t char32_t class compl concept const_cast consteval constinit
    co_await co_return co_yield decltype delete dynamic_cast explicit export friend mutable namespace new noexcept
    not not_eq operator or or_eq private protected public reinterpret_cast requires static_cast template this throw
    try typeid typename using virtual wchar_t xor xor_eq std pow NAN INFINITY HUGE HUGE_VAL HUGE_VALF HUGE_VALL
    MATH_ERRNO MATH_ERREXCEPT DOMAIN SING OVERFLOW UNDERFLOW PLOSS TLOSS MAXFLOAT NULL EOF ERANGE EDOM BUFSIZ
    RAND_MAX FP_NAN FP_INFINITE FP_ZERO FP_SUBNORMAL FP_NORMAL FP_ILOGB0 FP_ILOGBNAN FP_FAST_FMA FP_FAST_FMAF
    FP_FAST_FMAL FP_INT_UPWARD FP_INT_DOWNWARD FP_INT_TOWARDZERO FP_INT_TONEARESTFROMZERO FP_INT_TONEAREST M_E
    M_LOG2E M_LOG10E M_LN2 M_LN10 M_PI M_PI_2 M_PI_4 M_1_PI M_2_PI M_2_SQRTPI M_SQRT2 M_SQRT1_2 isnan isinf isfinite
    isnormal signbit fpclassify isgreater isgreaterequal isless islessequal islessgreater isunordered iseqsig
    issignaling issubnormal iszero math_errhandling linux unix i386
""")

C = Language(
    functions=named("{}", "erf") | {"Abs": "fabs"} | _OTHERS | _CORNERS,
    reserved=_KEYWORDS,
    declares_pi=True,
    whole=double,
    power="pow({}, {})",
    pairs=True,
    helpers=_HELPERS,
)
CPP = Language(
    functions=named("std::{}", "erf") | {"Abs": "std::fabs"} | _OTHERS | _CORNERS,
    reserved=_KEYWORDS,
    declares_pi=True,
    e="std::exp(1.0)",
    whole=double,
    power="std::pow({}, {})",
    pairs=True,
    helpers=_HELPERS,
)


def render_c(formula: Formula, about: About) -> str:
    """Give a function `double target(double ...)` with the math.h that it needs. Outside its domain it is NAN."""
    return _source(Code.of(formula, about, C), "#include <math.h>", "void")


def render_cpp(formula: Formula, about: About) -> str:
    """Give the same as for C, with the names of C++."""
    code = Code.of(formula, about, CPP)
    posix = any(f" {name}(" in f" {code.line}" for name in ("j0", "j1", "jn"))
    return _source(code, "#include <math.h>" if posix else "#include <cmath>", "")


def _source(code: Code, include: str, nothing: str) -> str:
    arguments = ", ".join(f"double {name}" for name in code.arguments) or nothing
    return "\n".join(
        [
            *code.comments,
            include,
            "",
            *(f"{helper}\n" for helper in code.helpers),
            f"double target({arguments})",
            "{",
            *code.declared("    const double {} = {};"),
            f"    return {code.line};",
            "}",
        ]
    )
