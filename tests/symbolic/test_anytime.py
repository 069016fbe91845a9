"""The quick answer: a few products of columns, chosen and fitted at once."""

import numpy as np
import pytest
import sympy as sp

from kansr.symbolic.anytime import polynomial
from kansr.symbolic.discover import Rows

RNG = np.random.default_rng(2)


def rows(y, **columns):
    return Rows(columns=columns, y=y)


def test_a_polynomial_of_few_terms_comes_back_as_it_is():
    a, b, c = RNG.uniform(-2, 2, (3, 400))
    found = polynomial(rows(1.5 * a * b - 0.25 * c**2 + 3.0, a=a, b=b, c=c))
    x, y, z = (sp.Symbol(name, real=True) for name in "abc")
    assert sp.expand(found.expression - (1.5 * x * y - 0.25 * z**2 + 3.0)) == 0


def test_a_product_alone_has_no_rounding_beside_it():
    a, b = RNG.uniform(0.5, 2, (2, 200))
    assert str(polynomial(rows(a * b, a=a, b=b)).expression).replace("1.0*", "") == "a*b"


def test_a_distance_is_followed_far_better_than_by_a_line():
    a, b, c, d = RNG.uniform(1, 5, (4, 2000))
    y = np.hypot(a - b, c - d)
    found = polynomial(rows(y, a=a, b=b, c=c, d=d))
    assert np.sqrt(found.fit.mse) < 0.3 * y.std()


@pytest.mark.parametrize("columns", [1, 13])
def test_few_rows_or_many_columns_have_no_quick_answer(columns):
    x = RNG.normal(size=(columns, 20))
    assert polynomial(rows(x[0], **{f"x{i}": values for i, values in enumerate(x)})) is None


def test_chance_gives_no_long_formula():
    a, b = RNG.normal(size=(2, 300))
    found = polynomial(rows(RNG.normal(size=300), a=a, b=b))
    assert found is None or len(found.expression.atoms(sp.Float)) <= 3
