"""Pruning: what a cut carries on, and what is never cut."""

from __future__ import annotations

import pytest
import torch

from kansr.network.graph import dense
from kansr.network.sweep import backward, forward, predict
from kansr.progress import Clock
from kansr.training.levenberg import rmse
from kansr.training.prune import attribution, cut, node_path, prune_edges
from kansr.training.spec import TrainingSpec
from kansr.training.stages import train
from tests.network.networks import MIXED, network, rows
from tests.training.problems import data, exp_sin_square

SPEC = TrainingSpec(grid=(5,), starts=6, steps=60)


def additive(x):
    return torch.sin(3 * x[:, 0]) + x[:, 1] ** 2


def test_the_attribution_of_an_edge_into_the_output_is_the_spread_of_its_curve():
    kan, x = network(dense((3, 1))), rows(100, 3)
    assert torch.allclose(attribution(kan, x), torch.stack([e.value.std() for e in forward(kan, x).edges]))


def test_a_curve_that_is_constant_has_no_attribution():
    kan, x = network(MIXED), rows(100, 3)
    where = kan.slices()[3]
    kan.theta[:, where] = torch.tensor([0.0, *[1.7] * 7], dtype=torch.float64)
    effect = attribution(kan, x)
    assert effect[3] < 1e-12
    assert len(effect) == len(kan.graph.edges)


@pytest.mark.parametrize("edge", range(3))
def test_cutting_an_edge_carries_its_mean_on(edge):
    kan, x = network(dense((3, 1))), rows(300, 3)
    smaller = cut(kan, [edge], x)
    gone = forward(kan, x).edges[edge].value
    assert len(smaller.graph.edges) == 2
    assert torch.allclose(predict(kan, x) - predict(smaller, x), gone - gone.mean(), atol=1e-12)


def test_cutting_a_constant_factor_of_a_product_changes_nothing():
    kan, x = network(MIXED), rows(300, 3)
    kan.theta[:, kan.slices()[2]] = torch.tensor([0.0, *[1.7] * 7], dtype=torch.float64)
    assert kan.graph.kind(kan.graph.edges[2].target) == "product"
    assert torch.allclose(predict(cut(kan, [2], x), x), predict(kan, x), atol=1e-12)


def test_cutting_a_node_takes_its_edges_along():
    kan = network(dense((2, 3, 1)))
    smaller = cut(kan, kan.graph.out_of(3), rows(50, 2))
    assert smaller.graph.width == (2, 2, 1)
    assert smaller.parameters == kan.parameters * 6 // 9


def test_the_output_is_never_cut_off():
    kan, x = network(dense((2, 1, 1))), rows(50, 2)
    assert cut(kan, [2], x) is None
    assert cut(kan, [0, 1], x) is None
    assert cut(network(dense((1, 1))), [0], x) is None


def test_a_cut_leaves_the_network_as_it_was():
    kan, x = network(MIXED), rows(50, 3)
    before = kan.theta.clone()
    cut(kan, [2, 5], x)
    assert torch.equal(kan.theta, before)


def test_nodes_are_dropped_one_by_one_until_one_is_left():
    toy = data(exp_sin_square, 2, train=300, validation=100)
    trained = train(dense((2, 4, 1)), toy, SPEC, seed=0)
    path = node_path(trained.kan, toy, SPEC, clock=Clock())
    assert [k.graph.width for k in path] == [(2, 4, 1), (2, 3, 1), (2, 2, 1), (2, 1, 1)]
    assert path[0] is trained.kan
    assert float(rmse(path[-1], toy.validation)[0]) < 0.05


def test_the_edge_of_an_input_that_does_nothing_is_cut_and_no_other():
    law = data(additive, 3, train=500, validation=200)
    trained = train(dense((3, 1)), law, TrainingSpec(grid=(5, 10), starts=4, steps=60), seed=0)
    pruned = prune_edges(trained, law, SPEC, clock=Clock())
    assert pruned.graph.used == (0, 1)
    assert len(pruned.graph.edges) == 2
    assert pruned.rmse_validation <= 1.05 * trained.rmse_validation


def test_pruning_a_network_of_one_edge_leaves_it():
    law = data(lambda x: torch.sin(3 * x[:, 0]), 1, train=200, validation=100, noise=0.5)
    trained = train(dense((1, 1)), law, SPEC, seed=0)
    assert prune_edges(trained, law, SPEC, clock=Clock()) is trained


def test_nothing_is_pruned_when_the_clock_is_over():
    toy = data(exp_sin_square, 2, train=100, validation=50)
    kan = network(dense((2, 3, 1)))
    assert node_path(kan, toy, SPEC, clock=Clock(budget=0.0)) == [kan]


def test_the_attribution_is_the_spread_times_the_slope_of_the_output():
    kan, x = network(MIXED), rows(200, 3)
    sweep = forward(kan, x)
    deltas = backward(kan, sweep)
    by_hand = [float(e.value.std() * d.square().mean().sqrt()) for e, d in zip(sweep.edges, deltas, strict=True)]
    assert attribution(kan, x).tolist() == pytest.approx(by_hand)
