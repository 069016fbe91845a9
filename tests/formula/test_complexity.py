"""Complexity counts what is printed; description length prefers the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy
from hypothesis import given, settings

from kansr.formula.complexity import complexity, constant_bits, description_length
from kansr.formula.evaluate import evaluate
from kansr.formula.parse import parse
from kansr.formula.text import to_text
from tests.formula.expressions import EXPRESSIONS


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("x", 1),
        ("3.5", 1),
        ("pi", 1),
        ("-2", 1),
        ("3/4", 1),
        ("-x", 2),
        ("sqrt(x)", 2),
        ("x**2", 3),
        ("x + y", 3),
        ("x - y", 3),
        ("y - x", 3),
        ("-x - y", 4),
        ("x*y", 3),
        ("x/y", 3),
        ("1/x", 3),
        ("-x/2", 3),
        ("x/2", 3),
        ("3*x/4", 3),
        ("-0.5*x", 3),
        ("2*x/(3*y)", 5),
        ("1/sqrt(x)", 4),
        ("1/x**2", 5),
        ("x - 2*y", 5),
        ("x + y + z - 1", 7),
        ("x*y*z", 5),
        ("exp(x2**2 + sin(pi*x1))", 9),
        ("sqrt(x**2 + y**2)", 8),
        ("(x + y)/(1 + x*y)", 9),
        ("besselj(0, 20*x)", 5),
        ("x**(1/3)", 3),
        ("x*exp(-y)", 5),
    ],
)
def test_complexity_counts_operators_functions_constants_and_columns(text, nodes):
    assert complexity(parse(text)) == nodes


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_a_negative_costs_one_at_most(expr):
    assert complexity(-expr) <= complexity(expr) + 2
    assert complexity(expr) <= len(to_text(expr)) + 1


def test_snapping_a_constant_never_costs_more_nodes():
    for plain, snapped in (("0.5*x", "x/2"), ("-0.75*x/y", "-3*x/(4*y)"), ("x**0.5", "sqrt(x)"), ("0.5/x", "1/(2*x)")):
        assert complexity(parse(snapped)) <= complexity(parse(plain))


def test_simple_constants_are_cheap():
    order = ["1", "pi", "2", "1/2", "3", "10", "3/4", "2*pi/3", "9.81", "3.14159", "0.123456789012345"]
    bits = [constant_bits(parse(text)) for text in order]
    assert bits == sorted(bits)
    assert constant_bits(parse("0")) == constant_bits(parse("-1")) == 1


def test_a_fitted_constant_costs_no_more_than_it_is_told():
    assert constant_bits(sympy.Float(0.12345678901234567), free=10.0) == 10.0
    assert constant_bits(sympy.Float(2.0)) == constant_bits(sympy.Integer(2))
    assert constant_bits(sympy.Float(1500.0)) == constant_bits(sympy.Integer(1500))
    assert constant_bits(sympy.Float(0.12345678901234567)) == 52.0


X = {"x": np.linspace(-1, 1, 400)}


def length(text, noise):
    truth = np.sin(np.pi * X["x"]) + noise * np.random.default_rng(0).normal(size=400)
    mse = float(np.mean((evaluate(parse(text), X) - truth) ** 2))
    return description_length(parse(text), rows=400, mse=mse, variance=float(np.var(truth)))


@pytest.mark.parametrize("noise", [0, 0.01, 0.1])
def test_the_truth_has_the_shortest_description(noise):
    rivals = ["sin(3.14159*x)", "sin(3.1*x)", "0.98*sin(pi*x)", "3*x - 3*x**3", "x", "0", "sin(pi*x) + 0.0001*x"]
    assert all(length("sin(pi*x)", noise) < length(rival, noise) for rival in rivals)


def test_errors_at_rounding_level_count_as_equal():
    exact, nearly = (description_length(parse("x"), rows=100, mse=mse, variance=1.0) for mse in (0.0, 1e-30))
    assert math.isclose(exact, nearly, abs_tol=1e-3)


def test_free_constants_are_paid_at_the_price_of_a_fitted_one():
    lengths = [
        description_length(parse("0.123456*x + y"), rows=100, mse=0.01, variance=1.0, free=free)
        for free in (0, 1, 2, 3)
    ]
    price = math.log2(100 / 0.01) / 2
    assert lengths[0] > lengths[1]
    assert math.isclose(lengths[2] - lengths[1], price)
    assert math.isclose(lengths[3] - lengths[2], price)


def test_an_infinite_error_has_an_infinite_length():
    assert description_length(parse("x"), rows=10, mse=math.inf, variance=1.0) == math.inf
