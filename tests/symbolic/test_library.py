"""The library: its torch and its sympy side are one function."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
import torch
from scipy import special

from kansr.errors import UsageError
from kansr.symbolic.library import LIBRARY, choose, primitive
from kansr.symbolic.symbol import Symbol

X = sp.Symbol("x", real=True)
POWERS = [row for row in LIBRARY if row.name != "power"]  # log only stands in for the general power


def inside(row, n=400):
    """Arguments on the domain of a row, away from poles and corners."""
    low, high = (max(row.domain[0], -6.0), min(row.domain[1], 6.0))
    u = np.linspace(low, high, n + 2)[1:-1]
    return u[np.abs(u) > 0.05]


@pytest.mark.parametrize("row", POWERS, ids=lambda row: row.name)
def test_torch_and_sympy_agree_on_the_domain(row):
    u = inside(row)
    theirs = sp.lambdify(X, row.sympy(X), ["scipy", "numpy"])(u) * np.ones_like(u)
    ours = row.value(torch.from_numpy(u)).numpy()
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("row", LIBRARY, ids=lambda row: row.name)
def test_the_slope_is_the_slope_of_the_value(row):
    u = torch.from_numpy(inside(row))
    steps = [2e-3 * k for k in (1, 2, 3)]  # a difference of sixth order
    u = u[(u - 0.01 > row.domain[0]) & (u + 0.01 < row.domain[1]) & ((u.abs() > 0.3) | (row.value(u).abs() < 3))]
    f = [row.value(u + h) - row.value(u - h) for h in steps]
    difference = (45 * f[0] - 9 * f[1] + f[2]) / (60 * steps[0])
    scale = 1 + difference.abs()
    near_the_end = 0.3 if math.isfinite(row.domain[1]) or math.isfinite(row.domain[0]) else 0.0
    calm = (u - row.domain[0] > near_the_end) & (row.domain[1] - u > near_the_end)
    assert ((row.slope(u) - difference).abs() / scale)[calm].max() < 1e-6


@pytest.mark.parametrize("row", [r for r in LIBRARY if r.name not in ("J0", "0")], ids=lambda row: row.name)
def test_the_slope_agrees_with_autograd(row):
    u = torch.from_numpy(inside(row)).requires_grad_()
    (theirs,) = torch.autograd.grad(row.value(u).sum(), u)
    torch.testing.assert_close(row.slope(u.detach()), theirs, rtol=1e-10, atol=1e-12)


def test_bessel_functions_are_right_to_rounding():
    u = torch.linspace(-100, 100, 20001, dtype=torch.float64)
    row = primitive("J0")
    assert np.abs(row.value(u).numpy() - special.jv(0, u.numpy())).max() < 1e-14
    assert np.abs(row.slope(u).numpy() + special.jv(1, u.numpy())).max() < 1e-14


@pytest.mark.parametrize("row", [r for r in LIBRARY if r.domain != (-math.inf, math.inf)], ids=lambda row: row.name)
def test_outside_its_domain_a_function_is_not_a_number(row):
    ends = [e + sign * 0.1 for e, sign in zip(row.domain, (-1, 1), strict=True) if math.isfinite(e)]
    x = torch.tensor([ends], dtype=torch.float64)
    plain = {"a": 1.0, "b": 0.0, "c": 1.0, "d": 0.0, "p": 0.7}
    p = torch.tensor([[plain[k] for k in row.free]], dtype=torch.float64)
    one = torch.ones(1, dtype=torch.float64)
    assert Symbol(row).evaluate(x, p, -one, one).value.isnan().all()


def test_names_are_unique_and_every_row_is_found_by_its_name():
    assert len({row.name for row in LIBRARY}) == len(LIBRARY)
    assert all(primitive(row.name) is row for row in LIBRARY)


@pytest.mark.parametrize("row", LIBRARY, ids=lambda row: row.name)
def test_every_row_is_well_formed(row):
    assert set(row.free) <= set("abcdp")
    assert "d" in row.free
    assert row.alias is None or primitive(row.alias).alias is None
    assert all(row.domain[0] <= u <= row.domain[1] for u in row.arguments) or row.periodic
    assert row.starts()


@pytest.mark.parametrize(("name", "near"), [("sine", "sin"), ("gausian", "gaussian"), ("x^22", "x^2")])
def test_an_unknown_name_is_answered_with_the_nearest(name, near):
    with pytest.raises(UsageError, match="library") as error:
        primitive(name)
    assert f"'{near}'" in error.value.hint


def test_a_name_like_no_other_is_answered_with_all_names():
    with pytest.raises(UsageError) as error:
        primitive("qqqqqqqq")
    assert "tanh" in error.value.hint


def test_a_search_always_has_the_constant_and_the_line():
    assert [row.name for row in choose(["exp"])] == ["0", "x", "exp"]
    assert [row.name for row in choose([])] == ["0", "x"]


def test_a_search_tries_each_family_once():
    names = [row.name for row in choose(None)]
    assert len(names) == len(set(names))
    assert set(names) == {row.name for row in LIBRARY if row.alias is None}
    assert [row.name for row in choose(["cos", "sin", "logistic"])] == ["0", "x", "sin", "tanh"]


def test_a_search_refuses_an_unknown_name():
    with pytest.raises(UsageError, match="tanhh"):
        choose(["exp", "tanhh"])
