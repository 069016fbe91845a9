"""What constants cost: an F test on few rows, BIC on many, the digits that are known of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kansr.bill import numbers_bits, told_bits


@given(rows=st.integers(3, 200), data=st.data())
def test_each_constant_costs_what_the_f_test_asks_of_it(rows: int, data: st.DataObject) -> None:
    free = data.draw(st.integers(1, min(rows - 1, 8)))
    price = numbers_bits(rows, free) - numbers_bits(rows, free - 1)
    shrinks = 4.0 ** (price / rows)  # by this factor the residual sum of squares has to fall
    p = stats.f.sf((shrinks - 1) * (rows - free), 1, rows - free)
    assert p == pytest.approx(min(0.05, stats.chi2.sf(math.log(rows), 1)))


@pytest.mark.parametrize("free", [1, 2, 5])
def test_the_price_of_a_constant_tends_to_that_of_bic(free: int) -> None:
    for rows, near in ((1000, 0.05), (100_000, 0.01)):
        price = numbers_bits(rows, free) - numbers_bits(rows, free - 1)
        assert price == pytest.approx(math.log2(rows) / 2, abs=near)


@pytest.mark.parametrize("rows", [6, 10, 30, 1000])
def test_no_constants_cost_nothing_and_each_costs_more_than_the_one_before(rows: int) -> None:
    prices = np.diff([numbers_bits(rows, free) for free in range(6)])
    assert numbers_bits(rows, 0) == 0
    assert (prices > 0).all() and (np.diff(prices) > 0).all()


@given(rows=st.integers(1, 40), more=st.integers(0, 5))
def test_as_many_constants_as_rows_cost_everything(rows: int, more: int) -> None:
    assert numbers_bits(rows, rows + more) == math.inf
    assert told_bits(rows, rows + more, [1.0]) == math.inf


@pytest.mark.parametrize("rows", [2, 8, 100, 10_000])
def test_beside_known_errors_a_constant_costs_a_chi2_test(rows: int) -> None:
    asked = 2 * math.log(2.0) * numbers_bits(rows, 1, known=True)  # by so much chi^2 has to fall
    assert stats.chi2.sf(asked, 1) == pytest.approx(min(0.05, stats.chi2.sf(math.log(rows), 1)))
    assert numbers_bits(rows, 3, known=True) == pytest.approx(3 * numbers_bits(rows, 1, known=True))
    assert math.isfinite(told_bits(3, 5, [1.0], known=True))


@given(told=st.lists(st.floats(0, 50), max_size=6), free=st.integers(0, 6), more=st.floats(0, 20))
def test_constants_known_to_more_digits_never_cost_less(told: list[float], free: int, more: float) -> None:
    rows = 20
    own = told_bits(rows, free, told)
    assert own >= numbers_bits(rows, free) - 1e-9
    assert told_bits(rows, free, [bits + more for bits in told]) >= own - 1e-9
    assert own == pytest.approx(told_bits(rows, free, told[::-1]))


def test_digits_beyond_the_price_are_paid_one_by_one() -> None:
    assert told_bits(20, 1, [30.0]) == 30.0
    assert told_bits(20, 1, [30.0 + math.log2(10)]) == pytest.approx(30.0 + math.log2(10))
