"""The last metres: streams that are closed or full, disks, memory and files that run short. One sentence each."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from kansr.run import DATA, Run
from tests.cli.conftest import environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and devices as Linux has them")

KANSR = f'"{sys.executable}" -m kansr'


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Give a folder with a table and the run of it."""
    folder = tmp_path_factory.mktemp("metres")
    (folder / "d.csv").write_text("a,y\n" + "".join(f"{i / 9},{(i / 9) ** 2}\n" for i in range(1, 60)))
    done = said(folder, "kansr fit d.csv --budget 5 -q")
    assert done.returncode == 0, done
    return folder


def said(folder, line, **variables):
    """Let a shell run a line; `kansr` in it is the checkout's."""
    command = re.sub(r"\bkansr (?=fit|show|check|export|--|comp|runs|predict)", lambda _: f"{KANSR} ", line)
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment(**variables),
        capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def is_one_sentence(text):
    """Whether an error is a sentence and, in a line of its own, what to try."""
    lines = [line for line in text.splitlines() if not line.startswith(("run: ", "d.csv: "))]
    errors = [line for line in lines if line.startswith("error: ")]
    return len(errors) == 1 and "mistake in kansr" not in text and "Traceback" not in text and len(lines) <= 2


REFUSED = [
    ("kansr show >&-", "cannot be written"),
    ("kansr show --json >&-", "cannot be written"),
    ("kansr --version >&-", "cannot be written"),
    ("kansr --help >&-", "cannot be written"),
    ("kansr runs >&-", "cannot be written"),
    ("kansr fit d.csv --budget 1 -q >&-", "cannot be written"),
    *(
        (line, "No space left on device")
        for line in (
            "kansr show > /dev/full", "kansr show --json > /dev/full", "kansr --version > /dev/full",
            "kansr --help > /dev/full", "kansr check d.csv --json > /dev/full", "kansr export --to c -q > /dev/full",
            "kansr fit d.csv --budget 1 -q > /dev/full",
        )
    ),
    ("kansr completion bash > /dev/full", "o space left on"),
    ("ulimit -v 1000000; kansr fit d.csv --budget 1 -q", "more memory"),
    ("ulimit -v 300000; kansr check d.csv", "more memory"),
    ("ulimit -n 16; kansr fit d.csv --stability 2 --workers 2 --budget 4 -q", "16 are allowed"),
    ("ulimit -f 1; kansr fit d.csv --budget 1 -q -o limited", "File too large"),
    ("ulimit -f 0; kansr export --to latex -q -o out.tex", "File too large"),
    ("kansr fit d.csv --cluster /etc/passwd --budget 1 -q", "no scheduler file of Dask"),
    ("kansr fit d.csv --cluster d.csv --budget 1 -q", "no scheduler file of Dask"),
    ("kansr fit d.csv --cluster . --budget 1 -q", "directory"),
    ("kansr fit d.csv --cluster http://127.0.0.1:1 --budget 1 -q", "does not answer"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "words"), REFUSED, ids=[line for line, _ in REFUSED])
def test_what_runs_short_or_is_closed_is_one_sentence_and_exit_code_2(line, words, work):
    done = said(work, line)
    assert done.returncode == 2, done
    assert is_one_sentence(done.stderr), done.stderr
    assert words in done.stderr


def test_where_nobody_hears_what_is_said_the_work_goes_on(work):
    for stream in ("2>&-", "2>/dev/full"):
        done = said(work, f"kansr fit d.csv --budget 1 {stream}")
        assert (done.returncode, done.stdout, done.stderr) == (0, "y = a**2\n", ""), (stream, done)
        refused = said(work, f"kansr show nowhere {stream}")
        assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", ""), (stream, refused)


def test_few_open_files_are_enough_for_a_fit(work):
    assert said(work, "ulimit -n 16; kansr fit d.csv --budget 1 -q").stdout == "y = a**2\n"


def test_no_file_takes_the_place_of_a_stream_that_was_closed(work):
    said(work, "kansr fit d.csv --budget 1 -o closed 0<&- >&- 2>&-")
    for path in (work / "closed").iterdir():
        assert b"error:" not in path.read_bytes()
        assert path.name == "formula.txt" or not path.read_bytes().startswith(b"y = ")


def test_a_full_disk_is_said_and_leaves_no_half_of_a_file(work):
    small = work / "small"
    small.mkdir()
    if subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    for line in ("kansr export --to latex -q -o small/f.tex", "kansr fit d.csv --budget 1 -q -o small/run"):
        before = "mount -t tmpfs -o size=4k tmpfs small && head -c 4096 /dev/zero > small/full"
        done = said(work, f"unshare -m bash -c '{before}; {line}; echo code $?; ls -A small'")
        assert done.stdout == "code 2\nfull\n", done
        assert "No space left on device" in done.stderr
        assert is_one_sentence(done.stderr), done


@pytest.mark.parametrize(
    "kept", [(), (".lock",), ("run.json",), ("run.json", ".lock", "log.txt", DATA), (".0123abcd-run.json",)]
)
def test_a_fit_that_was_killed_before_it_had_found_anything_gives_way(kept, tmp_path):
    folder = tmp_path / "run"
    Run.create("data", folder)
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink()
    for name in kept:
        (folder / name).touch()
    Run.create("data", folder)
    assert {path.name for path in folder.iterdir()} - {".lock"} == {"run.json"}


@pytest.mark.recovery
def test_a_fit_that_is_killed_in_its_first_half_second_does_not_block_its_place(work):
    for milliseconds in range(0, 1600, 100):
        command = [sys.executable, "-m", "kansr", "fit", "d.csv", "--budget", "2", "-q", "-o", "killed"]
        fit = subprocess.Popen(command, cwd=work, env=environment(), stderr=subprocess.PIPE)
        time.sleep(milliseconds / 1000)
        fit.kill()
        assert b"holds" not in fit.communicate()[1]
        if (work / "killed" / "result.json").exists():
            break
        assert fit.returncode == -signal.SIGKILL


def test_another_fit_in_the_same_place_is_not_pushed_out(tmp_path):
    run = Run.create("data", tmp_path / "run")
    with run.lock(), pytest.raises(Exception, match="another kansr"):
        Run.create("data", tmp_path / "run")


def test_an_export_that_is_killed_leaves_nothing_in_the_folder_for_temporary_files(work, tmp_path):
    programs, place = tmp_path / "programs", tmp_path / "temporary"
    programs.mkdir()
    place.mkdir()
    (programs / "gcc").write_text("#!/bin/sh\nsleep 30\n")
    (programs / "gcc").chmod(0o755)
    for name in ("cc", "clang"):
        shutil.copy(programs / "gcc", programs / name)
    for number in (signal.SIGTERM, signal.SIGKILL):
        settings = environment(TMPDIR=str(place), PATH=f"{programs}:{os.environ['PATH']}")
        export = subprocess.Popen(
            [sys.executable, "-m", "kansr", "export", "--to", "c", "-q"], cwd=work, env=settings, stderr=subprocess.PIPE
        )
        _until(lambda: list(place.glob("*/*")))
        export.send_signal(number)
        export.wait()
        _until(lambda: not list(place.iterdir()))


def _until(true, seconds=60.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
