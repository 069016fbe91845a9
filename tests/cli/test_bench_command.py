"""`kansr bench`: a table on stdout, lines on stderr, results in a file that the same command goes on with."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import environment

QUICK = ("bench", "feynman", "--only", "I.12.1,I.12.5", "--rows", 200, "--budget", 20)


def test_results_are_counted_kept_and_not_repeated(here, tmp_path):
    answer = here(*QUICK, "-o", "r.jsonl")
    assert answer.returncode == 0, answer.stderr
    head, row = answer.stdout.splitlines()
    assert head.split()[:4] == ["noise", "engine", "runs", "exact"]
    assert row.split()[:6] == ["0", "kansr", "2", "2", "2", "2"]
    assert sum(line.startswith("kansr ") and "E R S C" in line for line in answer.stderr.splitlines()) == 2
    before = (tmp_path / "r.jsonl").read_text()
    assert [json.loads(line)["law"] for line in before.splitlines()] == ["I.12.1", "I.12.5"]
    again = here(*QUICK, "-o", "r.jsonl", "--json")
    assert "2 of 2 results are there already" in again.stderr
    assert (tmp_path / "r.jsonl").read_text() == before
    record = json.loads(again.stdout)
    assert [row["exact"] for row in record["summary"]] == [2]
    assert record["results"] == [json.loads(line) for line in before.splitlines()]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_keeps_what_is_done_and_leaves_nothing_behind(tmp_path):
    laws = ("--only", "I.12.1,I.9.18", "--rows", "200", "--budget", "500")
    command = [sys.executable, "-m", "kansr", "bench", "feynman", *laws, "-o", "r.jsonl"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not (tmp_path / "r.jsonl").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "stopped; to go on: the same command" in err
    done = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert [record["law"] for record in done] == ["I.12.1"]
    assert out.splitlines()[1].split()[:3] == ["0", "kansr", "1"]
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("feynmann",), "did you mean feynman?"),
        (("feynman", "--engines", "pykann"), "did you mean pykan?"),
        (("feynman", "--only", "I.6.2,I.6.2c"), "did you mean feynman/I.6.2"),
        (("feynman", "--noise", "0,x"), "0,0.01"),
        (("feynman", "--noise=-1"), "0,0.01"),
        (("feynman", "--budget", "0"), "x>0"),
        (("feynman", "--every", "0"), "x>=1"),
        (("special", "--only", "jv"), "no formula to find"),
        (("nothing.csv",), "cannot be read"),
        ((), "COLLECTION"),
    ],
)
def test_a_wrong_word_is_a_usage_error_that_says_what_is_right(here, arguments, says):
    answer = here("bench", *arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert says in answer.stderr


def test_a_file_of_the_users_own_is_never_added_to(here, tmp_path):
    (tmp_path / "mine.csv").write_text("x,y\n1,2\n")
    answer = here("bench", "feynman", "--only", "I.12.1", "-o", "mine.csv")
    assert answer.returncode == 2
    assert "not a file of results" in answer.stderr
    assert (tmp_path / "mine.csv").read_text() == "x,y\n1,2\n"


def test_a_collection_of_ones_own_is_taken_from_its_file(here, tmp_path):
    (tmp_path / "mine.csv").write_text("name,target,formula,ranges\na,f,x+2,x 1 2\nb,f,x,x 1 2\nc,f,3*x,x 1 2\n")
    answer = here("bench", "mine.csv", "--every", 2, "--rows", 40, "--budget", 20, "--json", "-q")
    assert answer.stderr == ""
    record = json.loads(answer.stdout)
    assert [r["law"] for r in record["results"]] == ["a", "c"]
    assert record["summary"][0]["exact"] == 2
