"""The form of a formula knows nothing of its constants, and everything else."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings

from kansr.errors import FormulaError
from kansr.formula.form import form, holds
from kansr.formula.parse import parse
from tests.formula.expressions import EXPRESSIONS

SAME = [
    ("1.02*x + 0.3", "x + 1/3"),
    ("2*x*(y + 1)", "0.31*x + 1.9*x*y"),
    ("sqrt(2*9.81*x)", "4.43*x**0.497"),
    ("exp(x + 1.5)", "4.48*exp(0.99*x)"),
    ("2**x", "exp(0.69*x)"),
    ("x**1.72", "3*x**1.68"),
    ("sin(pi*x)", "1.01*sin(3.1*x)"),
    ("x/(y + 2)", "0.5*x/(0.5*y + 0.99)"),
    ("-x", "x"),
    ("5", "0.1"),
    ("sqrt(x*y)", "sqrt(x)*sqrt(y)"),
]
OTHER = [
    ("x", "x + 0.3"),
    ("x**2", "x**3"),
    ("x**2", "x**1.72"),
    ("sin(x)", "x - x**3/6"),
    ("sin(x)", "sin(y)"),
    ("x*y", "x + y"),
    ("x/y", "x*y"),
    ("1/(x + 1)", "1/x + 1"),
    ("exp(x)", "exp(x**2)"),
    ("x", "2"),
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_formulas_that_differ_by_their_constants_have_one_form(one, two):
    assert form(parse(one)) == form(parse(two))


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_other_formulas_have_other_forms(one, two):
    assert form(parse(one)) != form(parse(two))


@given(EXPRESSIONS)
@settings(max_examples=100)
def test_every_formula_has_a_form_and_a_factor_does_not_change_it(expression):
    try:
        own = form(expression)
    except FormulaError:
        return
    if expression.free_symbols:
        assert form(sp.Float(1.7) * expression) == own


@pytest.mark.parametrize(
    ("larger", "smaller", "does"),
    [
        ("2.1*x + 0.01*x**2", "x", True),
        ("x + x**2/500 + 0.01", "x", True),
        ("sin(x)", "x - x**3/6", False),
        ("0.7*x + 0.3", "5", True),
        ("x*exp(-0.001*y)", "x", True),
        ("x", "x + 0.1", False),
    ],
)
def test_a_formula_holds_those_that_it_becomes_without_a_number(larger, smaller, does):
    assert holds(parse(larger), form(parse(smaller))) is does


def test_numbers_that_are_not_real_do_not_end_the_work():
    x = sp.Symbol("x", real=True)
    assert form(sp.log(x) * sp.Float(np.pi)) == "log(x)"
