"""MathML is made from the formula alone; names of columns stay text in it."""

import re
from xml.etree import ElementTree

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from kansr.formula.mathml import LONGEST, to_mathml
from kansr.formula.parse import parse

X = sympy.Symbol("x_0", real=True)


def texts(markup):
    """Give the tags and the texts of MathML, read as strictly as XML is."""
    root = ElementTree.fromstring(f"<div>{markup}</div>")
    return {re.sub(r"\{.*\}", "", e.tag) for e in root.iter()}, [e.text for e in root.iter() if e.text]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", 'x"y', "a & b", "\\mathrm{x}", "$x$", "{", "Δp [Pa]", "%"]
)
def test_a_name_is_text_whatever_stands_in_it(name):
    tags, said = texts(to_mathml(X**2 + 1, {"x_0": name}, target=name))
    assert tags <= {"div", "math", "mrow", "mi", "mo", "mn", "msup", "mtext"}
    assert "".join(said).replace("\xa0", " ").count(name) == 2


@given(st.text(min_size=1, max_size=12))
def test_no_name_makes_an_element(name):
    tags, _ = texts(to_mathml(sympy.exp(X) / 2, {"x_0": name}, target=name))
    assert tags <= {"div", "math", "mrow", "mi", "mo", "mn", "mfrac", "mtext", "msub"}


def test_columns_are_letters_with_subscripts_words_and_greek():
    names = {"x1": "x1", "speed": "speed", "beta_": "beta", "v_max": "v_max"}
    _, said = texts(to_mathml(parse("beta_*speed + v_max*x1", names), names))
    assert {"x", "1", "speed", "β", "v", "max"} <= set(said)


def test_names_that_hold_the_place_of_others_are_told_apart():
    names = {"a_": "\ue001 <a>", "b_": "\ue000 <b>"}
    _, said = texts(to_mathml(parse("a_ - b_", names), names))
    assert [text for text in said if "<" in text] == ["  <a>", "  <b>"]


def test_a_long_sum_is_an_element_for_each_term_and_a_short_one_is_whole():
    names = {f"x{i}": f"x{i}" for i in range(6)}
    long = " + ".join(f"{i + 1.5}*exp(x{i} + 1)" for i in range(6))
    assert to_mathml(parse(long, names), names, target="y").count("<math") == 6
    assert to_mathml(parse("-x1 + x2", names), names).count("<math") == 1


def test_a_formula_that_nobody_could_read_is_left_out():
    assert to_mathml(sympy.Add(*(sympy.exp(i * X) for i in range(LONGEST // 10))), {"x_0": "x"}) == ""
