"""Rewriting never changes a formula's values, and never makes it longer."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings

from kansr.formula.complexity import complexity
from kansr.formula.constants import refit
from kansr.formula.evaluate import evaluate
from kansr.formula.parse import parse
from kansr.formula.simplify import canonical, shortest
from tests.formula.expressions import EXPRESSIONS, FORMULAS, ROWS, X, Y

PROBE = {name: column[:20] for name, column in ROWS.items()}


def values(expression):
    with np.errstate(all="ignore"):
        return evaluate(expression, ROWS) * np.ones(40)


def agree(a, b):
    """Whether two columns are equal to rounding where both are numbers; a rewriting may widen the domain."""
    both = np.isfinite(a) & np.isfinite(b)
    return np.allclose(a[both], b[both], rtol=1e-7, atol=1e-9 * (1 + np.abs(b[both]).max(initial=0)))


@settings(max_examples=100)
@given(EXPRESSIONS)
def test_gathering_constants_keeps_the_values(expression):
    assert agree(values(canonical(expression)), values(expression))


@pytest.mark.parametrize("text", FORMULAS)
def test_the_shortest_form_has_the_same_values_and_is_not_longer(text):
    expression = parse(text)
    short = shortest(expression, PROBE)
    assert agree(values(short), values(expression))
    assert complexity(short) <= complexity(expression) + 1  # bits count more than nodes


@pytest.mark.parametrize(
    ("long", "short"),
    [
        (sp.exp(2.0 * X + 1.5), sp.Float(np.exp(1.5)) * sp.exp(2.0 * X)),
        (sp.sqrt(4.0 * X + 8.0), 2.0 * sp.sqrt(X + 2.0)),
        (sp.log(3.0 * X), sp.log(X) + sp.Float(np.log(3.0))),
        (sp.sin(X + 2.0 * np.pi), sp.sin(X)),
        (sp.tanh(-2.0 * X), -sp.tanh(2.0 * X)),
    ],
    ids=str,
)
def test_numbers_move_outwards(long, short):
    assert agree(values(canonical(long)), values(short))
    assert complexity(canonical(long)) <= complexity(short) + 2


@pytest.mark.parametrize(
    "expression",
    [
        1.3 * sp.sqrt(2.1 * X**2 + 0.4 * Y**2 + 3.0),
        2.2 / (1.7 * X**2 + 0.3 * Y**2 + 4.4),
        0.8 * sp.log(1.9 * X**2 + 2.7) + 0.1,
        1.1 * (2.3 * X + 0.9) ** 2,
    ],
    ids=str,
)
def test_after_gathering_no_constant_stands_in_for_another(expression):
    y = values(expression) + 1e-3 * np.random.default_rng(0).standard_normal(40)
    assert np.isinf(refit(expression, ROWS, y).sigma).any()
    assert np.isfinite(refit(canonical(expression), ROWS, y).sigma).all()


def test_even_powers_come_out_of_roots_where_they_are_positive():
    root = parse("x/sqrt((1 - y**2)/(1 - y/x)**2)")
    probe = {"x": np.linspace(5, 9, 20), "y": np.linspace(0.1, 0.9, 20)}
    assert complexity(shortest(root, probe)) <= complexity(parse("(x - y)/sqrt(1 - y**2)"))
