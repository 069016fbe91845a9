"""Features that are functions of each other, to the digits of the table, are told."""

import numpy as np
import pandas as pd
import pytest

from kansr.table import table_from_frame

RNG = np.random.default_rng(5)
N = 40
A, B, C = RNG.uniform(1, 3, (3, N))
Y = A * B + np.sin(C)


def told(**columns):
    found = table_from_frame(pd.DataFrame(columns))
    assert len(found.features) == len(columns) - 1
    return [warning.message.partition(":")[0] for warning in found.warnings if warning.kind == "related"]


def digits(values, count):
    return np.array([float(f"{value:.{count}g}") for value in values])


@pytest.mark.parametrize("count", [5, 8, 16])
def test_a_constant_sum_is_told_to_the_digits_of_the_table(count):
    s, i = A / 10, B / 10
    columns = {"восприимчивые": digits(s, count), "I": digits(i, count), "R": digits(1 - s - i, count), "u": C, "y": Y}
    assert told(**columns) == ["features восприимчивые, I, R sum to 1 in every row"]


def test_a_sum_of_percent_to_a_tenth_is_told_and_of_whole_counts():
    a, b = A.round(1) * 10, B.round(1) * 10
    assert told(a=a, b=b, c=(100 - a - b).round(1), y=Y) == ["features a, b, c sum to 100 in every row"]
    m, n = RNG.integers(0, 40, (2, N)).astype(float)
    assert told(m=m, n=n, k=100 - m - n, y=Y) == ["features m, n, k sum to 100 in every row"]


def test_a_sum_with_the_target_is_told_where_other_features_are_left():
    target = 1 - A / 10 - B / 10
    said = told(a=A / 10, b=B / 10, c=C, y=target)
    assert said == ['target "y" and features a, b sum to 1 in every row']
    assert told(a=A / 10, b=B / 10, y=target) == []


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ((1.8 * A.round(4) + 32).round(5), 'feature "b" is 1.8 times "a" and 32'),
        (A.round(4) * 1000, 'feature "b" is 1000 times "a"'),
        (5 - A.round(4), "features a, b sum to 5 in every row"),
        ((A.round(4) / 2.54).round(6), 'feature "b" is 0.393701 times "a"'),
    ],
)
def test_a_line_or_a_multiple_is_told(other, says):
    assert told(a=A.round(4), b=other, c=C, y=Y) == [says]


def test_a_product_and_a_ratio_are_told_once():
    assert told(a=A, b=B, p=digits(A * B, 6), y=np.sin(C)) == ['feature "p" is "a" times "b"']
    (ratio,) = told(a=A, b=B, q=digits(A / B, 6), y=np.sin(C))
    assert "times" in ratio and all(f'"{name}"' in ratio for name in "abq")
    assert told(a=A, b=B, p=digits(4.184 * A * B, 6), y=np.sin(C)) == ['feature "p" is "a" times "b" times 4.184']


@pytest.mark.parametrize(
    "columns",
    [
        {"a": A, "b": B, "c": C},
        {"a": A, "b": A**2, "c": np.exp(A)},
        {"a": A, "b": A + 1e-4 * B, "c": C},
        {"a": A.round(4), "b": B.round(4), "c": (10 - A - B + 0.001 * C).round(4)},
        {"a": A, "b": B, "c": A * B * (1 + 1e-4 * C)},
        {"a": RNG.integers(0, 2, N), "b": RNG.integers(0, 2, N), "c": RNG.integers(0, 2, N)},
        {"a": A.round(0), "b": B.round(0), "c": C.round(0)},
        {"a": A.round(1), "b": B.round(1), "c": C.round(1)},
    ],
)
def test_columns_that_only_resemble_each_other_are_not_told(columns):
    assert told(**columns, y=Y) == []


def test_every_row_counts_in_a_long_table():
    a, b = RNG.uniform(1, 2, (2, 5000))
    c = 4 - a - b
    assert told(a=a, b=b, c=c, d=a * b, y=a) != []
    c[4321] += 0.01
    assert [one for one in told(a=a, b=b, c=c, y=a**2) if "sum" in one] == []
