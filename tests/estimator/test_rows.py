import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kansr.estimator.rows import weighed_rows
from tests.estimator.small import small

X = np.random.default_rng(3).uniform(size=(12, 2))
Y = np.random.default_rng(4).uniform(size=12)
WEIGHTS = st.lists(st.integers(0, 4), min_size=12, max_size=12).filter(lambda w: np.count_nonzero(w) >= 5)


def same(a, b):
    weights = (a.weight is None and b.weight is None) or np.array_equal(a.weight, b.weight)
    return np.array_equal(a.x, b.x) and np.array_equal(a.y, b.y) and weights


@given(WEIGHTS.filter(lambda w: len({n for n in w if n}) > 1), st.permutations(range(12)))
def test_a_weight_is_the_row_so_many_times_in_any_order(weights, order):
    weight, order = np.array(weights), np.array(order)
    repeated = weighed_rows(X.repeat(weight, axis=0), Y.repeat(weight))
    assert same(repeated, weighed_rows(X[order], Y[order], weight[order].astype(float)))


def test_rows_that_all_count_alike_stay_as_they_are():
    for weight in (None, np.full(12, 0.3)):
        rows = weighed_rows(X, Y, weight)
        assert rows.x is not None and np.array_equal(rows.x, X) and np.array_equal(rows.y, Y)
        assert rows.weight is None


def test_rows_of_weight_zero_are_not_there_and_the_others_keep_their_order():
    weight = np.ones(12)
    weight[[0, 7]] = 0
    rows = weighed_rows(X, Y, weight)
    assert np.array_equal(rows.x, np.delete(X, [0, 7], axis=0))


def test_rows_that_differ_in_the_target_are_not_copies():
    rows = weighed_rows(np.zeros((6, 1)), np.arange(6.0))
    assert len(rows.y) == 6


def test_fewer_than_five_distinct_rows_are_all_on_every_side():
    rows = weighed_rows(np.repeat(X[:2], 4, axis=0), np.repeat(Y[:2], 4))
    assert len(rows.y) == 6
    assert len(np.unique(rows.x, axis=0)) == 2


@pytest.mark.parametrize(("weight", "said"), [(0.0, "all sample weights are zero"), (1.0, "4 of 12 samples")])
def test_too_few_rows_that_count_are_refused(weight, said):
    weights = np.zeros(12)
    weights[:4] = weight
    with pytest.raises(ValueError, match=said):
        weighed_rows(X, Y, weights)


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="Negative"):
        small().fit(X, Y, sample_weight=np.r_[-1.0, np.ones(11)])


def test_a_weight_gives_the_formula_of_the_row_so_many_times():
    weight = np.array([0, 1, 2, 3, 1, 2, 1, 1, 4, 1, 1, 2])
    weighted = small().fit(X[::-1], Y[::-1], sample_weight=weight[::-1])
    assert weighted.formula_ == small().fit(X.repeat(weight, axis=0), Y.repeat(weight)).formula_


def test_rows_of_little_weight_bend_the_formula_little():
    x = np.random.default_rng(0).uniform(1, 2, (40, 1))
    y, weight = 2 * x[:, 0], np.ones(40)
    y[::10], weight[::10] = 10.0, 1e-9
    x_new = np.array([[1.2], [1.8]])
    np.testing.assert_allclose(small().fit(x, y, sample_weight=weight).predict(x_new), 2 * x_new[:, 0], rtol=1e-4)
