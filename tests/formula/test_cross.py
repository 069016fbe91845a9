"""Leave-one-out by leverage is what fits without each row say of it."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kansr.formula.constants import refit
from kansr.formula.cross import left_out, leverages
from kansr.formula.evaluate import evaluate
from kansr.formula.weighing import Weighing

Array = NDArray[np.float64]

X, Z = sp.symbols("x z", real=True)
LINEAR = {
    "a constant": [sp.Integer(1)],
    "a line": [sp.Integer(1), X],
    "a parabola": [sp.Integer(1), X, X**2],
    "two columns": [X, sp.sin(Z), X * Z],
}


def solved(terms: list[sp.Expr], columns: dict[str, Array], y: Array, sigma: Array) -> Array:
    design = np.column_stack([np.broadcast_to(evaluate(t, columns), y.shape) for t in terms])
    return np.asarray(np.linalg.lstsq(design / sigma[:, None], y / sigma, rcond=None)[0])


def written(terms: list[sp.Expr], c: Array) -> sp.Expr:
    return sp.Add(*(sp.Float(float(v)) * t for v, t in zip(c, terms, strict=True)))


@given(name=st.sampled_from(sorted(LINEAR)), rows=st.integers(6, 15), seed=st.integers(0, 30), weighed=st.booleans())
def test_it_equals_fits_without_each_row_where_constants_are_linear(
    name: str, rows: int, seed: int, weighed: bool
) -> None:
    rng, terms = np.random.default_rng(seed), LINEAR[name]
    columns = {"x": rng.permutation(np.linspace(0.5, 2, rows)), "z": rng.permutation(np.linspace(-1, 1, rows))}
    y, sigma = rng.standard_normal(rows), rng.uniform(0.5, 2, rows) if weighed else np.ones(rows)
    expr = written(terms, solved(terms, columns, y, sigma))
    _, leverage = leverages(expr, columns, y, deviation=sigma)
    brute = []
    for i in range(rows):
        kept = np.arange(rows) != i
        c = solved(terms, {n: v[kept] for n, v in columns.items()}, y[kept], sigma[kept])
        one = {n: v[[i]] for n, v in columns.items()}
        brute.append(float(np.broadcast_to(evaluate(written(terms, c), one), (1,))[0]))
    below = leverage < 1 - 1 / (2 * rows) - 1e-9  # where no row is cut off
    found = left_out(expr, columns, y, deviation=sigma if weighed else None)
    np.testing.assert_allclose(found[below], np.array(brute)[below], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "law",
    [
        sp.Float(2.0) * sp.exp(sp.Float(-0.7) * X),
        sp.Float(3.0) * X / (sp.Float(1.5) + X),
        sp.Float(2.0) * sp.sin(sp.Float(1.3) * X + sp.Float(0.4)) + sp.Float(1.0),
        sp.Float(1.5) * X ** sp.Float(0.7),
    ],
)
@pytest.mark.parametrize("weighed", [False, True])
def test_it_is_near_fits_without_each_row_where_they_are_not(law: sp.Expr, weighed: bool) -> None:
    rng, x = np.random.default_rng(2), np.linspace(0.3, 5.0, 15)
    sigma = rng.uniform(0.5, 1.5, 15) if weighed else np.ones(15)
    y = np.asarray(evaluate(law, {"x": x})) + 0.02 * sigma * rng.standard_normal(15)

    def best(kept: Array, start: sp.Expr) -> sp.Expr:
        return refit(start, {"x": x[kept]}, y[kept], weighing=Weighing.of(sigma[kept], False)).expression

    whole = best(np.arange(15), law)
    residual = y - left_out(whole, {"x": x}, y, deviation=sigma)
    brute = [y[i] - float(evaluate(best(np.delete(np.arange(15), i), whole), {"x": x[[i]]})[0]) for i in range(15)]
    np.testing.assert_allclose(residual, brute, rtol=0.25, atol=0.003)
    assert np.corrcoef(residual, brute)[0, 1] > 0.99


def test_leverages_are_shares_that_sum_to_the_number_of_constants() -> None:
    x = np.random.default_rng(1).uniform(0, 2, 40)
    _, leverage = leverages(written(LINEAR["a parabola"], np.ones(3)), {"x": x}, x)
    assert (leverage > 0).all() and (leverage < 1).all()
    assert leverage.sum() == pytest.approx(3.0)


def test_a_row_that_alone_determines_a_constant_is_missed_by_2_n_times() -> None:
    x = np.r_[np.zeros(9), 1.0]
    y = np.r_[np.zeros(9), 5.0]
    _, leverage = leverages(sp.Float(4.0) * X, {"x": x}, y)
    assert leverage.max() == 1 - 1 / 20
    assert (y - left_out(sp.Float(4.0) * X, {"x": x}, y))[-1] == pytest.approx(20.0)


@pytest.mark.parametrize("free", [10, 50])
def test_the_cap_holds_for_hidden_constants_too(free: int) -> None:
    x = np.arange(10.0)
    _, leverage = leverages(sp.Float(4.0) * X, {"x": x}, x, free=free)
    assert (leverage <= 1 - 1 / 20).all()


def test_hidden_constants_count_evenly_on_all_rows() -> None:
    x = np.arange(10.0)
    plain, hidden = (leverages(sp.Float(4.0) * X, {"x": x}, x, free=free)[1] for free in (1, 3))
    np.testing.assert_allclose(hidden, np.minimum(plain + 2 / 10, 1 - 1 / 20))


@pytest.mark.parametrize("k", [1e-100, 1e100])
def test_units_of_rows_and_constants_change_no_leverage(k: float) -> None:
    x = np.linspace(1.0, 3.0, 12)
    one = leverages(2.5 * X + 1.0, {"x": x}, x, deviation=x)[1]
    two = leverages(sp.Float(2.5 / k) * X + 1.0, {"x": k * x}, x, deviation=x * 1e-50)[1]
    np.testing.assert_allclose(one, two, rtol=1e-9)


def test_constants_that_say_the_same_count_once() -> None:
    x = np.linspace(1.0, 3.0, 12)
    twice = sp.Add(sp.Float(2.0) * X, sp.Float(1.5) * sp.exp(sp.log(X) + sp.Float(0.3)))
    assert leverages(twice, {"x": x}, x)[1].sum() == pytest.approx(1.0)


def test_a_formula_without_constants_has_no_leverage() -> None:
    x = np.arange(5.0)
    np.testing.assert_array_equal(left_out(X**2, {"x": x}, x), x**2)
