"""A run folder from someone else leads no read and no write to another place."""

import os

import pytest

from kansr.errors import RunError
from kansr.run import Run


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("my own words\n")
    return path


@pytest.mark.parametrize("name", [".lock", "log.txt", "metrics.jsonl", "formula.txt", "data.parquet"])
def test_a_link_in_a_run_leads_no_write_to_a_file_of_the_user(name, mine):
    run = Run.create("data")
    (run.folder / name).symlink_to(mine)
    writes = {".lock": lambda: run.lock().__enter__(), "data.parquet": run.read_table}
    append = name.endswith((".jsonl", "log.txt"))
    write = writes.get(name, lambda: (run.append_line if append else run.write_text)(name, "theirs"))
    with pytest.raises(RunError, match="no plain file"):
        write()
    assert mine.read_text() == "my own words\n"


def test_a_pipe_in_a_run_does_not_keep_a_reader_waiting():
    run = Run.create("data")
    os.mkfifo(run.folder / "result.json")
    with pytest.raises(RunError, match="no plain file"):
        run.read_json("result.json")


def test_a_link_that_waits_for_a_temporary_file_is_not_written_through(mine):
    run = Run.create("data")
    (run.folder / f".{os.getpid()}-formula.txt").symlink_to(mine)
    run.write_text("formula.txt", "y = x")
    assert mine.read_text() == "my own words\n"


def test_what_a_killed_process_left_half_written_is_removed_and_nothing_else():
    run = Run.create("data")
    left, own = run.folder / ".0123abcd-data.parquet", run.folder / ".notes-of-mine"
    for path in (left, own):
        path.write_text("half")
    with run.lock():
        assert not left.exists()
    assert own.exists()
