"""Commands load what they need, and nothing heavy before: help nothing at all, what a run says no torch."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kansr.cli.main import COMMANDS, run

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "numpy", "pandas", "scipy", "sympy", "pyarrow", "pydantic", "yaml", "safetensors", "sklearn", "pint"}
CODE = """
import sys
from kansr.cli.main import run
code = run(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
raise SystemExit(code)
"""


APART = ("__main__", "estimator", "experiments", "peers", "report", "cluster.warm", "bench.srbench")
EVERY_ROOM = """
import sys
from importlib import import_module
heavy = {"torch", "scipy", "pandas", "pyarrow", "safetensors"}
for module in sys.argv[1:]:
    import_module(module)
    for name in heavy & set(sys.modules):
        print(module, "loads", name)
        heavy -= {name}
print("sympy" in sys.modules)
"""
AT_ONCE = """
import sys
import numpy as np
from kansr.pipeline.plain import answer, without_network
from kansr.pipeline.problem import Problem
from kansr.progress import Clock, silent
from kansr.recipe import Recipe
from kansr.table import Table
x = np.linspace(0.1, 3, 120)
y = np.exp(-x)
rows = Table(x=x[:, None], y=y, features=("x",), target="y", source="", sha256="")
problem, every = without_network(Problem.of(rows, Recipe()), Clock(20.0), silent)
print(answer(problem, every).formula.text, "torch" in sys.modules, sep=";")
"""


def loaded(*arguments, cwd=ROOT):
    """Give the modules that a command loads, and its exit code."""
    answer = subprocess.run(
        [sys.executable, "-c", CODE, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
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


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Give a folder with a table, and a run of it."""
    folder = tmp_path_factory.mktemp("late")
    rows = "".join(f"{k / 10},{2 * k / 10 + 1}\n" for k in range(40))
    (folder / "line.csv").write_text(f"x,y\n{rows}")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run(["fit", "line.csv", "--quiet"]) == 0
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ["runs"],
        ["show"],
        ["show", "--json"],
        ["show", "--structure"],
        ["export", "--to", "latex"],
        ["export", "--to", "numpy"],
        ["predict", "line.csv"],
        ["score", "line.csv", "-f", "2*x + 1", "--run", "line-001"],
        ["check", "line.csv"],
    ],
    ids=" ".join,
)
def test_what_needs_no_network_loads_no_torch(runs, arguments):
    modules, code = loaded(*arguments, cwd=runs)
    assert code == 0
    assert "torch" not in modules


@pytest.mark.parametrize("arguments", [["runs"], ["show"], ["export", "--to", "latex"]], ids=" ".join)
def test_what_reads_texts_loads_no_tables_and_no_numerics(runs, arguments):
    modules, _ = loaded(*arguments, cwd=runs)
    assert modules.isdisjoint({"pandas", "pyarrow", "scipy", "safetensors"})


def test_no_room_loads_torch_scipy_or_pandas_by_itself():
    """Those apart have libraries of their own, some of which may not be there, or are a network or its picture."""
    files = [path.relative_to(ROOT).with_suffix("") for path in sorted((ROOT / "kansr").rglob("*.py"))]
    modules = [".".join(file.parts).removesuffix(".__init__") for file in files]
    rooms = [name for name in modules if not name.removeprefix("kansr.").startswith(APART)]
    answer = subprocess.run(
        [sys.executable, "-c", EVERY_ROOM, *rooms], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert len(rooms) > 250
    assert answer.stdout == "True\n"


def test_a_law_that_needs_no_network_is_found_without_torch():
    answer = subprocess.run([sys.executable, "-c", AT_ONCE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "exp(-x);False"


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
