"""Error bars are those of an established fit of the same model."""

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import curve_fit

from kansr.formula.constants import refit, standard_errors
from kansr.formula.weighing import Weighing

RNG = np.random.default_rng(5)
LENGTH = RNG.uniform(0.1, 4, 200)
SIGMA = RNG.uniform(0.01, 0.06, 200)
PERIOD = 2.006 * np.sqrt(LENGTH) + RNG.normal(0, 1, 200) * SIGMA


@pytest.mark.parametrize("absolute", [True, False])
def test_constants_and_error_bars_of_weighed_rows_are_those_of_scipy(absolute):
    length = sp.Symbol("length", real=True)
    columns, weighing = {"length": LENGTH}, Weighing.of(SIGMA, absolute)
    fit = refit(sp.Float(1.9) * length ** sp.Float(0.51), columns, PERIOD, weighing=weighing)
    values, covariance = curve_fit(
        lambda x, a, b: a * x**b, LENGTH, PERIOD, p0=(1.9, 0.51), sigma=SIGMA, absolute_sigma=absolute
    )
    errors = standard_errors(fit.expression, columns, PERIOD, weighing)
    np.testing.assert_allclose(sorted(fit.values), sorted(values), rtol=1e-5)
    np.testing.assert_allclose(sorted(errors.values()), sorted(np.sqrt(np.diag(covariance))), rtol=0.01)
