"""Least squares in blocks is least squares."""

import numpy as np
import pytest
import sympy as sp

from kansr.formula.blocks import Rows, measured_in_blocks, refit_in_blocks
from kansr.formula.constants import refit
from kansr.formula.evaluate import evaluate

X, Z = sp.symbols("x z", real=True)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    x, z = rng.uniform(1, 3, (2, 900))
    y = 1.37 * x * np.exp(-0.41 * z) + 0.01 * rng.standard_normal(900)
    return {"x": x, "z": z}, y, rng.integers(0, 3, 900)


def blocks_of(rows, size=128, weight=None):
    columns, y, part = rows

    def blocks():
        for start in range(0, len(y), size):
            here = slice(start, start + size)
            own = {name: c[here] for name, c in columns.items()}
            yield Rows(own, y[here], part[here], None if weight is None else weight[here])

    return blocks


@pytest.mark.parametrize("size", [100, 10_000])
def test_constants_and_their_errors_are_those_of_all_rows_at_once(rows, size):
    columns, y, part = rows
    start = sp.Float(1.2) * X * sp.exp(sp.Float(-0.5) * Z)
    chosen = part < 2
    whole = refit(start, {name: c[chosen] for name, c in columns.items()}, y[chosen])
    parts = refit_in_blocks(start, blocks_of(rows, size), size=float(np.std(y)))
    np.testing.assert_allclose(parts.values, whole.values, rtol=1e-6)
    np.testing.assert_allclose(parts.sigma, whole.sigma, rtol=1e-4)
    assert parts.mse == pytest.approx(whole.mse, rel=1e-9)


def test_a_weight_counts_as_so_many_rows(rows):
    columns, y, part = rows
    double = np.where(np.arange(len(y)) < 300, 2.0, 1.0)
    repeated = np.concatenate([np.arange(len(y)), np.arange(300)])
    more = ({name: c[repeated] for name, c in columns.items()}, y[repeated], part[repeated])
    start = sp.Float(1.2) * X + sp.Float(0.1) * Z
    one = refit_in_blocks(start, blocks_of(rows, weight=double), size=1.0)
    other = refit_in_blocks(start, blocks_of(more), size=1.0)
    np.testing.assert_allclose(one.values, other.values, rtol=1e-9)


def test_a_constant_that_the_rows_do_not_see_has_an_infinite_error(rows):
    expression = sp.Add(sp.Float(1.0) * X, sp.Float(0.5), sp.Float(0.25), evaluate=False)
    found = refit_in_blocks(expression, blocks_of(rows), size=1.0)
    assert np.isinf(found.sigma[1:]).all()
    assert np.isfinite(found.sigma[0])


def test_errors_are_those_of_each_part(rows):
    columns, y, part = rows
    y = y + 1e6  # a mean far above the spread loses no digits
    expression, never = sp.Float(1e6) + X * sp.exp(-Z), sp.log(-X)
    good, bad = measured_in_blocks([expression, never], blocks_of((columns, y, part)))
    residual = evaluate(expression, columns) - y
    for number, name in enumerate(("train", "validation", "test")):
        own = residual[part == number]
        assert getattr(good.rmse, name) == pytest.approx(np.sqrt(np.mean(own**2)))
        assert getattr(good.r2, name) == pytest.approx(1 - np.mean(own**2) / np.var(y[part == number]), rel=1e-6)
    assert (bad.rmse.test, bad.r2.test) == (np.inf, -np.inf)
    assert good.rows == int((part < 2).sum())
