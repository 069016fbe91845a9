"""Functions of functions come out without being rows of the library, and are one curve in all their parts."""

from __future__ import annotations

import pytest
import sympy as sp
import torch

from kansr.formula.evaluate import evaluate
from kansr.symbolic.chain import Chain, fit_chains
from kansr.symbolic.curve import Curves, Function, fit_curves
from kansr.symbolic.library import choose
from kansr.symbolic.symbol import Symbol

CURVES = {
    "log(1 - e^x)": (lambda x: torch.log(1 - torch.exp(x)), -3.0, -0.1),
    "log(e^x - 1)": (lambda x: torch.log(torch.expm1(x)), 0.1, 3.0),
    "sqrt(1 - 4 x^2)": (lambda x: torch.sqrt(1 - 4 * x * x), 0.05, 0.45),
    "log(1 + x^2)": (lambda x: torch.log(1 + x * x), -1.0, 3.0),
    "exp(sin(3 x))": (lambda x: torch.exp(torch.sin(3 * x)), -1.0, 3.0),
    "exp(-1/x)": (lambda x: torch.exp(-1 / x), 0.2, 3.0),
}


def curve_of(name, noise=1e-6):
    f, low, high = CURVES[name]
    x = torch.linspace(low, high, 256, dtype=torch.float64)
    y = f(x)
    y = y + noise * y.std() * torch.randn(256, dtype=x.dtype, generator=torch.Generator().manual_seed(0))
    return Curves(x=x, y=y, weight=torch.ones_like(x))


@pytest.mark.parametrize("name", CURVES)
def test_a_composition_is_found_down_to_the_noise_where_no_single_function_fits(name):
    curve, library = curve_of(name), choose(None)
    single = fit_curves(Curves(x=curve.x[None], y=curve.y[None], weight=curve.weight[None]), library)[0][0]
    best = fit_chains(curve, library)[0]
    assert single.error > 1e-4
    assert best.error < 2e-6


def test_a_chain_is_one_curve_in_numbers_slopes_and_formula():
    curve = curve_of("log(1 + x^2)")
    best = next(c for c in fit_chains(curve, choose(None)) if c.name == "log(x^2)")
    chain, p = best.symbol, best.p
    assert isinstance(chain, Chain)
    assert isinstance(chain, Function)
    ends = torch.zeros(1, dtype=p.dtype)
    values = chain.evaluate(curve.x[None], p[None], ends, ends)
    x = sp.Symbol("x", real=True)
    assert evaluate(chain.expression(x, p), {"x": curve.x.numpy()}) == pytest.approx(values.value[0].numpy(), abs=1e-12)
    assert values.columns.shape == (1, 256, chain.size)
    step = 1e-6
    ahead = chain.evaluate(curve.x[None] + step, p[None], ends, ends).value
    assert ((ahead - values.value) / step).numpy() == pytest.approx(values.slope.numpy(), abs=1e-4)
    for k in range(chain.size):
        moved = p.clone()
        moved[k] += step
        ahead = chain.evaluate(curve.x[None], moved[None], ends, ends).value
        assert ((ahead - values.value) / step)[0].numpy() == pytest.approx(values.columns[0, :, k].numpy(), abs=1e-4)
    raised = chain.evaluate(curve.x[None], chain.raised(chain.scaled(p[None], 2 * ends + 2), ends + 1), ends, ends)
    assert raised.value.numpy() == pytest.approx(2 * values.value.numpy() + 1)


def test_only_functions_that_are_allowed_enter_a_chain():
    found = fit_chains(curve_of("log(1 + x^2)"), choose(["log", "exp"]))
    assert {name for c in found for name in (c.symbol.first.name, c.symbol.then.name)} <= {"log", "exp"}
    assert all(isinstance(c.symbol.first, Symbol) for c in found)
