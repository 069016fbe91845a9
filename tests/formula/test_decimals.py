"""Decimals that were rounded are printed as they were rounded, whatever sympy made of them on the way."""

from __future__ import annotations

import numpy as np
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from kansr.formula.constants import refit
from kansr.formula.decimals import clean, rounded_off
from kansr.formula.simplify import shortest
from kansr.formula.snap import rounded
from kansr.formula.text import to_text

X, Y = sp.symbols("x y", real=True)


def test_a_product_of_decimals_is_printed_without_the_bits_of_the_multiplication():
    assert to_text(3 * sp.Float(0.319) * X) == "0.9570000000000001*x"  # what doubles make of it
    assert to_text(clean(3 * sp.Float(0.319) * X)) == "0.957*x"


def test_the_constants_of_a_rewritten_formula_have_no_more_digits_than_before():
    columns = {"x": np.linspace(0.1, 2, 50), "y": np.linspace(-1, 1, 50) ** 3}
    form = 3 * (sp.Float(0.319) * X + sp.Float(0.2) * Y * X)
    forms = {to_text(shortest(f, columns)) for f in (form, sp.expand(form), sp.Mul(3, X, sp.Float(0.319) + Y / 5))}
    assert all(len(text) < 30 for text in forms), forms


def test_what_is_cut_to_known_digits_stays_cut_when_it_is_put_into_the_formula():
    x = np.linspace(0.5, 2, 60)
    free = sp.Mul(3, sp.Float(0.31), sp.exp(X), evaluate=False)  # three times a constant that is fitted
    y = 0.957 * np.exp(x) + 1e-3 * np.random.default_rng(1).normal(size=60)
    fit = rounded(refit(free, {"x": x}, y), {"x": x}, y)
    (number,) = fit.expression.atoms(sp.Float)
    assert len(to_text(number)) <= 8
    assert abs(float(number) - 0.957) < 1e-3


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_no_decimal_moves_by_more_than_its_last_bits(value):
    assert abs(rounded_off(value) - value) <= 1e-15 * abs(value)
    assert rounded_off(rounded_off(value)) == rounded_off(value)


@given(st.integers(1, 9999), st.integers(1, 9999), st.integers(-6, 6))
def test_a_product_of_short_decimals_is_short(a, b, power):
    short, other = float(f"{a}e{power}"), b / 100
    digits = repr(rounded_off(short * other)).replace(".", "").lstrip("0").partition("e")[0].rstrip("0")
    assert len(digits) <= 8


def test_numbers_that_are_no_rounded_decimals_and_exact_ones_stay():
    expr = sp.Float(0.1234567890123456) * X + sp.Rational(1, 3) + sp.pi
    assert clean(expr) is expr
