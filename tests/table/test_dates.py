"""Dates, months and times of day are an axis: numbers since the first, in a unit that is said and can be chosen."""

import datetime

import numpy as np
import pandas as pd
import pytest

from kansr.errors import TableError, UsageError
from kansr.table import TableSpec, read_features, read_more, read_table, table_from_frame
from kansr.table.parquet import read_parquet, write_parquet
from kansr.table.whole import read_blocks

DAYS = pd.to_datetime(
    ["2023-01-05", "2023-01-17", "2023-02-20", "2023-04-01", "2023-11-30", "2024-02-29", "2024-03-01"]
)
SINCE = ((DAYS - DAYS[0]) / pd.Timedelta(days=1)).to_numpy()
MONTHS = [*pd.date_range("2023-01-01", periods=12, freq="MS").strftime("%B")]


def frame(cells, name="时间"):
    return pd.DataFrame({name: list(cells), "y": np.arange(len(cells)) ** 2.0})


def axis(cells, **spec):
    table = table_from_frame(frame(cells), TableSpec(**spec))
    assert table.features == ("时间",)
    return table.x[:, 0], next(warning for warning in table.warnings if warning.kind == "time")


FORMS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%d %b %Y", "%d %B %Y"),
    *(
        "%d-%b-%y",
        "%b %d, %Y",
        "%B %d, %Y",
        "%Y年%m月%d日",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M:%SZ",
        "%d.%m.%Y %H:%M:%S",
    ),
)


@pytest.mark.parametrize("form", FORMS)
def test_dates_are_days_since_the_first_however_they_are_written(form):
    values, said = axis(DAYS.strftime(form))
    np.testing.assert_array_equal(values, SINCE)
    assert "days since 2023-01-05" in said.message and "--time" in said.message and '"时间"' in said.message


def test_days_without_leading_zeros_and_dates_of_parquet_and_spreadsheets_are_dates():
    for cells in ([f"{d.day}.{d.month}.{d.year}" for d in DAYS], list(DAYS), [d.date() for d in DAYS]):
        np.testing.assert_array_equal(axis(cells)[0], SINCE)
    zoned = DAYS.tz_localize("Europe/Berlin") + pd.Timedelta(hours=12)
    np.testing.assert_allclose(axis(zoned)[0], SINCE, atol=0.05)


@pytest.mark.parametrize(("unit", "factor"), [("days", 1), ("hours", 24), ("seconds", 86400)])
def test_the_unit_can_be_chosen(unit, factor):
    values, said = axis(DAYS.strftime("%Y-%m-%d"), time=unit)
    np.testing.assert_array_equal(values, SINCE * factor)
    assert f"{unit} since 2023-01-05" in said.message


def test_months_and_years_are_those_of_the_calendar():
    firsts = pd.date_range("2023-01-01", periods=30, freq="MS").strftime("%Y-%m-%d")
    np.testing.assert_array_equal(axis(firsts, time="months")[0], np.arange(30))
    np.testing.assert_allclose(axis(firsts, time="years")[0], np.arange(30) / 12, rtol=1e-15)
    with pytest.raises(UsageError):
        TableSpec(time="weeks")


@pytest.mark.parametrize("form", ["%b %Y", "%B %Y", "%Y-%m", "%m/%Y", "%b-%y", "%Y年%m月"])
def test_months_of_a_year_are_months_since_the_first(form):
    values, said = axis(pd.date_range("2022-11-01", periods=15, freq="MS").strftime(form))
    np.testing.assert_array_equal(values, np.arange(15))
    assert "months since 2022-11" in said.message


@pytest.mark.parametrize("short", [None, 3])
def test_names_of_months_count_from_the_first_and_run_over_the_end_of_the_year(short):
    names = [name[:short] for name in MONTHS]
    assert axis(names)[0].tolist() == list(range(12))
    values, said = axis([*names[9:], *names, *names[:9]])
    assert values.tolist() == list(range(24)) and "months since October" in said.message
    shuffled = [0, 4, 2, 11, 0, 4, 7]
    assert axis([names[i] for i in shuffled])[0].tolist() == shuffled
    assert axis(["Sept", "Oct", "Nov", "Dec", "Jan"])[0].tolist() == [0, 1, 2, 3, 4]


def test_times_of_day_are_hours_since_the_first_and_run_over_midnight():
    assert axis(["22:30", "23:00", "23:45", "00:00", "01:30"])[0].tolist() == [0, 0.5, 1.25, 1.5, 3]
    values, said = axis(["08:00:00", "08:00:30", "08:01:00", "08:03:00", "09:00:00"], time="seconds")
    assert values.tolist() == [0, 30, 60, 180, 3600] and "seconds since 08:00" in said.message
    assert axis([datetime.time(8, i) for i in (0, 6, 12, 30, 45)])[0].tolist() == [0, 0.1, 0.2, 0.5, 0.75]


def test_stamps_of_a_short_run_are_hours():
    stamps = pd.date_range("2023-01-01 10:00", periods=7, freq="6h").strftime("%Y-%m-%d %H:%M")
    values, said = axis(stamps)
    assert values.tolist() == [0, 6, 12, 18, 24, 30, 36] and "hours since 2023-01-01 10:00" in said.message


@pytest.mark.parametrize(
    ("cells", "days", "says"),
    [
        (
            ["01/02/2023", "01/03/2023", "01/04/2023", "01/05/2023", "01/06/2023"],
            [0, 1, 2, 3, 4],
            "month/day/year and not",
        ),
        (["1.2.2023", "1.3.2023", "1.4.2023", "1.5.2023", "1.6.2023"], [0, 28, 59, 89, 120], "day.month.year and not"),
        (["01/12/2022", "02/01/2023", "03/02/2023", "04/03/2023", "05/04/2023"], [0, 32, 64, 93, 125], "even steps"),
    ],
)
def test_where_days_and_months_could_be_swapped_it_is_said_what_was_taken_and_why(cells, days, says):
    values, said = axis(cells)
    assert values.tolist() == days
    assert says in said.message and "2023-12-31" in said.message


def test_where_one_cell_decides_the_order_nothing_is_said_of_it():
    values, said = axis(["13/02/2023", "01/03/2023", "01/04/2023", "01/05/2023", "01/06/2023"])
    assert values.tolist() == [0, 16, 47, 77, 108] and "and not" not in said.message


@pytest.mark.parametrize("odd", ["soon", "30.2.2023", "2023-02-30", "5"])
def test_a_column_with_a_cell_that_cannot_be_read_is_left_out_and_told(odd):
    table = table_from_frame(frame([*DAYS.strftime("%Y-%m-%d"), odd]).assign(x=np.arange(8) ** 3)[["时间", "x", "y"]])
    assert table.features == ("x",)
    assert (table.warnings[0].kind, table.warnings[0].column) == ("date", "时间")


@pytest.mark.parametrize(
    "cells", [["red", "May", "June", "July", "blue", "May"], ["1-2", "3-4", "5-6", "7-8", "9-10", "11-12"]]
)
def test_words_and_ranges_are_no_dates(cells):
    table = table_from_frame(frame(cells).assign(x=np.arange(6) ** 3)[["时间", "x", "y"]])
    assert (table.features, table.axes) == (("x",), {})


def test_a_missing_date_is_a_missing_value_and_a_date_is_no_target():
    table = table_from_frame(frame([*DAYS.strftime("%Y-%m-%d"), None, "n/a"]))
    assert len(table) == len(DAYS)
    with pytest.raises(TableError, match="is a date"):
        table_from_frame(frame(DAYS.strftime("%Y-%m-%d")), TableSpec(target="时间", features=("y",)))


def test_a_day_by_day_column_is_no_counter():
    table = table_from_frame(frame(pd.date_range("2023-01-01", periods=30).strftime("%Y-%m-%d"), name="index"))
    assert table.features == ("index",)
    assert {"counter", "id-like"}.isdisjoint(warning.kind for warning in table.warnings)


@pytest.mark.parametrize(
    ("cells", "new", "values"),
    [
        (DAYS.strftime("%Y-%m-%d"), ["2023-01-06", "2022-12-31"], [1, -5]),
        (["01/02/2023", "01/03/2023", "01/04/2023", "01/05/2023", "01/07/2023"], ["01/08/2023", "01/01/2023"], [6, -1]),
        (["Oct", "Nov", "Dec", "Jan", "Feb"], ["Mar", "Oct"], [5, 0]),
        (["22:00", "23:00", "00:00", "01:00", "02:30"], ["03:00", "22:30"], [5, 0.5]),
    ],
)
def test_new_rows_are_counted_along_the_axis_of_the_table_that_was_fitted(cells, new, values, tmp_path):
    table = table_from_frame(frame(cells))
    write_parquet(table, tmp_path / "t.parquet")
    again = read_parquet(tmp_path / "t.parquet")
    assert again.axes == table.axes and set(again.axes) == {"时间"}
    frame(new).to_csv(tmp_path / "new.csv", index=False)
    assert read_features(tmp_path / "new.csv", ["时间"], axes=again.axes)[:, 0].tolist() == values
    with pytest.raises(TableError, match="is a date"):
        read_features(tmp_path / "new.csv", ["时间"])


def test_more_rows_and_blocks_of_a_long_table_go_along_the_same_axis(tmp_path):
    days = pd.date_range("2023-01-01", periods=700, freq="h")
    long = pd.DataFrame({"t": days.strftime("%Y-%m-%d %H:%M"), "y": np.arange(700.0) ** 2})
    long.to_csv(tmp_path / "long.csv", index=False)
    spec = TableSpec(sample=200)
    table = read_table(tmp_path / "long.csv", spec)
    first = np.datetime64(table.axes["t"].origin)
    hours = ((days.to_numpy() - first) / np.timedelta64(1, "h")).astype(float)
    x = np.concatenate([block.x for block in read_blocks(tmp_path / "long.csv", spec, table)])[:, 0]
    np.testing.assert_allclose(x * (24 if table.axes["t"].unit == "days" else 1), hours, atol=1e-9)
    few = read_table(tmp_path / "long.csv", TableSpec(sample=None))
    more = pd.DataFrame({"t": [f"2024-01-0{i} 00:00" for i in range(1, 7)], "y": 1.5 * np.arange(6)})
    more.to_csv(tmp_path / "more.csv", index=False)
    np.testing.assert_array_equal(read_more(tmp_path / "more.csv", few, TableSpec()).x[:, 0], 365 + np.arange(6))
