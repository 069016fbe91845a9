"""Shapes: what breaks a wish is found out, and constants can be fitted so that a formula obeys."""

import numpy as np
import pytest
import sympy as sp

from kansr.formula.mend import mended
from kansr.formula.shape import Shape, box, broken

x, z = sp.symbols("x z", real=True)
ROWS = {"x": np.linspace(-1.0, 2.0, 80), "z": np.linspace(3.0, 1.0, 80)}


def shape(monotone=None, low=None, high=None, wider=None):
    """Give a shape on the box of the rows."""
    points, moved = box(ROWS, wider or {})
    return Shape(target="y", monotone=monotone or {}, low=low, high=high, points=points, moved=moved)


@pytest.mark.parametrize(
    ("formula", "rule", "says"),
    [
        (x**3 + z, shape({"x": "rising", "z": "rising"}), ""),
        (x**2, shape({"x": "rising"}), "falls with x"),
        (-z, shape({"z": "falling", "x": "rising"}), ""),
        (x * z, shape({"x": "falling"}), "rises with x"),
        (sp.Float(2), shape({"x": "rising"}, low=1.0, high=3.0), ""),
        (sp.exp(x), shape(low=0.0), ""),
        (x + 1, shape(low=0.1), "below 0.1"),
        (x, shape(high=2.5), ""),
        (x, shape(high=2.5, wider={"x": (None, 9.0)}), "above 2.5"),
    ],
)
def test_a_formula_obeys_or_the_reason_is_named(formula, rule, says):
    assert says in broken(formula, rule)
    assert bool(broken(formula, rule)) == bool(says)


def test_a_pole_is_no_way_to_fall_everywhere():
    assert "rises with x" in broken(1 / x, shape({"x": "falling"}))


def test_points_without_a_value_break_nothing():
    assert broken(sp.sqrt(x), shape({"x": "rising"}, low=0.0)) == ""


def test_constants_move_as_little_as_the_wish_asks():
    y = 1.5 * ROWS["x"] + 0.4
    rule = shape(low=0.0)
    again = mended(1.5 * x + 0.4, rule, ROWS, y)
    assert again is not None
    assert broken(again, rule) == ""
    assert np.sqrt(np.mean((sp.lambdify(x, again)(ROWS["x"]) - y) ** 2)) < 0.6


def test_a_formula_without_constants_cannot_be_mended():
    assert mended(x**2, shape({"x": "rising"}), ROWS, ROWS["x"]) is None
