"""Detection limits are named with their rows, and the line that is printed leaves them out."""

import re

import numpy as np
import pandas as pd
import pytest

from kansr.errors import TableError
from kansr.table import TableSpec, read_table, survey, table_from_frame

VALUES = [0.1, 0.3, 0.5, 0.6, 0.7, 0.9, 1.1]


def frame(cells, name="концентрация"):
    return pd.DataFrame({"x": np.arange(len(cells)) ** 2, name: cells, "y": np.arange(len(cells)) * 1.5})


@pytest.mark.parametrize(
    ("limits", "sides"),
    [
        (["<0.05"], ["1 below a limit (left-censored)"]),
        (["< 53.0", "<=0.05", "≤ 1e-3"], ["3 below a limit (left-censored)"]),
        (["> 1000", ">=7", "≥7", "＞7"], ["4 above one (right-censored)"]),
        (["<0.05", "> 1000"], ["1 below a limit (left-censored)", "1 above one (right-censored)"]),
    ],
)
@pytest.mark.parametrize("role", ["feature", "target"])
def test_limits_are_named_by_column_row_number_and_side(limits, sides, role):
    cells = [*map(str, VALUES[:3]), *limits, *map(str, VALUES[3:])]
    spec = TableSpec(target="концентрация") if role == "target" else TableSpec()
    with pytest.raises(TableError) as raised:
        table_from_frame(frame(cells), spec)
    text = str(raised.value)
    assert "detection limit" in text and limits[0] in text
    assert raised.value.where == 'row 4, column "концентрация"'
    assert f"{len(limits)} of {len(cells)} values" in text
    assert all(side in text for side in sides)
    assert re.search(r"rows? 4", text)
    assert "--limits drop" in raised.value.hint


def test_the_line_that_is_printed_leaves_such_rows_out_aloud():
    table = table_from_frame(frame(["<0.05", *map(str, VALUES), "> 1000"]), TableSpec(limits="drop"))
    np.testing.assert_array_equal(table.x[:, 1], VALUES)
    assert [warning.kind for warning in table.warnings][:2] == ["limits", "missing"]
    assert "2 of 9" in table.warnings[0].message


def test_limits_beside_other_text_are_not_hidden_by_the_flag():
    with pytest.raises(TableError, match=r"detection limit|not a number"):
        table_from_frame(frame(["<0.05", *map(str, VALUES), "oops"]), TableSpec(limits="drop"))


@pytest.mark.parametrize("sign", [",", " ", ";", "\t", " | "])
def test_limits_are_found_between_any_signs(sign, tmp_path):
    rows = [("< 53.0", 0), *[(50 + i / 4, i * i) for i in range(8)], ("> 60.5", 99)]
    lines = "".join(f"{cell}{sign}{y}\n" for cell, y in rows)
    (tmp_path / "data.txt").write_text(f"volts{sign}charge\n{lines}")
    found = survey(tmp_path / "data.txt", TableSpec())
    assert found.error is not None
    assert "detection limit" in found.error.what and found.error.where == 'row 1, column "volts"'
    assert len(read_table(tmp_path / "data.txt", TableSpec(limits="drop"))) == 8


@pytest.mark.parametrize("cell", ["<", "< LOD", "<b>", "-> 5", "a < 5"])
def test_what_is_no_number_behind_a_sign_is_no_limit(cell):
    with pytest.raises(TableError) as raised:
        table_from_frame(frame([cell, *map(str, VALUES)]))
    assert "detection" not in str(raised.value)


def test_signs_that_stand_for_nothing_are_shown_with_the_line_that_leaves_them_out(tmp_path):
    rows = "".join(f"{i * i},{'? ?' if i in (3, 5) else i}\n" for i in range(12))
    (tmp_path / "data.csv").write_text(f"x,y\n{rows}")
    with pytest.raises(TableError) as raised:
        read_table(tmp_path / "data.csv")
    assert raised.value.hint.endswith("--null-value '? ?'")
    assert len(read_table(tmp_path / "data.csv", TableSpec(null_values=("? ?",)))) == 10
