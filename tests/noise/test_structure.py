"""The test of residuals keeps its level, knows its power, and asks for no unit."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kansr.noise.structure import LEVEL, Structure, structure

Array = NDArray[np.float64]


def line(x: Array) -> Array:
    return np.column_stack([np.ones(len(x)), x])


def left(values: Array, slopes: Array) -> Array:
    return np.asarray(values - slopes @ np.linalg.lstsq(slopes, values, rcond=None)[0])


@pytest.mark.parametrize(("rows", "columns"), [(8, 1), (20, 1), (60, 1), (20, 2), (30, 3)])
def test_about_one_in_a_hundred_white_residuals_is_called_structured(rows: int, columns: int) -> None:
    rng = np.random.default_rng(rows + columns)
    x = rng.random((rows, columns))
    slopes, named = line(x), {f"x{i}": x[:, i] for i in range(columns)}
    tries = 300
    found = [structure(left(rng.standard_normal(rows), slopes), named, slopes).p < LEVEL for _ in range(tries)]
    assert np.mean(found) <= 3 * LEVEL + 0.005  # 1 % by a limit that 400 draws tell, in 300 tries
    if rows == 20:
        assert any(found)


def test_p_is_spread_evenly_over_white_residuals() -> None:
    rng, x = np.random.default_rng(0), np.linspace(0, 1, 25)
    p = [structure(left(rng.standard_normal(25), line(x)), {"x": x}, line(x)).p for _ in range(300)]
    np.testing.assert_allclose(np.quantile(p, [0.1, 0.25, 0.5, 0.75, 0.9]), [0.1, 0.25, 0.5, 0.75, 0.9], atol=0.09)


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_power_rises_with_the_rows(columns: int) -> None:
    rng = np.random.default_rng(columns)
    x = rng.random((90, columns))
    powers = []
    for rows in (10, 25, 90):
        named = {f"x{i}": x[:rows, i] for i in range(columns)}
        powers.append(structure(rng.standard_normal(rows), named, line(x[:rows])).power)
    assert powers == sorted(powers)
    assert powers[0] < powers[-1] and powers[-1] > 0.9


def test_the_power_is_the_share_of_smooth_curves_that_are_rejected() -> None:
    rng, x = np.random.default_rng(1), np.linspace(0, 1, 12)
    kernel = np.exp(-((x[:, None] - x) ** 2) / (2 * 0.3**2)) + 1e-12 * np.eye(12)
    curves = np.linalg.cholesky(kernel) @ rng.standard_normal((12, 300))
    found = [structure(left(curve, line(x)), {"x": x}, line(x)) for curve in curves.T]
    assert np.mean([one.p < LEVEL for one in found]) == pytest.approx(found[0].power, abs=0.1)


def test_six_rows_of_three_columns_tell_nothing() -> None:
    rng = np.random.default_rng(2)
    x = rng.random((6, 3))
    named = dict(zip("abc", x.T, strict=True))
    assert structure(rng.standard_normal(6), named, line(x)[:, :3]).power < 0.2
    assert structure(rng.standard_normal(6), named, line(x)) == Structure(p=1.0, power=0.0)  # two degrees are left


@pytest.mark.parametrize("rows", [12, 30, 100])
@pytest.mark.parametrize("curve", [np.square, np.exp, np.sqrt, np.sin, lambda x: 1 / (1 + x)])
def test_what_a_line_misses_of_an_exact_curve_is_rejected(rows: int, curve: Callable[[Array], Array]) -> None:
    x = np.linspace(0.0, 2.0, rows)
    residual = left(curve(x), line(x))
    assert structure(residual, {"x": x}, line(x)).p < LEVEL


def test_what_a_plane_misses_of_a_product_is_rejected() -> None:
    x = np.random.default_rng(3).random((40, 2))
    residual = left(x[:, 0] * x[:, 1], line(x))
    assert structure(residual, {"a": x[:, 0], "b": x[:, 1]}, line(x)).p < LEVEL


def test_alternating_residuals_of_an_exact_wave_are_not_taken_for_smooth_ones() -> None:
    x = np.arange(20.0)
    assert structure(left((-1.0) ** x, line(x)), {"x": x}, line(x)).p > 0.5


@given(
    exponent=st.integers(-200, 200), unit=st.sampled_from([1e-30, 1e-3, 7.0, 1e12]), bent=st.booleans(),
    seed=st.integers(0, 20),
)  # fmt: skip
def test_no_unit_changes_what_is_said(exponent: int, unit: float, bent: bool, seed: int) -> None:
    rng, x = np.random.default_rng(seed), np.linspace(1.0, 2.0, 15)
    residual = left(rng.standard_normal(15) + (50 * x**2 if bent else 0.0), line(x))
    one = structure(residual, {"x": x}, line(x))
    size = 10.0**exponent
    # columns of slopes have the units of their constants, and those of rows are scaled with the residual
    two = structure(size * residual, {"x": unit * x}, line(x) * [1.0, unit] * min(max(size, 1e-150), 1e150))
    assert two.p == pytest.approx(one.p, abs=0.005)
    assert two.power == pytest.approx(one.power, abs=0.005)


def test_ranks_alone_count_along_a_column() -> None:
    rng, x = np.random.default_rng(5), np.linspace(0.1, 3.0, 20)
    residual, slopes = rng.standard_normal(20), np.ones((20, 1))
    assert structure(residual, {"x": x}, slopes) == structure(residual, {"x": np.exp(5 * x)}, slopes)


@pytest.mark.parametrize("size", [1e-200, 1e200, 0.0])
def test_it_says_numbers_for_residuals_of_any_size(size: float) -> None:
    x = np.linspace(0, 1, 12)
    found = structure(size * left(x**2, line(x)), {"x": x}, line(x))
    assert math.isfinite(found.p) and math.isfinite(found.power)
    assert (found.p < LEVEL) == (size > 0)


def test_slopes_that_are_no_numbers_or_say_the_same_do_no_harm() -> None:
    x = np.linspace(0, 1, 20)
    residual = left(x**2, line(x))
    slopes = np.column_stack([line(x), 2 * x, np.zeros(20), np.full(20, np.nan), np.r_[np.inf, np.zeros(19)]])
    assert structure(residual, {"x": x, "constant": np.ones(20)}, slopes) == structure(residual, {"x": x}, line(x))


def test_a_column_that_never_varies_says_nothing() -> None:
    assert structure(np.arange(9.0), {"x": np.ones(9)}, np.ones((9, 1))) == Structure(p=1.0, power=0.0)


def test_a_formula_without_constants_has_no_slopes() -> None:
    x = np.linspace(0, 1, 20)
    assert structure(x - 0.5, {"x": x}, np.zeros((20, 0))).p < LEVEL
