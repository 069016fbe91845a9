"""Help is quick: it loads nothing heavy."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kansr.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "numpy", "pandas", "scipy", "sympy", "pyarrow", "pydantic", "yaml", "safetensors", "sklearn", "pint"}
CODE = """
import sys
from kansr.cli.main import run
code = run(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
raise SystemExit(code)
"""


def loaded(*arguments):
    """Give the modules that a command loads, and its exit code."""
    answer = subprocess.run(
        [sys.executable, "-c", CODE, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return set(answer.stderr.splitlines()[-1].split()), answer.returncode


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *[[name, "--help"] for name in COMMANDS]], ids=" ".join
)
def test_help_loads_nothing_heavy(arguments):
    modules, code = loaded(*arguments)
    assert code == 0
    assert not modules & HEAVY


@pytest.mark.parametrize("arguments", [["fit", "a.csv", "--gird"], ["dance"], ["recipes"]], ids=" ".join)
def test_what_needs_no_numbers_loads_none(arguments):
    modules, _ = loaded(*arguments)
    assert not modules & HEAVY


def test_the_package_itself_loads_nothing_heavy():
    code = "import sys, kansr; print(*{name.partition('.')[0] for name in sys.modules})"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(answer.stdout.split()) & HEAVY


@pytest.mark.benchmark
def test_help_comes_in_less_than_a_third_of_a_second():
    def seconds():
        started = time.perf_counter()
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        subprocess.run(
            [sys.executable, "-m", "kansr", "--help"], cwd=ROOT, env=environment, capture_output=True, check=True
        )
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < 0.3
