"""A time limit is kept, and Ctrl-C keeps what was found."""

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import environment


def test_a_time_limit_is_kept_and_gives_the_best_so_far(call):
    started = time.monotonic()
    assert call("recipes", "show", "quick").returncode == 0
    slow = time.monotonic() - started > 2  # a machine that is busy with something else
    started = time.monotonic()
    answer = call("fit", "noise.csv", "--recipe", "thorough", "--budget", "3", "--json")
    seconds = time.monotonic() - started
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert record["status"] == "timeout"
    assert record["formula"]
    if not slow:
        assert record["seconds"] < 3 + 2
        assert seconds < 3 + 2 + 5  # loading torch, pandas and sympy comes before


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_an_interrupted_fit_saves_and_says_how_to_go_on(folder):
    command = [sys.executable, "-m", "kansr", "fit", "noise.csv", "--recipe", "thorough", "-v", "-o", "stopped"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not (folder / "stopped" / "data.parquet").exists():
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "finishing and saving" in err
    assert "stopped and saved; to go on: kansr extend stopped --grid" in err
    assert out.startswith("y = ")
    assert json.loads((folder / "stopped" / "formula.json").read_text())["status"] == "interrupted"
