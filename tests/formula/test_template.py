"""Templates: what is read of a partly known form, and what is refused with a reason."""

import re

import pytest
import sympy as sp

from kansr.errors import FormulaError
from kansr.formula.own import Own
from kansr.formula.template import read_template

A, B = sp.symbols("a b", real=True)
HYP = Own(name="hyp", variables=(A, B), expression=sp.sqrt(A**2 + B**2))
COLUMNS = ["x", "y", "z"]


def test_called_names_are_functions_and_other_names_constants():
    template = read_template("a*exp(-f(x)) + g(y, z)", COLUMNS)
    assert template.functions == {"f": 1, "g": 2}
    assert [s.name for s in template.constants] == ["a"]
    assert [str(call) for call in template.calls] == ["f(x)", "g(y, z)"]


def test_a_function_may_be_called_twice_and_of_expressions_of_columns():
    template = read_template("f(x/y) - f(z)", COLUMNS)
    assert template.functions == {"f": 1}
    assert len(template.of("f")) == 2


def test_constants_may_have_names_that_sympy_takes_for_functions():
    assert [s.name for s in read_template("beta*f(x)", COLUMNS).constants] == ["beta"]


def test_a_constant_with_a_value_is_no_constant_to_be_fitted():
    assert read_template("g*f(x)", COLUMNS, constants={"g": 9.81}).constants == ()


def test_functions_of_the_users_own_are_written_out():
    template = read_template("hyp(x, y)*f(hyp(x, z))", COLUMNS, own=[HYP])
    x, y, z = (sp.Symbol(name, real=True) for name in "xyz")
    assert template.functions == {"f": 1}
    assert template.calls[0].arguments == (sp.sqrt(x**2 + z**2),)
    assert template.expression == sp.sqrt(x**2 + y**2) * template.calls[0].symbol


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a*x", "no unknown function"),
        ("w*f(x)", "the target w"),
        ("sine(x)", "did you mean 'sin'"),
        ("x(y)", "which is a column"),
        ("f(x)*f", "which is a constant"),
        ("f(a*x)", "f takes it in"),
        ("f(xx)", "did you mean 'x'"),
        ("f(g(x))", "inside of"),
        ("f(2)", "without a column"),
        ("f(x, y) + f(x)", "different numbers of arguments"),
        ("f(x, y, z, x*y)", "3 is the most"),
        ("f(x", "cannot be read"),
        ("__import__('os')", "cannot hold"),
    ],
)
def test_what_cannot_be_found_is_refused_with_the_reason(text, says):
    with pytest.raises(FormulaError, match=re.escape(says)):
        read_template(text, COLUMNS, target="w", own=[HYP])
