"""Levenberg-Marquardt: its equations, and what every run of it promises."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.network.graph import dense
from kansr.network.sweep import jacobian, predict
from kansr.progress import Clock
from kansr.training.levenberg import levenberg, mean_square, normal_equations, rmse, solve_damped
from kansr.training.rows import Rows
from kansr.training.starts import starts
from tests.network.networks import MIXED, graphs, network, rows
from tests.training.problems import data, exp_sin_square

TOY = data(exp_sin_square, 2, train=300, validation=100)


def some(n=60, inputs=3, *, weighted=False):
    x = rows(n, inputs, seed=3)
    weight = torch.rand(n, generator=torch.Generator().manual_seed(5), dtype=torch.float64) + 0.1
    return Rows(x=x, y=torch.sin(3 * x.sum(-1)), weight=weight / weight.mean() if weighted else None)


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_blocks_of_rows_give_the_normal_equations_of_all_rows(weighted):
    kan, given_rows = network(MIXED, batch=2), some(weighted=weighted)
    for whole, parts in zip(normal_equations(kan, given_rows), normal_equations(kan, given_rows, block=7), strict=True):
        assert torch.allclose(whole, parts, rtol=1e-12, atol=1e-13)


def test_blocks_serve_networks_with_rows_of_their_own():
    one, two = rows(40, 3, seed=1), rows(40, 3, seed=2)
    x = torch.stack([one, two])
    own = Rows(x=x, y=x.sum(-1), weight=torch.ones(2, 40, dtype=torch.float64))
    whole, parts = (normal_equations(network(MIXED, batch=2), own, block=block) for block in (1000, 9))
    assert all(torch.allclose(a, b, rtol=1e-12, atol=1e-13) for a, b in zip(whole, parts, strict=True))


def test_the_normal_equations_are_those_of_the_jacobian():
    kan, given_rows = network(MIXED), some(weighted=True)
    loss, matrix, vector = normal_equations(kan, given_rows)
    output, j = jacobian(kan, given_rows.x)
    residual, w = output[0] - given_rows.y, given_rows.weight
    assert torch.allclose(loss[0], (w * residual**2).mean())
    assert torch.allclose(matrix[0], j[0].T @ torch.diag(w) @ j[0] / 60, rtol=1e-11, atol=1e-13)
    assert torch.allclose(vector[0], j[0].T @ (w * residual) / 60, rtol=1e-11, atol=1e-13)
    assert torch.allclose(mean_square(kan, given_rows), loss)
    assert torch.allclose(rmse(kan, given_rows), loss.sqrt())


def test_weights_are_worth_repeated_rows():
    plain, count = some(), torch.arange(60) % 3 + 1
    repeated = Rows(x=plain.x.repeat_interleave(count, 0), y=plain.y.repeat_interleave(count))
    weighted = replace(plain, weight=count / count.double().mean())
    kan = network(MIXED)
    for a, b in zip(normal_equations(kan, repeated), normal_equations(kan, weighted), strict=True):
        assert torch.allclose(a, b, rtol=1e-11, atol=1e-13)
    fits = [levenberg(network(dense((3, 1))), r, steps=30).kan for r in (repeated, weighted)]
    assert torch.allclose(*(predict(k, plain.x) for k in fits), atol=1e-6)


def test_a_damped_step_solves_its_equations():
    j = torch.randn(2, 30, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    matrix, vector, mu = j.mT @ j, j.sum(1), torch.tensor([0.1, 3.0], dtype=torch.float64)
    step = solve_damped(matrix, vector, mu)
    damped = matrix + mu[:, None, None] * torch.diag_embed(matrix.diagonal(dim1=-2, dim2=-1))
    assert torch.allclose((damped @ step[..., None])[..., 0], vector)


def test_a_parameter_that_nothing_depends_on_does_not_move():
    matrix = torch.diag(torch.tensor([2.0, 0.0, 3.0], dtype=torch.float64))[None]
    step = solve_damped(matrix, torch.tensor([[2.0, 0.0, 3.0]], dtype=torch.float64), torch.zeros(1))
    assert torch.allclose(step, torch.tensor([[1.0, 0.0, 1.0]], dtype=torch.float64))


def without_base(kan):
    for where in kan.slices():
        kan.theta[:, where.start] = 0
    return kan


def test_a_linear_problem_with_a_solution_is_solved_in_a_few_steps():
    start, truth = (without_base(network(dense((3, 1)), grid=6, seed=seed)) for seed in (1, 2))
    x = rows(400, 3)
    assert levenberg(start, Rows(x=x, y=predict(truth, x)[0]), steps=12).loss[0] < 1e-10


def test_a_linear_problem_ends_at_least_squares():
    kan, given_rows = network(dense((3, 1)), grid=6), some(400)
    design = jacobian(kan, given_rows.x)[1][0]
    least = torch.linalg.lstsq(design, given_rows.y[:, None], driver="gelsd").solution
    best = ((design @ least)[:, 0] - given_rows.y).square().mean()
    assert levenberg(kan, given_rows, steps=12).loss[0] < 1.01 * best
    patient = levenberg(kan, given_rows, steps=30, gain=0.0).loss[0]  # silu is nearly a spline: a flat valley
    assert torch.allclose(patient, best, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(graphs(), st.integers(0, 99), st.integers(1, 12))
def test_a_training_never_ends_worse_than_it_began(shape, seed, steps):
    x = rows(80, shape.inputs, seed=seed)
    given_rows = Rows(x=x, y=torch.cos(4 * x.sum(-1) + seed))
    kan = network(shape, grid=3, batch=2, seed=seed)
    fitted = levenberg(kan, given_rows, steps=steps)
    assert (fitted.loss <= mean_square(kan, given_rows) * (1 + 1e-9)).all()
    assert torch.allclose(fitted.loss, mean_square(fitted.kan, given_rows))


def test_starts_that_are_carried_together_fare_as_each_alone():
    kan = starts(dense((2, 2, 1)), TOY.everything, grid=3, order=3, count=5, seed=1)
    kan = kan.pick([1, 2, 3, 4])  # the first start has two equal nodes: there, rounding decides
    together = levenberg(kan, TOY.train, steps=12, gain=0.0)
    for b in range(4):
        alone = levenberg(kan.pick(b), TOY.train, steps=12, gain=0.0)
        assert torch.allclose(alone.loss[0], together.loss[b], rtol=1e-5)


def test_a_training_repeats_itself_to_the_bit():
    kan = starts(dense((2, 2, 1)), TOY.everything, grid=3, order=3, count=3, seed=4)
    assert torch.equal(levenberg(kan, TOY.train, steps=10).kan.theta, levenberg(kan, TOY.train, steps=10).kan.theta)


def test_nothing_is_trained_when_the_clock_is_over():
    kan = network(MIXED)
    fitted = levenberg(kan, some(), steps=50, clock=Clock(budget=0.0))
    assert torch.equal(fitted.kan.theta, kan.theta)


def test_a_network_that_is_no_number_comes_back_as_it_was():
    kan = network(dense((3, 1)), batch=2)
    kan.theta[0] = torch.nan
    fitted = levenberg(kan, some(), steps=10)
    assert fitted.kan.theta[0].isnan().all()
    assert fitted.loss[0] == torch.inf
    assert fitted.loss[1] < mean_square(kan, some())[1]
