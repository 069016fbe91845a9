"""Columns of measurement errors and weights are no features, and only numbers above zero will do."""

import numpy as np
import pandas as pd
import pytest

from kansr.errors import TableError, UsageError
from kansr.pipeline.problem import Problem
from kansr.recipe import Recipe
from kansr.table import TableSpec, table_from_frame
from kansr.table.parquet import read_parquet, write_parquet


def frame(**changed):
    x = np.linspace(1, 2, 40)
    return pd.DataFrame({"x": x, "y": x**2, "e": np.linspace(0.1, 0.5, 40)} | changed)


def test_errors_are_taken_out_of_the_features_and_the_last_other_column_is_the_target():
    table = table_from_frame(frame(), TableSpec(sigma="e"))
    assert (table.features, table.target, table.absolute) == (("x",), "y", True)
    np.testing.assert_array_equal(table.sigma, frame()["e"])


def test_weights_are_inverse_squares_of_errors():
    table = table_from_frame(frame(e=np.full(40, 4.0)), TableSpec(weights="e"))
    assert not table.absolute
    np.testing.assert_array_equal(table.sigma, 0.5)


@pytest.mark.parametrize("bad", [0.0, -1.0])
@pytest.mark.parametrize("role", ["sigma", "weights"])
def test_a_value_that_is_not_above_zero_is_named_with_its_row(bad, role):
    errors = np.full(40, 0.1)
    errors[16] = bad
    with pytest.raises(TableError, match="above zero") as raised:
        table_from_frame(frame(e=errors), TableSpec(**{role: "e"}))
    assert raised.value.where == 'row 17, column "e"'


def test_an_infinite_error_and_text_are_named_too():
    errors = np.full(40, 0.1)
    errors[3] = np.inf
    with pytest.raises(TableError, match="infinite") as raised:
        table_from_frame(frame(e=errors), TableSpec(sigma="e"))
    assert "row 4" in raised.value.where
    with pytest.raises(TableError, match="measurement errors must hold numbers"):
        table_from_frame(frame(e=["a"] * 40), TableSpec(sigma="e"))


def test_a_row_without_an_error_is_left_out_and_the_others_keep_theirs():
    errors = np.linspace(0.1, 0.5, 40)
    errors[5] = np.nan
    table = table_from_frame(frame(e=errors), TableSpec(sigma="e"))
    assert len(table) == len(table.sigma) == 39
    np.testing.assert_array_equal(table.sigma, np.delete(errors, 5))


def test_columns_that_are_two_things_are_refused():
    for spec in ({"sigma": "e", "target": "e"}, {"sigma": "x", "features": ("x",)}, {"sigma": "z"}):
        with pytest.raises(UsageError):
            table_from_frame(frame(), TableSpec(**spec))
    with pytest.raises(UsageError, match="not both"):
        TableSpec(sigma="e", weights="w")


@pytest.mark.parametrize("spec", [TableSpec(sigma="sigma"), TableSpec(weights="sigma"), TableSpec(features=("x",))])
def test_errors_survive_the_run_folder(tmp_path, spec):
    table = table_from_frame(frame().rename(columns={"e": "sigma"})[["x", "sigma", "y"]], spec)
    write_parquet(table, tmp_path / "t.parquet")
    again = read_parquet(tmp_path / "t.parquet")
    assert (again.features, again.target, again.absolute) == (table.features, table.target, table.absolute)
    assert (again.sigma is None) == (table.sigma is None)
    if table.sigma is not None:
        np.testing.assert_array_equal(again.sigma, table.sigma)
        assert again.sha256 != table_from_frame(frame()[["x", "y"]]).sha256


def test_training_and_choosing_rows_carry_weights_of_mean_one():
    problem = Problem.of(table_from_frame(frame(), TableSpec(sigma="e")), Recipe())
    for rows in (problem.data.train, problem.data.validation, problem.test):
        assert float(rows.weight.mean()) == pytest.approx(1.0)
    few = problem.data.train.head(5)
    assert few.weight.shape == few.y.shape
    assert problem.rows.weighing.noise is not None
    plain = Problem.of(table_from_frame(frame()[["x", "y"]]), Recipe())
    assert plain.data.train.weight is None
    assert plain.rows.weighing is None


def test_measurement_errors_are_converted_to_the_unit_of_the_target():
    frame = pd.DataFrame({"t [s]": np.arange(30.0) ** 2, "x [m]": np.arange(30.0) ** 3, "error [cm]": 5.0})
    table = table_from_frame(frame, TableSpec(target="x", sigma="error"))
    assert np.allclose(table.sigma, 0.05)
    assert table.units == {"t [s]": "s", "x [m]": "m"}
    assert (table_from_frame(frame, TableSpec(target="x", sigma="error", units={"x": "none"})).sigma == 5).all()
    assert table_from_frame(frame, TableSpec(target="x", weights="error")).sigma == pytest.approx(5**-0.5)
    with pytest.raises(UsageError, match=r"in s here and in m in the target: .* different things"):
        table_from_frame(frame.rename(columns={"error [cm]": "error [s]"}), TableSpec(target="x", sigma="error"))
    with pytest.raises(UsageError, match="cannot be target or feature"):
        table_from_frame(frame, TableSpec(target="error", sigma="error [cm]"))
