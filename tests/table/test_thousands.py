"""Numbers with parted thousands are numbers where there is one reading; no message proposes one that is half wrong."""

import numpy as np
import pandas as pd
import pytest

from kansr.errors import TableError
from kansr.table import TableSpec, read_features, read_table, table_from_frame

WHOLE = [925, 1332, 980, 2001, 15000, 999, 1250000, 7]


def written(path, cells, sign, quote=""):
    rows = "".join(f"{quote}{cell}{quote}{sign}{i * i}\n" for i, cell in enumerate(cells))
    path.write_text(f"größe{sign}y\n{rows}", encoding="utf-8")
    return path


def parted(values, sign, decimal=None):
    cells = [f"{value:,}" for value in values]
    return [cell.replace(",", "#").replace(".", decimal or ".").replace("#", sign) for cell in cells]


@pytest.mark.parametrize("between", [",", ";", "\t", "|"])
@pytest.mark.parametrize("sign", [",", "'", "’", "\u00a0", "\u202f", " ", "_"])
def test_whole_numbers_with_parted_thousands_are_read_and_told(sign, between, tmp_path):
    cells = parted(WHOLE, sign)
    path = written(tmp_path / "data.csv", cells, between, '"')
    table = read_table(path)
    assert table.features == ("größe",)
    np.testing.assert_array_equal(table.x[:, 0], WHOLE)
    (told,) = [warning for warning in table.warnings if warning.kind == "thousands"]
    assert (told.column, told.row) == ("größe", 2)
    assert f'"{cells[1]}" in row 2 is read as 1332' in told.message
    np.testing.assert_array_equal(read_features(path, ["größe"])[:, 0], WHOLE)


@pytest.mark.parametrize(
    ("sign", "decimal", "between"),
    [
        (",", ".", ","),
        (",", ".", ";"),
        (".", ",", ";"),
        (".", ",", "\t"),
        (" ", ",", ";"),
        ("'", ".", ","),
        ("’", ",", ";"),
    ],
)
def test_decimals_behind_parted_thousands_are_decimals(sign, decimal, between, tmp_path):
    values = [value + 0.25 for value in WHOLE]
    cells = parted(values, sign, decimal)
    table = read_table(written(tmp_path / "data.csv", cells, between, '"'))
    np.testing.assert_array_equal(table.x[:, 0], values)
    assert "thousands" in [warning.kind for warning in table.warnings]


def test_two_signs_or_a_million_leave_one_reading_in_a_target_and_a_frame():
    frame = pd.DataFrame({"x": range(8), "y": parted(WHOLE, ",")})
    np.testing.assert_array_equal(table_from_frame(frame).y, WHOLE)
    frame = pd.DataFrame({"x": range(8), "y": ["1,234.5", "7", "1,000,000", "8.25", "9", "1", "2", "3"]})
    np.testing.assert_array_equal(table_from_frame(frame).y, [1234.5, 7, 1e6, 8.25, 9, 1, 2, 3])


@pytest.mark.parametrize(
    "cells",
    [
        ["1,5", "1,332", "2,25", "2,001", "0,980", "3"],
        ["0,332", "0,498", "1,250", "2,001", "0,980", "3"],
    ],
)
def test_quoted_decimal_commas_are_decimals_where_some_can_be_nothing_else(cells, tmp_path):
    table = read_table(written(tmp_path / "data.csv", cells, ",", '"'))
    np.testing.assert_array_equal(table.x[:, 0], [float(cell.replace(",", ".")) for cell in cells])
    assert "decimal-comma" in [warning.kind for warning in table.warnings]


AMBIGUOUS = (
    ["1,332", "925.5", "2,001", "3", "4", "5.5"],
    ["1.5", "1,332", "2,25", "2.001", "980", "3"],
    ["1,33", "1,332.5", "7", "8", "9", "10"],
    ["12,34", "1,332", "925 m", "8", "9", "10"],
)


@pytest.mark.parametrize("cells", AMBIGUOUS)
@pytest.mark.parametrize("between", [",", ";"])
def test_a_column_of_two_readings_is_refused_without_a_hint_at_a_wrong_one(cells, between, tmp_path):
    path = written(tmp_path / "data.csv", cells, between, '"')
    with pytest.raises(TableError) as raised:
        read_table(path)
    assert 'column "größe"' in str(raised.value)
    assert "--decimal" not in str(raised.value)


@pytest.mark.parametrize(
    ("cells", "decimal"), [(["1,5", "2,25", "1,332", "7", "8"], ","), (["1.5", "2.25", "7", "8", "9"], ".")]
)
def test_a_hint_at_a_decimal_sign_reads_the_whole_column(cells, decimal, tmp_path):
    path = written(tmp_path / "data.csv", cells, ";")
    with pytest.raises(TableError, match=f"try --decimal {decimal}"):
        read_table(path, TableSpec(decimal="." if decimal == "," else ","))
    read = read_table(path, TableSpec(decimal=decimal)).x[:, 0]
    np.testing.assert_array_equal(read, [float(cell.replace(",", ".")) for cell in cells])
