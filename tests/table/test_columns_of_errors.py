"""Columns that hold the measurement errors of others are known by name and content, and told with the line to type."""

import shlex

import numpy as np
import pandas as pd
import pytest

from kansr.cli.options import recipe_options
from kansr.table import TableSpec, table_from_frame
from kansr.table.frame import table_from_arrays

N = 24
X = np.linspace(1, 9, N)
Y = np.round(np.sin(X) * 10 + 0.3 * X, 5)
ERRORS = np.round(np.linspace(0.1, 0.9, N), 1)


def table(columns, **spec):
    return table_from_frame(pd.DataFrame(columns), TableSpec(**spec))


def told(found):
    return [warning for warning in found.warnings if warning.kind == "errors"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "yerr",
            "y_err",
            "err_y",
            "y err",
            "Y_ERR",
            "y error",
            "error of y",
            "y_error",
            "sigma_y",
            "y_sigma",
            "σ_y",
            "σy",
        ),
        *(
            "y_std",
            "y_unc",
            "y uncertainty",
            "y ±",
            "± y",
            "y +-",
            "+/- y",
            "d_y",
            "dy",
            "u_y",
            "u(y)",
            "Δy",
            "y_err [m]",
        ),
        *("error", "Error", "err", "uncertainty", "±", "+-", "error (m)"),
    ],
)
def test_errors_of_the_last_column_are_neither_target_nor_feature_and_the_line_to_type_works(name):
    columns = {"x": X, "y": Y, name: ERRORS}
    found = table(columns)
    assert (found.features, found.target) == (("x",), "y")
    (warning,) = told(found)
    words = shlex.split(warning.message[warning.message.index("--sigma") :])
    assert warning.column == words[1] == name
    weighed = table(columns, units=None, sigma=recipe_options({"sigma": words[1]})["table.sigma"])
    np.testing.assert_array_equal(weighed.sigma, ERRORS)
    assert (weighed.target, told(weighed)) == ("y", [])


def test_foreign_names_are_recognised_too():
    found = table({"角度": X, "系数": Y, "系数_err": ERRORS})
    assert (found.features, found.target) == (("角度",), "系数")
    assert "--sigma 系数_err" in told(found)[0].message or "--sigma '系数_err'" in told(found)[0].message
    assert table({"x": X, "Größe": Y, "sigma_Größe": ERRORS}).target == "Größe"
    assert table({"x": X, "速度(m/s)": Y, "速度_err": ERRORS}, units=None).target == "速度(m/s)"


def test_errors_of_features_are_left_out_without_a_line_for_the_target():
    found = table({"x": X, "x_err": ERRORS, "y": Y, "y_err": ERRORS * 2})
    assert (found.features, found.target) == (("x",), "y")
    assert {warning.column: "--sigma" in warning.message for warning in told(found)} == {"x_err": False, "y_err": True}


@pytest.mark.parametrize("spec", [{"target": "yerr"}, {"features": ("x", "yerr"), "target": "y"}])
def test_what_is_asked_for_wins(spec):
    found = table({"x": X, "y": Y, "yerr": ERRORS}, **spec)
    assert "yerr" in (*found.features, found.target)
    assert told(found) == []


def test_a_cut_word_is_the_word():
    assert table({"time": X, "velocity": Y, "vel_err": ERRORS}).target == "velocity"


@pytest.mark.parametrize(
    ("columns", "target"),
    [
        ({"x": X, "error": ERRORS}, "error"),
        ({"rate": np.repeat([0.1, 0.2], N // 2), "batch": np.tile([16.0, 32, 64], N // 3), "error": ERRORS}, "error"),
        ({"epochs": X, "train_loss": Y, "train_err": ERRORS}, "train_err"),
        ({"sigma": X, "theta": Y, "f": ERRORS}, "f"),
        ({"force": X, "area": Y + 20, "sigma": ERRORS}, "sigma"),
        ({"epsilon": X, "E": Y, "sigma_den": ERRORS}, "sigma_den"),
        ({"t": X, "x": Y, "u_x": np.gradient(Y, X)}, "u_x"),
        ({"t": X, "R": np.sqrt(X), "dR": np.round(0.5 / np.sqrt(X), 8)}, "dR"),
        ({"t": X, "y": Y, "y_err": -ERRORS}, "y_err"),
        ({"t": X, "y": Y / 1e6, "y_err": ERRORS}, "y_err"),
        ({"f_mean": X, "f_std": Y, "g_std": ERRORS}, "g_std"),
        ({"d": X, "energy": Y, "density": ERRORS}, "density"),
    ],
)
def test_what_is_only_named_like_an_error_stays_what_it_was(columns, target):
    found = table(columns)
    assert found.target == target
    assert (len(found.features), told(found)) == (len(columns) - 1, [])


def test_errors_with_a_zero_are_left_out_and_no_line_is_offered_that_would_be_refused():
    found = table({"x": X, "y": Y, "yerr": np.r_[0.0, ERRORS[1:]]})
    assert found.target == "y"
    assert "--sigma" not in told(found)[0].message


def test_arrays_that_a_program_gives_as_features_are_features():
    found = table_from_arrays(np.column_stack([X, Y, ERRORS]), np.cos(X), features=["x", "y1", "y1_err"])
    assert found.features == ("x", "y1", "y1_err")
