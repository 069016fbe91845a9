"""LaTeX is balanced, readable, and safe for columns of any name."""

from __future__ import annotations

import re

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.formula.latex import latex_names, to_latex
from kansr.formula.parse import parse
from tests.formula.expressions import EXPRESSIONS

SYMBOLS = {"x": "x", "y": "y", "z_1": "z_{1}"}


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("exp(y**2 + sin(pi*x))", r"\exp\left(y^{2} + \sin\left(\pi x\right)\right)"),
        ("0.0015*x", r"1.5 \cdot 10^{-3} \cdot x"),
        ("1234567.0*x", r"1.23457 \cdot 10^{6} \cdot x"),
        ("3*x/(4*y)", r"\frac{3 x}{4 y}"),
        ("-x/2", r"-\frac{x}{2}"),
        ("x - 2*y", r"x - 2 y"),
        ("1/sqrt(x)", r"\frac{1}{\sqrt{x}}"),
        ("x**(1/3)", r"x^{\frac{1}{3}}"),
        ("(x + y)**2", r"\left(x + y\right)^{2}"),
        ("(x/y)**y", r"\left(\frac{x}{y}\right)^{y}"),
        ("Abs(x)*log(y)", r"\ln\left(y\right) \cdot \left|x\right|"),
        ("besselj(0, 20*x)", r"J_{0}\left(20 x\right)"),
        ("2**x*3**y", r"2^{x} \cdot 3^{y}"),
        ("x*(y + 1)", r"x \cdot \left(y + 1\right)"),
        ("E*z_1", r"\mathrm{e} z_{1}"),
        ("1e-20", r"1 \cdot 10^{-20}"),
        ("(-0.001)**x*y", r"\left(-1 \cdot 10^{-3}\right)^{x} y"),
    ],
)
def test_latex_is_what_people_write(text, latex):
    assert to_latex(parse(text), SYMBOLS) == latex


@pytest.mark.parametrize(
    ("column", "latex"),
    [
        ("x", "x"),
        ("x1", "x_{1}"),
        ("x_12", "x_{12}"),
        ("m_e", "m_{e}"),
        ("v_max", r"v_{\mathrm{max}}"),
        ("Delta_p", r"\Delta_{p}"),
        ("beta", r"\beta"),
        ("Alpha", "A"),
        ("speed", r"\mathrm{speed}"),
        ("speed_max", r"\mathrm{speed}_{\mathrm{max}}"),
        ("a_b_c", r"a_{\mathrm{b\_c}}"),
        ("Δp [Pa]", r"\Delta \text{p [Pa]}"),
        ("50 % & more", r"\text{50 \% \& more}"),
        ("a\\b{}^~$#_", r"\text{a\textbackslash{}b\{\}\textasciicircum{}\textasciitilde{}\$\#\_}"),
        ("", r"\text{ }"),
        ("a\nb", r"\text{a b}"),
    ],
)
def test_a_columns_name_is_set_as_a_letter_or_as_text(column, latex):
    assert latex_names({"name": column}) == {"name": latex}


def test_columns_that_would_look_the_same_are_written_out():
    assert latex_names({"x1": "x1", "x_1": "x_1"}) == {"x1": "x_{1}", "x_1": r"\text{x\_1}"}


def is_balanced(latex):
    bare = latex.replace(r"\{", "").replace(r"\}", "")
    depth = [bare[: i + 1].count("{") - bare[: i + 1].count("}") for i in range(len(bare))]
    return all(level >= 0 for level in depth) and (not depth or depth[-1] == 0)


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS)
def test_brackets_of_any_formula_are_balanced(expr):
    latex = to_latex(expr, SYMBOLS)
    assert is_balanced(latex)
    assert latex.count(r"\left") == latex.count(r"\right")
    assert re.search(r"[+*/-] ?[+*/-] ?[+*/-]|\*", latex) is None


@given(st.text(max_size=20))
def test_a_column_of_any_name_is_balanced_and_on_one_line(column):
    latex = latex_names({"x": column})["x"]
    assert is_balanced(latex)
    assert latex.isprintable()


def test_a_symbol_without_a_name_is_set_as_text():
    assert to_latex(sympy.Symbol("a_b"), {}) == r"\text{a\_b}"
