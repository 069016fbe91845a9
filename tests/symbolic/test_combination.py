"""Sums and products on one edge: what none of them is a row of the library for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sympy as sp
import torch

from kansr.symbolic.combination import Combination
from kansr.symbolic.combine import fit_combinations, over_power
from kansr.symbolic.curve import Curves
from kansr.symbolic.library import choose
from kansr.symbolic.polynomials import polynomial
from kansr.symbolic.symbol import Symbol

X = sp.Symbol("x", real=True)


def curve(f: Callable[[torch.Tensor], torch.Tensor], low: float, high: float) -> Curves:
    x = torch.linspace(low, high, 256, dtype=torch.float64)
    return Curves(x=x, y=f(x), weight=torch.ones_like(x))


@pytest.mark.parametrize(
    ("f", "low", "high"),
    [
        (lambda x: x * torch.exp(-x), 0.0, 4.0),
        (lambda x: torch.sin(x) ** 2 / x**2, 0.5, 8.0),
        (lambda x: 0.3 * x * torch.sin(2 * torch.pi * x), -1.0, 1.0),
        (lambda x: x * torch.log(x) + 2, 0.1, 4.0),
        (lambda x: torch.sin(x**2) * torch.cos(x) - 1, -1.0, 1.0),
    ],
)
def test_a_product_of_two_functions_is_found_to_rounding(f, low, high):
    best = fit_combinations(curve(f, low, high), choose(None), enough=1e-12)[0]
    assert best.error < 1e-12
    written = sp.lambdify(X, best.symbol.expression(X, best.p), "numpy")
    x = torch.linspace(low, high, 50, dtype=torch.float64)[1:]
    assert torch.allclose(torch.as_tensor(written(x.numpy())), f(x), atol=1e-9)


def test_a_polynomial_keeps_the_terms_that_it_needs():
    found = polynomial(curve(lambda x: 0.5 * x**6 - x**3 + 2 * x + 1, -1.5, 1.0), choose(None), enough=1e-12)
    assert found[0].name == "x^1+x^3+x^6"
    assert sp.expand(found[0].symbol.expression(X, found[0].p)).coeff(X, 3) == pytest.approx(-1)


def test_no_polynomial_of_a_single_power_and_none_without_powers():
    assert polynomial(curve(lambda x: x**3, -1.0, 1.0), choose(None), enough=1e-12) == []
    assert polynomial(curve(lambda x: x**3 + x, -1.0, 1.0), choose(("sin",)), enough=1e-12) == []


@pytest.mark.parametrize("kind", ["sum", "product"])
def test_slopes_and_columns_are_those_of_the_values(kind):
    rows = {row.name: row for row in choose(None)}
    form = Combination(kind, (Symbol(rows["exp"]), Symbol(rows["sin"])))
    p = torch.tensor([[0.3, 1.2, 0.1, 2.0, 0.4, 0.7, -0.2, 1.5, 0.6]], dtype=torch.float64)
    assert p.shape[-1] == form.size
    x = torch.linspace(-1, 2, 7, dtype=torch.float64)[None]
    ends = torch.zeros(1, dtype=torch.float64)

    def value(x: torch.Tensor, p: torch.Tensor) -> torch.Tensor:
        return form.evaluate(x, p, ends, ends).value

    known = form.evaluate(x, p, ends, ends)
    step = 1e-6
    assert torch.allclose((value(x + step, p) - value(x - step, p)) / (2 * step), known.slope, atol=1e-7)
    for k in range(form.size):
        more = torch.zeros_like(p)
        more[:, k] = step
        by_hand = (value(x, p + more) - value(x, p - more)) / (2 * step)
        assert torch.allclose(by_hand, known.columns[..., k], atol=1e-7)
    by = torch.tensor([[3.0]], dtype=torch.float64)
    assert torch.allclose(value(x, form.scaled(p, by)), 3 * known.value)
    assert torch.allclose(value(x, form.raised(p, by)), known.value + 3)


@pytest.mark.parametrize(
    ("name", "f", "outer"),
    [
        ("log(x^1+x^2+x^3)", lambda x: torch.log(x + 1) + torch.log(x * x + 1), "log"),
        ("1/x(x^1+x^4)", lambda x: 1 / (1 + x + x**4), "1/x"),
        ("exp(x^1+x^3)", lambda x: torch.exp(x - x**3), "exp"),
        ("log(x^1+x^3)", lambda x: 3.7 * torch.log(x**3 + 2 * x + 0.3) - 5, "log"),
        ("sqrt(x^1+x^3)", lambda x: 1 - 3 * torch.sqrt(1 + x + x**3), "sqrt"),
    ],
)
def test_functions_of_polynomials_are_found(name, f, outer):
    x = torch.linspace(0, 2, 256, dtype=torch.float64)
    curve = Curves(x=x, y=f(x), weight=torch.ones_like(x))
    library = choose(["x", "x^2", outer])
    found = next(c for c in fit_combinations(curve, library, enough=1e-9) if c.name == name)
    assert found.error < 1e-9


def test_sums_and_products_are_found_over_a_power_of_the_exponential():
    x = torch.linspace(-1, 2, 256, dtype=torch.float64)
    w = torch.exp(0.8 * x)
    curve = Curves(x=x, y=w / torch.expm1(w), weight=torch.ones_like(x))
    best = over_power(curve, choose(["x", "x^2", "exp", "1/(e^x-1)"]), [0.8], enough=1e-8)[0]
    assert best.error < 1e-8
