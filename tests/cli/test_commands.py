"""The commands on real tables, in processes of their own."""

import csv
import io
import json
import math
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import sympy

pytest.importorskip("kansr.pipeline")

FAST = ("--budget", "30", "--recipe", "quick", "--seed", "0")


def product_table(rows=200):
    """Give a CSV of y = x1*x2."""
    draw = random.Random(0)
    lines = [(draw.uniform(0.5, 2), draw.uniform(0.5, 2)) for _ in range(rows)]
    return "x1,x2,y\n" + "".join(f"{a!r},{b!r},{a * b!r}\n" for a, b in lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give a folder with a table and a run of it."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "data.csv").write_text(product_table())
    return folder


@pytest.fixture(scope="module")
def call(folder, request):
    """Give a function that runs `kansr` in that folder."""
    root = request.config.rootpath
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KANSR_")}
    environment |= {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "COLUMNS": "80"}

    def run(*arguments, stdin=None):
        command = [sys.executable, "-m", "kansr", *map(str, arguments)]
        source = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=200, check=False, **source
        )

    return run


@pytest.fixture(scope="module")
def fitted(call):
    """Give what a fit printed; its run is the last one."""
    return call("fit", "data.csv", *FAST)


def test_a_fit_prints_only_the_formula_on_a_pipe_and_the_rest_on_stderr(fitted):
    assert fitted.returncode == 0, fitted.stderr
    assert len(fitted.stdout.splitlines()) == 1
    assert fitted.stdout.startswith("y = ")
    for part in ("explaining y (the last column; -t names another)", "verdict", "runs/data-001", "next"):
        assert part in fitted.stderr


@pytest.mark.usefixtures("fitted")
def test_the_run_folder_is_complete(folder):
    names = {path.name for path in (folder / "runs" / "data-001").iterdir()}
    wanted = "run.json recipe.yaml data.json data.parquet metrics.jsonl network.safetensors front.csv formula.txt"
    assert names >= {*wanted.split(), "formula.tex", "formula.json", "formula.py", "log.txt"}
    assert (folder / "runs" / "latest").read_text() == "data-001\n"


def test_json_is_one_object_and_nothing_else(call):
    answer = call("fit", "-", *FAST, "--json", "-o", "elsewhere", stdin=product_table())
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert record["target"] == "y"
    assert record["features"] == ["x1", "x2"]
    difference = sympy.sympify(record["formula"]) - sympy.sympify("x1*x2")
    assert abs(float(difference.subs({"x1": 1.5, "x2": 0.7}))) < 0.05


def test_quiet_says_nothing_else(call):
    answer = call("fit", "data.csv", *FAST, "-q", "-o", "quiet")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("y = ")


@pytest.mark.usefixtures("fitted")
def test_show_shows_the_last_run_again(call, fitted):
    answer = call("show")
    assert answer.returncode == 0, answer.stderr
    assert "verdict" in answer.stdout
    assert "run: runs/data-001" in answer.stderr
    assert call("show", "data-001", "-q").stdout == fitted.stdout


@pytest.mark.usefixtures("fitted")
def test_the_formula_is_exported(call, folder):
    record = json.loads(call("show", "data-001", "--json").stdout)
    assert record == json.loads((folder / "runs" / "data-001" / "formula.json").read_text())
    assert json.loads(call("export", "data-001", "--to", "json").stdout)["formula"] == record["formula"]
    assert "import sympy" in call("export", "data-001", "--to", "sympy").stdout
    assert "x_{1}" in call("export", "data-001", "--to", "latex").stdout
    assert "def " in call("export", "data-001", "--to", "python").stdout


@pytest.mark.usefixtures("fitted")
def test_an_export_does_not_overwrite_a_file_unless_forced(call, folder):
    (folder / "mine.tex").write_text("mine")
    refused = call("export", "data-001", "--to", "latex", "-o", "mine.tex")
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert (folder / "mine.tex").read_text() == "mine"
    assert call("export", "data-001", "--to", "latex", "-o", "mine.tex", "--force").returncode == 0
    assert (folder / "mine.tex").read_text() != "mine"


@pytest.mark.usefixtures("fitted")
def test_predictions_are_csv_and_rows_outside_are_pointed_out(call):
    answer = call("predict", "data-001", "-", stdin="x2,x1\n1.5,1.25\n1,100\n")
    assert answer.returncode == 0, answer.stderr
    rows = list(csv.reader(io.StringIO(answer.stdout)))
    assert rows[0] == ["y"]
    assert math.isclose(float(rows[1][0]), 1.875, rel_tol=0.05)
    assert "row 2" in answer.stderr


@pytest.mark.usefixtures("fitted")
def test_a_missing_column_is_named(call):
    answer = call("predict", "data-001", "-", stdin="x1,z\n1,2\n")
    assert answer.returncode in (2, 3)
    assert "x2" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.usefixtures("fitted")
def test_a_grid_that_is_not_larger_is_refused(call):
    answer = call("extend", "data-001", "--grid", "1")
    assert answer.returncode == 2
    assert "grid" in answer.stderr


@pytest.mark.usefixtures("fitted")
def test_a_run_is_extended_and_pruned(call):
    extended = call("extend", "data-001", "--grid", "40", "--json")
    assert extended.returncode == 0, extended.stderr
    assert json.loads(extended.stdout)["network"]["grid"] == 40
    pruned = call("prune", "data-001", "--tolerance", "0.1", "--json")
    assert pruned.returncode == 0, pruned.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["fit", "missing.csv"], 2, "missing.csv"),
        (["fit", "data.csv", "-t", "yy"], 2, "'y'"),
        (["fit", "data.csv", "-x", "x1,x3"], 2, "x3"),
        (["fit", "data.csv", "--grid", "5,3"], 2, "training.grid"),
        (["fit", "data.csv", "--recipe", "quik"], 2, "did you mean quick?"),
        (["fit", "data.csv", "--functions", "sine"], 2, "sin"),
        (["fit", "data.csv", "--device", "tpu"], 2, "cuda"),
        (["fit", "data.csv", "-o", "."], 2, "other files"),
        (["show", "nothing"], 2, "no such run"),
        (["extend", "nothing", "--grid", "5"], 2, "no such run"),
        (["predict", "nothing", "data.csv"], 2, "no such run"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_leaves_no_folder(call, folder, arguments, code, says):
    before = set((folder / "runs").iterdir()) if (folder / "runs").exists() else set()
    answer = call(*arguments)
    assert (answer.returncode, answer.stdout) == (code, "")
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr
    assert (set((folder / "runs").iterdir()) if (folder / "runs").exists() else set()) == before


def test_no_argument_on_an_empty_pipe_is_unusable_data(call):
    answer = call("fit")
    assert answer.returncode == 3
    assert "Traceback" not in answer.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_an_interrupted_fit_saves_and_says_how_to_go_on(folder, request):
    environment = os.environ | {"PYTHONPATH": str(request.config.rootpath), "OMP_NUM_THREADS": "1"}
    rows = product_table(400).splitlines()
    noise = random.Random(1)
    hard = "\n".join([rows[0], *(f"{line.rpartition(',')[0]},{noise.gauss(0, 1)!r}" for line in rows[1:])])
    (folder / "noise.csv").write_text(hard)
    command = [sys.executable, "-m", "kansr", "fit", "noise.csv", "--recipe", "thorough", "-v", "-o", "stopped"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not (folder / "stopped" / "run.json").exists():
            time.sleep(0.05)
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "finishing and saving" in err
    assert "kansr extend stopped --grid" in err
    assert out.startswith("y = ")
