"""Units on the command line."""

import json
import re

import pytest

FALL = [(t / 10, 4.905 * (t / 10) ** 2) for t in range(5, 65)]


@pytest.fixture
def table(tmp_path):
    """Give a function that writes a table of a fall with this header."""

    def write(header):
        lines = [header, *(f"{t!r},{x!r}" for t, x in FALL)]
        (tmp_path / "fall.csv").write_text("\n".join(lines), encoding="utf-8")
        return "fall.csv"

    return write


def test_a_unit_that_is_none_is_refused_before_anything_is_done(here, table, tmp_path):
    answer = here("fit", table("t [sec],x [foo]"))
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "the unit 'foo' cannot be used: 'foo' is no unit that is known (column \"x [foo]\")" in answer.stderr
    assert '--units "x=' in answer.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("units", ["none", "x=none", "x=m"])
def test_an_option_comes_before_the_header(here, table, units):
    answer = here("score", table("t [s],x [foo]"), "-f", "4.905*t**2", "--units", units)
    assert answer.returncode == 0, answer.stderr


def test_a_unit_of_a_column_that_is_not_there_is_refused(here, table):
    answer = here("fit", table("t,x"), "--units", "time=s")
    assert answer.returncode == 2
    assert 'a unit is given for "time", and there is no such column' in answer.stderr


def test_a_fit_gives_constants_their_units(here, table):
    source = table("t [s],x [m]")
    answer = here("fit", source, "-t", "x", "--recipe", "quick", "--budget", "60", "--functions", "x^2", "--json")
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert record["formula"] == "4.905*t**2"
    assert record["units"] == {"columns": {"t [s]": "s", "x [m]": "m"}, "constants": {"4.905": "m/s^2"}}
    shown = here("show")
    assert re.search(r"fitted   4\.905 ± \S+ m/s\^2\n", re.sub(" +\n", "\n", shown.stdout))
    exported = json.loads(here("export", "--to", "json").stdout)
    assert exported["units"] == {"4.905": "m/s^2"}
