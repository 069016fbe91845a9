"""Functions that show their first terms only become these; others stay."""

from __future__ import annotations

import numpy as np
import pytest

from kansr.formula.constants import refit
from kansr.formula.evaluate import evaluate
from kansr.formula.parse import parse
from kansr.formula.straight import as_powers, straightened

ROWS = {"x": np.linspace(1.0, 3.0, 200), "y": np.linspace(-1.0, 2.0, 200)}


@pytest.mark.parametrize(
    ("mimic", "law"),
    [
        ("1000*sinh(0.001*x)", "1.0*x"),
        ("1e8*cosh(0.0001*x) - 1e8", "0.5*x**2"),
        ("x*(500*tan(0.002*y - 0.001) + 0.5)", "x*y"),
    ],
)
def test_what_mimics_a_line_or_a_parabola_becomes_one(mimic, law):
    y = evaluate(parse(law), ROWS)
    errors = [refit(e, ROWS, y).mse for e in straightened(parse(mimic), ROWS)]
    assert min(errors) < 1e-12


def test_functions_whose_argument_varies_stay():
    assert list(straightened(parse("sin(x) + exp(2*y)"), ROWS)) == []


def test_a_factor_of_one_column_may_be_a_power_where_it_has_one_sign():
    rows = {"x": np.linspace(1.0, 3.0, 200), "y": np.linspace(-1.0, 2.0, 200)}
    y = evaluate(parse("y/x"), rows)
    errors = [refit(e, rows, y).mse for e in as_powers(parse("y*(1.86 - log(x + 0.1))"), rows)]
    assert min(errors) < 1e-12
    assert not list(as_powers(parse("x*cos(2*y)"), rows))
