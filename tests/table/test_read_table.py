"""What is read from tables that can be used, however they are written."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import zstandard

from kansr.table import Table, TableSpec, features_from_frame, read_features, read_table, table_from_frame

N = 30
A, B, Y = np.arange(N) ** 2 / 7, np.arange(N) % 5 + 0.25, np.arange(N) * 1.5
LINES = [f"{a},{b},{y}" for a, b, y in zip(A.tolist(), B.tolist(), Y.tolist(), strict=True)]
TEXT = "a,b,y\n" + "\n".join(LINES) + "\n"
SEMICOLONS = TEXT.replace(",", ";")


def written(path: Path, content: str | bytes, spec: TableSpec = TableSpec()) -> Table:  # noqa: B008
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, spec)


def kinds(table: Table) -> list[str]:
    return [warning.kind for warning in table.warnings]


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("data.csv", TEXT, []),
        ("data", TEXT, []),
        ("data.csv", TEXT.replace("\n", "\r\n"), []),
        ("data.csv", TEXT.replace("\n", "\r"), []),
        ("data.csv", TEXT.rstrip("\n"), []),
        ("data.csv", TEXT.replace(",", " , "), []),
        ("data.csv", SEMICOLONS, []),
        ("data.csv", SEMICOLONS.replace(".", ","), ["decimal-comma"]),
        ("data.csv", "sep=;\r\n" + SEMICOLONS, []),
        ("data.tsv", TEXT.replace(",", "\t"), []),
        ("data.tsv", TEXT.replace(",", "\t").replace(".", ","), ["decimal-comma"]),
        ("data.txt", TEXT.replace(",", "|"), []),
        ("data.txt", TEXT.replace(",", "   "), []),
        ("data.txt", "  " + TEXT.replace(",", "\t ").replace("\n", "  \n   "), []),
        ("data.txt", "# a b y\n" + TEXT.replace(",", " ").partition("\n")[2], []),
        ("data.csv", "# made by hand\n\n# twice\n" + TEXT.replace("\n", "\n# so\n", 2) + "\n#end", []),
        ("data.csv", "\n\n" + TEXT.replace("\n", "\n\n"), []),
        ("data.csv", TEXT.replace("\n", ",\n"), ["trailing-delimiter"]),
        ("data.csv", "a,b,y\n" + TEXT.replace("\n", ",\n").partition("\n")[2], ["trailing-delimiter"]),
        ("data.csv", SEMICOLONS.replace("\n", ";;;\n"), ["trailing-delimiter"]),
        ("data.csv", '"a","b","y"\n' + "\n".join('"' + x.replace(",", '","') + '"' for x in LINES), []),
        ("data.csv", '"a","b","y"\n' + "\n".join('"' + x.replace(",", '","') + '"' for x in LINES), []),
        ("data.csv", TEXT.encode("utf-8-sig"), []),
        ("data.csv", TEXT.encode("utf-16"), []),
        ("data.csv", TEXT.encode("utf-32"), []),
        ("data.csv.gz", gzip.compress(TEXT.encode()), []),
        ("renamed.csv", gzip.compress(TEXT.encode()), []),
        ("data.csv.zst", zstandard.compress(TEXT.encode()), []),
        ("data.csv.zst", zstandard.compress(TEXT[:99].encode()) + zstandard.compress(TEXT[99:].encode()), []),
    ],
)
def test_the_same_numbers_are_read_however_they_are_written(
    file: str, content: str | bytes, said: list[str], tmp_path: Path
) -> None:
    table = written(tmp_path / file, content)
    assert (table.features, table.target, kinds(table)) == (("a", "b"), "y", said)
    np.testing.assert_array_equal(table.x, np.column_stack([A, B]))
    np.testing.assert_array_equal(table.y, Y)
    assert table.sha256 == table_from_frame(pd.DataFrame({"a": A, "b": B, "y": Y})).sha256


def test_stdin_is_read_as_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(TEXT.encode()))))
    table = read_table("-")
    assert (table.source, len(table)) == ("<stdin>", N)


def test_target_and_features_are_those_asked_for_in_their_order(tmp_path: Path) -> None:
    table = written(tmp_path / "data.csv", TEXT, TableSpec(target="a", features=("y", "b")))
    assert (table.features, table.target) == (("y", "b"), "a")
    np.testing.assert_array_equal(table.x, np.column_stack([Y, B]))


def test_names_are_taken_as_they_are_even_where_they_clash_with_formulas(tmp_path: Path) -> None:
    names = ["E", "I", "N", "S", "lambda", "beta", "x y", "Δp [Pa]", "a-b", 'say "hi"', "if"]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    rows = "\n".join(",".join(str(i * k % 31) for k in range(1, 12)) for i in range(N))
    table = written(tmp_path / "data.csv", f"{header}\n{rows}")
    assert (*table.features, table.target) == tuple(names)


def test_without_a_header_the_columns_are_numbered(tmp_path: Path) -> None:
    rows = TEXT.partition("\n")[2]
    table = written(tmp_path / "data.csv", rows, TableSpec(header=False))
    assert (table.features, table.target, len(table), kinds(table)) == (("x1", "x2"), "y", N, [])
    found = written(tmp_path / "data.csv", rows)
    assert (found.features, len(found), kinds(found)) == (("x1", "x2"), N, ["no-header"])


def test_numbers_are_names_where_they_are_asked_for(tmp_path: Path) -> None:
    content = "400,500,600\n" + TEXT.partition("\n")[2]
    table = written(tmp_path / "data.csv", content, TableSpec(target="500"))
    assert (table.features, len(table), kinds(table)) == (("400", "600"), N, [])
    np.testing.assert_array_equal(read_features(tmp_path / "data.csv", ["600"])[:, 0], Y)


def test_lines_before_the_header_are_skipped(tmp_path: Path) -> None:
    assert len(written(tmp_path / "data.csv", f"Device 7\nserial,12\n{TEXT}", TableSpec(skip_lines=2))) == N


def test_an_encoding_is_obeyed(tmp_path: Path) -> None:
    content = TEXT.replace("a,", "Température,").encode("cp1252")
    assert written(tmp_path / "data.csv", content, TableSpec(encoding="cp1252")).features[0] == "Température"


@pytest.mark.parametrize("delimiter", [";", "semicolon"])
def test_a_delimiter_is_obeyed(delimiter: str, tmp_path: Path) -> None:
    table = written(tmp_path / "data.csv", SEMICOLONS.replace("b", "b,c"), TableSpec(delimiter=delimiter))
    assert table.features == ("a", "b,c")


def test_quoted_decimal_commas_between_commas_are_read_when_asked_for(tmp_path: Path) -> None:
    content = "a,y\n" + "".join(f'"{i},5",{i}\n' for i in range(N))
    assert written(tmp_path / "data.csv", content, TableSpec(decimal=",")).x[3, 0] == 3.5


def test_decimal_commas_that_could_be_thousands_are_reported_with_both_readings(tmp_path: Path) -> None:
    table = written(tmp_path / "data.csv", "a;y\n" + "".join(f"1,{i + 100};{i * i}\n" for i in range(N)))
    assert '"1,100" is read as 1.100, not as 1100' in table.warnings[0].message


def test_booleans_are_zero_and_one_and_integers_are_floats(tmp_path: Path) -> None:
    table = written(tmp_path / "data.csv", "a,b,y\n" + "".join(f"{i % 2 == 0},{i * i},{i}\n" for i in range(N)))
    np.testing.assert_array_equal(table.x[:3], [[1, 0], [0, 1], [1, 4]])
    assert table.x.dtype == table.y.dtype == np.float64


def test_whole_numbers_beyond_float64_are_read_with_a_warning(tmp_path: Path) -> None:
    table = written(tmp_path / "data.csv", "a,y\n" + "".join(f"{3**i * 10**20 + 1},{i}\n" for i in range(N)))
    assert "rounded" in kinds(table)
    assert table.x[2, 0] == float(9 * 10**20 + 1)


def test_a_typographic_minus_is_a_minus(tmp_path: Path) -> None:
    assert written(tmp_path / "data.csv", "a,y\n" + "".join(f"−{i}.5,{i}\n" for i in range(N))).x[3, 0] == -3.5


def test_rows_that_miss_a_value_are_left_out_and_named(tmp_path: Path) -> None:
    content = TEXT + "1,,3\nNA,2,3\n" + "1,-999,3\n"
    table = written(tmp_path / "data.csv", content, TableSpec(null_values=("-999",)))
    (warning,) = table.warnings
    assert (len(table), warning.kind, warning.column, warning.row) == (N, "missing", "b", N + 1)
    assert f"3 of {N + 3} rows" in warning.message
    assert f"rows {N + 1}, {N + 2}, {N + 3}" in warning.message


def test_a_gap_in_a_column_that_is_not_used_loses_no_row(tmp_path: Path) -> None:
    content = "\n".join(f"{line}," if i % 2 else f"{line},7" for i, line in enumerate(LINES))
    table = written(tmp_path / "data.csv", f"a,b,y,c\n{content}", TableSpec(target="y", features=("a", "b")))
    assert (len(table), table.warnings) == (N, ())


def test_parquet_of_any_number_type_is_read(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "small": np.arange(N, dtype=np.int8) ** 2 % 50,
            "single": (np.arange(N) / 3).astype(np.float32),
            "nullable": pd.array([None, *range(1, N)], dtype="Int64"),
            "text": [str(i % 7) for i in range(N)],
            "category": pd.Categorical([i % 4 for i in range(N)]),
            "y": np.arange(N) * 0.5,
        },
        index=pd.Index(np.arange(N), name="index"),
    )
    frame.to_parquet(tmp_path / "data.parquet")
    table = read_table(tmp_path / "data.parquet", TableSpec(target="y"))
    assert table.features == ("small", "single", "nullable", "text", "category")
    assert (len(table), table.x[0, 2], table.x[3, 1]) == (N - 1, 1.0, float(np.float32(4 / 3)))


def test_features_are_found_by_name_in_any_order_without_the_target(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("note,b,a\nhi,1,2\nyou,3,4\n")
    np.testing.assert_array_equal(read_features(tmp_path / "new.csv", ["a", "b"]), [[2, 1], [4, 3]])


def test_features_without_a_header_are_taken_in_order(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("1,2\n3,4\n")
    np.testing.assert_array_equal(read_features(tmp_path / "new.csv", ["p", "q"]), [[1, 2], [3, 4]])
    (tmp_path / "new.csv").write_text("1,2,9\n3,4,9\n")
    np.testing.assert_array_equal(read_features(tmp_path / "new.csv", ["x1", "x2"]), [[1, 2], [3, 4]])


def test_one_row_and_one_column_are_enough_for_a_prediction(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("length\n1.5\n")
    np.testing.assert_array_equal(read_features(tmp_path / "new.csv", ["length"]), [[1.5]])
    np.testing.assert_array_equal(features_from_frame(pd.DataFrame({"length": [2]}), ["length"]), [[2.0]])


def test_the_room_opens_without_pandas_or_torch() -> None:
    code = "import sys, kansr.table; sys.exit(any(m in sys.modules for m in ('pandas', 'pyarrow', 'torch', 'sympy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_large_table_is_read_without_a_loop_over_rows(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(200_000, 4))
    pd.DataFrame(x, columns=list("abcy")).to_csv(tmp_path / "data.csv", index=False)
    start = time.process_time()
    table = read_table(tmp_path / "data.csv", TableSpec(sample=None))
    assert time.process_time() - start < 2.0
    np.testing.assert_array_equal(np.column_stack([table.x, table.y]), x)
