"""Which simple numbers may stand for a constant: those that the rows tell from their neighbours."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from kansr.formula.named import Named
from kansr.formula.simple import Place, places, simple_numbers, wish, written

EXPONENT, RATE = Place(exponent=True), Place(rate=True)


@pytest.mark.parametrize(("value", "sigma"), [(3.3, 0.2), (3.14, 0.05), (math.pi, 0.03), (2.72, 0.1), (1.41, 0.05)])
def test_under_noise_no_constant_becomes_pi_or_its_like(value, sigma):
    found = wish(value, sigma)
    assert found is None or found[1].is_Rational


@pytest.mark.parametrize("number", [sp.pi, sp.E, sp.sqrt(2), 1 / sp.pi, sp.pi**2, sp.sqrt(sp.pi), 2 * sp.pi])
def test_what_is_known_to_seven_digits_becomes_the_number_that_it_is(number):
    assert sp.simplify(wish(float(number) * (1 + 5e-8), 1e-6)[1] - number) == 0


def test_of_numbers_drawn_at_random_few_become_exotic_however_well_they_are_known():
    rng = np.random.default_rng(3)
    for relative in (0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-6):
        drawn = np.exp(rng.uniform(-3, 3, 600))
        found = [wish(float(v), float(relative * v)) for v in drawn]
        exotic = [f for f in found if f is not None and not f[1].is_Rational]
        assert len(exotic) <= 0.02 * len(drawn), relative


def test_constants_of_physics_are_exotic_too():
    c = Named("c", 299792458.0, 8.0, 3)
    assert wish(2.9e8, 1e7, [c]) is None or c not in wish(2.9e8, 1e7, [c])[1].atoms(Named)
    assert wish(299792460.0, 20.0, [c])[1] == c


def test_exponents_are_whole_under_larger_errors_than_factors():
    assert wish(1.93, 0.1) is None
    assert wish(1.93, 0.1, place=EXPONENT)[1] == 2
    assert wish(0.52, 0.05, place=EXPONENT)[1] == sp.Rational(1, 2)
    assert wish(1.93, 0.01, place=EXPONENT) is None or wish(1.93, 0.01, place=EXPONENT)[1] != 2


@given(st.floats(0.01, 100), st.floats(-8, -0.3))
def test_what_is_wished_saves_bits_and_lies_within_three_standard_errors(value, exponent):
    sigma = value * 10**exponent
    found = wish(value, sigma)
    if found is not None:
        assert abs(float(found[1]) - value) <= 3 * sigma * (1 + 1e-9)
        assert found[1] == 0 or found[0] > 0


def test_a_rate_may_be_the_logarithm_of_a_base_and_a_factor_may_not():
    assert wish(math.log(2), 1e-6, place=RATE)[1] == sp.log(2)
    assert wish(-math.log(10), 1e-6, place=RATE)[1] == -sp.log(10)
    assert not any(number.has(sp.log) for _, number in simple_numbers(math.log(2), 1e-6))
    assert wish(0.69, 0.03, place=RATE) is None


def test_places_are_seen_in_a_template():
    x, a, b, c, d = sp.symbols("x a b c d", real=True)
    found = places(c * x**a + sp.exp(b * x + d), (a, b, c, d))
    assert found == (EXPONENT, RATE, Place(), Place())


def test_the_fitted_value_of_a_base_is_that_of_the_base():
    text, value, error = written(-sp.log(2), -0.7, 0.01)
    assert (text, value, error) == ("2", pytest.approx(math.exp(0.7)), pytest.approx(0.01 * math.exp(0.7)))
    assert written(sp.pi / 3, 1.05, 0.01) == ("pi/3", 1.05, 0.01)
    assert written(sp.log(2) / 5730, 1.2e-4, 1e-9) is None
