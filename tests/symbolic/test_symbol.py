"""A primitive on an edge: its numbers, its slopes and its formula are one curve."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.formula.evaluate import evaluate
from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.network.sweep import jacobian
from kansr.symbolic.library import LIBRARY, primitive
from kansr.symbolic.symbol import Symbol

X = sp.Symbol("x", real=True)
ONE = torch.ones(1, dtype=torch.float64)
SYMBOLS = [Symbol(row, sign) for row in LIBRARY for sign in ((1.0, -1.0) if "a" not in row.free else (1.0,))]


def name(symbol):
    return f"{symbol.primitive.name}{'-' if symbol.sign < 0 else '+'}"


def drawn(symbol, seed):
    """Rows [1, n] and parameters [1, size] at which the function is mostly real."""
    rng = np.random.default_rng(seed)
    row = symbol.primitive
    value = {"a": rng.uniform(0.3, 1.2) * rng.choice([-1, 1]), "b": rng.uniform(-0.4, 0.4), "c": rng.uniform(-2, 2),
             "d": rng.uniform(-2, 2), "p": rng.uniform(-2.5, 3.5)}  # fmt: skip
    u = rng.uniform(max(row.domain[0], -2.0) + 0.1, min(row.domain[1], 2.0) - 0.1, 60)
    u = u[np.abs(u) > 0.15]
    b = value["b"] if "b" in row.free else 0.0
    x = (u - b) / value["a"] if "a" in row.free else symbol.sign * u - b
    if "a" not in row.free and "b" not in row.free:
        x = u
    p = [value[k] for k in row.free]
    return torch.tensor(x)[None], torch.tensor(p, dtype=torch.float64)[None]


@pytest.mark.parametrize("symbol", SYMBOLS, ids=name)
def test_the_expression_evaluates_like_the_curve(symbol):
    for seed in range(5):
        x, p = drawn(symbol, seed)
        ours = symbol.evaluate(x, p, -ONE, ONE).value[0].numpy()
        theirs = evaluate(symbol.expression(X, p[0]) + 0 * X, {"x": x[0].numpy()})
        assert np.isfinite(ours).all()
        np.testing.assert_allclose(theirs * np.ones_like(ours), ours, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("symbol", SYMBOLS, ids=name)
def test_the_columns_are_the_slopes_by_the_parameters(symbol):
    x, p = drawn(symbol, 3)
    found, h = symbol.evaluate(x, p, -ONE, ONE), 1e-6
    assert found.columns.shape == (*x.shape, symbol.size)
    for i in range(symbol.size):
        step = h * torch.eye(symbol.size, dtype=torch.float64)[i]
        up, down = (symbol.evaluate(x, p + s, -ONE, ONE).value for s in (step, -step))
        torch.testing.assert_close(found.columns[..., i], (up - down) / (2 * h), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("symbol", SYMBOLS, ids=name)
def test_the_slope_is_the_slope_by_x(symbol):
    x, p = drawn(symbol, 4)
    h = 1e-6
    up, down = (symbol.evaluate(x + s, p, -ONE, ONE).value for s in (h, -h))
    torch.testing.assert_close(symbol.evaluate(x, p, -ONE, ONE).slope, (up - down) / (2 * h), rtol=1e-6, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([s for s in SYMBOLS if not s.primitive.periodic]), st.integers(0, 50))
def test_a_network_of_one_symbol_has_its_columns_as_jacobian(symbol, seed):
    x, p = drawn(symbol, seed)
    kan = KAN(graph=dense((1, 1)), curves=(symbol,), theta=p, lower=-ONE[:, None].expand(1, 2),
              upper=ONE[:, None].expand(1, 2))  # fmt: skip
    _, j = jacobian(kan, x[0, :, None])
    assert torch.equal(j, symbol.evaluate(x, p, -ONE, ONE).columns)


def test_curves_of_a_batch_have_parameters_of_their_own():
    symbol, x = Symbol(primitive("sin")), torch.linspace(0, 1, 9, dtype=torch.float64).expand(2, -1)
    p = torch.tensor([[1.0, 0.0, 1.0, 0.0], [2.0, 0.5, 3.0, 1.0]], dtype=torch.float64)
    both = symbol.evaluate(x, p, -ONE, ONE).value
    assert torch.allclose(both[1], 3 * torch.sin(2 * x[1] + 0.5) + 1)
    assert torch.allclose(both[0], torch.sin(x[0]))


def test_the_expression_holds_every_digit():
    p = torch.tensor([0.1 + 0.2, 1 / 3], dtype=torch.float64)
    expression = Symbol(primitive("x")).expression(X, p)
    assert sorted(float(n) for n in expression.atoms(sp.Float)) == sorted(p.tolist())


@pytest.mark.parametrize("turns", [0, 1, -213])
def test_phases_are_written_without_whole_turns(turns):
    x = sp.Symbol("x")
    p = torch.tensor([3.0, 0.4 + 2 * torch.pi * turns, 2.0, 1.0], dtype=torch.float64)
    (wave,) = Symbol(primitive("sin")).expression(x, p).atoms(sp.sin)
    assert float(wave.args[0].subs(x, 0)) == pytest.approx(0.4)
