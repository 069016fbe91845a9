"""Values and slopes agree with sympy, finite differences and NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given, settings

from kansr.errors import FormulaError
from kansr.formula.corners import Max, Min, step
from kansr.formula.evaluate import evaluate, gradient, sensitivity
from kansr.formula.parse import parse
from tests.formula.expressions import EXPRESSIONS, FORMULAS, ROWS, SYMBOLS, X, Y

A, B, C, D = (sympy.Symbol(name, real=True) for name in "abcd")


def lambdified(expr):
    """Compute by sympy's own NumPy code: the oracle."""
    with np.errstate(all="ignore"):
        values = sympy.lambdify(SYMBOLS, expr, ["scipy", "numpy"])(*ROWS.values())
    return np.broadcast_to(np.asarray(values, dtype=float), 40)


@pytest.mark.parametrize("text", FORMULAS)
def test_values_agree_with_sympys_own_code(text):
    expr = parse(text)
    np.testing.assert_allclose(evaluate(expr, ROWS), lambdified(expr), rtol=1e-12, atol=1e-14)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_values_of_any_expression_are_doubles_and_never_raise(expr):
    values = evaluate(expr, ROWS)
    assert values.shape == (40,)
    assert values.dtype == np.float64


def test_outside_the_domain_there_is_nan_and_no_warning():
    x = np.array([-1.0, 0.0, 4.0])
    np.testing.assert_array_equal(evaluate(sympy.sqrt(X), {"x": x}), [np.nan, 0, 2])
    np.testing.assert_array_equal(evaluate(sympy.log(X), {"x": x[:2]}), [np.nan, -np.inf])
    np.testing.assert_array_equal(evaluate(1 / X, {"x": x[1:]}), [np.inf, 0.25])
    np.testing.assert_array_equal(evaluate(X ** sympy.Rational(1, 3), {"x": np.array([-8.0])}), [np.nan])


def test_a_negative_base_has_whole_powers_however_they_are_written():
    x = np.array([-2.0, -0.5, 3.0])
    for power in (2, 3, 4, 5, -1, -3, 7):
        for exponent in (sympy.Integer(power), sympy.Float(float(power))):
            np.testing.assert_allclose(evaluate(X**exponent, {"x": x}), x ** float(power), rtol=1e-15)


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (sympy.I, np.nan),
        (sympy.zoo, np.nan),
        (sympy.nan, np.nan),
        (sympy.oo, np.inf),
        (sympy.Integer(10) ** 400, np.inf),
    ],
)
def test_constants_without_a_double_are_nan_or_infinite(expr, value):
    np.testing.assert_array_equal(evaluate(expr, {}), [value])


def test_a_constant_fills_the_rows():
    np.testing.assert_array_equal(evaluate(sympy.Rational(1, 2), ROWS), np.full(40, 0.5))
    assert evaluate(sympy.Integer(2), {}).shape == (1,)


def test_many_rows_are_done_in_blocks_with_the_same_result():
    x = np.linspace(-2, 2, 40_000)
    f, J = gradient(A * sympy.sin(B * X), [A, B], {"x": x}, [2.0, 3.0])
    np.testing.assert_allclose(f, 2 * np.sin(3 * x), rtol=1e-14)
    np.testing.assert_allclose(J, np.column_stack([np.sin(3 * x), 2 * x * np.cos(3 * x)]), rtol=1e-13)


def test_what_the_formula_needs_and_does_not_get_is_an_error():
    with pytest.raises(FormulaError, match="needs a column 'x'"):
        evaluate(X, {"x1": np.ones(3)})
    with pytest.raises(FormulaError, match="cannot hold"):
        evaluate(sympy.gamma(X), ROWS)


MODELS = (
    A * sympy.exp(B * sympy.sin(C * X) + Y**2 / 20) + D,
    (A * X + B) / (C + X**2 * D**2 + 5),
    A * sympy.tanh(B * X + C) ** 3 - D * X,
    sympy.Abs(X + 4) ** A + sympy.besselj(0, B * X) + sympy.besselj(2, C * X) * D,
    sympy.erf(A * X) + sympy.sign(B) * sympy.Abs(C * X) + sympy.atan(D * X),
    sympy.sqrt(A + X**2) * sympy.log(B + Y**2) + sympy.cosh(C * X) - sympy.sinh(D * Y),
    sympy.asin(A * X / 9) + sympy.acos(B * X / 9) + sympy.atanh(C * X / 9) + sympy.asinh(D * X),
    sympy.acosh(A + 5 + X**2) * sympy.cos(B * X) * sympy.tan(C / 9) * sympy.sin(D * Y),
    A * A * X + A * X * Y + A**B,
    A * Max(X - B, 0) + Min(C * X, D * Y, X * Y) + D * step(X - 0.05) * Y,
    A + B * 0 + sympy.pi,
)


@pytest.mark.parametrize("expr", MODELS)
def test_slopes_agree_with_sympy_and_with_finite_differences(expr):
    parameters, at = [A, B, C, D], np.array([0.7, 1.3, 0.9, 0.4])
    f, J = gradient(expr, parameters, ROWS, at)
    at_point = dict(zip(parameters, map(sympy.Float, at), strict=True))
    np.testing.assert_allclose(f, lambdified(expr.subs(at_point)), rtol=1e-12)
    assert J.shape == (40, 4)
    for column, parameter in enumerate(parameters):
        slope = lambdified(expr.diff(parameter).subs(at_point))
        np.testing.assert_allclose(J[:, column], slope, rtol=1e-10, atol=1e-12)
        step = 1e-6 * np.eye(4)[column]
        up, down = (gradient(expr, parameters, ROWS, at + sign * step)[0] for sign in (1, -1))
        np.testing.assert_allclose(J[:, column], (up - down) / 2e-6, rtol=1e-5, atol=1e-6)


def test_a_power_by_its_exponent_has_slope_zero_at_zero_and_none_below():
    f, J = gradient(X**A, [A], {"x": np.array([0.0, 1.0, -2.0])}, [2.0])
    np.testing.assert_array_equal(f, [0, 1, 4])
    np.testing.assert_array_equal(J[:, 0], [0, 0, np.nan])


def test_a_power_of_exponent_zero_is_flat():
    _, J = gradient((X * A) ** B, [A, B], {"x": np.array([0.0, 2.0])}, [1.0, 0.0])
    np.testing.assert_allclose(J, [[0, 0], [0, np.log(2)]])


@pytest.mark.parametrize(
    "text", [*FORMULAS, "1 - cos(x/1000)", "100000000*cosh(x/10000) - 100000000", "x - y + 0.1 - 1/3"]
)
def test_roundings_move_a_value_by_no_more_than_its_sensitivity_says(text):
    expr = parse(text)
    rows = {name: column[:4] for name, column in ROWS.items()}
    values = np.broadcast_to(evaluate(expr, rows), 4)
    bound = 4 * np.finfo(float).eps * np.broadcast_to(sensitivity(expr, rows), 4)  # a function may be off by some bits
    for i, value in enumerate(values):
        exact = expr.subs({symbol: sympy.Rational(float(rows[symbol.name][i])) for symbol in SYMBOLS}).evalf(50)
        if np.isfinite(value) and exact.is_real:
            assert abs(float(exact - sympy.Rational(float(value)))) <= bound[i] + 1e-300


def test_a_sensitivity_is_a_few_times_the_value_where_nothing_cancels():
    assert np.all(sensitivity(parse("x*y"), ROWS) == np.abs(ROWS["x"] * ROWS["y"]))
    assert np.all(sensitivity(parse("x"), ROWS) == np.abs(ROWS["x"]))
