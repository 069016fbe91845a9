"""Monomials times a plain function: whole and half exponents, signs, negative targets."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from kansr.forms.factor import factors
from tests.forms.laws import ONE_TERM, found, off, values

RNG = np.random.default_rng(5)
ROWS = {name: RNG.uniform(0.4, 3.0, 16) for name in "abc"}
SIGNED = {name: c * RNG.choice([-1.0, 1.0], 16) for name, c in ROWS.items()}
A, B, C = sp.symbols("a b c", real=True)

MONOMIALS = [
    2.5 * A,
    -2.5 * A * B,
    0.3 * A**2 / B,
    1.7 * sp.sqrt(A) / B**2,
    -4.1 * A ** sp.Rational(3, 2) * sp.sqrt(B) / C,
    6.7e-11 * A * B / C**2,
    -9e9 * A * B / C**3,
]
TIMES_A_FUNCTION = [
    2.5 * A * sp.exp(-B),
    1.3 / (sp.exp(A * B / C) - 1),
    0.7 * A / sp.sqrt(1 + B**2 / C**2),
    -2.2 * A**2 * sp.sin(B),
    3.1 * A * (B - C),
    1.9 * A / (B**2 + C**2),
    0.6 * B * (1 + sp.cos(A)),
    5.5 * sp.sqrt(A) * sp.log(1 + B),
    1.1 * sp.sqrt(A**2 + B**2),
]


def best_of(expr: sp.Expr, columns: dict[str, np.ndarray]) -> list[sp.Expr]:
    return [one for _, one in factors(columns, values(expr, columns), most=1200)]


@pytest.mark.parametrize("law", [*MONOMIALS, *TIMES_A_FUNCTION], ids=str)
def test_the_law_is_among_the_factors_of_positive_columns(law: sp.Expr) -> None:
    y = values(law, ROWS)
    errors = [np.max(np.abs(values(one, ROWS) / y - 1)) for one in best_of(law, ROWS)]
    assert min(errors) < 1e-9


@pytest.mark.parametrize("law", [2.5 * A * B, 0.3 * A**2 / B, 6.7e-11 * A * B / C**2, -9e9 * A * B / C**3], ids=str)
def test_signs_of_columns_are_those_of_whole_exponents(law: sp.Expr) -> None:
    y = values(law, SIGNED)
    assert min(np.max(np.abs(values(one, SIGNED) / y - 1)) for one in best_of(law, SIGNED)) < 1e-9


def test_a_target_whose_signs_no_monomial_has_has_no_factor_of_columns_alone() -> None:
    y = np.abs(values(2.5 * A * B, SIGNED))  # |a| |b|
    names = {key for key, _ in factors(SIGNED, y, most=100)}
    assert "factor a*b" not in names


@pytest.mark.parametrize("law", [MONOMIALS[4], TIMES_A_FUNCTION[0], TIMES_A_FUNCTION[3], TIMES_A_FUNCTION[5]], ids=str)
def test_the_search_finds_it(law: sp.Expr) -> None:
    best = found(ROWS, values(law, ROWS), ONE_TERM)[0]
    assert off(best.expression, lambda c: values(law, c), ROWS) < 1e-7, best.expression


def test_zeros_and_too_few_rows_have_no_factors() -> None:
    y = ROWS["a"].copy()
    y[3] = 0.0
    assert not list(factors(ROWS, y, most=100))
    few = {name: c[:5] for name, c in ROWS.items()}
    assert not list(factors(few, few["a"], most=100))
    assert not list(factors({"a": np.r_[0.0, ROWS["a"][1:]]}, ROWS["b"], most=100))
