"""Databases by URL: rows are read, nothing is written, and no secret of the URL comes out."""

import json
import sqlite3
import traceback

import numpy as np
import pytest

from kansr.errors import KansrError, TableError, UsageError
from kansr.table import TableSpec, card, public_name, read_features, read_table, split_rows, write_parquet

N = 30
ROWS = [(i * i / 7, i % 5, "steel" if i % 2 else "brass", i * 1.5) for i in range(N)]


@pytest.fixture
def lab(tmp_path):
    """A database with one table, by its URL."""
    connection = sqlite3.connect(tmp_path / "lab.db")
    connection.execute('create table "first runs" (a real, b integer, metal text, y real)')
    connection.executemany('insert into "first runs" values (?, ?, ?, ?)', ROWS)
    connection.commit()
    connection.close()
    return f"sqlite:///{tmp_path / 'lab.db'}"


def told(error: BaseException) -> str:
    """Everything that can be printed of an error."""
    return "".join(traceback.format_exception(error)) + repr(vars(error))


@pytest.mark.parametrize(
    "spec",
    [
        TableSpec(),
        TableSpec(name="first runs"),
        TableSpec(query="-- all of them\nselect a, b, metal, y from 'first runs'"),
    ],
)
def test_a_table_and_a_query_give_the_rows_that_are_there(spec, lab):
    table = read_table(lab, spec)
    assert (table.features, table.target, [w.kind for w in table.warnings]) == (("a", "b"), "y", ["text"])
    np.testing.assert_array_equal(np.column_stack([table.x, table.y]), [[a, b, y] for a, b, _, y in ROWS])


def test_a_query_computes_and_its_signs_are_left_as_they_are(lab):
    query = "with big as (select * from 'first runs' where metal like 'st%') select a as \":x\", y from big"
    assert read_table(lab, TableSpec(query=query)).x.shape == (N // 2, 1)
    np.testing.assert_array_equal(read_features(lab, ["b"])[:, 0], [row[1] for row in ROWS])


def test_null_misses_a_value_and_a_group_is_read(lab):
    query = "select nullif(b, 3) as b, metal, y from 'first runs'"
    table = read_table(lab, TableSpec(query=query, group="metal"))
    assert (len(table), set(table.group.tolist())) == (N - N // 5, {"brass", "steel"})


@pytest.mark.parametrize(
    "query",
    [
        "delete from 'first runs'",
        "drop table 'first runs'",
        "/* select */ update 'first runs' set y = 0",
        "with z as (select 1) delete from 'first runs'",
        "select 1; delete from 'first runs'",
        "",
        "pragma query_only = off",
    ],
)
def test_what_would_write_is_refused_and_the_rows_stay(query, lab):
    with pytest.raises(KansrError):
        read_table(lab, TableSpec(query=query))
    assert len(read_table(lab)) == N


def test_the_connection_itself_cannot_write(lab):
    from kansr.table.sql import _connected

    with pytest.raises(TableError, match=r"readonly|read-only"), _connected(lab) as connection:
        connection.exec_driver_sql("delete from 'first runs'")
    assert len(read_table(lab)) == N


@pytest.mark.usefixtures("lab")
def test_a_database_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(UsageError, match=r"did you mean .*lab\.db"):
        read_table(f"sqlite:///{tmp_path}/lib.db")
    assert [path.name for path in tmp_path.iterdir()] == ["lab.db"]


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (TableSpec(name="frist runs"), 'did you mean "first runs"'),
        (TableSpec(query="select z from 'first runs'"), "no such column: z"),
        (TableSpec(query="select * from 'first runs' where a < 0"), "no row"),
        (TableSpec(query="select y, y from 'first runs'"), 'both named "y"'),
    ],
)
def test_what_is_not_there_is_said(spec, says, lab):
    with pytest.raises(KansrError, match=says):
        read_table(lab, spec)


def test_which_of_several_tables_is_asked(lab):
    connection = sqlite3.connect(lab.removeprefix("sqlite:///"))
    connection.execute("create view later as select * from 'first runs'")
    connection.close()
    with pytest.raises(UsageError, match="there are: first runs, later"):
        read_table(lab)
    assert len(read_table(lab, TableSpec(name="later"))) == N


@pytest.mark.usefixtures("lab")
def test_a_file_is_no_database_and_a_database_file_is_given_as_a_url(tmp_path):
    (tmp_path / "data.csv").write_text("a,y\n" + "".join(f"{i},{i * i}\n" for i in range(9)))
    with pytest.raises(UsageError, match="--query is for databases"):
        read_table(tmp_path / "data.csv", TableSpec(query="select 1"))
    with pytest.raises(TableError, match="sqlite:///"):
        read_table(tmp_path / "lab.db")
    assert len(read_features(tmp_path / "data.csv", ["a"], TableSpec(query="select 1"))) == 9


SECRET = "hunter2"
URLS = (
    f"postgresql://ada:{SECRET}@localhost:1/runs",
    f"postgresql://{SECRET}@localhost:1/runs",
    f"postgresql://ada:{SECRET}?x@localhost:1/runs",
    f"postgresql://ada:a/b{SECRET}@localhost:1/runs",
    f"postgresql://ada:a@b{SECRET}@localhost:1/runs",
    f"postgresql://localhost:1/runs?password={SECRET}&user=me@home",
    f"mssql+pyodbc:///?odbc_connect=PWD%3D{SECRET}",
    f"nosuch://ada:{SECRET}@localhost/runs",
    f"nosuch://ada:1{SECRET}",
    f"postgresql://ada:{SECRET}@local host:port/runs",
    f"sqlite:////tmp/none.db?key={SECRET}",
    f"https://ada:{SECRET}@lab.org/data.csv",
)


@pytest.mark.parametrize("url", URLS)
def test_no_error_tells_a_secret_of_the_url(url):
    assert SECRET not in public_name(url)
    with pytest.raises(KansrError) as caught:
        read_table(url)
    assert SECRET not in told(caught.value)


def test_no_record_of_a_run_tells_a_secret_of_the_url(lab, tmp_path):
    table = read_table(f"{lab}?cipher={SECRET}")
    assert len(table) == N
    write_parquet(table, tmp_path / "rows.parquet")
    assert SECRET not in json.dumps(card(table, split_rows(N, seed=0)))
    assert SECRET.encode() not in (tmp_path / "rows.parquet").read_bytes()
    assert table.source == lab
