"""Continual learning: new rows are learned, and at earlier rows nothing changes."""

from __future__ import annotations

import pytest
import torch

from kansr.network.graph import dense
from kansr.network.knots import extend
from kansr.network.locality import local, moved, visited
from kansr.network.sweep import predict
from kansr.training.continual import learn
from kansr.training.levenberg import levenberg, levenberg_of, rmse
from kansr.training.rows import Data, Rows
from tests.network.networks import network, rows


def wave(x):
    return torch.sin(4 * x.sum(-1)) + x[:, 0]


def between(low, high, n, *, law=wave, inputs=1, seed=0, noise=0.0):
    """Give rows of a law with the first input between low and high."""
    x = rows(n, inputs, seed=seed)
    x[:, 0] = (low + high) / 2 + x[:, 0] * (high - low) / 2
    y = law(x) + noise * torch.randn(n, generator=torch.Generator().manual_seed(seed), dtype=x.dtype)
    return Data(train=Rows(x=x[: n - n // 4], y=y[: n - n // 4]), validation=Rows(x=x[n - n // 4 :], y=y[n - n // 4 :]))


@pytest.fixture(scope="module")
def line():
    """Give a [1,1] network that knows the wave on [-1, 0], and the rows that taught it."""
    data = between(-1, 0, 200)
    kan = network(dense((1, 1)), grid=20, size=0.0)
    return levenberg(kan, data.train, steps=60).kan, data


@pytest.fixture(scope="module")
def deep():
    """Give a [2,3,1] network that knows the wave for a first input in [-1, 0], and the rows that taught it."""
    data = between(-1, 0, 600, inputs=2)
    coarse = levenberg(network(dense((2, 3, 1)), grid=4, size=0.2), data.train, steps=60).kan
    return levenberg(extend(coarse, 12), data.train, steps=40).kan, data


def test_one_curve_learns_new_rows_and_forgets_nothing(line):
    kan, old = line
    new = between(0, 1, 200, seed=1)
    learned = learn(kan, new, visited(kan, old.everything))
    assert float(rmse(learned.kan, new.validation)[0]) < 1e-4 < float(rmse(kan, new.validation)[0])
    assert (predict(learned.kan, old.everything) - predict(kan, old.everything)).abs().max() < 1e-12


def test_rows_beyond_the_grid_widen_it(line):
    kan, old = line
    new = between(1, 2, 200, seed=1)
    learned = learn(kan, new, visited(kan, old.everything))
    assert learned.kan.grid == 30
    assert float(rmse(learned.kan, new.validation)[0]) < 1e-3
    assert (predict(learned.kan, old.everything) - predict(kan, old.everything)).abs().max() < 1e-12


@pytest.mark.parametrize(("low", "high"), [(0.2, 1.0), (1.0, 1.8)], ids=["inside", "beyond"])
def test_a_deep_network_learns_what_it_has_room_for_and_forgets_nothing(deep, low, high):
    kan, old = deep
    new = between(low, high, 300, inputs=2, seed=1)
    learned = learn(kan, new, visited(kan, old.everything))
    assert float(rmse(learned.kan, new.validation)[0]) < 0.5 * float(rmse(kan, new.validation)[0])
    assert (predict(learned.kan, old.everything) - predict(kan, old.everything)).abs().max() < 1e-12


def test_only_coefficients_move_that_new_rows_see_and_earlier_rows_do_not(deep):
    kan, old = deep
    new = between(0.1, 0.9, 300, inputs=2, seed=1)
    seen = visited(kan, old.everything)
    learned = learn(kan, new, seen)
    before, after = learned.before, learned.kan
    changed = (before.theta != after.theta)[0]
    assert 0 < int(changed.sum()) <= learned.free
    assert learned.free < 0.5 * kan.parameters
    assert not (changed & visited(before, old.everything)).any()
    assert not (changed & ~local(after)).any()
    assert not (changed & ~(visited(before, new.train.x) | visited(after, new.train.x))).any()
    assert len(moved(before, after)) > 0


def test_where_everything_is_seen_nothing_moves(line):
    kan, old = line
    learned = learn(kan, between(-0.8, -0.2, 80, seed=2), visited(kan, old.everything))
    assert learned.free == 0
    assert torch.equal(learned.kan.theta, kan.theta)


def test_what_was_learned_is_seen_by_the_next_rows(line):
    kan, old = line
    first = between(0, 0.5, 100, seed=1)
    one = learn(kan, first, visited(kan, old.everything))
    two = learn(one.kan, between(0.5, 1, 100, seed=2), one.seen)
    earlier = torch.cat([old.everything, first.everything])
    assert (predict(two.kan, earlier) - predict(one.kan, earlier)).abs().max() < 1e-12
    assert two.rmse_validation < 1e-3


def test_noise_is_not_learned_where_rows_are_few(line):
    kan, old = line
    new = between(0, 1, 60, seed=1, noise=0.1)
    learned = learn(kan, new, visited(kan, old.everything)).kan
    clean = between(0, 1, 400, seed=3).train
    free = (local(kan) & ~visited(kan, old.everything)).nonzero()[:, 0]
    plain = levenberg_of(kan, new.train, free, steps=60).kan
    assert float(rmse(learned, clean)[0]) < min(0.08, float(rmse(plain, clean)[0]))


def test_the_same_rows_give_the_same_network_to_the_bit(deep):
    kan, old = deep
    new = between(1.0, 1.5, 100, inputs=2, seed=1)
    one, two = (learn(kan, new, visited(kan, old.everything)).kan for _ in range(2))
    assert torch.equal(one.theta, two.theta)


def test_free_parameters_of_levenberg_are_the_only_ones_that_move():
    kan, data = network(dense((2, 3, 1)), grid=4), between(-1, 1, 200, inputs=2)
    free = torch.tensor([1, 2, 30, 31])
    after = levenberg_of(kan, data.train, free, steps=20).kan
    changed = (after.theta != kan.theta)[0].nonzero()[:, 0]
    assert changed.tolist() == free.tolist()
    assert torch.equal(after.lower, kan.lower)
    assert float(rmse(after, data.train)[0]) < float(rmse(kan, data.train)[0])
