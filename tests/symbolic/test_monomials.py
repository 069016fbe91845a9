"""Polynomials that the rows obey to rounding."""

import numpy as np
import pytest
import sympy as sp

from kansr.formula.weighing import Weighing
from kansr.symbolic.discover import Rows
from kansr.symbolic.monomials import exact_polynomial

N = 300
X, Y, Z = np.random.default_rng(0).uniform(-2, 3, (3, N))
x, y, z = sp.symbols("x y z", real=True)


def rows(target, **columns):
    return Rows(columns=columns or {"x": X, "y": Y, "z": Z}, y=target)


def found(target, **columns):
    law = exact_polynomial(rows(target, **columns))
    return None if law is None else sp.expand(sp.nsimplify(law.expression))


def test_a_polynomial_of_several_columns_is_told_exactly():
    law = found(2.5 * X**4 - 1.3 * X**3 * Z + Y / 2 - 7)
    assert law == sp.Rational(5, 2) * x**4 - sp.Rational(13, 10) * x**3 * z + y / 2 - 7


def test_powers_of_one_column_far_from_zero_are_told_apart():
    column = 100 + X
    assert found(column**3 - 2 * column, x=column) == x**3 - 2 * x


def test_a_number_that_is_no_simple_one_stays():
    law = exact_polynomial(rows(0.123456789 * X**2 * Y + Z))
    (number,) = law.expression.atoms(sp.Float)
    assert float(number) == pytest.approx(0.123456789, rel=1e-12)


@pytest.mark.parametrize("target", [np.exp(X), X / (Y + 5), X * Y + 1e-6 * np.random.default_rng(1).normal(size=N)])
def test_what_is_no_polynomial_gives_none(target):
    assert exact_polynomial(rows(target)) is None


def test_a_series_is_no_law_however_close_it_comes():
    near = X / 20
    assert exact_polynomial(rows(np.exp(near), x=near)) is None


def test_few_rows_allow_few_degrees():
    few = {"x": X[:8], "y": Y[:8]}
    assert exact_polynomial(rows(X[:8] ** 3, **few)) is None
    assert exact_polynomial(rows(X[:3] * Y[:3], x=X[:3], y=Y[:3])) is None


def test_measurement_errors_leave_no_exact_law():
    assert exact_polynomial(Rows(columns={"x": X}, y=X**2, weighing=Weighing.of(np.ones(N), True))) is None
