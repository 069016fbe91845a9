"""The best few columns of a dictionary are those of least squares, set by set."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from kansr.forms.subset import Space, larger, pairs, singles, triples

Array = NDArray[np.float64]

RNG = np.random.default_rng(7)
ROWS, WIDTH = 14, 9
COLUMNS = RNG.standard_normal((ROWS, WIDTH)) * 10.0 ** RNG.integers(-8, 8, WIDTH)
TARGET = RNG.standard_normal(ROWS)
WEIGHT = RNG.uniform(0.2, 1.0, ROWS)
COST = RNG.uniform(0.0, 5.0, WIDTH)


def brute(size: int, intercept: bool, unit: float = 1.0) -> dict[tuple[int, ...], float]:
    """Give bits of all sets, but for the constant that they share."""
    ones = [np.ones(ROWS)] if intercept else []
    found = {}
    for chosen in combinations(range(WIDTH), size):
        design = np.column_stack([*(COLUMNS[:, i] / np.abs(COLUMNS[:, i]).max() for i in chosen), *ones])
        design = design * WEIGHT[:, None]
        z = unit * TARGET * WEIGHT
        left = z - design @ np.linalg.lstsq(design, z, rcond=None)[0]
        found[chosen] = ROWS / 2 * np.log2(left @ left) + COST[list(chosen)].sum()
    return found


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("unit", [1e-100, 1.0, 1e100])
@pytest.mark.parametrize(
    ("size", "compared"), [(1, singles), (2, pairs), (3, lambda space: triples(space, WIDTH))], ids=["1", "2", "3"]
)
def test_all_sets_are_compared_by_least_squares(
    size: int, compared: Callable[[Space], tuple[Array, Array]], unit: float, intercept: bool
) -> None:
    space = Space.of(COLUMNS, unit * TARGET, WEIGHT, COST, intercept=intercept)
    sets, bits = compared(space)
    truth = brute(size, intercept)
    found = {tuple(sorted(one)): b for one, b in zip(sets.tolist(), bits, strict=True)}
    assert found.keys() == truth.keys()
    apart = np.array([found[one] - truth[one] for one in truth])
    np.testing.assert_allclose(apart, apart[0], atol=1e-6)
    assert (np.diff(bits) >= 0).all()


def test_sets_with_one_more_are_the_best_ones() -> None:
    space = Space.of(COLUMNS, TARGET, WEIGHT, COST, intercept=True)
    sets, _ = pairs(space)
    more, bits = larger(space, sets, WIDTH)
    truth = brute(3, True)
    assert tuple(more[0].tolist()) == min(truth, key=lambda one: truth[one])
    apart = [b - truth[tuple(one)] for one, b in zip(more.tolist(), bits, strict=True)]
    np.testing.assert_allclose(apart, apart[0], atol=1e-6)


def test_columns_that_say_the_same_explain_no_more_together() -> None:
    table = np.column_stack([TARGET + 1, 3 * TARGET, TARGET**2, np.ones(ROWS)])
    space = Space.of(table, TARGET, np.ones(ROWS), np.zeros(4), intercept=True)
    assert not space.columns[:, 3].any()  # the constant is projected out
    _, bits = pairs(space)
    assert np.isfinite(bits).all()
    sets, _ = larger(space, np.array([[0]]), 2)
    assert np.isfinite(larger(space, sets, 2)[1]).any()


def test_a_dictionary_of_one_column_has_no_larger_sets() -> None:
    space = Space.of(COLUMNS[:, :1], TARGET, WEIGHT, COST[:1], intercept=True)
    assert pairs(space)[0].shape == (0, 2)
    assert larger(space, np.zeros((0, 1), dtype=np.intp), 2)[0].shape == (0, 2)
