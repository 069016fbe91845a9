"""A column of labels: which rows belong together."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kansr.errors import TableError, UsageError
from kansr.table import (
    TableSpec,
    card,
    joined,
    read_grouped,
    read_more,
    read_parquet,
    read_table,
    split_rows,
    table_from_frame,
    write_parquet,
)

BY_METAL = TableSpec(group="metal")
METALS = ["Na", "Fe", "Cu"] * 4


def frame(**columns):
    i = np.arange(12)
    return pd.DataFrame({"x": i**2 / 7, "metal": METALS, "y": np.sin(i)} | columns)


def written(path: Path, rows: pd.DataFrame) -> Path:
    rows.to_csv(path, index=False)
    return path


def test_labels_stand_beside_the_rows_and_are_no_feature(tmp_path):
    table = read_table(written(tmp_path / "metals.csv", frame()), BY_METAL)
    assert (table.features, table.target) == (("x",), "y")
    assert table.group.tolist() == METALS
    assert read_table(tmp_path / "metals.csv").group is None


def test_a_group_in_the_last_column_leaves_the_target_to_the_one_before():
    table = table_from_frame(frame()[["x", "y", "metal"]], BY_METAL)
    assert (table.target, table.group[1]) == ("y", "Fe")


def test_a_row_without_a_label_misses_a_value_and_the_labels_of_the_others_stay_with_them():
    holes = frame(metal=["Na", None, "Cu", *METALS[3:]], y=[0, 1, 2, 3, np.nan, *range(5, 12)])
    table = table_from_frame(holes, BY_METAL)
    assert table.group.tolist() == ["Na", "Cu", "Na", *METALS[5:]]
    assert "2 of 12 rows" in table.warnings[-2].message
    with pytest.raises(TableError, match="missing"):
        table_from_frame(holes, TableSpec(group="metal", missing="fail"))


@pytest.mark.parametrize(
    ("labels", "first"),
    [([1, 2, 3] * 4, "1"), ([1.0, 2.0, None] * 4, "1"), ([0.5, 2.0] * 6, "0.5"), ([True, False] * 6, "True")],
)
def test_numbers_are_labels_as_they_are_written(labels, first):
    table = table_from_frame(frame(metal=labels), TableSpec(group="metal", null_values=("3",)))
    assert table.group[0] == first
    assert len(set(table.group.tolist())) == 2


def test_labels_survive_the_run_folder_and_change_the_fingerprint(tmp_path):
    table = table_from_frame(frame(e=1.0 + np.arange(12)), TableSpec(group="metal", sigma="e", target="y"))
    write_parquet(table, tmp_path / "rows.parquet")
    again = read_parquet(tmp_path / "rows.parquet")
    assert again.group.tolist() == METALS
    assert again.sigma.tolist() == table.sigma.tolist()
    other = table_from_frame(
        frame(e=1.0 + np.arange(12), metal=METALS[::-1]), TableSpec(group="metal", sigma="e", target="y")
    )
    assert other.sha256 != table.sha256


def test_more_rows_bring_their_labels_and_the_same_numbers_of_another_label_are_new(tmp_path):
    table = table_from_frame(frame(), BY_METAL)
    more = read_more(written(tmp_path / "more.csv", frame(metal=METALS[:6] + ["Al"] * 6)), table, BY_METAL)
    assert more.group.tolist() == ["Al"] * 6
    assert joined(table, more).group.tolist() == METALS + ["Al"] * 6


def test_a_prediction_reads_labels_and_needs_one_in_each_row(tmp_path):
    cells, labels = read_grouped(written(tmp_path / "new.csv", frame()), ["x"], BY_METAL)
    assert (cells.shape, labels.tolist()) == ((12, 1), METALS)
    with pytest.raises(TableError, match=r'no label.*row 2, column "metal"'):
        read_grouped(written(tmp_path / "new.csv", frame(metal=["Na", None] * 6)), ["x"], BY_METAL)


def test_the_card_counts_the_rows_of_each_label():
    table = table_from_frame(frame(), BY_METAL)
    assert card(table, split_rows(len(table), seed=0))["groups"] == {"Cu": 4, "Fe": 4, "Na": 4}


@pytest.mark.parametrize(
    ("spec", "error", "says"),
    [
        (TableSpec(group="metall"), UsageError, 'did you mean "metal"'),
        (TableSpec(group="metal", features=("x", "metal")), UsageError, "another role"),
        (TableSpec(group="y", target="y"), UsageError, "another role"),
        (TableSpec(group="x"), TableError, "a label of its own"),
    ],
)
def test_what_cannot_be_a_group_is_refused(spec, error, says):
    with pytest.raises(error, match=says):
        table_from_frame(frame(), spec)
