"""What the form of a formula costs."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from kansr.bill import names_bits

A, B, C = sp.symbols("a b c", real=True)


def test_a_column_costs_the_choice_among_all_of_them() -> None:
    bits = [names_bits(A, width) for width in (1, 2, 4, 8)]
    np.testing.assert_allclose(np.diff(bits), 1.0)


@pytest.mark.parametrize("function", [sp.sqrt, sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.atan, sp.sinh, sp.Abs])
def test_a_function_around_a_formula_costs_more(function: sp.Function) -> None:
    inner = sp.Float(1.5) * A + B
    assert names_bits(function(inner), 2) > names_bits(inner, 2)


def test_a_function_that_is_less_usual_costs_more() -> None:
    x = sp.Float(1.5) * A
    assert names_bits(sp.sqrt(x + B), 2) < names_bits(sp.exp(x), 2) + 10
    assert names_bits(sp.exp(x), 2) < names_bits(sp.sin(x), 2) < names_bits(sp.atan(x), 2)


@pytest.mark.parametrize(
    ("one", "two"),
    [(A + B, B + A), (A * B**2, B * A**2), (sp.exp(A - B), sp.exp(B - A)), (2.5 * A + B, -2.5 * A - B)],
)
def test_names_of_columns_and_signs_of_decimals_do_not_matter(one: sp.Expr, two: sp.Expr) -> None:
    assert names_bits(one, 2) == pytest.approx(names_bits(two, 2))


def test_larger_whole_numbers_and_denominators_cost_more() -> None:
    factors = [names_bits(n * A, 1) for n in (2, 3, 7, 50, 1000)]
    exponents = [names_bits(A**n, 1) for n in (2, 3, 5, 9)]
    fractions = [names_bits(A * sp.Rational(1, n), 1) for n in (3, 7, 11, 101)]
    for rising in (factors, exponents, fractions):
        assert (np.diff(rising) > 0).all()


def test_values_of_decimals_are_charged_elsewhere() -> None:
    assert names_bits(2.5 * A, 1) == names_bits(123.456789 * A, 1)
    assert names_bits(sp.Float(3.25), 4) == 0


def test_an_exact_1_where_any_number_might_stand_is_no_gift() -> None:
    assert names_bits(sp.Float(1.0) + A, 1) < names_bits(1 + A, 1)
    assert names_bits(sp.exp(sp.Float(1.5) * A), 1) < names_bits(sp.exp(A), 1) + names_bits(sp.Float(1.5) * A, 1)
