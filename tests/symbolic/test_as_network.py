"""A formula drawn as a network computes the formula, and its graph is the one that the formula shows."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
import torch

from kansr.formula.evaluate import evaluate
from kansr.formula.parse import parse
from kansr.network.graph import graph
from kansr.network.sweep import predict
from kansr.structure.account import written
from kansr.symbolic.as_network import drawing, network

NAMES = ["a", "b", "c", "d"]
FORMULAS = {
    "a + b": "(a + b)",
    "3*a*b/c": "(a * b * c)",
    "sqrt(a**2 + b**2)/c": "(c * (a + b))",
    "exp(-a/b)": "((a * b))",
    "a*exp(-b/(c*d))": "(a * (b * c * d))",
    "(a + b)*(a - c)": "((a + b) * (a + c))",
    "2*sin(a*b) + 2": "((a * b))",
    "a**b": "((a * b))",
    "max(a, b) + c": "(c + (a + b + (a + b)))",
    "a/(a + b)": "(a * (a + b))",
    "1/(1/a + 1/b)": "((a + b))",
    "log(a)*a**2 + 1": "(a)",
    "4*(a + 2*b)": "(a + b)",
}


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(3).uniform(1, 3, (500, 4))


@pytest.mark.parametrize("text", FORMULAS)
def test_the_graph_is_the_one_that_brackets_show(text):
    plan = drawing(parse(text), NAMES)
    shape = graph(plan.inputs, plan.kinds, [(link.source, link.target) for link in plan.links])
    assert written(shape, NAMES) == FORMULAS[text]


@pytest.mark.parametrize("text", FORMULAS)
def test_the_network_computes_the_formula(text, rows):
    formula, x = parse(text), torch.from_numpy(rows)
    y = evaluate(formula, dict(zip(NAMES, rows.T, strict=True)))
    coarse, fine = (network(drawing(formula, NAMES), x, grid=grid, order=3) for grid in (10, 40))
    errors = [float(np.std(predict(kan, x)[0].numpy() - y) / np.std(y)) for kan in (coarse, fine)]
    assert errors[1] < 2e-2  # |a - b| has a corner, which no cubic spline holds
    assert errors[1] < errors[0] / 3 or errors[0] < 1e-12


def test_a_constant_factor_of_the_whole_changes_no_graph():
    plain, scaled = (drawing(parse(text), NAMES) for text in ("a*b + c", "7*(a*b + c) + 5"))
    assert plain.kinds == scaled.kinds
    assert [(k.source, k.target) for k in plain.links] == [(k.source, k.target) for k in scaled.links]


def test_what_stands_twice_is_one_node():
    plan = drawing(parse("sin(a*b) + c*(a*b)**2"), NAMES)
    assert plan.kinds.count("product") == 2


def test_constants_and_long_formulas_have_no_graph():
    x = sp.Symbol("a", real=True)
    for formula in (sp.Integer(3), sp.Add(*(sp.sin(i * x) for i in range(1, 200)))):
        with pytest.raises(NotImplementedError):
            drawing(formula, NAMES)


def test_a_formula_without_values_on_the_rows_has_no_network(rows):
    assert network(drawing(parse("log(a - b) + c"), NAMES), torch.from_numpy(rows), grid=5, order=3) is None


def test_a_pole_between_the_rows_leaves_values_of_the_size_of_the_rows(rows):
    x = torch.from_numpy(rows)
    kan = network(drawing(parse("1/(a - 2) + b"), NAMES), x, grid=20, order=3)
    y = 1 / (rows[:, 0] - 2) + rows[:, 1]
    assert np.abs(predict(kan, x)[0].numpy()).max() < 2 * np.abs(y).max()
