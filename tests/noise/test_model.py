"""Kinds of noise are likelihoods: SciPy's densities say how many bits the rows take."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from kansr.noise.model import Noise, kinds_for

Array = NDArray[np.float64]

RNG = np.random.default_rng(3)
F = RNG.uniform(2.0, 9.0, 40)
SIGMA = RNG.uniform(0.1, 1.0, 40)
Y = F * np.exp(0.1 * RNG.standard_normal(40))
COUNTS = RNG.poisson(F).astype(float)


def bits(log_density: Array) -> float:
    return -float(log_density.sum()) / math.log(2.0)


def rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


def test_absolute_bits_are_those_of_the_normal_density_at_its_likeliest_size() -> None:
    density = stats.norm.logpdf(Y, F, rms(Y - F))
    assert Noise(kind="absolute", y=Y).bits(F) == pytest.approx(bits(density))


def test_relative_bits_are_those_of_the_lognormal_density_at_its_likeliest_size() -> None:
    density = stats.lognorm.logpdf(Y, rms(np.log(Y / F)), scale=F)
    assert Noise(kind="relative", y=Y).bits(F) == pytest.approx(bits(density))
    assert Noise(kind="relative", y=-Y).bits(-F) == pytest.approx(bits(density))


def test_known_errors_are_normal_densities_of_these_errors() -> None:
    density = stats.norm.logpdf(Y, F, SIGMA)
    assert Noise(kind="errors", y=Y, sigma=SIGMA).bits(F) == pytest.approx(bits(density))


def test_weights_are_normal_densities_of_errors_times_their_likeliest_factor() -> None:
    density = stats.norm.logpdf(Y, F, SIGMA * rms((Y - F) / SIGMA))
    assert Noise(kind="weights", y=Y, sigma=SIGMA).bits(F) == pytest.approx(bits(density))
    assert Noise(kind="weights", y=Y, sigma=7 * SIGMA).bits(F) == pytest.approx(bits(density))


def test_counts_are_poisson_and_their_residuals_sum_to_the_deviance() -> None:
    noise = Noise(kind="counts", y=COUNTS)
    assert noise.bits(F) == pytest.approx(bits(stats.poisson.logpmf(COUNTS, F)))
    saturated = bits(stats.poisson.logpmf(COUNTS, np.maximum(COUNTS, 1e-300)))
    deviance = 2 * math.log(2.0) * (noise.bits(F) - saturated)
    assert float(np.sum(noise.residual(F) ** 2)) == pytest.approx(deviance)


@pytest.mark.parametrize("kind", ["absolute", "relative", "errors", "weights", "counts"])
def test_slopes_of_residuals_are_their_differences(kind: str) -> None:
    y = COUNTS + 1 if kind == "counts" else Y
    near = y * (1 + 1e-4)  # the slope of a root of a deviance is said near the target
    noise = Noise(kind=kind, y=y, sigma=SIGMA)  # type: ignore[arg-type]
    difference = (noise.residual(near * (1 + 1e-6)) - noise.residual(near * (1 - 1e-6))) / (2e-6 * near)
    np.testing.assert_allclose(noise.slope(near), difference, rtol=1e-3)
    np.testing.assert_allclose(noise.deviation(near), 1 / np.abs(difference), rtol=1e-3)


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e5])
def test_units_of_the_target_change_the_bits_of_all_kinds_by_the_same(factor: float) -> None:
    shift = len(Y) * math.log2(factor)
    for kind in ("absolute", "relative"):
        one, two = (Noise(kind=kind, y=k * Y).bits(k * F) for k in (1.0, factor))  # type: ignore[arg-type]
        assert two - one == pytest.approx(shift, abs=1e-6)


def test_the_kind_that_drew_the_rows_takes_fewer_bits() -> None:
    f = np.geomspace(1.0, 1000.0, 40)
    drawn = RNG.standard_normal(40)
    for y, likelier in ((f * np.exp(0.1 * drawn), "relative"), (f + 0.1 * drawn, "absolute")):
        kinds = {noise.kind: noise.bits(f) for noise in kinds_for(y)}
        assert min(kinds, key=lambda kind: kinds[kind]) == likelier


def test_rounding_of_the_table_bounds_what_bits_can_fall_to() -> None:
    step = np.full(40, 0.01)
    noise = Noise(kind="absolute", y=Y, step=step)
    assert noise.scale(Y) == pytest.approx(0.01 / math.sqrt(12.0))  # the standard deviation of what rounding leaves
    assert noise.bits(Y) == pytest.approx(bits(stats.norm.logpdf(np.zeros(40), 0, 0.01 / math.sqrt(12)) - 0.0), abs=30)
    assert Noise(kind="absolute", y=Y).bits(Y) < noise.bits(Y)


@pytest.mark.parametrize("size", [1e-200, 1e-3, 1.0, 1e3, 1e200])
def test_targets_that_are_met_leave_a_finite_number_of_bits(size: float) -> None:
    for noise in kinds_for(size * Y):
        assert math.isfinite(noise.bits(size * Y))
        assert noise.floor() > 0


def test_a_formula_without_a_value_on_some_row_takes_all_bits() -> None:
    for wrong in (np.nan, np.inf, -np.inf):
        f = F.copy()
        f[3] = wrong
        assert all(noise.bits(f) == math.inf for noise in kinds_for(Y))
    assert Noise(kind="relative", y=Y).bits(-F) == math.inf


def test_a_column_of_errors_or_weights_decides_the_kind() -> None:
    assert [one.kind for one in kinds_for(Y, SIGMA, absolute=True)] == ["errors"]
    assert [one.kind for one in kinds_for(Y, SIGMA)] == ["weights"]
    assert [one.fitted for one in (*kinds_for(Y, SIGMA, absolute=True), *kinds_for(Y, SIGMA))] == [False, True]


@pytest.mark.parametrize(
    ("y", "kinds"),
    [
        ([1.0, 2.0, 3.0], ["absolute", "relative"]),
        ([-1.0, -2.0, -3.0], ["absolute", "relative"]),
        ([-1.0, 2.0, 3.0], ["absolute"]),  # two signs
        ([0.0, 2.0, 3.0], ["absolute"]),
        ([2.0, 2.2, 2.9], ["absolute"]),  # no range
        ([1.0, 9.0], ["absolute"]),  # too few
        ([1.0, 9.0, 40.0], ["absolute", "relative", "counts"]),
        ([0.0, 9.0, 40.0], ["absolute", "counts"]),
        ([1.5, 9.0, 40.0], ["absolute", "relative"]),  # no whole numbers
        ([-1.0, 9.0, 40.0], ["absolute"]),
    ],
)
def test_a_kind_of_noise_is_asked_for_only_where_it_can_be_told(y: list[float], kinds: list[str]) -> None:
    assert [one.kind for one in kinds_for(np.array(y))] == kinds


@given(
    values=st.lists(st.floats(1e-3, 1e3), min_size=4, max_size=20),
    off=st.lists(st.floats(0.5, 2.0), min_size=20, max_size=20),
)
def test_larger_residuals_never_take_fewer_bits(values: list[float], off: list[float]) -> None:
    y, f = np.array(values), np.array(values) * np.array(off[: len(values)])
    for noise in kinds_for(y):
        closer = (y + f) / 2 if noise.kind == "absolute" else np.sqrt(y * f)
        assert noise.bits(closer) <= noise.bits(f) + 1e-6
