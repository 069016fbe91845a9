"""Functions of the user's own: rows like any other, and a reason for each that is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
import torch

from kansr.errors import UsageError
from kansr.formula.evaluate import evaluate
from kansr.formula.parse import parse
from kansr.symbolic.curve import Curves, fit_curves
from kansr.symbolic.custom import rows_of, written_out
from kansr.symbolic.library import choose, primitive
from kansr.symbolic.spec import CustomFunction

X = sp.Symbol("x", real=True)
INF = math.inf


def row(expression, **rest):
    return rows_of([CustomFunction(name="mine", expression=expression, **rest)])[0]


@pytest.mark.parametrize(
    ("expression", "domain", "free", "found"),
    [
        ("log(1 + exp(x))", None, "abcd", (-INF, INF)),
        ("x*exp(-x)", None, "abcd", (-INF, INF)),
        ("sin(x)/x", None, "abcd", (-INF, INF)),  # a hole is no pole
        ("x*log(x)", None, "abcd", (0, INF)),
        ("sqrt(1 - x^2)", None, "abcd", (-1, 1)),
        ("exp(2*x) + 1", None, "acd", (-INF, INF)),  # a shift is a scale
        ("x^2 + x", None, "bcd", (-INF, INF)),
        ("abs(x)", None, "bcd", (-INF, INF)),
        ("log(x - 3)", None, "bcd", (0, INF)),  # moved to where its centre is
        ("1/x", (0, INF), "bcd", (0, INF)),
        ("x^1.5", (0, 5), "abcd", (0, 5)),  # a scale brings rows into a domain with two ends
        ("exp(exp(x))", None, "abcd", None),  # ends where it overflows
    ],
)
def test_only_what_makes_different_curves_is_free(expression, domain, free, found):
    made = row(expression, domain=domain)
    assert made.free == free
    assert found is None or made.domain == found


@pytest.mark.parametrize("expression", ["log(1 + exp(x))", "x*log(x)", "log(x - 3)", "J0(x) + erf(x)", "x^2*sign(x)"])
def test_torch_and_sympy_agree_and_the_slope_is_the_slope(expression):
    made = row(expression)
    u = torch.linspace(max(made.domain[0], -4.0) + 0.1, 4.0, 60, dtype=torch.float64).reshape(3, 20)
    theirs = evaluate(made.sympy(X), {"x": u.flatten().numpy()})
    np.testing.assert_allclose(made.value(u).flatten().numpy(), theirs, rtol=1e-14)
    h = 1e-5
    difference = (made.value(u + h) - made.value(u - h)) / (2 * h)
    torch.testing.assert_close(made.slope(u), difference, rtol=1e-6, atol=1e-8)


def test_a_ramp_is_fitted_in_both_directions():
    x = torch.linspace(-1, 2, 200, dtype=torch.float64)[None]
    for y in ((x - 0.5).clamp(min=0), (0.5 - x).clamp(min=0)):
        (found,) = fit_curves(Curves(x=x, y=3 * y + 1, weight=torch.ones_like(x)), [row("(x + abs(x))/2")])
        assert found[0].error < 1e-6


def test_oscillations_are_scanned_by_frequency():
    x = torch.linspace(0, 3, 256, dtype=torch.float64)[None]
    y = 2 * (torch.sin(9 * x + 1) + torch.sin(18 * x + 2)) - 4
    (found,) = fit_curves(Curves(x=x, y=y, weight=torch.ones_like(x)), [row("sin(x) + sin(2*x)")])
    assert found[0].error < 1e-6


def test_complexity_is_that_of_the_expression_unless_given():
    assert row("log(1 + exp(x))").complexity == 4
    assert row("log(1 + exp(x))", complexity=1).complexity == 1


def test_the_variable_may_have_any_name():
    assert row("t^2*abs(t)", variable="t").free == "bcd"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"name": "exp"}, "taken"),
        ({"name": "asin"}, "taken"),
        ({"name": "my function"}, "no name"),
        ({"expression": "x*y"}, "function of x, y"),
        ({"expression": "y^2"}, "not of x"),
        ({"expression": "2*pi"}, "constant"),
        ({"expression": "x - x"}, "constant"),
        ({"expression": "sin(x)^2 + cos(x)^2"}, "constant"),
        ({"expression": "3*x + 2"}, "straight line"),
        ({"expression": "abs(x)", "domain": (0.0, INF)}, "straight line"),
        ({"expression": "sqrt(-1 - x^2)"}, "nowhere real"),
        ({"expression": "log(x^2 - 1)"}, "not real and finite around"),
        ({"expression": "log(x)", "domain": (-1.0, 5.0)}, "inside its domain"),
        ({"expression": "sign(x)"}, "jumps, or has a pole, at 0"),
        ({"expression": "1/x"}, "jumps, or has a pole, at 0"),
        ({"expression": "1/(x - 0.1234)^2"}, "jumps, or has a pole, at 0.123"),
        ({"expression": "tanh(1e9*x)"}, "step"),
        ({"expression": "x^2", "domain": (2.0, 1.0)}, "empty"),
        ({"expression": "log(1 + exp(x)"}, "cannot be read"),
        ({"expression": "foo(x)"}, "'foo' is no function"),
        ({"expression": "__import__('os').getcwd()"}, "__import__"),
        ({"expression": "x^2", "variable": "pi"}, "variable"),
    ],
    ids=str,
)
def test_a_function_that_misbehaves_is_refused_with_the_reason(settings, reason):
    plain = {"name": "mine", "expression": "log(1 + exp(x))"}
    with pytest.raises(UsageError) as refused:
        rows_of([CustomFunction(**(plain | settings))])
    assert reason in str(refused.value)
    assert "symbolic.custom" in str(refused.value)


def test_they_stand_among_the_rows_of_a_search_and_are_found_by_name():
    mine = row("log(1 + exp(x))")
    assert [p.name for p in choose(["exp"], [mine])] == ["0", "x", "exp", "mine"]
    assert [p.name for p in choose(["mine"], [mine])] == ["0", "x", "mine"]
    assert primitive("mine", [mine]) is mine
    with pytest.raises(UsageError) as error:
        primitive("mina", [mine])
    assert "'mine'" in error.value.hint


def test_functions_of_two_variables_are_written_out_and_stand_on_no_edge():
    hyp = CustomFunction(name="hyp", variable="a, b", expression="sqrt(a^2 + b^2)")
    (own,) = written_out([hyp])
    assert (own.name, [v.name for v in own.variables]) == ("hyp", ["a", "b"])
    assert parse("2*hyp(x, 3)", own=[own]) == 2 * sp.sqrt(X**2 + 9)
    assert [p.name for p in rows_of([hyp, CustomFunction(name="mine", expression="log(1 + exp(x))")])] == ["mine"]
    with pytest.raises(UsageError, match="function of a, b, not of a, c"):
        rows_of([CustomFunction(name="hyp", variable="a, c", expression="sqrt(a^2 + b^2)")])


def test_a_hinge_is_a_function_with_a_slope():
    made = row("max(x, 0)")
    u = torch.tensor([-2.0, 3.0], dtype=torch.float64)
    assert made.free == "bcd"
    assert made.handed
    assert made.slope(u).tolist() == [0.0, 1.0]
