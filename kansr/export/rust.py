"""A formula as a function in Rust, by its standard library, which has neither erf nor Bessel functions."""

from __future__ import annotations

from kansr.export.about import About
from kansr.export.code import Code, Language, double, named, words
from kansr.formula.formula import Formula

_KEYWORDS = words("""
    abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if
    impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true try
    type typeof union unsafe unsized use virtual where while yield main
""")
_SIGN = "fn sign(x: f64) -> f64 {\n    if x > 0.0 { 1.0 } else if x < 0.0 { -1.0 } else { x }\n}"

# f64::max and f64::min pass over what is no number
_HELPERS = {
    "sign": _SIGN,
    "max": "fn larger(x: f64, y: f64) -> f64 {\n    if x >= y { x } else if x < y { y } else { x + y }\n}",
    "min": "fn smaller(x: f64, y: f64) -> f64 {\n    if x <= y { x } else if x > y { y } else { x + y }\n}",
    "step": "fn step(x: f64) -> f64 {\n    if x >= 0.0 { 1.0 } else if x < 0.0 { 0.0 } else { x }\n}",
}

RUST = Language(
    functions=named("f64::{}")
    | {"log": "f64::ln", "Abs": "f64::abs", "sign": "sign"}
    | {"max": "larger", "min": "smaller", "step": "step"},
    reserved=_KEYWORDS,
    pi="std::f64::consts::PI",
    e="std::f64::consts::E",
    whole=double,
    pairs=True,
    helpers=_HELPERS,
    power="f64::powf({}, {})",
    whole_power="f64::powi({}, {})",
)


def render_rust(formula: Formula, about: About) -> str:
    """Give a function `target`. Outside its domain it is NaN."""
    code = Code.of(formula, about, RUST)
    arguments = ", ".join(f"{name}: f64" for name in code.arguments)
    capitals = any(name != name.lower() for name in (*code.arguments, *code.constants))
    return "\n".join(
        [
            *code.comments,
            *(["#[allow(non_snake_case)]"] if capitals else []),
            f"pub fn target({arguments}) -> f64 {{",
            *code.declared("    let {}: f64 = {};"),
            f"    {code.line}",
            "}",
            *("\n" + helper for helper in code.helpers),
        ]
    )
