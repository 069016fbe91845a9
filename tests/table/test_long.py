"""Tables of any length: a sample that is the same however it is read, and all rows in blocks."""

import numpy as np
import pandas as pd
import pytest

from kansr.errors import TableError
from kansr.table import TableSpec, read_blocks, read_parquet, read_table, split_table, write_parquet
from kansr.table.long import long_table
from kansr.table.sample import dealt, hashed, sample

ROWS = 3000
SPEC = TableSpec(sample=500)


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    x = rng.uniform(1, 2, (ROWS, 2))
    return pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": x[:, 0] * x[:, 1]})


@pytest.fixture
def parquet(frame, tmp_path):
    frame.to_parquet(tmp_path / "t.parquet", row_group_size=700)
    return tmp_path / "t.parquet"


def test_a_sample_does_not_depend_on_the_blocks_that_it_is_drawn_from(frame):
    pieces = [frame.iloc[start : start + 37] for start in range(0, ROWS, 37)]
    one, numbers = sample([frame], 200)
    other, same = sample(pieces, 200)
    pd.testing.assert_frame_equal(one, other)
    np.testing.assert_array_equal(numbers, same)
    pd.testing.assert_frame_equal(one, frame.iloc[numbers].reset_index(drop=True))
    assert len(set(numbers.tolist())) == 200


def test_every_row_is_as_likely_to_be_drawn():
    numbers = [sample([pd.DataFrame({"x": np.arange(100)})], 20, seed)[1] for seed in range(100)]
    counts = np.bincount(np.concatenate(numbers), minlength=100)
    assert abs(counts - 20).max() < 5 * np.sqrt(20 * 0.8)


def test_hashes_spread_over_all_bits():
    bits = np.unpackbits(hashed(np.arange(4096, dtype=np.uint64)).view(np.uint8)).reshape(4096, 64)
    assert abs(bits.mean(0) - 0.5).max() < 0.05


def test_parquet_and_csv_and_a_folder_of_parts_give_the_same_sample(frame, parquet, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    parts = tmp_path / "parts"
    parts.mkdir()
    for i in range(3):
        frame.iloc[i * 1000 : (i + 1) * 1000].to_parquet(parts / f"{i}.parquet")
    tables = [read_table(path, SPEC) for path in (parquet, tmp_path / "t.csv", parts)]
    assert [(len(t), t.of, t.sha256) for t in tables] == [(500, ROWS, tables[0].sha256)] * 3


def test_a_table_that_is_no_longer_than_the_sample_is_read_whole(parquet):
    assert long_table(parquet, TableSpec(sample=ROWS)) is None
    assert read_table(parquet, TableSpec(sample=ROWS)).of is None
    assert len(read_table(parquet, TableSpec(sample=None))) == ROWS


def test_blocks_hold_all_rows_and_the_parts_of_the_sample_are_theirs(frame, parquet):
    table = read_table(parquet, SPEC)
    blocks = list(read_blocks(parquet, SPEC, table))
    x, y = np.concatenate([b.x for b in blocks]), np.concatenate([b.y for b in blocks])
    np.testing.assert_array_equal(np.column_stack([x, y]), frame.to_numpy())
    parts = dict(zip(y.tolist(), dealt(x, y, 3, SPEC.split).tolist(), strict=True))
    split = split_table(table, 3)
    for number, rows in enumerate((split.train, split.validation, split.test)):
        assert {parts[value] for value in table.y[rows].tolist()} == {number}


def test_rows_that_are_there_twice_are_in_one_part_and_shares_are_kept(frame):
    x, y = frame[["a", "b"]].to_numpy(), frame["y"].to_numpy()
    both = dealt(np.concatenate([x, x]), np.concatenate([y, y]), 0, (0.5, 0.3, 0.2))
    np.testing.assert_array_equal(both[:ROWS], both[ROWS:])
    np.testing.assert_allclose(np.bincount(both) / len(both), (0.5, 0.3, 0.2), atol=0.05)


def test_rows_that_miss_a_value_are_left_out_of_blocks(frame, tmp_path):
    frame.loc[7, "a"] = np.nan
    frame.to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet", SPEC)
    assert sum(len(b.y) for b in read_blocks(tmp_path / "t.parquet", SPEC, table)) == ROWS - 1


def test_a_cell_outside_the_sample_that_is_no_number_is_named_by_its_row_in_the_file(frame, tmp_path):
    table_of_numbers = frame.to_csv(index=False).splitlines()
    path = tmp_path / "t.csv"
    path.write_text("\n".join(table_of_numbers))
    table = read_table(path, SPEC)
    outside = sorted(set(range(ROWS)) - set(sample([frame], 500)[1].tolist()))[-1]
    table_of_numbers[outside + 1] = "1.5,oops,2"
    path.write_text("\n".join(table_of_numbers))
    with pytest.raises(TableError) as caught:
        list(read_blocks(path, SPEC, table))
    assert str(caught.value.where) == f'row {outside + 1}, column "b"'


def test_a_sample_survives_its_file_with_its_split(parquet, tmp_path):
    table = read_table(parquet, SPEC)
    write_parquet(table, tmp_path / "kept.parquet")
    again = read_parquet(tmp_path / "kept.parquet")
    assert again.of == ROWS
    np.testing.assert_array_equal(split_table(again, 0).test, split_table(table, 0).test)


def test_files_of_a_folder_must_have_the_same_columns(frame, tmp_path):
    frame.to_parquet(tmp_path / "0.parquet")
    frame.rename(columns={"a": "z"}).to_parquet(tmp_path / "1.parquet")
    with pytest.raises(TableError, match=r"the columns are z, b, y, and those of 0\.parquet are a, b, y"):
        read_table(tmp_path, SPEC)
