"""The smoothness penalty: nothing for what is smooth, its derivatives right, and a calm curve where no row falls."""

import pytest
import torch

from kansr.network.graph import dense
from kansr.training.levenberg import levenberg, rmse
from kansr.training.rows import Rows
from kansr.training.smooth import smoothness
from kansr.training.starts import starts


@pytest.fixture
def kan():
    x = torch.linspace(-1, 1, 50, dtype=torch.float64)[:, None].expand(-1, 2)
    return starts(dense((2, 2, 1)), x, grid=12, order=3, count=3, seed=0)


def test_a_parabola_costs_nothing(kan):
    coefficients = torch.linspace(-1, 1, 15, dtype=torch.float64) ** 2
    theta = torch.cat([torch.ones(1, dtype=torch.float64), coefficients]).repeat(6)[None]
    smooth = type(kan)(graph=kan.graph, curves=kan.curves, theta=theta, lower=kan.lower[:1], upper=kan.upper[:1])
    assert float(smoothness(1.0)(smooth, torch.empty(0)).value) == pytest.approx(0, abs=1e-12)


def test_gradient_and_curvature_are_half_the_derivatives_of_the_value(kan):
    penalty = smoothness(0.3)
    at = penalty(kan, torch.empty(0))

    def value(theta):
        other = type(kan)(graph=kan.graph, curves=kan.curves, theta=theta, lower=kan.lower, upper=kan.upper)
        return penalty(other, torch.empty(0)).value.sum()

    torch.testing.assert_close(2 * at.gradient, torch.autograd.functional.jacobian(value, kan.theta))
    hessian = torch.autograd.functional.hessian(value, kan.theta)
    torch.testing.assert_close(2 * at.curvature[1], hessian[1, :, 1])


def test_where_no_row_falls_the_curve_goes_on_smoothly():
    x = torch.linspace(-1, 1, 400, dtype=torch.float64)[:, None]
    seen = (x[:, 0] < 0.3) | (x[:, 0] > 0.5)
    y = torch.sin(3 * x[:, 0])
    kan = starts(dense((1, 1)), x, grid=40, order=3, count=1, seed=0)
    fitted = levenberg(kan, Rows(x=x[seen], y=y[seen]), steps=20, penalty=smoothness(1e-9)).kan
    wild = levenberg(kan, Rows(x=x[seen], y=y[seen]), steps=20).kan
    gap = Rows(x=x[~seen], y=y[~seen])

    def error(network):
        return float(rmse(network, gap)[0])

    assert error(fitted) < 1e-4
    assert error(fitted) < 0.1 * error(wild)
