"""Sweeps: every closed form agrees with automatic differentiation."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.network.derivatives import derivatives
from kansr.network.graph import dense
from kansr.network.sweep import backward, forward, jacobian, predict
from kansr.symbolic.library import primitive
from kansr.symbolic.symbol import Symbol
from tests.network.networks import MIXED, SHAPES, graphs, network, rows


def by_autograd(kan, x):
    """Jacobian of the output by the parameters [n, P], for one network."""

    def output(theta):
        return forward(replace(kan, theta=theta[None]), x).output[0]

    return torch.autograd.functional.jacobian(output, kan.theta[0])


@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize("name", SHAPES)
def test_the_jacobian_agrees_with_autograd(name, order):
    kan = network(SHAPES[name], order=order, seed=order)
    x = rows(20, kan.graph.inputs, reach=1.2)
    output, j = jacobian(kan, x)
    assert torch.equal(output, forward(kan, x).output)
    assert torch.allclose(j[0], by_autograd(kan, x), rtol=1e-10, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(graphs(), st.integers(0, 99))
def test_the_jacobian_agrees_with_autograd_on_any_graph(shape, seed):
    kan, x = network(shape, grid=3, seed=seed), rows(6, shape.inputs, seed=seed)
    j = jacobian(kan, x)[1][0]
    assert torch.allclose(j, by_autograd(kan, x), rtol=1e-9, atol=1e-11 * (1 + j.abs().max()))


def test_the_jacobian_holds_for_named_functions_beside_splines():
    kan = network(MIXED, size=0.3)
    for edge, name in ((0, "sin"), (3, "exp"), (6, "tanh"), (10, "gaussian")):
        symbol = Symbol(primitive(name))
        kan = kan.with_curve(edge, symbol, torch.linspace(0.4, 0.9, symbol.size, dtype=torch.float64)[None])
    x = rows(15, 3)
    assert torch.allclose(jacobian(kan, x)[1][0], by_autograd(kan, x), rtol=1e-10, atol=1e-12)


def test_a_batch_is_each_network_alone():
    kan, x = network(MIXED, batch=4), rows(30, 3)
    kan = replace(kan, lower=kan.lower * torch.linspace(0.8, 1.3, 4, dtype=torch.float64)[:, None])
    output, j = jacobian(kan, x)
    for b in range(4):
        alone, j_alone = jacobian(kan.pick(b), x)
        assert torch.allclose(output[b], alone[0], rtol=1e-12, atol=1e-13)
        assert torch.allclose(j[b], j_alone[0], rtol=1e-12, atol=1e-13)


def test_each_network_of_a_batch_may_have_rows_of_its_own():
    kan, x = network(MIXED, batch=2), torch.stack([rows(9, 3, seed=1), rows(9, 3, seed=2)])
    output = forward(kan, x).output
    for b in range(2):
        assert torch.allclose(output[b], forward(kan.pick(b), x[b]).output[0], rtol=1e-12, atol=1e-13)


def test_predicting_in_blocks_changes_nothing():
    kan, x = network(MIXED), rows(100, 3)
    assert torch.allclose(predict(kan, x, block=7), predict(kan, x), rtol=0, atol=1e-13)


def test_an_edge_value_moves_the_output_as_the_backward_sweep_says():
    kan, x, h = network(MIXED), rows(10, 3), 1e-6
    for edge, delta in enumerate(backward(kan, forward(kan, x))):
        start = kan.slices()[edge].start
        up, down = kan.theta.clone(), kan.theta.clone()
        up[:, start + 1 : kan.slices()[edge].stop] += h  # B-splines sum to one: the curve rises by h
        down[:, start + 1 : kan.slices()[edge].stop] -= h
        moved = forward(replace(kan, theta=up), x).output - forward(replace(kan, theta=down), x).output
        assert torch.allclose(moved / (2 * h), delta, rtol=1e-6, atol=1e-8)


def test_a_factor_of_zero_in_a_product_node_leaves_finite_slopes():
    kan = network(MIXED)
    kan.theta[:, kan.slices()[2]] = 0
    _, j = jacobian(kan, rows(10, 3))
    assert torch.isfinite(j).all()


@pytest.mark.parametrize("name", SHAPES)
def test_gradient_and_hessian_by_the_inputs_agree_with_autograd(name):
    kan = network(SHAPES[name], seed=7)
    x = rows(25, kan.graph.inputs).requires_grad_()
    found = derivatives(kan, x.detach())
    y = forward(kan, x).output[0]
    (gradient,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    hessian = torch.stack(
        [torch.autograd.grad(g.sum(), x, retain_graph=True)[0] for g in gradient.unbind(-1)], -1
    )  # rows do not mix
    assert torch.allclose(found.value[0], y, rtol=1e-12)
    assert torch.allclose(found.gradient[0], gradient, rtol=1e-10, atol=1e-11)
    assert torch.allclose(found.hessian[0], hessian, rtol=1e-9, atol=1e-9)


def test_an_input_that_nothing_reads_has_no_slope():
    shape, keep = dense((3, 2, 1)).without([1, 4])
    found = derivatives(network(dense((3, 2, 1))).with_edges(keep, shape), rows(8, 3))
    assert not found.gradient[..., 1].any()
    assert found.gradient[..., 0].abs().min() > 0


def test_a_curve_on_another_edge_leaves_the_rest_as_it_was():
    kan = network(MIXED)
    same = kan.with_curve(4, kan.curves[4], kan.of_edge(4))
    assert torch.equal(same.theta, kan.theta)
