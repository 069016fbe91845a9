"""Gauges are moved without changing what a network computes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from kansr.network.curves import Spline
from kansr.network.graph import graph
from kansr.network.kan import KAN
from kansr.network.knots import ranges, with_margin
from kansr.network.sweep import predict
from kansr.structure.surgery import from_curve
from kansr.symbolic.gauge import slid, with_simple_powers
from kansr.symbolic.library import primitive
from kansr.symbolic.symbol import Symbol

X = 1 + 2 * torch.rand(400, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def built(inputs, kinds, edges, splines):
    """A network of symbols (name and parameters) and of splines that follow a function, laid on its nodes' ranges."""
    shape = graph(inputs, kinds, list(edges))
    spline, x = Spline(40), X[:, :inputs]
    ends = torch.ones(1, shape.nodes, dtype=torch.float64)
    curves = [spline if edge in splines else Symbol(primitive(edges[edge][0])) for edge in shape.edges]
    kan = KAN(graph=shape, curves=tuple(curves), theta=torch.zeros(1, 0), lower=-ends, upper=ends)
    parts = [torch.zeros(1, c.size, dtype=torch.float64) for c in curves]
    for n, edge in enumerate(shape.edges):
        if edge not in splines:
            parts[n] = torch.tensor([edges[edge][1]], dtype=torch.float64)
    for n, edge in enumerate(shape.edges):
        kan = replace(kan, theta=torch.cat(parts, -1))
        low, high = with_margin(*ranges(kan, x))
        kan = replace(kan, lower=low, upper=high)
        if edge in splines:
            parts[n] = from_curve(spline, low[:, edge[0]], high[:, edge[0]], splines[edge])
    return replace(kan, theta=torch.cat(parts, -1))


def test_the_exponents_of_a_product_become_simple_and_the_curve_behind_follows():
    power = "power", [0.0, 1.0, 0.0, 0.6]  # b, c, d, p
    below = "power", [0.0, 2.0, 0.0, -0.6]
    edges = {(0, 2): power, (1, 2): below, (2, 3): None}
    kan = built(2, ["product", "sum"], edges, {(2, 3): lambda u: torch.log(1 + u)})
    simple = with_simple_powers(kan, X[:, :2])
    exponents = [float(simple.of_edge(e)[0, -1]) for e in (0, 1)]
    assert sorted(map(abs, exponents)) == pytest.approx([1.0, 1.0])
    assert exponents[0] == pytest.approx(-exponents[1])
    assert torch.allclose(predict(simple, X[:, :2]), predict(kan, X[:, :2]), atol=1e-4)


def test_simple_exponents_stay():
    edges = {(0, 2): ("x", [1.0, 0.0]), (1, 2): ("1/x", [0.0, 1.0, 0.0]), (2, 3): None}
    kan = built(2, ["product", "sum"], edges, {(2, 3): torch.exp})
    assert with_simple_powers(kan, X[:, :2]) is kan


def test_a_straight_line_slides_off_a_curve_and_onto_the_edges_beside_it():
    log = "log", [0.0, 1.0, 0.0]
    edges = {
        (0, 3): log,
        (1, 3): ("log", [0.0, -1.0, 0.0]),
        (0, 4): ("log", [0.0, 2.0, 0.5]),
        (2, 4): log,
        (3, 4): None,
    }
    kan = built(3, ["sum", "sum"], edges, {(3, 4): torch.sin})
    (other,) = slid(kan, X)
    beside = {edge.source for edge in other.graph.edges if edge.target == 4}
    assert beside == {1, 2, 3}  # input 0 has gone from beside the node, and input 1 has come
    assert torch.allclose(predict(other, X), predict(kan, X), atol=1e-6)


def test_nothing_slides_where_the_edges_beside_are_other_functions():
    edges = {
        (0, 2): ("log", [0.0, 1.0, 0.0]),
        (1, 2): ("log", [0.0, 1.0, 0.0]),
        (0, 3): ("x", [1.0, 0.0]),
        (2, 3): None,
    }
    kan = built(2, ["sum", "sum"], edges, {(2, 3): torch.sin})
    assert list(slid(kan, X[:, :2])) == []
