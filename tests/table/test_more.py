"""More rows for a table that is known: the same columns, nothing twice."""

import numpy as np
import pytest

from kansr.errors import TableError, UsageError
from kansr.table import TableSpec, joined, read_more, read_table


def written(path, text):
    path.write_text(text)
    return str(path)


@pytest.fixture
def table(tmp_path):
    rows = "\n".join(f"{i / 7!r},{i % 3},{i * i}" for i in range(9))
    return read_table(written(tmp_path / "old.csv", f"a,b,y\n{rows}\n"))


def test_columns_are_taken_by_name_and_a_constant_one_stays(table, tmp_path):
    text = "y,other,b,a\n" + "\n".join(f"{i},x,1,{i + 10}" for i in range(6))
    more = read_more(written(tmp_path / "more.csv", text), table, TableSpec())
    assert (more.features, more.target, more.x.shape) == (("a", "b"), "y", (6, 2))
    assert more.x[:, 0].tolist() == [10, 11, 12, 13, 14, 15]
    both = joined(table, more)
    assert len(both) == 15
    assert both.source.endswith("more.csv")
    assert np.array_equal(both.x[:9], table.x)


def test_rows_that_are_known_are_left_out_and_when_all_are_it_is_an_error(table, tmp_path):
    old = (tmp_path / "old.csv").read_text()
    with pytest.raises(TableError, match="no new row: all 9 are known"):
        read_more(tmp_path / "old.csv", table, TableSpec())
    some = old + "".join(f"{i},0,{i}\n" for i in range(20, 26))
    assert len(read_more(written(tmp_path / "some.csv", some), table, TableSpec())) == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b,z\n" + "1,2,3\n" * 9, '"y" is missing'),
        ("a,y\n" + "1,2\n" * 9, '"b" is missing'),
        ("a,b,y\n1,2,3\n", "at least 5"),
        ("a,b,y\n" + "1,2,3\n" * 6 + "1,,3\n", "row 7"),
        ("a,b,y\n", ""),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(table, tmp_path, text, says):
    with pytest.raises(TableError) as error:
        read_more(written(tmp_path / "more.csv", text), table, TableSpec())
    assert says in str(error.value)


def test_measurement_errors_are_read_too_and_must_be_above_zero(tmp_path):
    spec = TableSpec(sigma="e")
    rows = "\n".join(f"{i},{i * i},0.{i + 1}" for i in range(9))
    table = read_table(written(tmp_path / "old.csv", f"a,y,e\n{rows}\n"), spec)
    new = "\n".join(f"{i},{i * i},2" for i in range(10, 16))
    more = read_more(written(tmp_path / "more.csv", f"a,y,e\n{new}\n"), table, spec)
    assert joined(table, more).sigma.tolist()[-6:] == [2] * 6
    with pytest.raises(TableError, match="not above zero"):
        read_more(written(tmp_path / "bad.csv", f"a,y,e\n{new}\n3,4,0\n"), table, spec)


def test_units_are_converted_and_another_kind_of_unit_is_refused(tmp_path):
    pytest.importorskip("pint")
    rows = "\n".join(f"{i},{i * i}" for i in range(9))
    table = read_table(written(tmp_path / "old.csv", f"d [m],t [s]\n{rows}\n"))
    new = "\n".join(f"{i},{i * i}" for i in range(10, 16))
    more = read_more(written(tmp_path / "more.csv", f"d [km],t [s]\n{new}\n"), table, TableSpec())
    assert more.x[0, 0] == 10_000
    with pytest.raises(UsageError):
        read_more(written(tmp_path / "bad.csv", f"d [kg],t [s]\n{new}\n"), table, TableSpec())
