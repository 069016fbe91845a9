"""The rows of the table of functions agree with sympy."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sympy

from kansr.formula.corners import Max, Min, step
from kansr.formula.evaluate import evaluate
from kansr.formula.functions import BY_CLASS, FUNCTIONS, SPELLINGS
from kansr.formula.parse import parse
from kansr.formula.simplify import canonical, shortest
from kansr.formula.text import to_text

X = sympy.Symbol("x", real=True)
DOMAINS = {
    "log": (0.1, 3),
    "sqrt": (0.1, 3),
    "asin": (-0.9, 0.9),
    "acos": (-0.9, 0.9),
    "acosh": (1.1, 3),
    "atanh": (-0.9, 0.9),
}
CASES = [
    (function, order)
    for function in FUNCTIONS.values()
    for order in ((0, 1, 2, 3) if function.orders else (None,))
    if not function.many
]
MANY = [function for function in FUNCTIONS.values() if function.many]


def points(name):
    return np.linspace(*DOMAINS.get(name, (-2.9, 3)), 31)


@pytest.mark.parametrize(("function", "order"), CASES, ids=lambda case: getattr(case, "name", case))
def test_numpy_and_sympy_agree_on_values_and_slopes(function, order):
    orders = () if order is None else (order,)
    x = points(function.name)
    expr = function.sympy(*orders, X)
    value = np.array([float(expr.subs(X, sympy.Float(point, 30))) for point in x])
    slope = np.array([float(expr.diff(X).subs(X, sympy.Float(point, 30)).evalf()) for point in x])
    computed = function.numpy(*orders, x)
    np.testing.assert_allclose(computed, value, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(function.slope(*orders, x, computed), slope, rtol=1e-12, atol=1e-14)


def test_every_function_has_one_row_and_no_spelling_is_shared():
    assert len({id(function) for function in BY_CLASS.values()}) == len(FUNCTIONS)
    assert len(SPELLINGS) == len(FUNCTIONS) + sum(len(function.aliases) for function in FUNCTIONS.values())
    own = {"step", "max", "min"}  # those of sympy compare their arguments for ever
    assert all(getattr(sympy, name) is function.sympy for name, function in FUNCTIONS.items() if name not in own)


@pytest.mark.parametrize("function", MANY, ids=lambda function: function.name)
def test_functions_of_many_arguments_agree_with_sympys_own(function):
    arguments = [X - 1, sympy.Float(0.3) * X**2, sympy.sin(2 * X)]
    x = np.linspace(-2.9, 3, 41)
    parts = [np.array([float(a.subs(X, point)) for point in x]) for a in arguments]
    expected = np.array([float(function.same(*(a.subs(X, point) for a in arguments))) for point in x])
    value = function.numpy(*parts)
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    shares = [function.slope(which, parts, value) for which in range(3)]
    np.testing.assert_allclose(sum(shares), 1)
    np.testing.assert_allclose(sum(s * p for s, p in zip(shares, parts, strict=True)), value, rtol=1e-13)
    np.testing.assert_array_equal(function.slope(0, [x, x], x), 0.5)  # who are alike share


def test_a_unit_step_is_one_at_zero_and_what_is_no_number_stays_none():
    x = np.array([-1.0, 0.0, 2.0, np.nan])
    np.testing.assert_array_equal(FUNCTIONS["step"].numpy(x), [0, 1, 1, np.nan])
    for name in ("max", "min"):
        np.testing.assert_array_equal(np.isnan(FUNCTIONS[name].numpy(x, 0 * x)), np.isnan(x))


def test_a_tree_of_hinges_is_made_and_rewritten_soon():
    start, expr = time.process_time(), X
    for k in range(1, 25):
        expr = Max(sympy.sin(expr + k * X), Min(2.5 * X + 1.0, k * X))
    assert to_text(shortest(canonical(expr), {"x": np.linspace(-1, 1, 5)})).startswith("max(")
    assert time.process_time() - start < 5


def test_sympys_own_are_printed_and_computed_as_ours():
    expr = sympy.Max(X - 6, 0) + sympy.Min(X, 1)
    assert to_text(expr) == "max(x - 6, 0) + min(x, 1)"
    x = np.linspace(-1, 8, 10)
    np.testing.assert_array_equal(evaluate(expr, {"x": x}), np.maximum(x - 6, 0) + np.minimum(x, 1))


def test_numbers_are_put_together_and_a_positive_factor_comes_out():
    assert parse("max(x, 2, max(1, x))") == Max(X, 2)
    assert parse("min(3, 1/2) + step(0) + step(-1)") == sympy.Rational(3, 2)
    assert (
        to_text(canonical(parse("max(2.0*x - 6.0, 0) + abs(2.0*x + 3.0)"))) == "2.0*max(x - 3.0, 0) + 2.0*Abs(x + 1.5)"
    )
    assert canonical(parse("step(2.0*x - 6.0)")) == step(X - 3.0)
