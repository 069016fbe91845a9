"""Decimals become simple numbers where the error allows, and only there."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from kansr.formula.constants import refit
from kansr.formula.evaluate import evaluate
from kansr.formula.snap import length, rounded, simple_numbers, snap

X1, X2 = (sp.Symbol(name, real=True) for name in ("x1", "x2"))
RNG = np.random.default_rng(5)
COLUMNS = {"x1": RNG.uniform(0.2, 2, 400), "x2": RNG.uniform(-1, 1, 400)}

ROUNDED = 1.0  # cutting constants to the digits that are known may cost these bits

SIMPLE = [
    sp.pi, sp.Rational(1, 3), sp.sqrt(2), sp.Rational(981, 100), 1 / sp.sqrt(2 * sp.pi), sp.Rational(-1, 40),
    sp.exp(sp.Rational(1, 2)), sp.Integer(0), sp.Integer(7), sp.Integer(-3), sp.pi**2, 2 / sp.pi, 4 * sp.pi / 3,
    -sp.sqrt(3) / 2, sp.sqrt(sp.pi), sp.E, sp.Rational(22, 10), sp.Integer(299792), 1 / sp.pi**2, 1 / (2 * sp.pi**3),
]  # fmt: skip


@pytest.mark.parametrize("sigma", [1e-6, 1e-8, 1e-10])
@pytest.mark.parametrize("number", SIMPLE, ids=str)
def test_a_simple_number_is_the_shortest_within_the_error(number, sigma):
    rng = np.random.default_rng(int(-math.log10(sigma)))
    for z in rng.uniform(-2, 2, 5):
        value = float(number) + sigma * z
        assert sp.simplify(min(simple_numbers(value, sigma))[1] - number) == 0


@given(st.floats(-1e6, 1e6).filter(lambda v: abs(v) > 1e-9), st.floats(-15, 1))
def test_every_simple_number_is_within_three_standard_errors(value, exponent):
    sigma = abs(value) * 10**exponent
    for bits, number in simple_numbers(value, sigma):
        assert bits > 0
        assert abs(float(number) - value) <= 3 * sigma * (1 + 1e-9) + 4e-14 * abs(value)


@given(st.floats(-1e6, 1e6).filter(lambda v: v == 0 or abs(v) > 1e-290), st.floats(0, 1e6))
def test_a_constant_that_may_be_zero_is_zero(value, more):
    sigma = abs(value) * 0.3334 + more
    assert list(simple_numbers(value, sigma)) == [(1.0, sp.Integer(0))]


def noisy(law, noise, seed=0):
    y = evaluate(law, COLUMNS)
    return y + noise * np.random.default_rng(seed).standard_normal(len(y))


@pytest.mark.parametrize("noise", [0.0, 1e-5])
@pytest.mark.parametrize(
    ("start", "truth"),
    [
        (sp.exp(1.02 * sp.sin(3.13 * X1) + 0.97 * X2**2), sp.exp(sp.sin(sp.pi * X1) + X2**2)),
        (0.503 * X1 * X2**2 + 0.004 * X1, X1 * X2**2 / 2),
        (0.401 * sp.exp(-0.49 * X1**2), sp.exp(-(X1**2) / 2) / sp.sqrt(2 * sp.pi)),
        (1.01 * X1**1.51 + 0.01, X1 ** sp.Rational(3, 2)),
        (0.98 / (1.02 + 1.01 * X2**2), 1 / (1 + X2**2)),
    ],
    ids=str,
)
def test_a_law_of_simple_numbers_is_written_with_them(start, truth, noise):
    fit = snap(start, COLUMNS, noisy(truth, noise))
    assert sp.simplify(fit.expression - truth) == 0
    assert len(fit.values) == 0
    assert fit.mse <= 1.1 * noise**2 + 1e-28


def test_a_number_near_a_simple_one_stays_when_the_data_say_otherwise():
    fit = snap(3.19 * X1 + 1.01, COLUMNS, noisy(3.1877 * X1 + 1, 1e-4))
    slope = float(fit.expression.coeff(X1))
    assert slope == pytest.approx(3.1877, abs=1e-4)
    assert fit.expression.coeff(X1) not in (3, sp.Rational(16, 5))
    assert fit.expression.subs(X1, 0) == 1


def test_three_point_two_known_to_a_thousandth_is_not_pi():
    assert min(simple_numbers(3.2, 1e-3))[1] == sp.Rational(16, 5)
    assert sp.pi not in [number for _, number in simple_numbers(3.2, 1e-3)]


@pytest.mark.parametrize("seed", range(12))
def test_random_constants_are_not_turned_into_fractions_or_roots(seed):
    rng = np.random.default_rng(seed)
    a, b, c = rng.uniform(0.3, 3, 3)
    law = sp.Float(a) * sp.exp(sp.Float(b) * X2) + sp.Float(c) * X1
    fit = snap(law, COLUMNS, noisy(law, 0.0))
    assert len(fit.values) == 3
    np.testing.assert_allclose(sorted(fit.values), sorted([a, b, c]), rtol=1e-9)


def test_redundant_constants_are_fixed_first():
    law = sp.Float(2.0) * sp.exp(X1 + sp.Float(0.5)) + sp.Float(0.31) * X2
    y = noisy(law, 1e-3)
    fit = snap(law, COLUMNS, y)
    assert len(fit.values) <= 2
    assert np.isfinite(fit.sigma).all()
    assert length(fit, y) <= length(refit(law, COLUMNS, y), y) + ROUNDED


@pytest.mark.parametrize("noise", [0.0, 1e-2])
def test_snapping_never_makes_a_description_longer(noise):
    rng = np.random.default_rng(8)
    for _ in range(4):
        a, b, c = (sp.Float(float(v)) for v in rng.uniform(0.5, 3, 3))
        law = a * sp.sin(b * X1) + c * X2
        y = noisy(law, noise)
        assert length(snap(law, COLUMNS, y), y) <= length(refit(law, COLUMNS, y), y) + ROUNDED


def test_constants_that_stay_are_cut_to_the_digits_that_are_known():
    y = noisy(1.234567890123 * X1, 1e-3)
    fit = refit(1.2 * X1, COLUMNS, y)
    short = rounded(fit, COLUMNS, y)
    assert len(str(short.expression)) < len(str(fit.expression))
    assert abs(short.values[0] - fit.values[0]) <= 0.1 * fit.sigma[0]
    assert short.mse <= fit.mse * 1.001


def test_a_broken_formula_has_no_length():
    y = COLUMNS["x2"]
    assert length(refit(sp.log(X2 - 5.0), COLUMNS, y), y) == math.inf
