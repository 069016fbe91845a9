"""Constants are found, fitted together, and come with what the data tell of each."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.formula.constants import parametrised, refit, standard_errors, substituted
from kansr.formula.evaluate import evaluate
from kansr.formula.text import leaf_text
from tests.formula.expressions import EXPRESSIONS, ROWS

X1, X2 = (sp.Symbol(name, real=True) for name in ("x1", "x2"))
RNG = np.random.default_rng(3)
COLUMNS = {"x1": RNG.uniform(0.2, 2, 500), "x2": RNG.uniform(-1, 1, 500)}

LAWS = {
    "line": lambda k: k[0] * X1 + k[1] * X2 + k[2],
    "exp of sine": lambda k: k[0] * sp.exp(k[1] * sp.sin(k[2] * X1) + k[3] * X2),
    "power": lambda k: k[0] * X1 ** k[1] + k[2] * X2,
    "bessel": lambda k: k[0] * sp.besselj(0, k[1] * X1) + k[2],
    "quotient": lambda k: k[0] / (X1 + k[1]) + k[2] * X2 + k[3],
    "gaussian": lambda k: k[0] * sp.exp(-k[1] * (X2 - k[2]) ** 2),
}


def with_constants(law, values):
    return LAWS[law]([sp.Float(v) for v in values])


@pytest.mark.parametrize("law", LAWS)
def test_constants_are_recovered_from_nearby_ones(law):
    truth = np.array([1.7, 1.3, 0.4, 0.9])
    y = evaluate(with_constants(law, truth), COLUMNS)
    fit = refit(with_constants(law, truth * [1.05, 0.97, 1.04, 0.96]), COLUMNS, y)
    assert fit.mse < 1e-24 * np.var(y)
    free = [v for v in truth if any(np.isclose(np.abs(fit.values), v, rtol=1e-9))]
    assert len(free) >= len(fit.values)


def test_standard_errors_are_those_of_linear_regression():
    rng = np.random.default_rng(0)
    y = 1.5 * COLUMNS["x1"] - 0.7 * COLUMNS["x2"] + 0.3 + 0.1 * rng.standard_normal(500)
    fit = refit(sp.Float(1.0) * X1 + sp.Float(1.1) * X2 + sp.Float(0.9), COLUMNS, y)
    design = np.column_stack([COLUMNS["x1"], COLUMNS["x2"], np.ones(500)])
    best, square, *_ = np.linalg.lstsq(design, y, rcond=None)
    covariance = np.linalg.inv(design.T @ design) * square[0] / 500
    order = [int(np.abs(fit.values - b).argmin()) for b in best]
    assert sorted(order) == [0, 1, 2]
    np.testing.assert_allclose(fit.values[order], best, rtol=1e-8)
    np.testing.assert_allclose(fit.sigma[order], np.sqrt(np.diag(covariance)), rtol=1e-6)
    np.testing.assert_allclose(fit.covariance[np.ix_(order, order)], covariance, rtol=1e-5, atol=1e-12)
    assert fit.mse == pytest.approx(square[0] / 500)


@pytest.mark.parametrize(
    "expression",
    [
        sp.Mul(sp.Float(2.0), sp.exp(X1 + sp.Float(1.5)), evaluate=False),
        sp.log(sp.Float(2.0) * X1) + sp.Float(0.3),
        sp.Float(2.0) * sp.sqrt(sp.Float(3.0) * X1 + sp.Float(4.0)),
    ],
    ids=str,
)
def test_constants_that_stand_in_for_each_other_have_no_standard_error(expression):
    y = evaluate(expression, COLUMNS) + 1e-3 * RNG.standard_normal(500)
    fit = refit(expression, COLUMNS, y)
    assert np.isinf(fit.sigma).sum() >= 2
    assert np.isfinite(fit.covariance).all()
    assert not np.isnan(fit.sigma).any()


def test_a_constant_that_the_rows_do_not_see_has_no_standard_error():
    y = 2 * COLUMNS["x1"]
    zero = {**COLUMNS, "x2": np.zeros(500)}
    fit = refit(sp.Float(1.9) * X1 + sp.Float(0.7) * X2, zero, y)
    sigma = dict(zip(np.round(fit.values, 6), fit.sigma, strict=True))
    assert np.isinf(sigma[0.7])
    assert np.isfinite(sigma[2.0])


def test_a_start_that_is_not_a_number_has_an_infinite_error():
    start = sp.log(X2 - sp.Float(5.0)) * sp.Float(2.0)
    fit = refit(start, COLUMNS, COLUMNS["x1"])
    assert fit.mse == np.inf
    assert fit.expression == start


def test_a_start_that_overflows_has_an_infinite_error():
    assert refit(sp.exp(sp.Float(1e4) * X1), COLUMNS, COLUMNS["x1"]).mse == np.inf


def test_a_formula_without_constants_comes_back_as_it_is():
    fit = refit(sp.pi * X1**2 / 3, COLUMNS, COLUMNS["x1"])
    assert fit.expression == sp.pi * X1**2 / 3
    assert (len(fit.values), len(fit.sigma), fit.covariance.shape) == (0, 0, (0, 0))
    assert fit.mse == pytest.approx(np.mean((np.pi * COLUMNS["x1"] ** 2 / 3 - COLUMNS["x1"]) ** 2))


@settings(max_examples=60)
@given(EXPRESSIONS, st.floats(0, 1), st.integers(0, 9))
def test_a_refit_never_comes_back_worse_than_it_was_given(expression, noise, seed):
    rng = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        start = evaluate(expression, ROWS) * np.ones(40)
    y = np.nan_to_num(start, posinf=1.0, neginf=-1.0).clip(-1e6, 1e6) + noise * rng.standard_normal(40)
    with np.errstate(all="ignore"):
        before = np.mean((start - y) ** 2)
    fit = refit(expression, ROWS, y, steps=15)
    assert fit.mse <= (before if np.isfinite(before) else np.inf)


def test_a_refit_of_the_truth_keeps_the_truth():
    """A Bessel function whose phase and offset are at rounding: nothing is left to gain."""
    x = np.random.default_rng(0).uniform(-1, 1, 850)
    clean = evaluate(sp.besselj(0, 20 * X1), {"x1": x})
    y = clean * (1 + 2e-16 * np.random.default_rng(1).standard_normal(850))
    start = sp.Float(1.0) * sp.besselj(0, sp.Float(20.0) * X1 - sp.Float(9.26e-17)) + sp.Float(5.9e-18)
    fit = refit(start, {"x1": x}, y)
    assert fit.mse < 1e-30
    assert np.abs(fit.values - 20.0).min() < 1e-13


def test_with_no_steps_nothing_is_fitted_and_no_error_known():
    fit = refit(sp.Float(1.9) * X1, COLUMNS, 2 * COLUMNS["x1"], steps=0)
    assert fit.values.tolist() == [1.9]
    assert np.isinf(fit.sigma).all()


def test_the_size_of_the_target_does_not_matter():
    for size in (1e-40, 1.0, 1e40):
        y = size * (2 * COLUMNS["x1"] + 3)
        fit = refit(sp.Float(1.5 * size) * X1 + sp.Float(2.0 * size), COLUMNS, y)
        assert sorted(fit.values / size) == pytest.approx([2, 3], rel=1e-9)


def test_constants_of_very_different_size_are_fitted_together():
    """Planck's constant beside the speed of light, as in E = h c / x1 + x2."""
    h, c = 6.62607015e-34, 299792458.0
    columns = {"x1": COLUMNS["x1"] * 1e-25, "x2": COLUMNS["x2"]}
    y = h * c / columns["x1"] + 1e-9 * c * np.exp(1.3 * columns["x2"])
    start = sp.Float(1.1 * h * c) / X1 + sp.Float(0.9e-9 * c) * sp.exp(sp.Float(1.2) * X2)
    fit = refit(start, columns, y)
    assert sorted(fit.values) == pytest.approx([h * c, 1e-9 * c, 1.3], rel=1e-8)


@settings(max_examples=60)
@given(EXPRESSIONS)
def test_a_template_with_its_values_is_the_expression(expression):
    template, symbols, values = parametrised(expression)
    assert len(symbols) == len(values) == sum(1 for n in sp.preorder_traversal(template) if n in set(symbols))
    assert not template.atoms(sp.Float)
    back = substituted(template, {s: sp.Float(float(v)) for s, v in zip(symbols, values, strict=True)})
    np.testing.assert_allclose(
        evaluate(back, ROWS) * np.ones(40), evaluate(expression, ROWS) * np.ones(40), rtol=1e-9, atol=1e-12
    )


def test_constants_may_be_fixed_by_position():
    fit = refit(sp.Float(3.1) * X1 + sp.Float(0.5), COLUMNS, 3 * COLUMNS["x1"] + 0.5)
    at = int(np.abs(fit.values - 3).argmin())
    assert fit.fixed({at: sp.Integer(3)}).coeff(X1) == 3


def test_printed_errors_are_those_of_linear_regression_with_the_constants_counted():
    rng = np.random.default_rng(4)
    few = {name: column[:12] for name, column in COLUMNS.items()}
    y = 1.5 * few["x1"] - 0.7 * few["x2"] + 0.3 + 0.1 * rng.standard_normal(12)
    fit = refit(sp.Float(1.0) * X1 + sp.Float(1.1) * X2 + sp.Float(0.9), few, y)
    design = np.column_stack([few["x1"], few["x2"], np.ones(12)])
    best, square, *_ = np.linalg.lstsq(design, y, rcond=None)
    expected = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * square[0] / (12 - 3))
    errors = standard_errors(fit.expression, few, y)
    found = {float(text): error for text, error in errors.items()}
    for value, error in zip(np.abs(best), expected, strict=True):
        assert min(found, key=lambda v, value=value: abs(v - value)) == pytest.approx(value, rel=1e-7)
        assert found[min(found, key=lambda v, value=value: abs(v - value))] == pytest.approx(error, rel=1e-6)


@given(EXPRESSIONS)
@settings(max_examples=60)
def test_every_decimal_has_an_error_by_its_text(expression):
    errors = standard_errors(expression, ROWS, np.linspace(0, 1, len(ROWS["x"])))
    assert set(errors) == {leaf_text(abs(number)) for number in expression.atoms(sp.Float)}
    assert all(error >= 0 for error in errors.values())


def test_the_errors_are_those_of_the_form_that_is_printed():
    rng = np.random.default_rng(1)
    y = 2.5 * (COLUMNS["x1"] + 1.3) + 0.01 * rng.standard_normal(500)
    product = sp.Mul(sp.Float(2.5), X1 + sp.Float(1.3), evaluate=False)
    apart, together = (standard_errors(e, COLUMNS, y) for e in (sp.Float(2.5) * X1 + sp.Float(3.25), product))
    assert set(apart) == {"2.5", "3.25"}
    assert set(together) == {"2.5", "1.3"}
    assert together["2.5"] == pytest.approx(apart["2.5"])
    assert together["1.3"] != pytest.approx(apart["3.25"], rel=0.1)


def test_as_many_constants_as_rows_leave_no_error_to_know():
    two = {name: column[:2] for name, column in COLUMNS.items()}
    assert standard_errors(sp.Float(2.5) * X1 + sp.Float(1.3), two, np.array([1.0, 2.0])) == {
        "2.5": np.inf,
        "1.3": np.inf,
    }
