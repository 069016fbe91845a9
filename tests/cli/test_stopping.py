"""A time limit is kept, and Ctrl-C keeps what was found."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import environment


def processor_time():
    """Seconds that the processes which this one started have worked."""
    times = os.times()
    return times.children_user + times.children_system


def test_a_time_limit_is_kept_and_gives_the_best_so_far(call):
    started, worked = time.monotonic(), processor_time()
    answer = call("fit", "hard.csv", "--recipe", "thorough", "--budget", "3", "--json")
    busy = min(1.0, (processor_time() - worked) / (time.monotonic() - started))  # less where others hold the processor
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert record["status"] == "timeout"
    assert record["formula"]
    assert (record["seconds"] - 3) * busy < 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_an_interrupted_fit_saves_and_says_how_to_go_on(folder):
    command = [sys.executable, "-m", "kansr", "fit", "hard.csv", "--recipe", "thorough", "-v", "-o", "stopped"]
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
