"""The rows of the table of functions agree with sympy."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from kansr.formula.functions import BY_CLASS, FUNCTIONS, SPELLINGS

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
    (function, order) for function in FUNCTIONS.values() for order in ((0, 1, 2, 3) if function.orders else (None,))
]


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
    assert len(BY_CLASS) == len(FUNCTIONS)
    assert len(SPELLINGS) == len(FUNCTIONS) + sum(len(function.aliases) for function in FUNCTIONS.values())
    assert all(getattr(sympy, name) is function.sympy for name, function in FUNCTIONS.items())
