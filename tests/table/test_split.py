"""Rows that are there several times are in one part of the split, so that test rows are unseen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kansr.table import Split, split_rows, split_table, table_from_frame
from kansr.table.split import SHARES, is_few, repeated


def parts_of(split: Split) -> tuple[np.ndarray, ...]:
    return split.train, split.validation, split.test


@given(values=st.lists(st.integers(0, 40), min_size=5, max_size=200), seed=st.integers(0, 99))
def test_the_same_row_is_never_in_two_parts_and_each_row_in_one(values: list[int], seed: int) -> None:
    x = np.array(values, dtype=float)[:, None]
    split = split_rows(len(x), seed, same=repeated(x, 2 * x[:, 0]))
    np.testing.assert_array_equal(np.sort(np.concatenate(parts_of(split))), np.arange(len(x)))
    assert all(len(part) for part in parts_of(split))
    if len(set(values)) >= 3:
        seen = [set(x[part, 0]) for part in parts_of(split)]
        assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]


@given(rows=st.integers(5, 200), seed=st.integers(0, 99))
def test_without_repeated_rows_the_split_is_that_of_the_seed_alone(rows: int, seed: int) -> None:
    x = np.arange(float(rows))[:, None]
    for one, other in zip(
        parts_of(split_rows(rows, seed)), parts_of(split_rows(rows, seed, same=repeated(x, x[:, 0]))), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("times", [2, 5, 20])
def test_parts_keep_about_their_shares(times: int) -> None:
    frame = pd.DataFrame({"x": np.arange(60.0) ** 2, "y": np.arange(60.0) ** 3})
    table = table_from_frame(pd.concat([frame] * times))
    split = split_table(table, seed=1)
    assert [len(part) for part in parts_of(split)] == [42 * times, 9 * times, 9 * times]
    np.testing.assert_array_equal(split.test, split_table(table, seed=1).test)


def test_a_row_that_fills_most_of_the_table_trains() -> None:
    x = np.r_[np.ones(95), np.arange(2.0, 7.0)][:, None]
    split = split_rows(100, 3, same=repeated(x, x[:, 0]))
    assert len(split.train) >= 95
    assert set(x[split.train, 0]) >= {1.0}
    assert len(split.validation) and len(split.test)


def test_a_measurement_that_was_repeated_with_another_result_is_another_row() -> None:
    assert repeated(np.ones((3, 2)), np.array([1.0, 2.0, -0.0])).tolist() == [0, 1, 2]
    assert repeated(np.zeros((2, 1)), np.array([0.0, -0.0])).tolist() == [0, 0]


@given(rows=st.integers(5, 99), seed=st.integers(0, 99))
def test_a_table_of_few_rows_puts_none_aside(rows: int, seed: int) -> None:
    table = table_from_frame(pd.DataFrame({"x": np.arange(float(rows)), "y": np.arange(float(rows)) ** 2}))
    split, held = split_table(table, seed), split_rows(rows, seed)
    assert split.cross
    np.testing.assert_array_equal(split.test, np.arange(rows))
    np.testing.assert_array_equal(np.sort(np.concatenate([split.train, split.validation])), np.arange(rows))
    np.testing.assert_array_equal(split.validation, held.validation)  # what chooses grids is as before
    np.testing.assert_array_equal(split.train, np.sort(np.concatenate([held.train, held.test])))


@given(times=st.integers(2, 5), seed=st.integers(0, 99))
def test_repeated_rows_of_a_small_table_do_not_train_and_choose_at_once(times: int, seed: int) -> None:
    frame = pd.DataFrame({"x": np.arange(12.0), "y": np.arange(12.0) ** 2})
    table = table_from_frame(pd.concat([frame] * times))
    split = split_table(table, seed)
    assert split.cross
    assert not set(table.y[split.train]) & set(table.y[split.validation])


@pytest.mark.parametrize(
    ("rows", "shares"), [(100, None), (1000, None), (99, (0.6, 0.2, 0.2)), (20, (0.5, 0.25, 0.25))]
)
def test_many_rows_and_shares_that_are_asked_for_are_held_out(
    rows: int, shares: tuple[float, float, float] | None
) -> None:
    table = table_from_frame(pd.DataFrame({"x": np.arange(float(rows)), "y": np.arange(float(rows)) ** 2}))
    split = split_table(table, 0) if shares is None else split_table(table, 0, shares)
    assert not split.cross and not is_few(rows, shares or SHARES)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts_of(split))), np.arange(rows))
    assert len(split.test) == round(rows * (0.15 if shares is None else shares[2]))
