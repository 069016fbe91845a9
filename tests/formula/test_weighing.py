"""Rows count as their measurement errors say: least squares, error bars, chi^2 and descriptions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp

from kansr.formula.chi2 import weigh
from kansr.formula.constants import refit, standard_errors
from kansr.formula.formula import judge
from kansr.formula.snap import length, snap
from kansr.formula.weighing import Weighing

X = sp.Symbol("x", real=True)
RNG = np.random.default_rng(7)
ROWS = 300
COLUMNS = {"x": RNG.uniform(0, 2, ROWS)}
SIGMA = np.where(RNG.uniform(size=ROWS) < 0.5, 0.01, 1.0)
Y = 1.5137 * COLUMNS["x"] + 0.3291 + SIGMA * RNG.standard_normal(ROWS)
LINE = sp.Float(1.0) * X + sp.Float(0.5)
SPLIT = SimpleNamespace(train=np.arange(200), validation=np.arange(200, 250), test=np.arange(250, ROWS))


def normal_equations(sigma):
    design = np.column_stack([COLUMNS["x"], np.ones(ROWS)]) / sigma[:, None]
    covariance = np.linalg.inv(design.T @ design)
    best = covariance @ design.T @ (Y / sigma)
    chi2 = float(np.sum((design @ best - Y / sigma) ** 2))
    return best, covariance, chi2


def by_size(fit):
    order = np.argsort(-fit.values)
    return fit.values[order], fit.sigma[order]


@pytest.mark.parametrize("absolute", [True, False])
def test_weighed_constants_and_their_errors_are_those_of_the_normal_equations(absolute):
    best, covariance, chi2 = normal_equations(SIGMA)
    weighing = Weighing.of(SIGMA, absolute)
    fit = refit(LINE, COLUMNS, Y, weighing=weighing)
    values, sigma = by_size(fit)
    np.testing.assert_allclose(values, best, rtol=1e-9)
    np.testing.assert_allclose(sigma, np.sqrt(np.diag(covariance) * (1 if absolute else chi2 / ROWS)), rtol=1e-6)
    errors = standard_errors(fit.expression, COLUMNS, Y, weighing)
    scale = 1 if absolute else chi2 / (ROWS - 2)
    np.testing.assert_allclose(sorted(errors.values()), sorted(np.sqrt(np.diag(covariance) * scale)), rtol=1e-6)


def test_the_unit_of_weights_does_not_matter_and_that_of_errors_does():
    one, two = (refit(LINE, COLUMNS, Y, weighing=Weighing.of(k * SIGMA, False)) for k in (1.0, 8.0))
    np.testing.assert_allclose(one.sigma, two.sigma, rtol=1e-9)
    one, two = (refit(LINE, COLUMNS, Y, weighing=Weighing.of(k * SIGMA, True)) for k in (1.0, 8.0))
    np.testing.assert_allclose(8 * one.sigma, two.sigma, rtol=1e-9)


def test_equal_errors_change_no_constant():
    plain = refit(LINE, COLUMNS, Y)
    equal = refit(LINE, COLUMNS, Y, weighing=Weighing.of(np.full(ROWS, 3.0), False))
    np.testing.assert_allclose(plain.values, equal.values, rtol=1e-9)
    np.testing.assert_allclose(plain.sigma, equal.sigma, rtol=1e-9)


def test_decimals_are_snapped_within_the_error_that_the_good_rows_leave():
    y = 1.5 * COLUMNS["x"] + 0.32914 + SIGMA * np.random.default_rng(2).standard_normal(ROWS)
    weighing = Weighing.of(SIGMA, True)
    fit = snap(LINE, COLUMNS, y, weighing=weighing)
    assert fit.expression.coeff(X) == sp.Rational(3, 2)
    assert abs(float(fit.expression.subs(X, 0)) - 0.32914) < 0.01
    assert length(fit, y, weighing) < length(refit(LINE, COLUMNS, y, weighing=weighing), y, weighing)


@pytest.mark.parametrize("k", [1.0, 0.5, 2.0])
def test_chi2_is_one_where_the_errors_are_right(k):
    formula = judge(1.5137 * X + 0.3291, {"x": "x"}, COLUMNS["x"][:, None], y=Y, split=SPLIT, label="")
    how = dict(names=["x"], split=SPLIT, sigma=k * SIGMA, free=2)
    one = weigh(formula, COLUMNS["x"][:, None], Y, absolute=True, **how)
    assert one.chi2.train * k**2 == pytest.approx(1.0, abs=0.3)
    assert one.rmse == formula.rmse
    assert one.choosing == one.weighted.validation < formula.rmse.validation
    assert type(one).from_json(one.to_json()) == one
    relative = weigh(formula, COLUMNS["x"][:, None], Y, absolute=False, **how)
    assert relative.chi2 is None
    assert relative.weighted == pytest.approx(one.weighted)


def test_small_errors_do_not_overflow():
    weighing = Weighing.of(np.array([1e-200, 1e200]), True)
    assert np.isfinite(weighing.weight).all()
