"""B-splines: what the definition says, what SciPy says, and what lies beyond the ends."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import BSpline

from kansr.network.bspline import basis, definition

GRIDS, ORDERS = st.integers(1, 12), st.integers(1, 5)
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def positions(shares, grid):
    return grid * torch.tensor(shares, dtype=torch.float64)


def knots(grid, order):
    return np.arange(-order, grid + order + 1, dtype=float)


@given(SHARES, GRIDS, ORDERS)
def test_splines_are_not_negative_and_sum_to_one_with_both_ends(shares, grid, order):
    t = positions([0.0, 1.0, *shares], grid)
    b = basis(t, grid, order, bend=True)
    assert b.value.shape == (len(t), grid + order)
    assert (b.value >= -1e-15).all()
    assert torch.allclose(b.value.sum(-1), torch.ones_like(t), rtol=0, atol=1e-14)
    assert b.slope.sum(-1).abs().max() < 1e-13
    assert b.bend.sum(-1).abs().max() < 1e-12


@given(SHARES, GRIDS, ORDERS)
def test_splines_agree_with_scipy_inside_the_grid(shares, grid, order):
    t = positions([0.0, 1.0, *shares], grid)
    theirs = BSpline.design_matrix(t.numpy(), knots(grid, order), order).toarray()
    assert np.abs(basis(t, grid, order).value.numpy() - theirs).max() < 1e-13


@given(SHARES, GRIDS, ORDERS)
def test_splines_agree_with_the_definition(shares, grid, order):
    t = positions(shares, grid)
    t = t[t < grid]
    assert torch.allclose(basis(t, grid, order).value, definition(t, grid, order), rtol=0, atol=1e-13)


@pytest.mark.parametrize("order", range(1, 6))
def test_derivatives_agree_with_scipy(order):
    grid = 7
    t = np.random.default_rng(order).uniform(0, grid, 200)
    ours = basis(torch.from_numpy(t), grid, order, bend=True)
    spline = BSpline(knots(grid, order), np.eye(grid + order), order)
    assert np.abs(ours.slope.numpy() - spline.derivative(1)(t)).max() < 1e-12
    second = spline.derivative(2)(t) if order > 1 else np.zeros((200, grid + order))
    assert np.abs(ours.bend.numpy() - second).max() < 1e-12


@pytest.mark.parametrize("order", range(2, 6))
def test_derivatives_agree_with_differences(order):
    grid, h = 5, 1e-5
    t = torch.arange(0.05, grid, 0.1, dtype=torch.float64)
    here, after, before = (basis(s, grid, order, bend=True) for s in (t, t + h, t - h))
    assert ((after.value - before.value) / (2 * h) - here.slope).abs().max() < 1e-8
    assert ((after.slope - before.slope) / (2 * h) - here.bend).abs().max() < 1e-8


@given(st.floats(0, 1e6), GRIDS, ORDERS)
def test_splines_continue_as_straight_lines_outside(distance, grid, order):
    ends = torch.tensor([0.0, grid], dtype=torch.float64)
    outward = torch.tensor([-distance, distance], dtype=torch.float64)
    end, beyond = basis(ends, grid, order, bend=True), basis(ends + outward, grid, order, bend=True)
    line = end.value + (ends + outward - ends)[:, None] * end.slope
    assert torch.allclose(beyond.value, line, rtol=1e-12, atol=1e-12)
    assert torch.equal(beyond.slope, end.slope)
    outside = (ends + outward < 0) | (ends + outward > grid)
    assert not beyond.bend[outside].any()


@pytest.mark.parametrize("order", [2, 3])
def test_a_position_that_is_no_number_gives_no_number_and_spoils_no_other(order):
    b = basis(torch.tensor([float("nan"), 1.3], dtype=torch.float64), 4, order, bend=True)
    assert b.value[0].isnan().all()
    assert b.slope[0].isnan().any()
    assert torch.isfinite(b.value[1]).all()
    assert torch.isfinite(b.slope[1]).all()


def test_leading_axes_are_kept():
    t = torch.rand(2, 3, 5, dtype=torch.float64) * 4
    assert torch.allclose(basis(t, 4).value[1, 2], basis(t[1, 2], 4).value, rtol=0, atol=1e-15)
