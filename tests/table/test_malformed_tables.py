"""Inputs that cannot be used: each ends in one of our errors, which says what and where."""

from __future__ import annotations

import gzip
import io
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.errors import KansrError, TableError, UsageError
from kansr.table import TableSpec, read_features, read_table

ROWS = "".join(f"{i * i / 7},{i % 5},{i}\n" for i in range(30))
GOOD = f"a,b,y\n{ROWS}"
PARQUET = b"PAR1" + bytes(range(1, 200))


@dataclass(frozen=True, kw_only=True)
class Bad:
    name: str
    content: str | bytes
    says: tuple[str, ...]
    spec: TableSpec = field(default_factory=TableSpec)
    error: type[KansrError] = TableError
    file: str = "data.csv"


BAD = (
    Bad(name="empty file", content="", says=("the input is empty", "data.csv")),
    Bad(name="blank lines only", content="\n \n\t\n", says=("empty", "data.csv")),
    Bad(name="comments only", content="# a\n# b\n", says=("no lines",)),
    Bad(name="delimiters only", content=",,\n" * 40, says=("no cell holds anything",)),
    Bad(name="header only", content="a,b,y\n", says=("no rows",)),
    Bad(name="one row", content="a,b,y\n1,2,3\n", says=("1 row", "at least 5")),
    Bad(name="four rows", content="a,b,y\n" + "1,2,3\n" * 4, says=("4 rows", "at least 5")),
    Bad(name="one column", content="y\n" + "1\n2\n3\n" * 3, says=("no feature is left", '"y" is the only column')),
    Bad(name="long first row", content=f"a,b,y\n1,2,3,4\n{ROWS}", says=("row 1 has 4 cells", "header has 3")),
    Bad(name="long row", content=f"{GOOD}1,2,3,4\n", says=("row 31 has 4 cells", "header has 3")),
    Bad(name="short row", content=f"{GOOD}1,2\n", says=("row 31 has 2 cells", "header has 3")),
    Bad(name="short row of words", content=f"a b y\n{ROWS.replace(',', '  ')}1 2\n", says=("row 31 has 2 cells",)),
    Bad(name="open quote", content=f'{GOOD}"1,2,3\n4,5,6\n', says=("row 31", "quote left open")),
    Bad(name="twin names", content=f"a,a,y\n{ROWS}", says=('columns 1 and 2 are both named "a"',)),
    Bad(name="twin names after stripping", content=f"a, a ,y\n{ROWS}", says=("columns 1 and 2",)),
    Bad(name="infinite", content=f"{GOOD}1,inf,2\n", says=("infinite", 'row 31, column "b"')),
    Bad(name="minus infinite target", content=f"{GOOD}1,2,-Infinity\n", says=("infinite", 'row 31, column "y"')),
    Bad(name="overflow", content=f"{GOOD}1e999,2,3\n", says=("infinite", 'row 31, column "a"', "1.8e308")),
    Bad(name="huge integer", content=f"a,b,y\n{'1' + '0' * 400},1,2\n{ROWS}", says=("infinite", 'row 1, column "a"')),
    Bad(
        name="missing",
        content=f"{GOOD}1,,3\n",
        spec=TableSpec(missing="fail"),
        says=("missing", "1 of 31 rows", 'row 31, column "b"'),
    ),
    Bad(
        name="mostly missing",
        content="a,b,y\n" + "1,,3\n2,,4\n3,1,4\n" * 9 + "1,,3\n2,,4\n3,2,4\n",
        says=("20 of 30 rows", 'row 1, column "b"', "-x"),
    ),
    Bad(
        name="placeholder", content=f"{GOOD}1,?,3\n", says=('"?" is not a number', 'row 31, column "b"', "--null-value")
    ),
    Bad(name="thousands", content=f'{GOOD}"1,234",1,2\n', says=('"1,234"', 'row 31, column "a"', "thousands")),
    Bad(name="percent", content="a,y\n" + "5 %,1\n7 %,2\n" * 5, says=('"5 %"', 'row 1, column "a"', "percent")),
    Bad(name="unit in a cell", content="a,y\n" + "5 cm,1\n7 cm,2\n" * 5, says=('"5 cm"', "unit", "header")),
    Bad(name="comma and point", content="a;y\n1,5;2.5\n" + "1.5;2\n2;4\n" * 5, says=('"1,5"', "row 1", "one decimal")),
    Bad(
        name="decimal comma denied",
        content="a;y\n" + "1,5;2\n2,5;3\n" * 5,
        spec=TableSpec(decimal="."),
        says=('"1,5"', 'row 1, column "a"', "--decimal ,"),
    ),
    Bad(
        name="decimal point denied",
        content="a;y\n" + "1.5;2\n2.5;3\n" * 5,
        spec=TableSpec(decimal=","),
        says=('"1.5"', 'row 1, column "a"', "--decimal ."),
    ),
    Bad(
        name="text target",
        content="x,name\n" + "1,ada\n2,bob\n" * 5,
        says=('"ada" is text', 'row 1, column "name"', "-t"),
    ),
    Bad(
        name="text feature asked for",
        content="x,name,y\n" + "1,ada,3\n2,bob,4\n" * 5,
        spec=TableSpec(features=("x", "name")),
        says=('"ada" is text', 'row 1, column "name"', "-x"),
    ),
    Bad(
        name="date feature asked for that is none",
        content="x,day,y\n" + "1,2020-02-29,3\n2,2020-02-30,4\n" * 5,
        spec=TableSpec(features=("day",)),
        says=('"2020-02-29" is a date', 'row 1, column "day"', "2023-12-31"),
    ),
    Bad(
        name="date target",
        content="x,day\n" + "1,2020-02-29\n2,2020-03-01\n" * 5,
        says=('"2020-02-29" is a date', 'row 1, column "day"', "-t"),
    ),
    Bad(name="empty target", content="x,y\n" + "1,\n2,\n" * 5, says=("holds no values", 'column "y"')),
    Bad(
        name="only text features", content="n,y\n" + "ada,1\nbob,2\n" * 5, says=("no feature", 'column "n" holds text')
    ),
    Bad(name="only constant features", content="a,y\n" + "5,1\n5,2\n" * 5, says=("no feature", '"a" is constant (5)')),
    Bad(
        name="misspelt target",
        content=f"temp,time,y\n{ROWS}",
        spec=TableSpec(target="tmep"),
        error=UsageError,
        says=('no column "tmep"', 'did you mean "temp"?'),
    ),
    Bad(
        name="misspelt feature",
        content=GOOD,
        spec=TableSpec(features=("q",)),
        error=UsageError,
        says=('no column "q"', "the columns are: a, b, y"),
    ),
    Bad(
        name="target as feature",
        content=GOOD,
        spec=TableSpec(features=("a", "y")),
        error=UsageError,
        says=('"y" is both',),
    ),
    Bad(
        name="feature twice", content=GOOD, spec=TableSpec(features=("a", "a")), error=UsageError, says=('"a"', "twice")
    ),
    Bad(name="no features", content=GOOD, spec=TableSpec(features=()), error=UsageError, says=("no features",)),
    Bad(
        name="wrong encoding",
        content=f"Température,b\x81,y\n{ROWS}".encode("latin-1"),
        says=("byte 0xe9 in line 1 is not utf-8", "Température", "--encoding cp1252"),
    ),
    Bad(
        name="no such encoding",
        content=GOOD,
        spec=TableSpec(encoding="utf-9"),
        error=UsageError,
        says=("'utf-9'", "utf-8"),
    ),
    Bad(
        name="encoding that is no text",
        content=GOOD,
        spec=TableSpec(encoding="rot13"),
        error=UsageError,
        says=("'rot13'",),
    ),
    Bad(name="odd UTF-16", content=GOOD.encode("utf-16")[:-1], says=("utf-16",)),
    Bad(name="NUL byte", content=f"a,b,y\n1,\0,2\n{ROWS}", says=("line 2 holds a NUL byte",)),
    Bad(name="binary", content=bytes(range(256)) * 20, says=("NUL byte", "not text")),
    Bad(name="picture", content=b"\x89PNG\r\n\x1a\n\0\0", says=("PNG picture", "CSV")),
    Bad(name="workbook", content=b"PK\x03\x04 and so on", file="data.xlsx", says=("workbook is damaged", "CSV")),
    Bad(name="not gzip", content=GOOD, file="data.csv.gz", says=("not gzip", "data.csv.gz")),
    Bad(name="cut gzip", content=gzip.compress(GOOD.encode())[:-9], file="data.csv.gz", says=("gzip", "damaged")),
    Bad(name="bad gzip", content=b"\x1f\x8bnonsense", file="data.csv.gz", says=("gzip", "damaged")),
    Bad(name="not zstd", content=GOOD, file="data.csv.zst", says=("not zstd",)),
    Bad(
        name="cut zstd",
        content=zstandard.compress(GOOD.encode())[:-9],
        file="data.csv.zst",
        says=("zstd", "damaged", "too early"),
    ),
    Bad(name="bad zstd", content=b"\x28\xb5\x2f\xfdnonsense", file="data.csv.zst", says=("zstd", "damaged")),
    Bad(name="empty inside gzip", content=gzip.compress(b""), file="data.csv.gz", says=("empty",)),
    Bad(name="not Parquet", content=GOOD, file="data.parquet", says=("not Parquet",)),
    Bad(name="bad Parquet", content=PARQUET, file="data.parquet", says=("Parquet file is damaged",)),
    Bad(name="too many skipped", content=GOOD, spec=TableSpec(skip_lines=99), says=("cannot skip 99 lines", "only 32")),
    Bad(name="long cell", content=f'a,y\n"{"z" * 200_000}",1\n', says=("not closed within",)),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_malformed_table_ends_in_an_error_that_says_what_and_where(bad: Bad, tmp_path: Path) -> None:
    path = tmp_path / bad.file
    path.write_bytes(bad.content if isinstance(bad.content, bytes) else bad.content.encode())
    with pytest.raises(bad.error) as caught:
        read_table(path, bad.spec)
    for words in bad.says:
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("dato.csv", ("no file 'dato.csv'", "did you mean", "data.csv")),
        ("zzzzzzzz", ("no file", "the folder holds: data.csv")),
        ("nowhere/data.csv", ("there is no folder",)),
        (".", ("this is a folder", "data.csv")),
        ("a\0b", ("cannot read",)),
    ],
)
def test_a_path_that_is_no_file_is_a_usage_error_with_the_nearest_name(
    name: str, says: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text(GOOD)
    with pytest.raises(UsageError) as caught:
        read_table(f"{tmp_path}/{name}")
    for words in says:
        assert words in str(caught.value)


def test_an_empty_pipe_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(TableError, match="empty") as caught:
        read_table("-")
    assert caught.value.where == "<stdin>"


@pytest.mark.parametrize(
    "options",
    [
        {"decimal": "x"},
        {"missing": "guess"},
        {"skip_lines": -1},
        {"delimiter": ""},
        {"delimiter": ".."},
        {"delimiter": "\n"},
        {"delimiter": "a"},
        {"delimiter": "."},
        {"split": (0.7, 0.3, 0.0)},
        {"split": (0.7, 0.3)},
        {"split": (float("nan"), 0.3, 0.3)},
    ],
    ids=str,
)
def test_a_spec_that_cannot_be_is_a_usage_error(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        TableSpec(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a,B \n1,2\n", ('column "b" is missing', 'did you mean "B"?')),
        ("a,b\n1,2\n,3\n", ("a value is missing", 'row 2, column "a"')),
        ("a,b\n1,2\n1,x y\n1,z\n", ('"x y" is text', 'row 2, column "b"')),
        ("a,b\n1,2\n1,inf\n", ("infinite", 'row 2, column "b"')),
        ("a,b\n", ("no rows",)),
    ],
)
def test_features_for_a_prediction_must_all_be_there(content: str, says: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text(content)
    with pytest.raises(TableError) as caught:
        read_features(path, ["a", "b"])
    for words in says:
        assert words in str(caught.value)


def test_columns_of_other_kinds_in_parquet_are_refused_by_name(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": np.arange(9.0), "when": pd.date_range("2020-01-01", periods=9), "list": [[1, 2]] * 9})
    frame.to_parquet(tmp_path / "data.parquet")
    for target, says in (("when", "is a date"), ("list", "holds lists")):
        with pytest.raises(TableError, match=says):
            read_table(tmp_path / "data.parquet", TableSpec(target=target))


PIECES = st.sampled_from(
    [*"\n\r,;\t |\"'#.-+eE=%\0", "1", "2.5", "1,5", "nan", "inf", "é", "\ufeff", "9" * 400, "2020-01-01", "\u2028"]
)
MANGLED = st.builds(
    lambda cut, piece, times: (GOOD[:cut] + piece * times + GOOD[cut + times :]).encode(),
    st.integers(0, len(GOOD)),
    PIECES,
    st.integers(1, 4),
)


@settings(max_examples=300, deadline=None)
@given(content=st.one_of(MANGLED, st.lists(PIECES).map(lambda cells: "".join(cells).encode()), st.binary()))
def test_any_bytes_give_a_finite_table_or_one_of_our_errors(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except KansrError:
        return
    assert np.isfinite(table.x).all()
    assert np.isfinite(table.y).all()
