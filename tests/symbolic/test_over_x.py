"""A function times a power of x is read from y / x^n, its offset included."""

from __future__ import annotations

import pytest
import sympy as sp
import torch

from kansr.symbolic.curve import Curves
from kansr.symbolic.library import choose
from kansr.symbolic.over_x import fit_over_x

X = sp.Symbol("x", real=True)
CURVES = {
    "interference": (lambda x: (torch.sin(x / 2) / (x / 2)) ** 2, -12.0, 11.0),
    "decay": (lambda x: 3 * x * torch.exp(-1.3 * x), 0.1, 5.0),
    "planck": (lambda x: x**3 / torch.expm1(1.7 * x), 0.2, 5.0),
    "entropy": (lambda x: x * torch.log(x), 0.2, 3.0),
}


@pytest.mark.parametrize("name", CURVES)
def test_a_function_times_a_power_of_x_is_found_to_rounding(name):
    f, low, high = CURVES[name]
    x = torch.linspace(low, high, 255, dtype=torch.float64)
    best = fit_over_x(Curves(x=x, y=f(x), weight=torch.ones_like(x)), choose(None), enough=1e-9)[0]
    assert best.error < 1e-9
    written = sp.lambdify(X, best.symbol.expression(X, best.p), "numpy")
    at = torch.linspace(low, high, 40, dtype=torch.float64)[1:]
    assert torch.allclose(torch.from_numpy(written(at.numpy())), f(at), atol=1e-7)


def test_a_curve_whose_half_lies_at_zero_has_no_pole_there():
    x = torch.cat([torch.zeros(64, dtype=torch.float64), torch.linspace(0.1, 1, 40, dtype=torch.float64)])
    found = fit_over_x(Curves(x=x, y=torch.cos(x), weight=torch.ones_like(x)), choose(None))
    assert all(torch.isfinite(c.p).all() for c in found)
