"""The search gives the same formula whatever the order and the units of a table are, in any weather."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from itertools import count

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kansr.bill import bill
from kansr.forms import Candidate, Settings, forms
from kansr.forms.exact import plans
from kansr.forms.fit import errors, fitted, is_determined
from kansr.formula.corners import step
from kansr.noise.model import Noise, kinds_for
from tests.forms.laws import FEW_TERMS, found, off, values

Array = NDArray[np.float64]
Columns = Mapping[str, Array]

SMALLEST = Settings(entries=80, terms=2, beam=4, branches=2, plain=10, each=1, others=4, kept=5, simple=1)
RNG = np.random.default_rng(13)
ROWS = {name: RNG.uniform(0.5, 3.0, 15) for name in "ab"}
X = sp.Symbol("x", real=True)
LAWS: dict[str, Callable[[Columns], Array]] = {
    "a saturation": lambda c: 3 * c["a"] / (2 + c["b"]),
    "a monomial": lambda c: 2.5 * c["a"] ** 2 / np.sqrt(c["b"]),
    "a decay": lambda c: 4 * c["a"] * np.exp(-0.7 * c["b"]),
    "a sum": lambda c: 0.7 * c["a"] - 1.9 * c["b"] + 0.4,
}
NOISY = {name: law(ROWS) * (1 + 0.03 * RNG.standard_normal(15)) for name, law in LAWS.items()}


@pytest.mark.parametrize("name", LAWS)
def test_the_order_of_rows_and_columns_changes_nothing(name: str) -> None:
    order = np.random.default_rng(1).permutation(15)
    one = found(ROWS, NOISY[name])[0]
    rows = found({n: c[order] for n, c in ROWS.items()}, NOISY[name][order])[0]
    columns = found({n: ROWS[n] for n in "ba"}, NOISY[name])[0]
    for other in (rows, columns):
        assert other.bits == pytest.approx(one.bits, abs=1e-3)
        np.testing.assert_allclose(values(other.expression, ROWS), one.values, rtol=1e-4)


@pytest.mark.parametrize("name", ["a saturation", "a monomial", "a sum"])
@pytest.mark.parametrize("k", [1e-6, 1e6])
@pytest.mark.parametrize("scaled", ["a", "target"])
def test_the_unit_of_a_column_or_the_target_changes_no_law(name: str, k: float, scaled: str) -> None:
    columns = {n: c * (k if n == scaled else 1.0) for n, c in ROWS.items()}
    unit = k if scaled == "target" else 1.0

    def law(c: Columns) -> Array:
        return unit * LAWS[name]({n: v / (k if n == scaled else 1.0) for n, v in c.items()})

    best = found(columns, law(columns))[0]
    assert off(best.expression, law, columns) < 1e-7, best.expression


@pytest.mark.parametrize("k", [1e-100, 1e100])
def test_targets_of_a_hundred_decades_are_targets(k: float) -> None:
    def law(c: Columns) -> Array:
        return k * LAWS["a saturation"](c)

    assert off(found(ROWS, law(ROWS))[0].expression, law, ROWS) < 1e-7


@pytest.mark.parametrize("name", LAWS)
def test_it_gives_the_same_twice(name: str) -> None:
    one, two = (found(ROWS, NOISY[name]) for _ in range(2))
    assert [(str(c.expression), c.bits) for c in one] == [(str(c.expression), c.bits) for c in two]


def test_candidates_come_by_their_bills_and_say_what_they_hold() -> None:
    every = forms(ROWS, kinds_for(NOISY["a decay"]), FEW_TERMS)
    assert len(every) > 3
    assert [c.bits for c in every] == sorted(c.bits for c in every)
    for one in every:
        np.testing.assert_allclose(values(one.expression, ROWS), one.values, rtol=1e-8)
        assert bill(one.expression, ROWS, one.noise).total == pytest.approx(one.bits, abs=0.05)


def test_no_two_candidates_of_a_kind_of_noise_say_the_same() -> None:
    every = found(ROWS, NOISY["a saturation"])
    for i, one in enumerate(every):
        for two in every[:i]:
            assert np.max(np.abs(one.values - two.values)) > 1e-7 * np.max(np.abs(one.values))


def test_negative_targets_are_turned() -> None:
    one, two = (found(ROWS, sign * NOISY["a decay"])[0] for sign in (1, -1))
    assert one.bits == pytest.approx(two.bits, abs=1e-3)
    np.testing.assert_allclose(one.values, -two.values, rtol=1e-4)


def test_relative_noise_is_preferred_where_it_is_there() -> None:
    x = np.geomspace(1.0, 1e4, 20)
    y = 2.0 * x**1.5 * np.exp(0.05 * np.random.default_rng(3).standard_normal(20))
    best = forms({"x": x}, kinds_for(y), FEW_TERMS)[0]
    assert best.noise.kind == "relative"
    assert np.std(np.log(best.values / (2.0 * x**1.5))) < 0.05


def tables() -> dict[str, tuple[dict[str, Array], Array]]:
    rng = np.random.default_rng(17)
    x, z = np.linspace(0.0, 4.0, 14), rng.standard_normal(14)
    spike = np.ones(14)
    spike[5] = 1e12
    return {
        "ten decades": ({"x": np.geomspace(1e-5, 1e5, 14)}, np.geomspace(1e-5, 1e5, 14) ** 1.3),
        "ten decades of both signs": ({"x": np.geomspace(1e-5, 1e5, 14) * np.sign(z)}, z),
        "two values": ({"x": np.tile([0.0, 1.0], 7)}, z),
        "three values": ({"x": np.arange(14.0) % 3, "z": z}, z + np.arange(14.0) % 3),
        "a constant column": ({"x": x, "one": np.ones(14)}, np.sin(x)),
        "constant columns alone": ({"one": np.ones(14), "zero": np.zeros(14)}, z),
        "a column of zeros": ({"x": np.zeros(14)}, z),
        "a constant target": ({"x": x}, np.full(14, 3.7)),
        "a target of zeros": ({"x": x}, np.zeros(14)),
        "a spike": ({"x": x}, spike),
        "a spike in a column": ({"x": spike, "z": z}, z),
        "duplicates": ({"x": np.repeat(x[:4], [4, 4, 3, 3]), "z": np.repeat(z[:4], [4, 4, 3, 3])}, z),
        "the same column twice": ({"x": x, "z": x.copy()}, x**2),
        "the target as a column": ({"x": z, "z": x}, z),
        "far from zero": ({"x": 1e9 + x}, x**2),
        "tiny": ({"x": 1e-90 * x}, 1e-90 * z),
        "huge": ({"x": 1e90 * x}, 1e90 * z),
        "counts": ({"x": x}, np.floor(10 * np.exp(-x))),
        "five rows": ({"x": x[:5]}, z[:5]),
        "five rows of three columns": ({"x": x[:5], "z": z[:5], "w": np.cos(x[:5])}, z[:5] ** 2),
    }


TABLES = tables()


@pytest.mark.parametrize("name", TABLES)
def test_nasty_tables_make_no_warning(name: str) -> None:
    columns, y = TABLES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        every = forms(columns, kinds_for(y), SMALLEST)
    for one in every:
        assert np.isfinite(one.values).all() and np.isfinite(one.bits)


numbers = st.one_of(
    st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0, -1.0, 1e-12, 1e12, 2.0]), st.integers(-5, 5).map(float)
)


@settings(max_examples=15)
@given(data=st.data(), rows=st.integers(5, 9), width=st.integers(1, 2))
def test_no_table_makes_a_warning(data: st.DataObject, rows: int, width: int) -> None:
    column = st.lists(numbers, min_size=rows, max_size=rows).map(np.array)
    columns = {f"x{i}": data.draw(column) for i in range(width)}
    y = data.draw(column)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        every = forms(columns, kinds_for(y), SMALLEST)
    assert all(np.isfinite(one.values).all() and np.isfinite(one.bits) for one in every)


@pytest.mark.parametrize("turns", [60, 300])
def test_what_is_over_early_gives_what_there_is(turns: int) -> None:
    asked = count()
    every = forms(ROWS, [Noise(kind="absolute", y=NOISY["a saturation"])], over=lambda: next(asked) > turns)
    assert 0 < len(every) < 40
    assert next(asked) < turns + 200  # and does not go on


def test_an_exact_form_ends_the_search_where_that_is_asked_for() -> None:
    x = np.linspace(1.0, 5.0, 40)
    asked = count()

    def never() -> bool:
        next(asked)
        return False

    y = 3 * x / (2 + x)
    best = forms({"x": x}, [Noise(kind="absolute", y=y)], Settings(exact=True), over=never)[0]
    short = next(asked)
    assert off(best.expression, lambda c: 3 * c["x"] / (2 + c["x"]), {"x": x}) < 1e-7
    forms({"x": x}, [Noise(kind="absolute", y=y)], Settings(), over=never)
    assert short < (next(asked) - short) / 5


def best_line(noise: float, factor: float = 2.0) -> Candidate:
    x = np.linspace(1.0, 5.0, 20)
    y = factor * x + noise * np.random.default_rng(2).standard_normal(20)
    return found({"x": x}, y)[0]


def test_constants_that_the_rows_leave_open_become_simple_numbers_and_others_do_not() -> None:
    assert best_line(0.05).expression == 2 * X
    assert best_line(0.05, factor=2.3456).expression.atoms(sp.Float)


@pytest.mark.parametrize("law", [2.5 * X + 1.0, 2.5 * sp.exp(-0.7 * X), 3.0 * X / (1.5 + X)])
def test_standard_errors_are_those_of_the_slopes(law: sp.Expr) -> None:
    x = np.linspace(0.5, 5.0, 20)
    y = values(law, {"x": x}) + 0.05 * np.random.default_rng(4).standard_normal(20)
    noise = Noise(kind="absolute", y=y)
    fit = fitted(law, {"x": x}, noise, steps=60)
    assert fit is not None and is_determined(fit, noise)
    rss = float(np.sum((y - fit.values) ** 2))
    covariance = np.linalg.inv(fit.slopes.T @ fit.slopes) * rss / (20 - len(fit.constants))
    np.testing.assert_allclose(errors(fit, noise), np.sqrt(np.diag(covariance)), rtol=1e-6)
    for plan in plans(fit, noise):
        assert len(plan.atoms(sp.Float)) < len(fit.constants)


def test_constants_that_stand_in_for_each_other_are_not_determined_and_the_place_of_a_step_is() -> None:
    x = np.linspace(0.5, 5.0, 20)
    noise = Noise(kind="absolute", y=np.where(x > 2, 3.0, 1.0) + 0.01 * np.sin(40 * x))
    twice = fitted(sp.log(sp.Float(2.0) * X) + sp.Float(0.5), {"x": x}, noise, steps=0)
    unseen = fitted(sp.Float(2.0) * X + sp.Float(1e-3) * step(X - 9.0) * X, {"x": x}, noise, steps=0)
    jump = fitted(sp.Float(1.0) + sp.Float(2.0) * step(X - 2.0), {"x": x}, noise, steps=0)
    assert twice is not None and unseen is not None and jump is not None
    assert not is_determined(twice, noise)
    assert not is_determined(unseen, noise)
    assert is_determined(jump, noise)
    sigma = dict(zip(jump.constants.tolist(), errors(jump, noise).tolist(), strict=True))
    size = noise.scale(jump.values) * np.sqrt(20 / 17)
    low, high = (x < 2).sum(), (x >= 2).sum()
    assert np.isinf(list(sigma.values())).sum() == 1
    assert sorted(sigma.values())[:2] == pytest.approx([size / low**0.5, size * (1 / low + 1 / high) ** 0.5], rel=1e-6)
