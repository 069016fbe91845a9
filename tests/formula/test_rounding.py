"""No constant is printed with more digits than its error allows, and rounding does no harm."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from kansr.formula.constants import refit
from kansr.formula.rounding import rounded, shortest_within
from kansr.formula.snap import snap
from kansr.formula.text import to_text
from kansr.formula.weighing import Weighing

X, N = sp.symbols("x n", real=True)
RNG = np.random.default_rng(8)
ROWS = {"x": np.linspace(10, 12, 400), "n": np.linspace(30, 90, 400)}
NOISE = RNG.normal(size=400)


def digits(number):
    return len(repr(abs(float(number))).partition("e")[0].replace(".", "").strip("0"))


def allowed(value, sigma):
    """Digits down to one behind the first of the standard error."""
    return math.floor(math.log10(abs(value))) - math.floor(math.log10(sigma)) + 2


@pytest.mark.parametrize("noise", [1e-3, 0.03, 0.3])
@pytest.mark.parametrize(
    "law", [2.3456789 * X - 7.654321, 1.2345678 * X**1.3456, 3.21 * sp.exp(0.12345 * X) + 4.567], ids=str
)
@pytest.mark.parametrize("weighing", [None, "relative", "absolute", "overestimated"])
def test_digits_are_those_that_the_errors_allow_and_the_error_stays(law, noise, weighing):
    y = sp.lambdify(X, law)(ROWS["x"]) + noise * NOISE
    sigma = np.full(400, noise * (3 if weighing == "overestimated" else 1))
    how = None if weighing is None else Weighing.of(sigma, weighing != "relative")
    fit = refit(law, ROWS, y, weighing=how)
    short = rounded(fit, ROWS, y, how)
    limit = fit.mse + 0.0021 * max(fit.mse, 1.0 if how is not None and how.noise else 0.0)
    assert short.mse <= limit
    extra = sorted(digits(v) - allowed(v, s) for v, s in zip(short.values, fit.sigma, strict=True))
    assert (
        extra[0] <= 0
    )  # the others may need a digit or two more: where they depend on each other, one cannot say less
    assert extra[-1] <= 3


def test_a_single_constant_has_the_digits_of_its_error():
    y = 2.3456789 * ROWS["x"] + 0.1 * NOISE
    fit = refit(2.3 * X, ROWS, y)
    short = rounded(fit, ROWS, y)
    assert digits(short.values[0]) <= allowed(short.values[0], fit.sigma[0])
    assert abs(short.values[0] - fit.values[0]) <= 0.1 * fit.sigma[0]


def test_constants_that_stand_in_for_each_other_are_cut_all_the_same():
    form = sp.Mul(sp.Float(1.2345678), X, evaluate=False) + sp.Mul(sp.Float(0.7654321), X, evaluate=False)
    a, b = sp.Float(1.2345678), sp.Float(-19.0617461)
    y = 3.0 * np.sqrt(ROWS["n"]) - 19.06 + NOISE
    fit = refit(a * sp.sqrt(N) + b + sp.Mul(sp.Float(0.53), sp.sqrt(N), evaluate=False), ROWS, y)
    short = rounded(fit, ROWS, y)
    assert short.mse <= fit.mse * 1.0021
    assert all(digits(v) <= 6 for v in short.values), to_text(short.expression)
    assert form.free_symbols == {X}


def test_chance_is_not_written_as_pi_and_has_few_digits():
    y = 3.09 * np.sqrt(ROWS["n"]) - 19.06 + 0.6 * NOISE
    fit = snap(3.1 * sp.sqrt(N) - 19.0, ROWS, y)
    assert not fit.expression.has(sp.pi)
    assert len(to_text(fit.expression)) <= len("3.123*sqrt(n) - 19.0612")


def test_exact_data_keep_the_digits_that_they_determine():
    y = 2.345678912 * ROWS["x"] - 7.6543219
    fit = snap(2.3 * X - 7.6, ROWS, y)
    assert to_text(fit.expression) == "2.345678912*x - 7.6543219"


@pytest.mark.parametrize(
    ("law", "start", "text"),
    [
        (lambda x: 2**x, sp.exp(0.7 * X), "2**x"),
        (lambda x: 3.5 * 10**-x, 3.4 * sp.exp(-2.3 * X), "7*10**(-x)/2"),
        (lambda x: np.exp(-0.7 * x), sp.exp(-0.71 * X), "exp(-7*x/10)"),
    ],
)
def test_a_base_is_written_as_people_write_it(law, start, text):
    rows = {"x": np.linspace(-1, 2, 300)}
    y = law(rows["x"]) + 1e-6 * NOISE[:300]
    assert to_text(snap(start, rows, y).expression) == text.replace("-7*x/10", "-0.7*x")


def test_what_was_fitted_stands_beside_the_number_that_is_written():
    y = 2.0 * ROWS["x"] ** 2 * (1 + 1e-4 * NOISE)
    fit = snap(2.1 * X**1.97, ROWS, y)
    assert to_text(fit.expression) == "2*x**2"
    value, error = fit.fitted["2"]
    assert abs(value - 2) <= 3 * error
    assert 1e-6 < error < 0.1


def test_unknown_constants_have_three_digits():
    assert shortest_within(19.0617, math.inf) == 19.1
