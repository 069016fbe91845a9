"""Stages: the ladder of grids, and the rules by which it ends."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.network.graph import dense
from kansr.network.sweep import forward
from kansr.progress import Clock
from kansr.training.spec import TrainingSpec
from kansr.training.stages import climb, first, train
from kansr.training.starts import starts
from tests.network.networks import graphs, network, rows
from tests.training.problems import data, exp_sin_square

TOY = data(exp_sin_square, 2, train=700, validation=300)
SPEC = TrainingSpec(grid=(5, 10, 20), starts=8, steps=100)


@pytest.fixture(scope="module")
def trained():
    return train(dense((2, 1, 1)), TOY, SPEC, seed=0)


def test_the_error_falls_like_a_staircase_when_the_graph_can_express_the_law(trained):
    errors = {row.grid: row.rmse_validation for row in trained.history}
    assert errors[20] < errors[5] / 100
    assert errors[5] > errors[10] > errors[20]
    assert [row.grid for row in trained.history] == [5, 10, 20]


def test_the_history_says_what_the_network_is(trained):
    last = trained.history[-1]
    assert (trained.kan.grid, trained.kan.parameters) == (last.grid, last.parameters)
    assert trained.rmse_validation == last.rmse_validation
    assert trained.kan.batch == 1
    assert all(a.seconds <= b.seconds for a, b in zip(trained.history, trained.history[1:], strict=False))


def test_the_error_stays_where_it_is_when_the_graph_cannot_express_the_law():
    law = data(lambda x: x[:, 0] * torch.cos(3 * x[:, 1]), 2, train=700, validation=300)
    found = train(dense((2, 1)), law, SPEC, seed=0)
    assert found.rmse_validation > 0.3


def test_one_seed_gives_one_network_and_the_global_generator_is_left_alone():
    state = torch.get_rng_state()
    spec = TrainingSpec(grid=(3, 5), starts=3, steps=15)
    one, two, other = (train(dense((2, 2, 1)), TOY, spec, seed=seed) for seed in (7, 7, 8))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(one.kan.theta, two.kan.theta)
    assert not torch.equal(one.kan.theta, other.kan.theta)


def test_a_climb_ends_when_the_validation_error_falls_no_more():
    noisy = data(exp_sin_square, 2, train=300, validation=150, noise=0.1)
    spec = TrainingSpec(grid=(3, 5, 10, 20, 40, 80), starts=6, steps=60)
    found = train(dense((2, 1, 1)), noisy, spec, seed=0)
    assert found.history[-1].grid < 80
    assert found.rmse_validation == min(row.rmse_validation for row in found.history)
    assert found.rmse_validation < 0.15


def test_a_climb_never_has_more_parameters_than_rows():
    few = data(exp_sin_square, 2, train=60, validation=40)
    kan = first(dense((2, 1, 1)), few, TrainingSpec(grid=(3,), starts=2), order=3, seed=0, clock=Clock())
    found = climb(kan, few, SPEC, grids=(5, 10, 20, 50), clock=Clock())
    assert all(row.parameters <= 60 for row in found.history)


def test_a_climb_ends_with_the_clock():
    kan = network(dense((2, 1, 1)))
    found = climb(kan, TOY, SPEC, grids=(10, 20), clock=Clock(budget=0.0))
    assert found.kan is kan
    assert len(found.history) == 1


def test_every_stage_is_reported():
    events = []
    kan = first(dense((2, 1, 1)), TOY, TrainingSpec(grid=(5,), starts=4), order=3, seed=0, clock=Clock())
    climb(kan, TOY, SPEC, grids=(10,), clock=Clock(), report=events.append)
    assert [(e.stage, e.message) for e in events] == [("train", "grid 10")]
    assert math.isfinite(events[0].loss)


@settings(max_examples=30, deadline=None)
@given(graphs(), st.integers(1, 6), st.integers(0, 99))
def test_starts_lie_on_their_grids(shape, count, seed):
    x = rows(60, shape.inputs, seed=seed, reach=50.0)
    kan = starts(shape, x, grid=3, order=3, count=count, seed=seed)
    assert kan.batch == count
    for node, value in enumerate(forward(kan, x).nodes):
        assert (value >= kan.lower[:, node, None]).all()
        assert (value <= kan.upper[:, node, None]).all()


def test_the_first_start_is_straight_lines():
    x = rows(60, 3)
    kan = starts(dense((3, 2, 1)), x, grid=4, order=3, count=5, seed=0)
    design = torch.cat([x, torch.ones(60, 1, dtype=x.dtype)], -1)
    y = forward(kan, x).output[0][:, None]
    line = torch.linalg.lstsq(design, y).solution
    assert torch.allclose(design @ line, y, atol=1e-12)
