"""Sums whose parts show one by one, and sums with coefficients in closed form."""

import pytest
import torch

from kansr.symbolic.curve import Curves
from kansr.symbolic.library import choose
from kansr.symbolic.polynomials import laurent, of_powers
from kansr.symbolic.sums import fit_sums


def curve(f, low, high):
    x = torch.linspace(low, high, 256, dtype=torch.float64)
    return Curves(x=x, y=f(x), weight=torch.ones_like(x))


@pytest.mark.parametrize(
    ("name", "f", "low", "high"),
    [
        ("sin+sin", lambda x: torch.sin(3 * x) + 0.5 * torch.sin(7.3 * x + 1), 0.0, 6.0),
        ("gaussian+gaussian", lambda x: torch.exp(-((2 * x - 4) ** 2)) + 0.6 * torch.exp(-((x - 4) ** 2)), 0.0, 6.0),
        ("x+gaussian", lambda x: 2 * torch.exp(-(((x - 3) / 0.4) ** 2)) + 0.3 * x + 1, 0.0, 6.0),
        ("x+lorentzian", lambda x: 1 / ((x - 2) ** 2 + 0.3) + 0.2 * x, 0.0, 5.0),
    ],
)
def test_waves_and_peaks_are_found_one_after_the_other(name, f, low, high):
    best = fit_sums(curve(f, low, high), choose(None), enough=1e-9)[0]
    assert best.error < 1e-9
    assert sorted(best.name.split("+")) == sorted(name.split("+"))


def test_of_sums_that_fit_the_shortest_comes_first():
    found = fit_sums(curve(lambda x: torch.sin(3 * x) + x, 0.0, 6.0), choose(None), enough=0.5)
    sizes = [c.symbol.size for c in found if c.error <= 0.5]
    assert len(sizes) > 1
    assert sizes == sorted(sizes)


def test_no_sum_without_functions_for_one():
    assert fit_sums(curve(torch.sin, 0.0, 6.0), choose(["J0"])[:1]) == []


def test_powers_of_one_over_x_are_found_where_x_is_never_0():
    lennard_jones = curve(lambda x: 4 * (x**-12 - x**-6), 0.95, 3.0)
    best = laurent(lennard_jones, choose(None), enough=1e-9)[0]
    assert best.name == "1/x^12+1/x^6"
    assert best.error < 1e-9
    assert laurent(curve(lambda x: x**2 + x, -1.0, 1.0), choose(None)) == []


@pytest.mark.parametrize(
    ("name", "f"),
    [
        ("exp(log+x)", lambda x: x**1.7 * torch.exp(-0.8 * x)),
        ("exp(log+1/x)", lambda x: -5 * x.sqrt() * torch.exp(-3 / x)),
    ],
)
def test_the_logarithm_of_a_product_of_powers_is_a_sum(name, f):
    best = of_powers(curve(f, 0.5, 5.0), choose(None), enough=1e-9)[0]
    assert best.name == name
    assert best.error < 1e-9
    assert of_powers(curve(lambda x: f(x + 2) - f(x + 2).mean(), 0.5, 5.0), choose(None)) == []
