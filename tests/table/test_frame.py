import numpy as np
import pandas as pd
import pytest

from kansr.errors import TableError
from kansr.table import table_from_frame
from kansr.table.frame import frame_of, table_from_arrays

X = np.random.default_rng(0).normal(size=(20, 2))
Y = np.random.default_rng(1).normal(size=20)


def test_arrays_give_the_table_of_the_same_data_frame():
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": Y})
    assert table_from_arrays(X, Y, features=["a", "b"]).sha256 == table_from_frame(frame).sha256


def test_weights_become_errors_under_a_name_that_is_free():
    table = table_from_arrays(X, Y, features=["weight", "y"], weights=np.full(20, 4.0))
    assert (table.features, table.target) == (("weight", "y"), "y_")
    assert table.sigma.tolist() == [0.5] * 20
    assert not table.absolute


def test_a_value_that_is_infinite_is_refused_with_its_place():
    with pytest.raises(TableError, match='row 3, column "b"'):
        table_from_arrays(np.where(np.arange(40).reshape(20, 2) == 5, np.inf, X), Y, features=["a", "b"])


def test_no_rows_give_a_frame_with_columns():
    assert list(frame_of([], ["formula", "complexity"]).columns) == ["formula", "complexity"]
