"""`kansr edges`, `set` and `unset` as a user types them."""

import json
import signal
import subprocess
import sys
import time

import pytest

from kansr.run import NETWORK, Run
from tests.cli.conftest import environment
from tests.cli.test_json_contract import KEYS

FAST = ("--budget", "30", "--recipe", "quick", "--seed", "0", "--width", "2,1", "--grid", "3,5,10")


@pytest.fixture(scope="module")
def fitted(call, folder):
    """Fit y = x1 + exp(x2) in the run `mine`."""
    rows = [(i / 40, ((7 * i) % 120) / 60) for i in range(120)]
    lines = [f"{a},{b},{a + 2.718281828459045**b!r}" for a, b in rows]
    (folder / "sum.csv").write_text("\n".join(["x1,x2,y", *lines]) + "\n")
    answer = call("fit", "sum.csv", *FAST, "-o", "mine", "-q")
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.usefixtures("fitted")
def test_edges_are_drawn_and_printed_as_json(here, folder):
    drawn = here("edges", "mine", folder=folder)
    assert drawn.returncode == 0, drawn.stderr
    for part in ("x1->y", "x2->y", "exp(x2)", "fits", "error", "size"):
        assert part in drawn.stdout
    record = json.loads(here("edges", "mine", "--edge", "x2->y", "--json", folder=folder).stdout)
    assert list(record) == ["run", "edges"]
    assert list(record["edges"][0]) == ["number", "edge", "stands", "held", "candidates"]
    assert {"function", "error", "complexity"} == set(record["edges"][0]["candidates"][0])


def test_set_prints_a_result_and_unset_takes_it_back(call, here, folder, fitted):
    answer = call("set", "x2->y", "x^2", "mine")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("y = ")
    for part in ("by hand", "x2 -> y is x^2", "before", "the data contradict it strongly"):
        assert part in answer.stderr
    assert "x2 -> y is x^2" in here("show", "mine", folder=folder).stdout
    assert "(set)" in here("edges", "mine", folder=folder).stdout
    assert (folder / "mine" / "result-before.json").is_file()
    again = here("set", "2", "exp", "mine", "--json", "--budget", "20", folder=folder)
    back = here("unset", "--all", "mine", "--json", folder=folder)
    for answer in (again, back):
        assert answer.returncode == 0, answer.stderr
        record = json.loads(answer.stdout)
        assert list(record) == KEYS  # as of a fit
        assert f"y = {record['formula']}\n" == fitted


@pytest.mark.usefixtures("fitted")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["set", "x1->z", "sin", "mine"], "did you mean 'x1->y'?"),
        (["set", "x1-", "sin", "mine"], "quotes"),
        (["set", "1", "sine", "mine"], "did you mean 'sin'?"),
        (["set", "1", "sin", "nothing"], "no such run"),
        (["set", "1"], "FUNCTION"),
        (["unset"], "Which edge?"),
        (["unset", "1", "mine", "--all"], "not both"),
        (["unset", "1", "mine"], "nothing is set"),
        (["edges", "mine", "--edge", "x3->y"], "did you mean"),
        (["edges", "nothing"], "no such run"),
        (["fit", "sum.csv", "--function", "exp=x^2"], "taken"),
        (["fit", "sum.csv", "--function", "f=x*y"], "function of x, y"),
        (["fit", "sum.csv", "--function", "log(x)"], "NAME=EXPRESSION"),
    ],
)
def test_what_cannot_be_is_one_sentence(here, folder, arguments, says):
    answer = here(*arguments, folder=folder)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.usefixtures("fitted")
def test_a_run_that_another_process_works_in_is_left_alone(folder):
    before = (folder / "mine" / "network.safetensors").read_bytes()
    with Run(folder / "mine").lock():
        code = "from kansr.cli.main import main; main(['set', '1', 'sin', 'mine'])"
        answer = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, env=environment(), capture_output=True, text=True, check=False
        )
    assert answer.returncode == 2
    assert "another kansr" in answer.stderr
    assert (folder / "mine" / "network.safetensors").read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_an_interrupted_set_saves_what_was_set(call, folder):
    (folder / "whole.yaml").write_text("training: {prune: false}\n")  # a pruned network may be read in a moment
    settings = ("--recipe", "whole.yaml", "--budget", "3", "--width", "5,2,1", "--grid", "3")
    assert call("fit", "hard.csv", *settings, "-o", "long", "-q").returncode == 0
    (folder / "long" / ".lock").unlink()
    command = [sys.executable, "-m", "kansr", "set", "1", "x", "long", "-v", "--budget", "none"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not (folder / "long" / ".lock").exists():
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "stopped and saved; to go on: kansr extend long --grid" in err
    assert out.startswith("y = ")
    metadata, _ = Run(folder / "long").read_network(NETWORK)
    assert list(metadata["curves"][0]) == ["held"]
