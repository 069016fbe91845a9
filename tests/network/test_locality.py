"""Locality: rows see few coefficients, and what they do not see does not change them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.network.graph import dense
from kansr.network.locality import local, moved, surrounded, visited
from kansr.network.sweep import predict
from tests.network.networks import SHAPES, graphs, network, rows


@settings(max_examples=30, deadline=None)
@given(graphs(), st.integers(4, 12), st.integers(0, 99))
def test_moving_coefficients_that_rows_do_not_see_changes_nothing_at_them_whatever_the_graph(shape, grid, seed):
    kan = network(shape, grid=grid, seed=seed)
    x = rows(5, shape.inputs, reach=0.3, seed=seed)
    free = local(kan) & ~visited(kan, x)
    noise = torch.randn(kan.theta.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    other = replace(kan, theta=kan.theta + noise * free)
    before, after = predict(kan, x), predict(other, x)
    assert torch.allclose(before, after, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_rows_in_a_corner_leave_coefficients_free_and_the_silu_never_is(shape):
    kan = network(shape, grid=20)
    free = local(kan) & ~visited(kan, rows(5, shape.inputs, reach=0.1))
    assert 0 < int(free.sum()) < kan.parameters
    assert not any(bool(free[s.start]) for s in kan.slices())


def test_one_row_sees_the_k_plus_one_coefficients_of_its_interval():
    kan = network(dense((1, 1)), grid=10, order=3)
    seen = visited(kan, torch.tensor([[0.05]], dtype=torch.float64)) & local(kan)
    assert seen.nonzero()[:, 0].tolist() == [6, 7, 8, 9]  # interval 5 of 0..9; the silu stands at 0
    assert not visited(kan, torch.zeros(0, 1, dtype=torch.float64)).any()


def test_a_row_outside_the_grid_sees_the_coefficients_of_the_end():
    kan = network(dense((1, 1)), grid=10)
    seen = visited(kan, torch.tensor([[5.0]], dtype=torch.float64)) & local(kan)
    assert seen.nonzero()[:, 0].tolist() == [11, 12, 13]


def test_moved_names_the_intervals_on_which_a_curve_may_differ():
    kan = network(dense((1, 1)), grid=10)
    theta = kan.theta.clone()
    theta[0, 1] += 1  # the first coefficient acts on the first interval only
    theta[0, 9] += 1
    (one,) = moved(kan, replace(kan, theta=theta))
    assert (one.edge, one.coefficients) == (0, 2)
    assert [end for ends in one.ranges for end in ends] == pytest.approx([-1.0, -0.8, 0.0, 0.8])
    assert moved(kan, kan) == []


def test_a_row_is_surrounded_by_rows_within_an_interval_on_both_sides_along_every_input():
    kan = network(dense((2, 1)), grid=10)  # intervals of 0.2
    x = torch.tensor([[0.0, 0.0], [0.5, 0.0], [0.0, 0.95]], dtype=torch.float64)
    by = torch.tensor([[-0.1, 0.1], [0.1, -0.1], [0.6, 0.1], [0.6, -0.1], [0.0, 0.9]], dtype=torch.float64)
    assert surrounded(kan, x, by).tolist() == [True, False, False]
    assert surrounded(kan, x, by[:0]).tolist() == [False] * 3
    assert surrounded(kan, x, x).tolist() == [True] * 3
