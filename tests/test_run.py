"""The run folder: nothing is lost, nothing is half-written, nothing foreign is trusted."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kansr import files
from kansr.errors import RunError
from kansr.run import DATA, NETWORK, RUNS, Run, stem_of
from kansr.table import read_table


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_runs_of_one_table_are_numbered():
    assert [Run.create("data").folder.name for _ in range(3)] == ["data-001", "data-002", "data-003"]


def test_a_number_is_not_used_twice_after_a_run_was_deleted():
    first, second = Run.create("data"), Run.create("data")
    first.discard_if_unused()
    assert Run.create("data").folder.name == "data-003"
    assert second.folder.is_dir()


def test_runs_started_at_the_same_moment_get_different_folders():
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: Run.create("data").folder, range(24)))
    assert len(set(folders)) == 24


@pytest.mark.parametrize(
    ("source", "stem"),
    [
        ("a/b/free fall.csv.gz", "free-fall"),
        ("-", "stdin"),
        ("..", "table"),
        ("C:\\data\\x.tsv", "x"),
        ("$(rm -rf x).csv", "rm-rf-x"),
        ("Δp.parquet", "Δp"),
        ("a" * 300 + ".csv", "a" * 60),
        ("", "table"),
    ],
)
def test_a_run_is_named_after_its_table_in_harmless_characters(source, stem):
    assert stem_of(source) == stem


def test_a_folder_with_other_files_is_refused_even_with_force(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")
    for force in (False, True):
        with pytest.raises(RunError, match="other files"):
            Run.create("data", out=tmp_path / "thesis", force=force)
    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "years of work"


def test_an_old_run_is_refused_and_moved_aside_with_force():
    out = Path("here")
    Run.create("data", out=out).write_text("formula.txt", "y = x")
    with pytest.raises(RunError, match="--force"):
        Run.create("data", out=out)
    assert not Run.create("data", out=out, force=True).has("formula.txt")
    assert Run.open("here.old-001").read_text("formula.txt") == "y = x"


def test_an_empty_folder_is_taken_as_it_is(tmp_path):
    (tmp_path / "new").mkdir()
    assert Run.create("data", out=tmp_path / "new").folder == tmp_path / "new"


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(RunError, match="cannot make a run folder"):
        Run.create("data", out=tmp_path / "taken")


def test_the_latest_run_is_the_one_marked_last():
    first, second = Run.create("a"), Run.create("b")
    second.mark_latest()
    first.mark_latest()
    assert Run.open().folder == first.folder
    assert (RUNS / "latest").read_text() == "a-001\n"


def test_a_run_outside_runs_is_never_the_latest(tmp_path):
    Run.create("a").mark_latest()
    Run.create("b", out=tmp_path / "elsewhere").mark_latest()
    assert Run.open().folder.name == "a-001"


def test_a_run_opens_by_path_and_by_name():
    run = Run.create("data")
    assert Run.open("data-001").folder.resolve() == Run.open(run.folder).folder.resolve() == run.folder.resolve()


@pytest.mark.parametrize("name", ["nothing", "", "a\0b", "x" * 5000])
def test_a_missing_run_is_said_to_be_missing(name):
    with pytest.raises(RunError):
        Run.open(name)


@pytest.mark.parametrize("text", ["../../etc", "/etc", ".", "..", "", "a\nb", "a\\b", "gone-001"])
def test_a_pointer_that_leads_out_of_runs_is_refused(text):
    RUNS.mkdir()
    (RUNS / "latest").write_text(text)
    with pytest.raises(RunError):
        Run.open()


def test_no_run_yet_says_how_to_start_one():
    with pytest.raises(RunError, match="kansr fit"):
        Run.open()


@pytest.mark.parametrize("mark", ["{", "[]", "{}", '{"format": "1"}', '{"format": 99}', "[" * 100_000])
def test_a_folder_with_a_foreign_mark_is_refused(mark):
    run = Run.create("data")
    (run.folder / "run.json").write_text(mark)
    with pytest.raises(RunError):
        Run.open(run.folder)


@pytest.mark.parametrize("name", ["../x", "a/b", "/etc/passwd", "", ".hidden", "a\0", "x\n", "a" * 200])
def test_a_name_that_leaves_the_folder_is_refused(name):
    with pytest.raises(RunError):
        Run.create("data").write_text(name, "")


def test_json_survives_and_numbers_that_json_cannot_hold_become_null():
    run = Run.create("data")
    run.write_json("own.json", {"a": (1, 2.5), "b": float("nan"), "Δp": np.float64(3.0), "c": np.int64(4)})
    assert run.read_json("own.json") == {"a": [1, 2.5], "b": None, "Δp": 3.0, "c": 4}


def test_lines_are_added_and_an_unfinished_one_is_passed_over():
    run = Run.create("data")
    run.append_line("own.jsonl", {"grid": 3})
    with (run.folder / "own.jsonl").open("a") as file:
        file.write('{"grid": ')  # the plug was pulled here
    run.append_line("own.jsonl", {"grid": 5})
    assert list(run.read_lines("own.jsonl")) == [{"grid": 3}, {"grid": 5}]


def test_a_network_survives_bit_by_bit():
    run, generator = Run.create("data"), np.random.default_rng(0)
    arrays = {"b": generator.normal(size=(3, 2)), "a": np.array(1 / 3), "empty": np.zeros((0, 4))}
    metadata = {"width": [2, 1], "name": "Δp [Pa]", "nested": {"order": 3}}
    run.write_network("own.safetensors", metadata, arrays)
    found, read = run.read_network("own.safetensors")
    assert found == metadata
    assert set(read) == set(arrays)
    assert all(np.array_equal(read[key], arrays[key]) and read[key].dtype == np.float64 for key in arrays)


def test_the_same_network_gives_the_same_bytes():
    run = Run.create("data")
    run.write_network("a.safetensors", {"x": 1, "y": 2}, {"p": np.ones(2), "q": np.zeros(3)})
    run.write_network("b.safetensors", {"y": 2, "x": 1}, {"q": np.zeros(3), "p": np.ones(2)})
    assert (run.folder / "a.safetensors").read_bytes() == (run.folder / "b.safetensors").read_bytes()


def test_a_network_with_a_number_that_is_not_finite_is_not_written():
    run = Run.create("data")
    with pytest.raises(RunError, match="not finite"):
        run.write_network(NETWORK, {}, {"c": np.array([1.0, np.nan])})
    assert not run.has(NETWORK)


@pytest.mark.parametrize("content", [b"", b"\x00" * 8, b"\xff" * 100, b"\x02\x00\x00\x00\x00\x00\x00\x00{}"])
def test_a_damaged_network_is_an_error(content):
    run = Run.create("data")
    (run.folder / NETWORK).write_bytes(content)
    with pytest.raises(RunError, match="damaged"):
        run.read_network(NETWORK)


def test_a_network_cut_short_is_an_error():
    run = Run.create("data")
    run.write_network(NETWORK, {"a": 1}, {"c": np.arange(100.0)})
    content = (run.folder / NETWORK).read_bytes()
    for length in (4, 60, len(content) - 1):
        (run.folder / NETWORK).write_bytes(content[:length])
        with pytest.raises(RunError, match="damaged"):
            run.read_network(NETWORK)


def test_a_missing_file_is_an_error():
    run = Run.create("data")
    for read in (run.read_json, run.read_text, run.read_network):
        with pytest.raises(RunError):
            read("missing")


def test_a_write_that_fails_leaves_the_old_file(monkeypatch):
    run = Run.create("data")
    run.write_text("formula.txt", "old")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)  # the disk, not our code
    for write in (run.write_text, run.append_line):
        with pytest.raises(RunError, match="No space left"):
            write("formula.txt" if write == run.write_text else "metrics.jsonl", "new")
    assert run.read_text("formula.txt") == "old"
    assert not list(run.folder.glob(".*formula*"))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_protected_folder_is_an_error_with_a_hint():
    run = Run.create("data")
    run.folder.chmod(0o500)
    try:
        with pytest.raises(RunError, match="-o"):
            run.write_text("formula.txt", "y")
    finally:
        run.folder.chmod(0o700)


def test_a_table_file_keeps_its_suffix_while_it_is_written():
    run = Run.create("data")
    with files.replacing(run.path(DATA)) as temporary:
        assert temporary.suffix == ".parquet"
        temporary.write_bytes(b"rows")
    assert (run.folder / DATA).read_bytes() == b"rows"


def test_two_processes_cannot_work_in_one_run():
    run = Run.create("data")
    code = "import sys; from kansr.run import Run\nwith Run.open(sys.argv[1]).lock(): pass"
    command = [sys.executable, "-c", code, str(run.folder.resolve())]
    root = Path(__file__).parents[1]
    with run.lock():
        other = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert other.returncode == 1
    assert f"process {os.getpid()}" in other.stderr
    assert subprocess.run(command, capture_output=True, text=True, check=False, cwd=root).returncode == 0


def test_the_lock_of_a_process_that_died_does_not_count():
    run = Run.create("data")
    (run.folder / ".lock").write_text("1\n")
    with run.lock():
        assert (run.folder / ".lock").read_text().strip() == str(os.getpid())


def test_a_run_that_is_locked_is_not_moved_aside():
    run = Run.create("data", out=Path("here"))
    with run.lock(), pytest.raises(RunError, match="another kansr"):
        Run.create("data", out=Path("here"), force=True)
    assert run.folder.is_dir()


def test_only_an_unused_run_is_discarded():
    unused, used = Run.create("a"), Run.create("b")
    used.write_text("recipe.yaml", "")
    unused.discard_if_unused()
    used.discard_if_unused()
    assert not unused.folder.exists()
    assert used.folder.exists()


def test_csv_text_cannot_become_a_spreadsheet_formula():
    run = Run.create("data")
    run.write_csv("front.csv", ["=cmd|x", "+a", "b"], [["@sum", -1.5, None], ['a,"b"', 1e-300, "x"]])
    text = run.read_text("front.csv")
    assert text.splitlines()[0] == "'=cmd|x,'+a,b"
    assert text.splitlines()[1] == "'@sum,-1.5,"
    assert "1e-300" in text


def test_wide_letters_of_east_asia_begin_no_formula_either():
    assert [files.csv_cell(f"{sign}cmd") for sign in "\uff1d\uff0b\uff0d\uff20"] == [
        "'\uff1dcmd",
        "'\uff0bcmd",
        "'\uff0dcmd",
        "'\uff20cmd",
    ]


def test_the_mark_says_which_version_made_the_run():
    assert json.loads((Run.create("data").folder / "run.json").read_text())["format"] == 1


def test_the_rows_of_a_run_survive_bit_by_bit(tmp_path):
    generator = np.random.default_rng(0)
    rows = "\n".join(f"{a!r},{b!r}" for a, b in generator.normal(size=(50, 2)).tolist())
    (tmp_path / "data.csv").write_text(f"Δp [Pa],y\n{rows}\n")
    table, run = read_table(tmp_path / "data.csv"), Run.create("data")
    run.write_table(table)
    read = run.read_table()
    assert (read.features, read.target, read.sha256) == (table.features, table.target, table.sha256)
    assert np.array_equal(read.x, table.x)
    assert np.array_equal(read.y, table.y)


def test_a_run_without_rows_says_so():
    with pytest.raises(RunError, match=r"data\.parquet"):
        Run.create("data").read_table()


def test_a_misspelt_run_is_answered_with_the_nearest_one():
    Run.create("kan-example")
    with pytest.raises(RunError) as told:
        Run.open("kan-exampel-001")
    assert told.value.hint == "did you mean kan-example-001?"
