"""Wider grids: the curve on the old range stays, and beyond it goes on as it did."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.errors import UsageError
from kansr.network.curves import Spline
from kansr.network.derivatives import derivatives
from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.network.knots import extend
from kansr.network.sweep import forward, predict
from kansr.network.widen import covering, steps_of, widened
from tests.network.networks import MIXED, network, rows


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 12), st.integers(1, 5), st.integers(0, 9), st.integers(0, 9), st.integers(0, 99))
def test_widening_keeps_every_curve_on_the_old_range(grid, order, below, above, seed):
    kan = network(dense((1, 1)), grid=grid, order=order, seed=seed)
    wide = widened(kan, [(below, above), (0, 0)]).kan
    x = rows(50, 1, seed=seed)
    assert wide.grid == grid + below + above
    assert torch.allclose(predict(wide, x), predict(kan, x), rtol=0, atol=1e-13)


def test_the_old_coefficients_are_taken_over_to_the_bit():
    kan = network(MIXED)
    wide = widened(kan, [(2, 3)] * MIXED.nodes)
    assert torch.equal(wide.kan.theta[:, wide.where], kan.theta)
    assert wide.of(torch.ones(kan.parameters, dtype=torch.bool)).sum() == kan.parameters
    assert wide.kan.parameters == kan.parameters + 5 * len(MIXED.edges)


def test_a_wide_grid_covers_every_node_and_no_grid_is_shortened():
    kan, x = network(dense((2, 3, 1)), size=2.0), rows(200, 2, reach=1.7)
    wide = covering(kan, x).kan
    nodes = torch.stack(forward(wide, x).nodes[:2], -1)[0]
    assert bool((nodes >= wide.lower[0, :2]).all() & (nodes <= wide.upper[0, :2]).all())
    assert bool((wide.lower <= kan.lower).all() & (wide.upper >= kan.upper).all())
    assert covering(wide, rows(50, 2, reach=0.1)).kan.curves == wide.curves


@pytest.mark.parametrize("order", [2, 3, 4])
def test_beyond_k_intervals_a_widened_curve_is_the_straight_line_that_it_was(order):
    kan = network(dense((1, 1)), grid=10, order=order)
    kan = replace(kan, theta=kan.theta * (torch.arange(kan.parameters) > 0))  # without the silu
    wide = widened(kan, [(10, 10), (0, 0)]).kan
    far = torch.linspace(1 + 0.2 * order, 3, 50, dtype=torch.float64)[:, None]
    x = torch.cat([-far, far])
    assert (predict(wide, x) - predict(kan, x)).abs().max() < 1e-12
    assert derivatives(wide, x).hessian.abs().max() < 1e-9


def test_a_silu_under_a_spline_goes_on_smoothly_beyond_the_old_end():
    kan = network(dense((1, 1)), grid=10)
    kan = replace(kan, theta=torch.cat([torch.ones(1, 1), torch.zeros(1, 13)], -1).double())
    wide = widened(kan, [(0, 10), (0, 0)]).kan
    only = replace(wide, theta=wide.theta * (torch.arange(wide.parameters) == 0))
    x = torch.linspace(0.9, 3, 50, dtype=torch.float64)[:, None]
    assert torch.allclose(predict(only, x)[0], torch.nn.functional.silu(x[:, 0]), atol=1e-14)


@pytest.mark.parametrize("times", [2, 3])
def test_a_widened_grid_can_be_extended_to_a_multiple_without_a_change(times):
    kan = widened(network(dense((2, 2, 1)), grid=5), [(2, 3)] * 5).kan
    x = rows(60, 2, reach=2.0)
    assert (predict(extend(kan, 10 * times), x) - predict(kan, x)).abs().max() < 1e-11


def test_splines_of_different_grids_at_one_node_are_widened_by_the_same_range():
    kan = network(dense((1, 2, 1)), grid=4)
    wider = Spline(6)
    p = torch.ones(1, wider.size, dtype=torch.float64)
    kan = kan.with_curve(1, wider, p)
    assert steps_of(kan, 0) == 2
    wide = widened(kan, [(1, 0), *[(0, 0)] * 3]).kan
    assert [c.grid for c in wide.curves[:2]] == [6, 9]
    assert float(wide.lower[0, 0]) == -2.0
    x = rows(60, 1)
    assert (predict(wide, x) - predict(kan, x)).abs().max() < 1e-13


def test_rows_a_thousand_grids_away_are_refused():
    kan = network(dense((1, 1)), grid=10)
    with pytest.raises(UsageError, match="too far"):
        covering(kan, torch.tensor([[1e6]], dtype=torch.float64))


def test_a_node_without_a_spline_is_left_alone():
    kan: KAN = network(dense((1, 1)), grid=10)
    wide = covering(kan, torch.tensor([[0.0], [1.3]], dtype=torch.float64)).kan
    assert [c.grid for c in wide.curves] == [12]
    assert float(wide.upper[0, 1]) == 1.0  # the output starts no edge
