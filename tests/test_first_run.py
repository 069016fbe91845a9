"""The first minute of a newcomer: the command that `pip install .` made, away from the repository."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

COMMAND = shutil.which("kansr", path=sysconfig.get_path("scripts"))
ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(COMMAND is None, reason="kansr is not installed in this environment")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Give a function that runs the installed command in an empty folder, where the checkout is out of sight."""
    folder = tmp_path_factory.mktemp("newcomer")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KANSR_", "PYTHON"))}

    def call(*arguments):
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=folder,
            env=environment | {"OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    return call


def test_the_first_command_of_the_readme_finds_the_formula(installed):
    answer = installed("fit", str(ROOT / "datasets" / "kan-example.csv"), "--json")
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert (record["formula"], record["exact"]) == ("exp(x2**2 + sin(pi*x1))", True)
    assert installed("show", "-q").stdout == "y = exp(x2**2 + sin(pi*x1))\n"


def test_the_recipes_come_along(installed):
    answer = installed("recipes", "show", "quick")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == (ROOT / "recipes" / "quick.yaml").read_text(encoding="utf-8")


def test_it_runs_as_a_module_too(installed):
    answer = subprocess.run([sys.executable, "-m", "kansr", "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout == installed("--version").stdout
