"""Units: read from headers and options, refused where they mean nothing, known again at new rows."""

import sys
from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.errors import TableError, UsageError
from kansr.table import TableSpec, read_features, read_parquet, read_table, write_parquet
from kansr.table import units as units_module
from kansr.table.units import factor_between, read_unit, units_of

NEWTON = {"mass": 1, "length": 1, "time": -2}


def written(tmp_path, header, name="table.csv", rows=40):
    """Write a table whose columns are 1, 2, 3, ... times the number of the row."""
    width = header.count(",") + 1
    lines = [",".join(str((row + 1) * (column + 1) + row % 3) for column in range(width)) for row in range(rows)]
    (tmp_path / name).write_text("\n".join([header, *lines]), encoding="utf-8")
    return tmp_path / name


@pytest.mark.parametrize(
    "text", ["kg m/s^2", "kg*m/s**2", "kg·m·s⁻²", "kg m s-2", "kg m s^-2", "N", "(kg m)/(s s)", "1/(s^2/(kg m))"]
)
def test_one_unit_may_be_written_in_many_ways(text):
    assert read_unit(text).dimension == NEWTON
    assert read_unit(text).factor == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["", " ", "1", "-", "m/m", "rad", "%", "count"])
def test_a_number_may_have_no_unit(text):
    assert read_unit(text).dimension == {}


def test_powers_are_fractions():
    assert read_unit("Pa^(1/2)").dimension == {"mass": Fraction(1, 2), "length": Fraction(-1, 2), "time": -1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("foo", "'foo' is no unit"),
        ("J/kg K", "brackets"),
        ("°C", "write K"),
        ("degF", "write K"),
        ("dB", "zero dB"),
        ("m^^2", "a power is a number"),
        ("m^999", "a power is a number"),
        ("m/(s", "missing"),
        ("m)", "no place"),
        ("10^3 m", "no place"),
        ("1e5", "no place"),
        ("m^2^2^2^2", "no place"),
        ("m/", "too early"),
        ("__import__('os')", "no place"),
        ("m" * 81, "more than 80"),
        ("k-29", "larger or smaller"),
        ("k30", "larger or smaller"),
    ],
)
def test_what_is_no_unit_is_refused_with_the_column_and_the_reason(text, reason):
    with pytest.raises(UsageError) as error:
        read_unit(text, "v")
    assert 'column "v"' in str(error.value)
    assert reason in str(error.value)
    assert "--units" in str(error.value)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30) | st.text("ms kgK*/^()-12³°%", max_size=30))
def test_any_text_is_a_unit_or_an_error(text):
    with suppress(UsageError):
        read_unit(text, "x")


SYMBOLS = st.dictionaries(st.sampled_from(["m", "s", "kg", "K", "A", "mol"]), st.integers(-3, 3), max_size=4)


@settings(max_examples=100, deadline=None)
@given(SYMBOLS, SYMBOLS)
def test_the_unit_of_a_product_is_the_product_of_the_units(one, other):
    def text(powers):
        return " ".join(f"{symbol}^{power}" for symbol, power in powers.items()) or "1"

    both = {symbol: one.get(symbol, 0) + other.get(symbol, 0) for symbol in {*one, *other}}
    joined = " * ".join(f"({text(powers)})" for powers in (one, other))
    assert read_unit(joined).dimension == read_unit(text(both)).dimension


def test_headers_give_units_and_options_come_first():
    columns = ["v [m/s]", "t (s)", "E (kg m^2)", "x", "N (N)", "n (min)", "who (me)", "[s]"]
    in_headers = {"v [m/s]": "m/s", "t (s)": "s", "E (kg m^2)": "kg m^2"}
    assert units_of(columns, {}) == in_headers
    assert units_of(columns, {"v": "km/h", "x": "m", "t (s)": "none"}) == {
        "v [m/s]": "km/h",
        "E (kg m^2)": "kg m^2",
        "x": "m",
    }
    assert units_of(columns, None) == {}
    with pytest.raises(UsageError, match="no such column"):
        units_of(columns, {"speed": "m/s"})


def test_a_table_knows_its_units_and_its_columns_by_both_names(tmp_path):
    path = written(tmp_path, "v [m/s],t [s],x [m],note [no unit]")
    table = read_table(path, TableSpec(target="x", features=("v", "t [s]")))
    assert (table.features, table.target) == (("v [m/s]", "t [s]"), "x [m]")
    assert table.units == {"v [m/s]": "m/s", "t [s]": "s", "x [m]": "m"}
    write_parquet(table, tmp_path / "kept.parquet")
    assert read_parquet(tmp_path / "kept.parquet").units == table.units


def test_the_header_of_a_column_that_is_not_used_is_not_read(tmp_path):
    path = written(tmp_path, "a [m],b [foo],c [m]")
    assert read_table(path, TableSpec(features=("a",))).units == {"a [m]": "m", "c [m]": "m"}
    with pytest.raises(UsageError, match="foo"):
        read_table(path)
    assert read_table(path, TableSpec(units={"b": "none"})).units == {"a [m]": "m", "c [m]": "m"}
    assert read_table(path, TableSpec(units=None)).units == {}


def test_without_pint_units_of_headers_are_left_out_and_given_ones_are_an_error(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pint", None)
    monkeypatch.setattr(units_module, "_registry", units_module._registry.__wrapped__)
    units_module._meaning.cache_clear()
    path = written(tmp_path, "v [m/s],x [m]")
    table = read_table(path)
    assert table.units == {}
    assert [w.message for w in table.warnings if w.kind == "units"] == [
        'the header "v [m/s]" holds a unit, and reading units needs pint: they are not used'
        " (pip install 'kansr[units]')"
    ]
    with pytest.raises(UsageError, match=r"pip install 'kansr\[units\]'"):
        read_table(path, TableSpec(units={"v": "m/s"}))
    assert read_table(path, TableSpec(units=None)).warnings == ()
    assert read_table(written(tmp_path, "v,x")).units == {}


def test_new_rows_in_another_unit_are_converted(tmp_path):
    known = {"v [m/s]": "m/s", "t": "s"}
    path = written(tmp_path, "v [km/h],t [min],u")
    x = read_features(path, ["v [m/s]", "t"], TableSpec(), known)
    plain = read_table(path).x
    assert np.allclose(x, plain * [1 / 3.6, 60])
    assert np.array_equal(read_features(written(tmp_path, "v,t [s],u"), ["v [m/s]", "t"], TableSpec(), known), plain)
    given = read_features(written(tmp_path, "v,t,u"), ["v [m/s]", "t"], TableSpec(units={"v": "km/h"}), known)
    assert np.allclose(given, plain * [1 / 3.6, 1])


def test_new_rows_that_measure_something_else_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"in kg here and in m/s in the run.*column \"v \[kg\]\""):
        read_features(written(tmp_path, "v [kg],t"), ["v [m/s]"], TableSpec(), {"v [m/s]": "m/s"})
    with pytest.raises(TableError, match="missing"):
        read_features(written(tmp_path, "w,t"), ["v [m/s]"], TableSpec(), {"v [m/s]": "m/s"})


def test_a_factor_turns_one_unit_into_the_other():
    assert factor_between("cm", "m", "x") == pytest.approx(0.01)
    assert factor_between("m s^-1", "m/s", "x") == 1.0
