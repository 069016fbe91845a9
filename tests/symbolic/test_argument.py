"""What stands before a curve is written simply, and the network stays what it was."""

from __future__ import annotations

import pytest
import torch

from kansr.network.curves import Spline
from kansr.network.sweep import forward, predict
from kansr.symbolic.argument import simplified
from tests.symbolic.test_gauge import X, built

WAYS = {
    "a product of columns": ("product", "x", [[2.0, 0.0], [-0.5, 0.0]], lambda a, b: a * b),
    "a difference": ("sum", "x", [[2.0, 1.0], [-2.02, 0.5]], lambda a, b: a - b),
    "a quotient": ("sum", "log", [[0.0, 2.0, 0.3], [0.0, -2.0, 0.2]], lambda a, b: a.log() - b.log()),
    "a square over a root": ("sum", "log", [[0.0, 2.02, 0.3], [0.01, -0.5, 0.2]], lambda a, b: 4 * a.log() - b.log()),
}


@pytest.mark.parametrize("name", WAYS)
def test_the_argument_loses_its_scale_its_offset_and_its_decimals(name):
    kind, function, own, law = WAYS[name]
    edges = {(0, 2): (function, own[0]), (1, 2): (function, own[1]), (2, 3): ("sin", [0.4, 0.0, 1.0, 0.0])}
    kan = built(2, [kind, "sum"], edges, {})
    bare, kept = simplified(kan, 2, X[:, :2], Spline(20))
    assert kept == [0, 1]
    assert torch.allclose(forward(bare, X[:, :2]).nodes[2][0], law(*X[:, :2].T))
    assert torch.allclose(predict(bare, X[:, :2]), predict(kan, X[:, :2]), atol=0.02)


def test_another_node_is_not_made_of_it():
    edges = {(0, 2): ("x", [2.0, 1.0]), (1, 2): ("x", [1.0, 2.0]), (2, 3): ("sin", [0.4, 0.0, 1.0, 0.0])}
    kan = built(2, ["product", "sum"], edges, {})  # (2 x + 1) (y + 2)
    assert simplified(kan, 2, X[:, :2], Spline(20)) is None


def test_a_node_that_two_curves_follow_stays():
    line = "x", [2.0, 0.0]
    edges = {(0, 2): line, (1, 2): line, (2, 3): line, (2, 4): ("sin", [0.4, 0.0, 1.0, 0.0]), (3, 4): line}
    kan = built(2, ["product", "sum", "sum"], edges, {})
    assert simplified(kan, 2, X[:, :2], Spline(20)) is None
