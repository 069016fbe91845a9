"""The power law of all columns, without a network."""

import numpy as np
import pytest
import sympy as sp

from kansr.symbolic.discover import Rows
from kansr.symbolic.powers import power_law

RNG = np.random.default_rng(0)
D, M = 10 ** RNG.uniform(0, 3, 20), 10 ** RNG.uniform(-1, 3, 20)


def law(y, **columns):
    return power_law(Rows(columns=columns, y=y))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_powers_and_the_sign_of_the_target_come_back_from_few_rows(sign):
    found = law(sign * 0.25 * D**1.5 / np.sqrt(M), d=D, m=M)
    d, m = sp.symbols("d m", real=True)
    same = sp.lambdify(
        (d, m), found.expression.xreplace({s: sp.Symbol(s.name, real=True) for s in found.expression.free_symbols})
    )
    np.testing.assert_allclose(same(D, M), sign * 0.25 * D**1.5 / np.sqrt(M), rtol=1e-12)
    assert all(p.exp.is_Rational for p in found.expression.atoms(sp.Pow))


def test_errors_of_the_target_count_and_not_those_of_its_logarithm():
    y = 3.0 * D**1.5 + RNG.normal(0, 1.0, 20)
    y[y <= 0] = 0.01
    found = law(y, d=D)
    (power,) = found.expression.atoms(sp.Pow)
    assert float(power.exp) == pytest.approx(1.5, abs=1e-3)


@pytest.mark.parametrize(
    ("y", "columns"),
    [
        (D, {"d": np.where(M > 1, M, -M)}),
        (D - D.mean(), {"m": M}),
        (D[:3], {"m": M[:3]}),
        (D, {f"x{i}": M + i for i in range(9)}),
        (D, {"m": np.where(M > 1, M, 0.0)}),
    ],
)
def test_there_is_none_where_logarithms_are_none_or_rows_are_few(y, columns):
    assert law(y, **columns) is None


def test_roots_stand_together():
    found = law(np.sqrt(D * M / (D + M)), d=D, m=M, s=D + M)
    assert len(found.expression.atoms(sp.Pow)) <= 2  # sqrt(d*m/s), not sqrt(d)*sqrt(m)/sqrt(s)
