"""Ratios of polynomials of one argument."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from kansr.forms.argument import singles
from kansr.forms.ratio import ratios
from kansr.noise.model import Noise
from tests.forms.laws import found, off, values

X = np.linspace(0.4, 5.0, 14)
LAWS = {
    "0/2": lambda x: 2.5 / (1 + 0.4 * x + 0.3 * x**2),
    "1/1": lambda x: (1 + 3 * x) / (1 + 0.7 * x),
    "2/1": lambda x: (1 + 3 * x - 0.2 * x**2) / (1 + 0.7 * x),
    "1/2": lambda x: (1 + 3 * x) / (1 + 0.7 * x + 0.3 * x**2),
    "2/2": lambda x: (1 - 3 * x + 2.2 * x**2) / (1 + 0.7 * x + 0.3 * x**2),
    "3/3": lambda x: (1 - 3 * x + 2.2 * x**2 + x**3) / (1 + 0.7 * x + 0.3 * x**2 + 0.11 * x**3),
}


@pytest.mark.parametrize("degrees", LAWS)
@pytest.mark.parametrize("unit", [1e-30, 1.0, 1e30])
def test_a_ratio_of_these_degrees_is_met(degrees: str, unit: float) -> None:
    y = LAWS[degrees](X)
    noise = Noise(kind="absolute", y=y)
    made = dict(ratios(singles({"x": unit * X})[0], noise, most=7))
    expr = made[f"ratio{degrees}(x^1)"]
    np.testing.assert_allclose(values(expr, {"x": unit * X}), y, rtol=1e-6)


def test_no_ratio_has_more_constants_than_it_may_or_a_pole_between_the_rows() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        y = rng.standard_normal(14)
        for key, expr in ratios(singles({"x": X})[0], Noise(kind="absolute", y=y), most=5):
            assert len(expr.atoms(sp.Float)) <= 5, key
            line = values(expr, {"x": np.linspace(X.min(), X.max(), 500)})
            assert np.isfinite(line).all()
            assert np.ptp(np.sign(values(sp.denom(sp.together(expr)), {"x": np.linspace(0.4, 5.0, 500)}))) == 0, key


def test_fewer_than_five_places_have_no_ratio() -> None:
    x = np.repeat(np.arange(1.0, 5.0), 3)
    assert not list(ratios(singles({"x": x})[0], Noise(kind="absolute", y=x**2), most=5))


@pytest.mark.parametrize("degrees", ["1/1", "0/2", "2/1"])
def test_the_search_finds_it(degrees: str) -> None:
    best = found({"x": X}, LAWS[degrees](X))[0]
    assert off(best.expression, lambda c: LAWS[degrees](c["x"]), {"x": X}) < 1e-7, best.expression
