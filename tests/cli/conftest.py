"""Run `kansr` as a user does: in a process of its own, in a folder that is not the repository.

What only reads, or is refused, runs in this process (`here`): a new one needs two seconds to load its libraries.
"""

import io
import math
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from kansr.cli.main import run

ROOT = Path(__file__).parents[2]


def environment(**variables):
    """Give the variables of a process that runs kansr from the checkout, and nothing of the user's own settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KANSR_")}
    return inherited | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "COLUMNS": "80"} | variables


def kansr_in(folder):
    """Give a function that runs `kansr ARGUMENTS` in a folder."""

    def call(*arguments, stdin="", **variables):
        return subprocess.run(
            [sys.executable, "-m", "kansr", *map(str, arguments)],
            cwd=folder,
            env=environment(**variables),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    return call


@pytest.fixture
def root():
    """Give the folder of the repository."""
    return ROOT


@pytest.fixture
def kansr(tmp_path):
    """Give a function that runs `kansr ARGUMENTS` in an empty folder."""
    return kansr_in(tmp_path)


@pytest.fixture
def here(tmp_path, monkeypatch, capsys):
    """Give a function that runs `kansr ARGUMENTS` in this process, in an empty folder or in another one."""

    def call(*arguments, stdin="", folder=tmp_path):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return call


def _hard(a, b, c, d, e):
    """Give a value of a law that no small graph can hold."""
    return math.sin(6 * a * b + 3 * c * d) * abs(a - c * e) + math.cos(7 * (b * e - d) * a) * (c + b * d) ** 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give a folder with tables: `data.csv` holds y = x1*x2, `hard.csv` a law that takes long."""
    folder = tmp_path_factory.mktemp("work")
    draw = random.Random(0)
    rows = [(draw.uniform(0.5, 2), draw.uniform(0.5, 2)) for _ in range(200)]
    (folder / "data.csv").write_text(_csv("x1,x2,y", [(a, b, a * b) for a, b in rows]))
    rows = [[draw.uniform(-1, 1) for _ in range(5)] for _ in range(3000)]
    (folder / "hard.csv").write_text(_csv("a,b,c,d,e,y", [(*row, _hard(*row)) for row in rows]))
    return folder


@pytest.fixture(scope="module")
def call(folder):
    """Give a function that runs `kansr ARGUMENTS` in that folder."""
    return kansr_in(folder)


def _csv(header, rows):
    return "\n".join([header, *(",".join(map(repr, row)) for row in rows)]) + "\n"
