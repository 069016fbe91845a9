"""No bit is lost between a table, CSV and Parquet; split and card."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kansr.errors import TableError, UsageError
from kansr.table import Table, TableSpec, card, read_parquet, read_table, split_rows, table_from_frame, write_parquet

any_number = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=True)
any_rows = st.tuples(st.integers(5, 30), st.integers(2, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=any_number, unique=True)
)
any_name = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1)
NOT_NAMES = {name: f"{name}." for name in ("id", "row")}


def _is_plain(name: str) -> bool:
    return name[0] not in "#'" and "[" not in name  # a unit follows


def bits(table: Table) -> bytes:
    return np.column_stack([table.x, table.y]).tobytes()


@settings(max_examples=60, deadline=None)
@given(values=any_rows, pack=st.booleans(), data=st.data())
def test_any_table_survives_csv_and_parquet_to_the_bit(values: np.ndarray, pack: bool, data: st.DataObject) -> None:
    width = values.shape[1]
    names = data.draw(
        st.lists(
            any_name.filter(lambda name: name[0] not in "#'" and "[" not in name),
            min_size=width,
            max_size=width,
            unique=True,
        )
    )
    frame = pd.DataFrame(values, columns=names)
    spec = TableSpec(features=tuple(names[:-1]), target=names[-1], delimiter="comma")
    try:
        table = table_from_frame(frame, spec)
    except TableError as error:  # columns that differ by rounding only
        assert "is constant" in error.what
        return
    text = frame.to_csv(index=False).encode()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").write_bytes(gzip.compress(text) if pack else text)
        frame.to_parquet(Path(folder) / "data.parquet")
        write_parquet(table, Path(folder) / "kept.parquet")
        again = [read_table(Path(folder) / name, spec) for name in ("data", "data.parquet")]
        kept = read_parquet(Path(folder) / "kept.parquet")
    for other in (*again, kept):
        assert (other.features, other.target, other.sha256) == (table.features, table.target, table.sha256)
        assert bits(other) == bits(table)


def example() -> Table:
    n = np.arange(40)
    return table_from_frame(pd.DataFrame({"Δp [Pa]": np.sin(n * n), "name": ["a"] * 40, "x y": n % 7, "y": n * 0.5}))


def test_a_written_table_comes_back_whole(tmp_path: Path) -> None:
    table = example()
    write_parquet(table, tmp_path / "table.parquet")
    again = read_parquet(tmp_path / "table.parquet")
    assert (again.source, again.warnings, again.sha256) == (table.source, table.warnings, table.sha256)
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.parquet"]


def test_a_table_written_by_others_or_changed_is_not_taken_for_ours(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pd.DataFrame({"a": [1.0], "y": [2.0]}).to_parquet(path)
    with pytest.raises(TableError, match="not written by kansr"):
        read_parquet(path)
    write_parquet(example(), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(TableError, match="damaged"):
        read_parquet(path)


def test_the_fingerprint_depends_on_values_names_and_order() -> None:
    frame = pd.DataFrame({"a": np.arange(9.0) ** 2, "b": np.arange(9.0) ** 3, "y": np.arange(9.0) % 4})
    changed = frame.copy()
    changed.loc[3, "a"] = np.nextafter(9.0, 10.0)
    others = [frame.rename(columns={"a": "c"}), frame[["b", "a", "y"]], frame[::-1], changed]
    assert len({table_from_frame(one).sha256 for one in (frame, *others)}) == 5


@given(rows=st.integers(5, 500), seed=st.integers(0, 2**32), shares=st.tuples(*[st.floats(0.01, 100)] * 3))
def test_a_split_deals_each_row_out_once(rows: int, seed: int, shares: tuple[float, float, float]) -> None:
    split = split_rows(rows, seed, shares)
    parts = (split.train, split.validation, split.test)
    assert all(len(part) and np.all(np.diff(part) > 0) for part in parts)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(rows))


@given(rows=st.integers(20, 500))
def test_parts_have_their_shares_to_half_a_row(rows: int) -> None:
    split = split_rows(rows, seed=0)
    assert abs(len(split.validation) - 0.15 * rows) <= 0.5 + 1e-9
    assert len(split.validation) == len(split.test)


def test_a_split_is_decided_by_its_seed_alone() -> None:
    first = split_rows(100, seed=3)
    np.random.default_rng(0).normal(size=9)
    np.testing.assert_array_equal(first.test, split_rows(100, seed=3).test)
    assert not np.array_equal(first.test, split_rows(100, seed=4).test)


def test_tiny_tables_keep_a_row_for_each_part_or_are_refused() -> None:
    assert [len(split_rows(5, 0).train), len(split_rows(9, 0).train)] == [3, 7]
    with pytest.raises(TableError, match="4 rows"):
        split_rows(4, seed=0)
    with pytest.raises(UsageError):
        split_rows(100, 0, (1.0, 0.0, 0.0))


def test_the_card_is_plain_json_and_tells_what_the_table_holds() -> None:
    table = example()
    told = json.loads(json.dumps(card(table, split_rows(len(table), seed=0)), allow_nan=False))
    assert (told["rows"], told["sha256"], told["target"]) == (40, table.sha256, "y")
    assert told["split"] == {"train": 28, "validation": 6, "test": 6}
    assert [column["role"] for column in told["columns"]] == ["feature", "feature", "target"]
    assert told["columns"][1] | {"sd": 0} == {
        "name": "x y", "role": "feature", "unit": None, "min": 0.0, "max": 6.0, "mean": 2.875, "sd": 0, "distinct": 7
    }  # fmt: skip
    assert told["columns"][1]["sd"] == pytest.approx(np.std(np.arange(40) % 7))
    assert told["warnings"][0]["kind"] == "text"


def test_the_card_of_the_largest_numbers_is_still_json() -> None:
    x = np.array([1.7e308, -1.7e308] * 20)
    table = table_from_frame(pd.DataFrame({"x": x, "y": np.arange(40) % 3}))
    told = card(table, split_rows(40, seed=0))
    assert (told["columns"][0]["mean"], told["columns"][0]["sd"]) == (0.0, 1.7e308)


def test_feather_gives_what_parquet_gives(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"a": np.arange(30.0) ** 2 / 7, "b": np.arange(30) % 7, "name": ["ada"] * 30, "y": np.arange(30)}
    )
    frame.to_parquet(tmp_path / "data.parquet")
    for compression in ("lz4", "uncompressed"):
        frame.to_feather(tmp_path / "data.feather", compression=compression)
        assert read_table(tmp_path / "data.feather").sha256 == read_table(tmp_path / "data.parquet").sha256
    (tmp_path / "data.feather").write_bytes((tmp_path / "data.feather").read_bytes()[:-9])
    with pytest.raises(TableError, match="Feather file is damaged"):
        read_table(tmp_path / "data.feather")
