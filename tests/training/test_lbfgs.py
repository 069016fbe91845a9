"""L-BFGS: the gradient is right and the loss falls."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from kansr.network.graph import dense
from kansr.network.sweep import predict
from kansr.progress import Clock
from kansr.training.lbfgs import lbfgs, loss_and_gradient
from kansr.training.levenberg import mean_square
from kansr.training.penalty import sparsity
from kansr.training.rows import Rows
from kansr.training.starts import starts
from tests.network.networks import MIXED, network, rows
from tests.training.problems import data, exp_sin_square

TOY = data(exp_sin_square, 2, train=300, validation=100)


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_the_gradient_agrees_with_autograd(weighted):
    kan, x = network(MIXED, batch=2), rows(40, 3)
    weight = torch.linspace(0.5, 1.5, 40, dtype=torch.float64) if weighted else None
    given_rows = Rows(x=x, y=x.sum(-1), weight=weight)
    loss, gradient = loss_and_gradient(kan, given_rows)
    theta = kan.theta.clone().requires_grad_()
    square = (predict(replace(kan, theta=theta), x) - given_rows.y) ** 2
    theirs = (square if weight is None else weight * square).mean(-1)
    assert torch.allclose(loss, theirs)
    assert torch.allclose(gradient, torch.autograd.grad(theirs.sum(), theta)[0], rtol=1e-10, atol=1e-12)


def test_the_loss_of_every_network_falls():
    kan = starts(dense((2, 2, 1)), TOY.everything, grid=5, order=3, count=2, seed=0)
    fitted = lbfgs(kan, TOY.train, steps=200)
    assert (fitted.loss < 0.01 * mean_square(kan, TOY.train)).all()
    assert torch.allclose(fitted.loss, mean_square(fitted.kan, TOY.train))


def test_a_penalty_is_minimised_too():
    kan = starts(dense((2, 3, 1)), TOY.everything, grid=3, order=3, count=1, seed=0)
    penalty = sparsity(1e-2)
    free, held = (lbfgs(kan, TOY.train, steps=200, penalty=p).kan for p in (None, penalty))
    assert penalty(held, TOY.train.x).value < penalty(free, TOY.train.x).value


def test_it_stops_when_the_clock_is_over():
    kan = network(dense((2, 2, 1)))
    clock = Clock(budget=0.0)
    early, late = (lbfgs(kan, TOY.train, steps=400, clock=c).loss for c in (clock, None))
    assert late < early <= mean_square(kan, TOY.train)
