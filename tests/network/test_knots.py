"""Knots: grids are extended and moved without the network noticing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.network.curves import Spline
from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.network.knots import MARGIN, extend, follow, from_samples, ranges, relay, sample_positions, with_margin
from kansr.network.sweep import forward, predict
from tests.network.networks import MIXED, network, rows


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 5), st.integers(0, 99))
def test_extending_the_grid_to_a_multiple_keeps_every_curve(grid, times, order, seed):
    kan = network(dense((2, 2, 1)), grid=grid, order=order, seed=seed)
    finer = extend(kan, times * grid)
    x = rows(50, 2, reach=1.5, seed=seed)
    assert finer.grid == times * grid
    for before, after in zip(forward(kan, x).edges, forward(finer, x).edges, strict=True):
        assert torch.allclose(before.value, after.value, rtol=1e-12, atol=1e-12)


def test_extending_to_a_fine_grid_keeps_every_curve():
    kan = network(dense((1, 1)), grid=100)
    x = rows(500, 1)
    assert (predict(extend(kan, 400), x) - predict(kan, x)).abs().max() < 1e-11


@pytest.mark.parametrize(("old", "new"), [(5, 7), (4, 3), (20, 9)])
def test_extending_to_another_grid_is_least_squares_on_the_old_curve(old, new):
    kan = network(dense((1, 1)), grid=old)
    other = extend(kan, new)
    x = (2 * sample_positions(Spline(new)) - 1)[:, None]
    residual = (predict(other, x) - predict(kan, x))[0].numpy()
    design = Spline(new).design(x.T, other.lower[:, 0], other.upper[:, 0]).value[0, :, 1:].numpy()
    assert np.abs(residual).max() > 1e-6
    assert np.abs(design.T @ residual).max() < 1e-12


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 9), st.integers(0, 99))
def test_a_curve_of_the_spline_space_is_found_from_its_samples(grid, seed):
    spline = Spline(grid)
    kan = network(dense((1, 1)), grid=grid, seed=seed)
    value = predict(kan, (2 * sample_positions(spline) - 1)[:, None])
    assert torch.allclose(from_samples(spline, value, kan.theta[:, :1]), kan.theta, rtol=0, atol=1e-10)


def hidden(kan):
    return slice(kan.graph.inputs, kan.graph.output)


def cubic(shape, *, seed=0) -> KAN:
    """A network without silu whose curves are cubic polynomials: they can be laid on any grid inside their own."""
    kan = network(shape, seed=seed)
    spline = kan.curves[0]
    z = 2 * sample_positions(spline) - 1
    powers = torch.stack([z**k for k in range(4)])
    generator = torch.Generator().manual_seed(seed)
    zero = torch.zeros(1, 1, dtype=torch.float64)
    weights = torch.randn(len(shape.edges), 4, generator=generator, dtype=torch.float64) / 3
    theta = torch.cat([from_samples(spline, w[None] @ powers, zero) for w in weights], -1)
    wide = kan.lower.clone()
    wide[:, hidden(kan)] *= 50  # far more than the values fill
    return replace(kan, theta=theta, lower=wide, upper=-wide)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [dense((2, 3, 1)), dense((2, 2, 2, 1)), MIXED], ids=["flat", "deep", "mixed"])
def test_following_the_values_keeps_the_output_where_the_curves_allow(shape, seed):
    kan, x = cubic(shape, seed=seed), rows(200, shape.inputs)
    moved = follow(kan, x)
    low, high = ranges(moved, x)
    assert (low[:, hidden(kan)] >= moved.lower[:, hidden(kan)]).all()
    assert (high[:, hidden(kan)] <= moved.upper[:, hidden(kan)]).all()
    assert torch.allclose(predict(moved, x), predict(kan, x), rtol=1e-10, atol=1e-11)


def test_hidden_sums_are_brought_back_to_one():
    x = rows(200, 2)
    moved = follow(cubic(dense((2, 3, 1))), x)
    assert torch.equal(moved.upper[:, 2:5], torch.ones(1, 3, dtype=torch.float64))
    assert torch.equal(moved.lower[:, 2:5], -torch.ones(1, 3, dtype=torch.float64))
    low, high = ranges(moved, x)
    inner = torch.full((1, 3), 1 / (1 + 2 * MARGIN), dtype=torch.float64)
    assert torch.allclose(high[:, 2:5], inner)
    assert torch.allclose(low[:, 2:5], -inner)


def test_the_ranges_of_inputs_are_never_moved():
    kan = cubic(dense((2, 3, 1)))
    moved = follow(kan, rows(100, 2, reach=0.1))
    assert torch.equal(moved.lower[:, :2], kan.lower[:, :2])


def test_values_that_left_their_grid_are_followed_at_a_small_price():
    kan, x = follow(cubic(dense((2, 3, 1))), rows(400, 2, seed=1)), rows(400, 2)
    left = replace(kan, theta=1.05 * kan.theta)
    low, high = ranges(left, x)
    assert ((low < left.lower) | (high > left.upper))[:, 2:5].any()
    before, after = predict(left, x), predict(follow(left, x), x)
    assert (after - before).std() < 1e-3 * before.std()


def test_a_network_that_fills_its_grids_comes_back_as_it_is():
    x = rows(200, 2)
    moved = follow(cubic(dense((2, 3, 1))), x)
    assert follow(moved, x) is moved


def test_a_network_without_hidden_nodes_is_never_moved():
    kan = network(dense((3, 1)))
    assert follow(kan, rows(50, 3, reach=9.0)) is kan


def test_laying_splines_where_they_lie_changes_no_parameter():
    kan = network(MIXED)
    assert torch.equal(relay(kan, kan.lower, kan.upper, None).theta, kan.theta)


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_a_margin_makes_every_range_wider_and_none_empty(value, width):
    low, high = torch.tensor([value, value + width], dtype=torch.float64)
    lower, upper = with_margin(low, high)
    assert lower < low
    assert upper > high
    assert torch.isfinite(upper - lower)


@pytest.mark.parametrize(("value", "pad"), [(0.0, 0.5), (0.25, 0.5), (-300.0, 150.0)])
def test_a_range_without_width_becomes_a_unit_around_its_value(value, pad):
    point = torch.tensor(value, dtype=torch.float64)
    assert with_margin(point, point) == (value - pad, value + pad)
