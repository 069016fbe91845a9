"""A stranger's file is refused in one sentence, within a second or two, in bounded memory, before it is laid out."""

import os
import threading

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from kansr.errors import KansrError, TableError
from kansr.formula.parse import parse
from kansr.table import TableSpec, read_table, survey
from tests.trust.guarded import called, commands, refusals
from tests.trust.hostile import HOSTILE, ODD, ROWS

SECONDS, MEGABYTES = 5.0, 1000.0  # of a processor; a second or two where nothing else runs


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_was_made_to_harm_is_refused_soon_in_a_sentence_and_bounded_memory(name, tmp_path):
    HOSTILE[name](tmp_path / name)
    outcome = called(refusals, tmp_path / name)
    assert len(outcome.value) == 2, outcome
    for text in outcome.value:
        assert text.startswith(("TableError: ", "UsageError: ")), outcome
        assert len(text.split("\n")) == 2 and len(text) < 500, outcome  # a sentence, and what to do
    assert outcome.seconds < 2 * SECONDS, outcome  # it is read twice
    assert outcome.megabytes < MEGABYTES, outcome


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_read_or_refused_soon_in_bounded_memory(name, tmp_path):
    ODD[name](tmp_path / name)
    outcome = called(refusals, tmp_path / name)
    assert outcome.value != "the process died"
    assert outcome.seconds < 4 * SECONDS and outcome.megabytes < MEGABYTES, outcome


@pytest.mark.recovery
def test_no_command_breaks_on_a_folder_of_such_files(tmp_path):
    files = {**HOSTILE, **ODD, **CUT}
    (tmp_path / "runs").mkdir()
    for name, make in files.items():
        make(tmp_path / name)
        outcome = called(commands, tmp_path / name, tmp_path)
        assert isinstance(outcome.value, list), (name, outcome.value)
        for command, code, seconds, text in outcome.value:
            assert code in {0, 2, 3, 4}, (name, command, text)
            assert "Traceback" not in text and "mistake in kansr" not in text, (name, command, text)
            assert seconds < 3 * SECONDS, (name, command, seconds)
        assert outcome.megabytes < 2 * MEGABYTES, (name, outcome)  # torch takes a part of it
        (tmp_path / name).unlink()
    assert len(files) >= 40


def cut(name, share):
    """Give what writes the first part of a sound file, and bytes of something else behind it."""

    def make(path):
        frame = pa.table({"x": np.arange(40.0), "y": np.arange(40.0) ** 2})
        whole = path.with_name("whole")
        pq.write_table(frame, whole) if name == "parquet" else feather.write_feather(frame, str(whole))
        data = whole.read_bytes()
        path.write_bytes(data[: int(share * len(data))] + b"\xff" * 9)
        whole.unlink()

    return make


CUT = {
    f"cut-{share}.{name}": cut(name, share) for name in ("parquet", "feather") for share in (0.05, 0.3, 0.6, 0.9)
} | {
    f"text-{n}.csv": lambda path, text=text: path.write_bytes(text)
    for n, text in enumerate(
        [
            b"",
            b"\0" * 1000,
            b"\xff" * 1000,
            b'"' * 100_001,
            b"x,y\n" * 3,
            b"{}",
            b"[1, 2]",
            b"PK\x03\x04",
            ROWS.encode(),
        ]
    )
}


@pytest.mark.parametrize(
    "text", ["log(" * 15 + "10**300" + ")" * 15, "," * 2_000_000, "log(sqrt(" * 9 + "7" + "))" * 9, "x" * 100_001]
)
def test_a_formula_that_was_made_to_harm_is_refused_soon(text):
    outcome = called(formula_refusal, text)
    assert outcome.value.startswith("FormulaError"), outcome
    assert outcome.seconds < SECONDS / 2 and outcome.megabytes < MEGABYTES, outcome


def formula_refusal(text):
    """Read a formula, and give what is said of it."""
    try:
        return str(parse(text))
    except KansrError as error:
        return f"{type(error).__name__}: {error}"


# -- honest files stay readable ---------------------------------------------------------------------------------------


def honest(path, **columns):
    table = pa.table({"x": np.arange(40.0) ** 2, **columns, "y": np.arange(40.0)})
    pq.write_table(table, path) if path.suffix == ".parquet" else feather.write_feather(table, str(path))
    return path


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
@pytest.mark.parametrize(
    ("column", "says"),
    [
        ([[1.0, 2.0]] * 40, "holds lists (list<"),
        ([{"a": 1.0}] * 40, "holds records (struct<"),
        (pa.array([[("a", 1.0)]] * 40, pa.map_(pa.string(), pa.float64())), "holds maps (map<"),
    ],
    ids=["list", "struct", "map"],
)
def test_a_column_of_several_values_in_a_row_is_left_out_and_it_is_said_what_it_is(suffix, column, says, tmp_path):
    path = honest(tmp_path / f"data.{suffix}", odd=column)
    table = read_table(path)
    assert (table.features, table.target, len(table)) == (("x",), "y", 40)
    assert any('"odd"' in str(said) and says in str(said) for said in table.warnings), table.warnings
    with pytest.raises(TableError, match="numbers are needed"):
        read_table(path, TableSpec(target="odd"))
    assert any(says in str(said) for said in read_table(path, TableSpec(sample=10)).warnings)


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_of_columns_with_one_name_the_first_is_read_and_it_is_said(suffix, tmp_path):
    columns = [pa.array(np.arange(40.0) ** 2), pa.array(np.arange(40.0)), pa.array(np.arange(40.0) ** 3)]
    table, path = pa.table(columns, names=["x", "y", "x"]), tmp_path / f"data.{suffix}"
    if suffix == "parquet":
        pq.write_table(table, path)
    else:
        with pa.ipc.new_file(path, table.schema) as file:
            file.write_table(table)
    found = read_table(path)
    np.testing.assert_array_equal(found.x[:, 0], np.arange(40.0) ** 2)
    assert any('column 3, "x", is named as column 1 is' in str(said) for said in found.warnings)


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_times_of_day_in_nanoseconds_are_read(suffix, tmp_path):
    times = pa.array(np.arange(40) * 1_000_000_001, pa.time64("ns"))
    table = read_table(honest(tmp_path / f"data.{suffix}", when=times))
    np.testing.assert_allclose(table.x[:, 1], np.arange(40) / 3600, rtol=1e-6)


def test_texts_that_are_named_by_few_bits_are_counted_and_read(tmp_path):
    words = pa.array([f"w{i}" for i in range(300)])  # more than an index of 8 bits can name
    metal = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2] * 10, pa.int8()), words)
    table = read_table(honest(tmp_path / "data.feather", metal=metal))
    assert (table.features, len(table)) == (("x",), 40)


def test_texts_and_nulls_and_runs_that_are_short_are_read_as_they_are(tmp_path):
    words = pa.array(["steel", "brass"] * 20).dictionary_encode()
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([10, 40], pa.int32()), pa.array([1.5, 2.5]))
    table = pa.table({"x": runs, "metal": words, "none": pa.nulls(40), "y": np.arange(40.0)})
    with pa.ipc.new_file(tmp_path / "data.feather", table.schema) as file:
        file.write_table(table)
    found = read_table(tmp_path / "data.feather")
    np.testing.assert_array_equal(found.x[:, 0], [1.5] * 10 + [2.5] * 30)
    assert {said.column: said.kind for said in found.warnings if said.column} == {"metal": "text", "none": "empty"}


def test_whole_numbers_that_differ_in_digits_that_doubles_lack_are_not_called_constant(tmp_path):
    stamps = pa.array(2**63 - 1 - np.arange(40, dtype=np.int64))
    said = [str(one) for one in read_table(honest(tmp_path / "data.parquet", stamp=stamps)).warnings]
    assert any('"stamp"' in one and "digits" in one for one in said) and not any("is constant" in one for one in said)


def test_a_pipe_that_somebody_writes_into_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    writer = threading.Timer(0.3, lambda: (tmp_path / "pipe.csv").write_text(ROWS))
    writer.start()
    assert survey(tmp_path / "pipe.csv", TableSpec()).rows == 40
    writer.join()
