"""Run `kansr` as a user does: in a process of its own, in an empty folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def root():
    """Give the folder of the repository."""
    return Path(__file__).parents[2]


@pytest.fixture
def kansr(tmp_path, root):
    """Give a function that runs `kansr ARGUMENTS` in an empty folder."""

    def call(*arguments, stdin="", **variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KANSR_")}
        environment |= {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "COLUMNS": "80"} | variables
        return subprocess.run(
            [sys.executable, "-m", "kansr", *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call
