"""The penalty: its slope is its slope, and it makes networks sparse."""

from __future__ import annotations

from dataclasses import replace

import torch

from kansr.network.graph import dense
from kansr.network.sweep import forward
from kansr.progress import Clock
from kansr.training.levenberg import mean_square
from kansr.training.penalty import sparsity
from kansr.training.prune import attribution
from kansr.training.spec import TrainingSpec
from kansr.training.stages import first
from tests.network.networks import SHAPES, network, rows
from tests.training.problems import data, exp_sin_square


def by_the_book(kan, x):
    """Sum of the spreads and entropy of their shares in each layer, as in the KAN paper."""
    sizes = [(e.value.var(-1, correction=0) + 1e-8).sqrt() for e in forward(kan, x).edges]
    total = sizes[0].new_zeros(kan.batch)
    for layer in range(1, len(kan.graph.width)):
        inside = [s for s, e in zip(sizes, kan.graph.edges, strict=True) if kan.graph.layer(e.target) == layer]
        share = torch.stack(inside) / sum(inside)
        total = total + sum(inside) - (share * share.log()).sum(0)
    return total


def test_the_penalty_is_that_of_the_paper():
    for shape in SHAPES.values():
        kan, x = network(shape, batch=2), rows(50, shape.inputs)
        assert torch.allclose(sparsity(0.3)(kan, x).value, 0.3 * by_the_book(kan, x))


def half_gradient(kan, x):
    """Half the gradient of the penalty with the activations of later layers held: each edge by its own parameters."""
    halves = []
    inputs = [n.detach() for n in forward(kan, x).nodes]
    for edge, where in zip(range(len(kan.graph.edges)), kan.slices(), strict=True):
        theta = kan.of_edge(edge).clone().requires_grad_()
        source = kan.graph.edges[edge].source
        spline, low, high = kan.curves[edge], kan.lower[:, source], kan.upper[:, source]
        own = spline.evaluate(inputs[source], theta, low, high).value
        values = [e.value for e in forward(kan, x).edges]
        values[edge] = own
        sizes = torch.stack([(v.var(-1, correction=0) + 1e-8).sqrt() for v in values], -1)
        layers = [kan.graph.layer(e.target) for e in kan.graph.edges]
        inside = sizes[:, [i for i, at in enumerate(layers) if at == layers[edge]]]
        share = inside / inside.sum(-1, keepdim=True)
        value = inside.sum() - (share * share.log()).sum()
        halves.append(torch.autograd.grad(value, theta)[0] / 2)
        assert halves[-1].shape[-1] == where.stop - where.start
    return torch.cat(halves, -1)


def test_its_gradient_is_half_its_slope_by_each_curve():
    for shape in SHAPES.values():
        kan, x = network(shape, size=2.0), rows(50, shape.inputs)
        found = sparsity(0.7)(kan, x)
        assert torch.allclose(found.gradient, 0.7 * half_gradient(kan, x), rtol=1e-9, atol=1e-11)


def test_its_curvature_is_never_negative():
    kan, x = network(dense((2, 5, 1))), rows(50, 2)
    curvature = sparsity(1.0)(kan, x).curvature[0]
    assert torch.equal(curvature, curvature.T) or torch.allclose(curvature, curvature.T, atol=1e-12)
    assert torch.linalg.eigvalsh(curvature).min() > -1e-9


def test_a_constant_on_a_curve_costs_nothing():
    kan, x = network(dense((2, 1))), rows(50, 2)
    raised = replace(kan, theta=kan.theta + torch.tensor([0.0, *[3.0] * 7] * 2, dtype=torch.float64))
    assert torch.allclose(sparsity(1.0)(kan, x).value, sparsity(1.0)(raised, x).value)


def test_it_drives_a_network_towards_few_edges():
    toy = data(exp_sin_square, 2, train=400, validation=100)
    spec = TrainingSpec(grid=(5,), starts=4, steps=60)

    def edges(penalty):
        kan = first(dense((2, 5, 1)), toy, spec, order=3, seed=0, clock=Clock(), penalty=penalty)
        effect = attribution(kan, toy.train.x)
        return int((effect > 0.01 * effect.max()).sum()), float(mean_square(kan, toy.train)[0])

    (free, _), (held, loss) = edges(None), edges(sparsity(1e-2))
    assert held < free
    assert loss < 0.05
