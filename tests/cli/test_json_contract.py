"""`kansr fit --json`: the contract that other programs rely on, from version to version."""

import json
import random
import subprocess
import sys

import numpy as np
import pytest

from kansr.table import read_table, split_rows

FAST = ("--budget", "30", "--recipe", "quick", "--seed", "3")
KEYS = [
    "run",
    "status",
    "target",
    "features",
    "formula",
    "symbols",
    "constants",
    "latex",
    "complexity",
    "errors",
    "fitted",
    "rmse",
    "r2",
    "chi2",
    "units",
    "exact",
]
KEYS += ["verdict", "why", "noise", "validation", "choice"]
KEYS += ["network", "front", "rivals", "rejected", "stability", "template", "groups", "seconds"]

# What somebody without kansr would write: sympy reads the formula, `symbols` says which column a name stands for.
PLAIN = """
import json, sys
import sympy
given = json.load(sys.stdin)
known = {name: sympy.Symbol(name) for name in [*given["symbols"], *given["columns"]]}
expression = sympy.sympify(given["formula"], known)
names = sorted(str(symbol) for symbol in expression.free_symbols)
columns = [given["columns"][given["symbols"].get(name, name)] for name in names]
value = sympy.lambdify(names, expression, modules=["scipy", "numpy"])
assert "kansr" not in sys.modules
print(json.dumps([float(value(*row)) for row in zip(*columns)]))
"""


def evaluated(record, table):
    """Give the values of a printed formula on the rows of a table, by plain sympy in a process of its own."""
    columns = dict(zip(table.features, table.x.T.tolist(), strict=True))
    given = {"formula": record["formula"], "symbols": record["symbols"], "columns": columns}
    command = [sys.executable, "-I", "-c", PLAIN]
    answer = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True)
    return np.array(json.loads(answer.stdout))


@pytest.fixture(scope="module")
def fitted(call, root_of_datasets):
    """Give the answer of a fit to a table with errors."""
    return call("fit", root_of_datasets / "pendulum-noisy.csv", *FAST, "--json")


@pytest.fixture(scope="module")
def root_of_datasets(request):
    """Give the folder of the datasets."""
    return request.config.rootpath / "datasets"


def test_stdout_holds_one_object_with_exactly_these_keys_and_nothing_else(fitted):
    assert fitted.returncode == 0, fitted.stderr
    assert fitted.stdout.count("\n") == 1
    record = json.loads(fitted.stdout)
    assert list(record) == KEYS
    assert list(record["rmse"]) == ["train", "validation", "test"]
    assert list(record["r2"]) == ["test"]
    assert list(record["network"]) == ["width", "grid", "rmse_test"]
    assert all(
        list(rival) == ["formula", "complexity", "errors", "fitted", "constants", "rmse_validation", "rmse_test"]
        for rival in [*record["front"], *record["rivals"]]
    )


def test_the_values_are_of_their_kind(fitted):
    record = json.loads(fitted.stdout)
    assert (record["target"], record["features"], record["status"]) == ("period", ["length"], "done")
    assert (record["exact"], record["verdict"]) == (False, "noise")
    assert (record["validation"], record["noise"], record["choice"]) == ("held out", None, None)  # of 200 rows
    assert record["formula"] in [rival["formula"] for rival in record["front"]]
    assert isinstance(record["complexity"], int)
    assert all(text in record["formula"] and error > 0 for text, error in record["errors"].items())
    assert 0 < record["seconds"] < 60


def test_plain_sympy_reproduces_the_errors_to_six_digits(fitted, root_of_datasets):
    record = json.loads(fitted.stdout)
    table = read_table(str(root_of_datasets / "pendulum-noisy.csv"))
    split = split_rows(len(table.y), seed=3)
    residual = evaluated(record, table) - table.y
    for part in ("train", "validation", "test"):
        rmse = np.sqrt(np.mean(residual[getattr(split, part)] ** 2))
        assert rmse == pytest.approx(record["rmse"][part], rel=1e-6)


def test_columns_that_are_no_names_get_names_and_symbols_says_which(call, folder):
    names = ["E", "lambda", "x y", "Δp [Pa]", "a-b", "if"]
    draw = random.Random(1)
    rows = [[round(draw.uniform(0, 2), 3) for _ in names] for _ in range(150)]
    lines = [",".join(map(repr, [*row, sum(i * x for i, x in enumerate(row, 1))])) for row in rows]
    (folder / "names.csv").write_text("\n".join([",".join([*names, "class"]), *lines]), encoding="utf-8")
    answer = call("fit", "names.csv", *FAST, "--json")
    assert answer.returncode == 0, answer.stderr
    record = json.loads(answer.stdout)
    assert (record["target"], record["features"]) == ("class", names)
    assert sorted(record["symbols"].values()) == sorted(names)
    assert {"E", "Δp", "lambda_", "if_"} <= set(record["symbols"])
    table = read_table(str(folder / "names.csv"))
    assert np.abs(evaluated(record, table) - table.y).max() < 1e-9


def test_a_table_from_a_pipe_with_the_same_seed_gives_the_same_bytes(call, folder):
    def without_place_and_time(text):
        record = json.loads(text)
        return json.dumps({key: value for key, value in record.items() if key not in ("run", "seconds")})

    text = (folder / "data.csv").read_text()
    first, second = (call("fit", "-", *FAST, "--json", "-o", name, stdin=text) for name in ("one", "two"))
    assert first.returncode == second.returncode == 0, first.stderr
    assert without_place_and_time(first.stdout) == without_place_and_time(second.stdout)
    for file in ("formula.json", "network.safetensors", "front.csv", "graph.json"):
        kept = [(folder / name / file).read_bytes() for name in ("one", "two")]
        assert kept[0] == kept[1], file
    assert json.loads((folder / "one" / "formula.json").read_text()) == json.loads(without_place_and_time(first.stdout))
