"""Pure error and the F test for lack of fit are those of the textbooks, computed group by group."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from kansr.noise.estimate import lack_of_fit, neighbours, replicates

Array = NDArray[np.float64]


def groups(x: Array) -> list[list[int]]:
    found: dict[tuple[float, ...], list[int]] = {}
    for i, row in enumerate(x.tolist()):
        found.setdefault(tuple(row), []).append(i)
    return list(found.values())


def residual_of(x: Array, y: Array, degree: int) -> Array:
    design = x[:, :1] ** np.arange(degree + 1)
    return np.asarray(y - design @ np.linalg.lstsq(design, y, rcond=None)[0])


@given(seed=st.integers(0, 99), rows=st.integers(3, 25), columns=st.integers(1, 3))
def test_pure_error_is_the_pooled_variance_of_the_groups(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 3, (rows, columns)).astype(float), rng.standard_normal(rows)
    square = sum(float(np.sum((y[g] - y[g].mean()) ** 2)) for g in groups(x))
    freedom = sum(len(g) - 1 for g in groups(x))
    found = replicates(x, y)
    if not freedom:
        assert found is None
    else:
        assert found is not None and found.freedom == freedom
        assert found.size == pytest.approx(np.sqrt(square / freedom))


def test_pure_error_is_the_same_whatever_formula_was_taken_off() -> None:
    x = np.repeat(np.arange(5.0), 3)[:, None]
    y = np.random.default_rng(1).standard_normal(15)
    one, two = replicates(x, y), replicates(x, y - np.exp(x[:, 0]))
    assert one is not None and two is not None
    assert one.size == pytest.approx(two.size)


@pytest.mark.parametrize("degree", [0, 1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_lack_of_fit_is_the_f_test_of_means_against_the_formula(degree: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.repeat(np.arange(6.0), 3)[:, None]
    y = 0.1 * x[:, 0] ** 2 + rng.standard_normal(18)
    residual = residual_of(x, y, degree)
    means = np.array([y[g].mean() for g in groups(x)])
    fitted = np.array([(y - residual)[g[0]] for g in groups(x)])
    lack, pure = 3 * np.sum((means - fitted) ** 2) / (6 - degree - 1), np.sum((y - np.repeat(means, 3)) ** 2) / 12
    assert lack_of_fit(x, residual, degree + 1) == pytest.approx(stats.f.sf(lack / pure, 6 - degree - 1, 12))


def test_lack_of_fit_rejects_a_line_through_a_parabola_and_not_the_parabola() -> None:
    x = np.repeat(np.linspace(0.0, 1.0, 6), 2)[:, None]
    y = 3 * x[:, 0] ** 2 + 0.02 * np.random.default_rng(2).standard_normal(12)
    line, parabola = (lack_of_fit(x, residual_of(x, y, d), d + 1) for d in (1, 2))
    assert line is not None and parabola is not None
    assert line < 1e-4 and parabola > 0.05


def test_p_values_of_lack_of_fit_are_uniform_where_the_formula_is_right() -> None:
    rng, x = np.random.default_rng(4), np.repeat(np.arange(5.0), 2)[:, None]
    p = [lack_of_fit(x, residual_of(x, rng.standard_normal(10), 1), 2) for _ in range(300)]
    assert stats.kstest(np.array(p, dtype=float), "uniform").pvalue > 1e-3


def test_nothing_is_said_without_replicates_or_without_a_place_left_to_tell() -> None:
    x, y = np.arange(6.0)[:, None], np.arange(6.0) ** 2
    assert replicates(x, y) is None and lack_of_fit(x, y, 2) is None
    twice = np.repeat(x[:3], 2, axis=0)
    assert lack_of_fit(twice, y, 3) is None
    assert lack_of_fit(twice, np.repeat(y[:3], 2), 1) is None  # replicates without any scatter


@pytest.mark.parametrize("smooth", [lambda x: 0 * x, lambda x: 50 - 7 * x, lambda x: 0.1 * x**2, np.sin])
def test_neighbours_tell_the_noise_beside_anything_smooth(smooth: Callable[[Array], Array]) -> None:
    rng = np.random.default_rng(9)
    x = np.sort(rng.uniform(0.0, 6.0, 400))
    assert neighbours(x, smooth(x) + 0.3 * rng.standard_normal(400)) == pytest.approx(0.3, rel=0.12)


def test_neighbours_know_no_order_no_unit_and_no_line() -> None:
    rng = np.random.default_rng(9)
    x, noise, order = rng.integers(0, 12, 40).astype(float), rng.standard_normal(40), rng.permutation(40)
    one = neighbours(x, noise)
    assert one is not None
    assert neighbours(x[order], noise[order]) == pytest.approx(one)
    assert neighbours(1e-6 * x, 1e6 * (noise + 3 * x)) == pytest.approx(1e6 * one)
    assert neighbours(x, 3 * x - 1) == pytest.approx(0.0, abs=1e-9)
    assert neighbours(np.arange(9.0), noise[:9]) is None
