"""Functions of functions with natural constants are told apart under noise that hides free ones."""

from __future__ import annotations

import pytest
import torch

from kansr.symbolic.curve import Curves
from kansr.symbolic.library import choose
from kansr.symbolic.natural import fit_natural

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
