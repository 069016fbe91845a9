"""Functions of functions with natural constants are told apart under noise that hides free ones."""

from __future__ import annotations

import pytest
import torch

from kansr.symbolic.curve import Curves
from kansr.symbolic.library import choose
from kansr.symbolic.natural import fit_natural, fit_natural_times

CURVES = {
    "1/sqrt(x^2)": lambda x: 1 / torch.sqrt(1 - x**2),
    "1/sqrt(1/x)": lambda x: torch.sqrt((1 + x) / (1 - x)),
    "log(exp)": lambda x: torch.log(1 + torch.exp(x)),
    "1/x(exp)": lambda x: 2.5 / (torch.exp(x) + 1),
}


@pytest.mark.parametrize("name", CURVES)
def test_the_law_is_among_the_first_that_need_no_constant_but_their_scale(name):
    x = torch.linspace(0.1, 0.7, 256, dtype=torch.float64)
    noise = torch.randn(256, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    y = CURVES[name](x)
    curve = Curves(x=x, y=y + 0.003 * y.std() * noise, weight=torch.ones_like(x))
    found = fit_natural(curve, choose(None), offset=False)
    assert name in [c.name for c in found[:4]]
    best = next(c for c in found if c.name == name)
    assert best.error < 0.004
    assert float(best.p[-1]) == 0.0


def test_with_an_offset_nothing_fits_worse():
    x = torch.linspace(0.1, 0.7, 200, dtype=torch.float64)
    curve = Curves(x=x, y=torch.sin(3 * x), weight=torch.ones_like(x))
    free, bare = ({c.name: c.error for c in fit_natural(curve, choose(None), offset=way)} for way in (True, False))
    assert all(free[name] <= error * (1 + 1e-9) for name, error in bare.items())


TIMES = {
    "1/x*exp(1/x^2)": lambda x: torch.exp(-1 / (2 * x**2)) / x,
    "x^3*1/x(exp)": lambda x: x**3 / (torch.exp(x) - 1),
    "x*1/x(x)": lambda x: 2 * x / (3 - x),
}


@pytest.mark.parametrize("name", TIMES)
def test_so_is_one_of_them_times_a_power(name):
    x = torch.linspace(0.4, 2.5, 256, dtype=torch.float64)
    noise = torch.randn(256, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    y = TIMES[name](x)
    curve = Curves(x=x, y=y + 0.003 * y.std() * noise, weight=torch.ones_like(x))
    best = fit_natural_times(curve, choose(None))[0]
    assert best.name == name
    assert best.error < 0.004
    ends = x.new_zeros(1)
    assert torch.allclose(best.symbol.evaluate(x[None], best.p[None], ends, ends).value[0], y, atol=0.01)


def test_a_circle_is_a_natural_constant():
    x = torch.linspace(0.5, 20, 256, dtype=torch.float64)
    y = 1 / (torch.exp(x / (2 * torch.pi)) - 1)
    found = fit_natural(Curves(x=x, y=y, weight=torch.ones_like(x)), choose(None), offset=False)
    assert found[0].name == "1/x(exp)"
    assert found[0].error < 1e-12
