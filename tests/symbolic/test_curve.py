"""Curve fitting: a curve that is a function of the library is found, whatever its scales and wherever it lies."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from kansr.progress import Clock
from kansr.symbolic.curve import Curves, fit_curves
from kansr.symbolic.library import LIBRARY, choose, primitive
from kansr.symbolic.symbol import Symbol

# law, range, function
LAWS = {
    "sin(15x+1)": (lambda x: np.sin(15 * x + 1), (-1, 1), "sin"),
    "cos(30x)": (lambda x: np.cos(30 * x), (-1, 1), "sin"),
    "sin far away": (lambda x: 3 * np.sin(2 * np.pi * x / 5), (2000, 2010), "sin"),
    "less than a period of sin": (np.sin, (-0.5, 0.5), "sin"),
    "J0(20x)": (lambda x: special.j0(20 * x), (-1, 1), "J0"),
    "J0(20x) on one side": (lambda x: special.j0(20 * x), (0, 1), "J0"),
    "exp(-3x)": (lambda x: np.exp(-3 * x), (-1, 1), "exp"),
    "exp(x/300) far away": (lambda x: np.exp(x / 300), (250, 400), "exp"),
    "exp(x) far away": (lambda x: np.exp(x - 250), (250, 260), "exp"),
    "exp over 17 decades": (lambda x: np.exp(-x), (0, 40), "exp"),
    "log": (np.log, (0.01, 3), "log"),
    "log far away": (np.log, (250, 260), "log"),
    "log(5-x)": (lambda x: np.log(5 - x), (1, 4.9), "log"),
    "sqrt from 0": (np.sqrt, (0, 3), "sqrt"),
    "sqrt far away": (np.sqrt, (250, 260), "sqrt"),
    "sqrt(x-249)": (lambda x: np.sqrt(x - 249), (250, 260), "sqrt"),
    "1/sqrt": (lambda x: 1 / np.sqrt(x), (1, 3), "1/sqrt"),
    "x^(3/2)": (lambda x: x**1.5, (1, 30), "x^(3/2)"),
    "x^2.7": (lambda x: x**2.7, (0.1, 3), "power"),
    "x^-0.3": (lambda x: x**-0.3, (0.1, 3), "power"),
    "x^0.31 far away": (lambda x: x**0.31, (250, 2600), "power"),
    "x^2.7 far away": (lambda x: x**2.7, (250, 260), "power"),
    "1/(e^x-1)": (lambda x: 1 / np.expm1(x), (0.1, 5), "1/(e^x-1)"),
    "1/(e^(x/100)-1)": (lambda x: 1 / np.expm1(x / 100), (50, 300), "1/(e^x-1)"),
    "gaussian": (lambda x: np.exp(-((2 * x - 0.3) ** 2)), (-1, 1), "gaussian"),
    "gaussian far away": (lambda x: np.exp(-((x - 255) ** 2) / 2), (250, 260), "gaussian"),
    "tanh(5x-1)": (lambda x: np.tanh(5 * x - 1), (-1, 1), "tanh"),
    "tanh far away": (lambda x: np.tanh(x - 254), (250, 260), "tanh"),
    "logistic": (lambda x: 1 / (1 + np.exp(-4 * x)), (-1, 1), "tanh"),
    "(x-0.4)^2": (lambda x: (x - 0.4) ** 2, (-1, 1), "x^2"),
    "x^2 far away": (lambda x: x**2, (250, 260), "x^2"),
    "x^3": (lambda x: x**3, (-1, 2), "x^3"),
    "x^3 far away": (lambda x: x**3, (250, 260), "x^3"),
    "(x+0.2)^4": (lambda x: (x + 0.2) ** 4, (-1, 2), "x^4"),
    "x^4 far away": (lambda x: x**4, (250, 260), "x^4"),
    "x^5": (lambda x: x**5, (-1, 2), "x^5"),
    "1/(x+1.2)": (lambda x: 1 / (x + 1.2), (-1, 2), "1/x"),
    "1/x far away": (lambda x: 1 / x, (250, 260), "1/x"),
    "1/x^2": (lambda x: 1 / x**2, (0.2, 2), "1/x^2"),
    "1/(x-249)^2": (lambda x: 1 / (x - 249) ** 2, (250, 260), "1/x^2"),
    "1/x^3": (lambda x: 1 / x**3, (0.5, 2), "1/x^3"),
    "1/x^4": (lambda x: 1 / x**4, (0.5, 2), "1/x^4"),
    "tan": (lambda x: np.tan(1.4 * x), (-1, 1), "tan"),
    "sinh": (lambda x: np.sinh(2 * x), (-1, 1), "sinh"),
    "cosh": (lambda x: np.cosh(2 * x + 0.3), (-1, 1), "cosh"),
    "nearly a parabola": (lambda x: np.cosh(x / 2), (-1, 1), "cosh"),
    "arcsin to both ends": (np.arcsin, (-1, 1), "arcsin"),
    "arccos": (lambda x: np.arccos(0.8 * x + 0.1), (-1, 1), "arcsin"),
    "arctan": (lambda x: np.arctan(3 * x - 0.2), (-1, 1), "arctan"),
    "arctan far away": (lambda x: np.arctan(x - 254), (250, 260), "arctan"),
    "arctanh": (lambda x: np.arctanh(0.95 * x), (-1, 1), "arctanh"),
    "abs": (lambda x: np.abs(x - 0.3), (-1, 1), "abs"),
    "sign": (lambda x: np.sign(x - 0.3), (-1, 1), "sign"),
    "erf": (lambda x: special.erf(2 * x - 0.4), (-1, 1), "erf"),
    "a line": (lambda x: 3 * x - 1, (-1, 1), "x"),
    "a line far away": (lambda x: 3 * x - 1, (250, 260), "x"),
    "a constant": (lambda x: 0 * x + 2, (-1, 1), "0"),
}


def curves(laws, points=160):
    rng = np.random.default_rng(1)
    x = np.stack([np.sort(np.r_[low, rng.uniform(low, high, points - 2), high]) for _, (low, high), _ in laws])
    y = np.stack([law(row) for (law, _, _), row in zip(laws, x, strict=True)])
    return Curves(x=torch.from_numpy(x), y=torch.from_numpy(y), weight=torch.ones(x.shape, dtype=torch.float64))


EVERY = curves(list(LAWS.values()))


@pytest.fixture(scope="module")
def found():
    return dict(zip(LAWS, fit_curves(EVERY, choose(None)), strict=True))


@pytest.mark.parametrize("name", LAWS)
def test_the_right_function_comes_first_with_an_error_of_rounding(found, name):
    best = found[name][0]
    assert (best.name, best.error < 1e-9) == (LAWS[name][2], True), [(c.name, c.error) for c in found[name][:4]]


@pytest.mark.parametrize("name", LAWS)
def test_candidates_are_ranked_by_the_errors_of_their_curves(found, name):
    candidates, at, end = found[name], list(LAWS).index(name), torch.zeros(1, dtype=torch.float64)
    x, y = EVERY.x[at : at + 1], EVERY.y[at : at + 1]
    spread = float(y.std(correction=0)) or 1e-300
    assert all(a.error <= b.error + 1e-13 for a, b in pairwise(candidates))
    assert len({c.name for c in candidates}) == len(candidates)
    for c in candidates:
        residual = c.symbol.evaluate(x, c.p[None], end, end).value - y
        assert float(residual.square().mean().sqrt()) / spread == pytest.approx(c.error, rel=1e-6, abs=1e-12)


RANDOM = [row for row in LIBRARY if row.alias is None and row.name not in ("0", "sign")]


@settings(max_examples=60, derandomize=True)
@given(
    st.sampled_from(RANDOM),
    st.tuples(st.floats(-3, 3), st.floats(0.15, 1), st.sampled_from([-1.0, 1.0])),
    st.tuples(st.floats(0.1, 1000), st.floats(-1000, 1000)),
)
def test_a_function_is_found_under_any_affine_maps(row, before, after):
    """The argument covers a share of where the function bends; the range is anywhere and of any width."""
    (log_width, share, sign), (c, d) = before, after
    low, high = max(row.domain[0], -4.0), min(row.domain[1], 4.0)
    low, high = (0.3, 4.0) if row.name.startswith("1/") else (low, high)
    u = np.linspace(low + 0.02, low + 0.02 + max(share, 0.3) * (high - low - 0.04), 200)
    x = (u - low) * 10**log_width / (high - low) * sign + 0.3
    f = u**2.7 if row.name == "power" else row.value(torch.from_numpy(u)).numpy()
    if "b" not in row.free:  # exp and the line
        x = u * 10**log_width * sign
    order = np.argsort(x)
    one = Curves(x=torch.tensor(x[order])[None], y=torch.tensor(c * f[order] + d)[None],
                 weight=torch.ones(1, 200, dtype=torch.float64))  # fmt: skip
    error = fit_curves(one, [row])[0][0].error
    assert error < 1e-9 * (1 + abs(d) / (c * f.std()) * 1e-3)


def test_the_constants_are_those_of_the_law():
    one = curves([(lambda x: 2.5 * np.exp(-3 * x) - 0.7, (-1, 1), "exp")])
    best = fit_curves(one, [primitive("exp")])[0][0]
    assert best.p.tolist() == pytest.approx([-3, 2.5, -0.7])


def test_weights_say_where_a_fit_matters():
    one = curves([(lambda x: np.where(x < 0, x, 5.0), (-1, 1), "x")])
    left = Curves(x=one.x, y=one.y, weight=(one.x < 0).double() + 1e-12)
    assert fit_curves(left, [primitive("x")])[0][0].p.tolist() == pytest.approx([1, 0], abs=1e-6)


def test_a_function_outside_its_domain_is_left_out():
    symbol = Symbol(primitive("sqrt"))
    one = curves([(lambda x: 1 / np.abs(x), (-1, 1), "1/x")])
    names = [c.name for c in fit_curves(one, [symbol.primitive, primitive("x")])[0]]
    assert names in (["sqrt", "x"], ["x", "sqrt"])  # its root moves out of the way
    assert all(math.isfinite(c.error) for c in fit_curves(one, choose(None))[0])


def test_noise_does_not_hide_the_family():
    rng = np.random.default_rng(0)
    one = curves([(lambda x: np.sin(9 * x) + 0.05 * rng.standard_normal(len(x)), (-1, 1), "sin")])
    best = fit_curves(one, choose(None))[0][0]
    assert best.name == "sin"
    assert best.error == pytest.approx(0.07, abs=0.02)


def test_nothing_is_fitted_when_the_clock_is_over():
    one = curves([LAWS["log"]])
    assert fit_curves(one, choose(None), clock=Clock(budget=0.0)) == [[]]


def test_thinning_keeps_both_ends():
    one = curves([LAWS["log"]])
    few = one.thinned(10)
    assert few.x.shape == (1, 10)
    assert (few.x[0, 0], few.x[0, -1]) == (one.x[0, 0], one.x[0, -1])
    assert one.thinned(10**6).x.shape == one.x.shape


def test_a_function_of_which_only_the_first_terms_are_seen_has_a_long_lever():
    x = torch.linspace(1, 3, 200, dtype=torch.float64)
    noise = 0.05 * torch.randn(200, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    curve = Curves(x=x[None], y=(1.6 * x**2 + noise)[None], weight=torch.ones_like(x)[None])
    found = {c.name: c.lever for c in fit_curves(curve, choose(("x^2", "sin")))[0]}
    assert found["x^2"] < 10
    assert found["sin"] > 20
