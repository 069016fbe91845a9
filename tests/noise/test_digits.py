"""The digits of a table: the step is what the last digit of each value counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kansr.noise.digits import steps


@given(
    st.lists(st.integers(-99_999, 99_999), min_size=3, max_size=30, unique=True),
    st.integers(-3, 12),
)
def test_values_are_whole_multiples_of_their_steps(numbers: list[int], places: int) -> None:
    values = np.array([float(f"{n}e{-places}") for n in numbers])
    found = steps(values)
    assert (found > 0).all()
    np.testing.assert_allclose(values / found, np.round(values / found), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("places", [0, 1, 2, 5])
@pytest.mark.parametrize("largest", [3.0, 70.0, 4000.0])
def test_fixed_decimals_have_one_step(places: int, largest: float) -> None:
    values = np.round(np.random.default_rng(1).uniform(0, largest, 40), places)
    np.testing.assert_allclose(steps(values), 10.0**-places)


@pytest.mark.parametrize("digits", [2, 3, 6])
def test_significant_digits_have_a_step_that_grows_with_the_value(digits: int) -> None:
    values = np.geomspace(1e-4, 1e5, 30) * np.random.default_rng(1).uniform(1, 2, 30)
    values = np.array([float(f"{v:.{digits - 1}e}") for v in values])
    np.testing.assert_allclose(steps(values), 10.0 ** (np.floor(np.log10(values)) - digits + 1), rtol=1e-9)


@pytest.mark.parametrize(
    "values", [range(1, 11), range(21), range(-5, 6), range(8, 13), (0, 1, 4, 9, 16, 25), (97, 98, 100)]
)
@pytest.mark.parametrize("unit", ["1", "0.1", "0.001", "1000"])
def test_one_round_value_among_others_is_written_to_the_same_place(values: tuple[int, ...], unit: str) -> None:
    np.testing.assert_allclose(steps(np.array([float(str(v)) * 1.0 for v in values])), 1.0)
    place = -len(unit.partition(".")[2]) or len(unit) - 1
    np.testing.assert_allclose(steps(np.array([float(f"{v}e{place}") for v in values])), float(unit))


@pytest.mark.parametrize(
    "values", [[1.5e-9, 2.25e-9, 3.0e-9], [1.5e22, 2.25e22, 3.0e22], [1.5e-300, 2.25e-300, 3e-300]]
)
def test_exponents_are_read(values: list[float]) -> None:
    unit = 10.0 ** np.floor(np.log10(values[0]))
    np.testing.assert_allclose(steps(np.array(values)) / unit, 0.01)


def test_whole_doubles_have_no_step() -> None:
    assert not steps(np.random.default_rng(0).standard_normal(10)).any()
    assert not steps(np.array([1.0, 2.0, 3.0, 1 / 3])).any()
    assert not steps(np.sqrt(np.arange(2.0, 30.0))).any()


def test_two_different_values_tell_no_digits() -> None:
    assert not steps(np.array([0.0, 1.0, 1.0, 0.0])).any()
    assert not steps(np.zeros(5)).any()


def test_zeros_and_signs_change_nothing() -> None:
    values = np.array([1.25, 3.5, 7.75, 2.0])
    np.testing.assert_allclose(steps(np.r_[values, -values, 0.0, -0.0]), 0.01)
