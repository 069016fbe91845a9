"""Constants that are tied: in several places of a form, or by groups of rows."""

import numpy as np
import pytest
import sympy as sp

from kansr.formula.constants import refit
from kansr.formula.freed import freed
from kansr.formula.settle import settled
from kansr.formula.tied import GroupedRows, Tied, fit

x, a, b, c, d = sp.symbols("x a b c d", real=True)
DRAW = np.random.default_rng(0)
X, CODES = DRAW.uniform(0.0, 3.0, 240), DRAW.integers(0, 3, 240)
SIZE, LEVEL = np.array([2.0, 3.7, 1.2]), np.array([0.5, 0.0, -1.0])


def rows(noise=0.0):
    """Give rows of y = size_g exp(-0.7 x) + level_g."""
    y = SIZE[CODES] * np.exp(-0.7 * X) + LEVEL[CODES] + noise * DRAW.normal(size=len(X))
    return GroupedRows(columns={"x": X}, y=y, codes=CODES, groups=3)


FORM = a * sp.exp(-b * x) + c


def start(form=FORM):
    """Give a start with every constant free in every group."""
    return Tied.of(form, {s: 0.7 for s in sorted(form.free_symbols - {x}, key=str)}, groups=3, own=True)


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_what_groups_have_alike_is_shared_and_the_rest_is_not(noise):
    drawn = rows(noise)
    found = settled(fit(start(), drawn), drawn)
    own = {s: v for s, v, is_own in zip(found.symbols, found.values, found.own, strict=True) if is_own}
    assert set(own) == {a, c}
    assert own[a] == pytest.approx(SIZE, abs=3 * noise + 1e-9)
    assert own[c] == pytest.approx(LEVEL, abs=3 * noise + 1e-9)


def test_a_constant_that_others_can_stand_in_for_goes():
    found = settled(fit(start(a * sp.exp(d - b * x) + c), rows()), rows())
    assert sum(found.own) == 2
    assert found.fixed[b] == sp.Rational(7, 10)


def test_one_group_gives_what_a_refit_of_a_formula_gives():
    one = GroupedRows.of({"x": X}, 1.3 * np.sin(0.8 * X) + 0.05 * DRAW.normal(size=len(X)))
    tied = fit(Tied.of(a * sp.sin(b * x), {a: 1.0, b: 1.0}), one)
    plain = refit(sp.Float(1.0) * sp.sin(sp.Float(1.0) * x), one.columns, one.y)
    assert tied.mse == pytest.approx(plain.mse, rel=1e-9)
    assert sorted(tied.values[:, 0]) == pytest.approx(sorted(plain.values), rel=1e-5)
    # standard errors count the freedom that the constants take
    assert sorted(tied.sigma[:, 0]) == pytest.approx(sorted(plain.sigma), rel=0.02)


def test_bounds_hold():
    one = GroupedRows.of({"x": X}, -2.0 * X)
    assert fit(Tied.of(a * x, {a: 1.0}, bounds={"a": (0.5, None)}), one).values[0, 0] == 0.5


def test_a_constant_may_stand_in_two_places():
    one = GroupedRows.of({"x": X}, np.exp(1.5 * X) + 1.5)
    assert fit(Tied.of(sp.exp(a * x) + a, {a: 1.0}), one).values[0, 0] == pytest.approx(1.5)


def test_a_form_frees_numbers_and_keeps_whole_exponents():
    form, values = freed(3 * x**2 / (1 + x) + sp.exp(-x / 2))
    assert sorted(values.values()) == [-0.5, 1.0, 3.0]
    assert form.subs(values).subs({x: 2.0}) == pytest.approx(4 + float(sp.exp(-1)))
    assert freed(x) is None
