"""Curves are read from gradients, without a start that is guessed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from kansr.network.curves import Spline
from kansr.structure.readout import readings, readout
from kansr.structure.separability import Slopes
from kansr.structure.space import Space, spaces
from kansr.structure.tree import Node
from kansr.symbolic.targets import transforms
from kansr.training.levenberg import rmse
from tests.structure.test_structure import table

LEAVES = [Node(input=i) for i in range(4)]


def slopes_of(law, x, step=1e-5):
    """Gradients by differences, in units of the law's spread."""
    rows, unit = x.numpy(), np.eye(x.shape[1]) * step
    scale = 2 * step * np.std(law(*rows.T))
    columns = [(law(*(rows + shift).T) - law(*(rows - shift).T)) / scale for shift in unit]
    gradient = torch.from_numpy(np.stack(columns, -1))[None]
    return Slopes(x, gradient, torch.zeros(*gradient.shape, x.shape[1], dtype=x.dtype), 100)


def lowest(law, tree, *ranges, products=True, transformed=()):
    data = table(law, *ranges, rows=1200)
    slopes = slopes_of(law, data.train.x[:500])
    found = readout(tree, slopes, spaces(data, transformed), grid=8, order=3, products=products)
    return found[0][-1]


def test_the_curves_of_nested_sums_are_read_up_to_the_last_one():
    tree = Node(children=(LEAVES[0], Node(children=(LEAVES[1], LEAVES[2]))))
    runner = lowest(lambda a, b, c: np.exp(0.5 * a + np.sin(b**2 - c)), tree, (-1, 1), (0, 1), (-1, 1))
    assert runner.error < 0.02
    assert "product" not in runner.kan.graph.kinds


def test_factors_that_change_their_sign_are_read_as_a_product():
    tree = Node(children=(LEAVES[0], LEAVES[1], Node(children=(LEAVES[2], LEAVES[3]))))
    runner = lowest(lambda a, b, c, d: a * b**2 * (c**2 - d), tree, (-1, 1), (1, 3), (-2, 2), (-2, 2))
    assert runner.error < 0.1
    assert runner.kan.graph.kinds[1] == "product"


def test_no_product_is_read_where_none_is_allowed():
    tree = Node(children=(LEAVES[0], LEAVES[1]))
    runner = lowest(lambda a, b: a * b, tree, (1, 2), (1, 2), products=False)
    assert "product" not in runner.kan.graph.kinds
    assert runner.error < 0.02


def test_a_transform_that_spares_the_last_curve_is_taken():
    tree = Node(children=(LEAVES[0], LEAVES[1]))
    runner = lowest(lambda a, b: (a**2 + b) ** 0.5, tree, (0, 1), (0.1, 1), transformed=transforms(1.0))
    assert runner.space.name == "y^2"
    assert runner.kan.graph.kinds == ("sum",)
    assert runner.error < 1e-3


@pytest.mark.parametrize("swapped", [False, True])
def test_the_order_of_the_children_changes_no_misfit(swapped):
    x = torch.rand(400, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 0.5
    slopes = slopes_of(lambda a, b: np.exp(a - b**2), x)
    children = (LEAVES[1], LEAVES[0]) if swapped else (LEAVES[0], LEAVES[1])
    best = readings(Node(children=children), slopes, x, Spline(4))[0]
    assert best.kind == "sum"
    assert best.misfit < 1e-6


def test_what_is_read_is_measured_in_units_of_the_target():
    data = table(lambda a, b: a + b, (0, 1), (0, 1), rows=600)
    slopes = slopes_of(lambda a, b: a + b, data.train.x)
    (runner,) = readout(Node(children=(LEAVES[0], LEAVES[1])), slopes, [Space(data=data, plain=data)], grid=4, order=3)[
        0
    ]
    assert runner.error == pytest.approx(float(rmse(runner.kan, data.validation)[0]))
    assert runner.error < 1e-3
