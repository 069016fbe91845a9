"""The commands that look: check, runs, doctor, completion."""

import json
import os
import subprocess
import sys

import pytest

from kansr.cli.completing import header
from kansr.cli.listing import runs_in
from kansr.pipeline.health import Finding, extras, health
from kansr.run import Run
from tests.cli.conftest import environment


@pytest.fixture
def table(tmp_path):
    rows = "".join(f"{i},{i * i},red,{3 * i**3}\n" for i in range(1, 40))
    (tmp_path / "data.csv").write_text(f"a,b [m],c,y\n{rows}")
    return tmp_path / "data.csv"


def completed(folder, *words):
    """Give what a shell is offered for the last word."""
    variables = environment(_KANSR_COMPLETE="bash_complete", COMP_WORDS=" ".join(words), COMP_CWORD=str(len(words) - 1))
    answer = subprocess.run(
        [sys.executable, "-m", "kansr"], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert answer.stderr == ""
    return [line.partition(",")[2] for line in answer.stdout.splitlines()]


def test_check_shows_the_columns_and_what_is_odd_and_writes_nothing(here, table):
    answer = here("check", table)
    assert answer.returncode == 0, answer.stderr
    for part in ("39 rows, 4 columns", 'column "c" holds text', "would explain y with a, b [m]", "at most 120 s"):
        assert part in " ".join(answer.stdout.split())
    assert list(table.parent.iterdir()) == [table]


def test_check_as_json_holds_the_whole_card(here, table):
    record = json.loads(here("check", table, "--json", "-t", "a").stdout)
    assert (record["usable"], record["target"], record["features"]) == (True, "a", ["b [m]", "y"])
    assert [one["role"] for one in record["columns"]] == ["target", "feature", "left out", "feature"]
    assert record["seconds"] > 0
    assert {warning["kind"] for warning in record["warnings"]} >= {"text"}


def test_check_of_a_table_that_cannot_be_used_shows_it_and_ends_with_3(here, table):
    table.write_text(f"{table.read_text()}1,2,red,oops\n")
    answer = here("check", table)
    assert answer.returncode == 3
    assert "broken" in answer.stdout
    assert "'oops'" in answer.stderr.replace('"', "'")
    record = json.loads(here("check", table, "--json").stdout)
    assert (record["usable"], record["error"]["where"]) == (False, 'row 40, column "y"')


def test_runs_of_all_states_are_listed_and_folders_of_others_are_not(here, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in (("done", RECORD), ("torn", "{"), ("empty", None), ("list", "[1]"), ("future", RECORD)):
        made = Run.create(name)
        if content is not None:
            made.write_text("result.json", content)
    (tmp_path / "runs" / "future-001" / "run.json").write_text('{"format": 99}')
    (tmp_path / "runs" / "foreign").mkdir()
    (tmp_path / "runs" / "latest").write_text("done-001\n")
    states = {one.name: (one.status, one.latest) for one in runs_in()}
    assert states == {
        "done-001": ("done", True),
        "torn-001": ("damaged", False),
        "empty-001": ("unfinished", False),
        "list-001": ("damaged", False),
        "future-001": ("damaged", False),
    }
    listed = here("runs")
    assert listed.returncode == 0, listed.stderr
    assert "> done-001" in listed.stdout
    assert "y = 2*x" in listed.stdout
    record = json.loads(here("runs", "--json").stdout)
    assert [one["rmse_test"] for one in record if one["status"] == "done"] == [0.5]
    assert set(here("runs", "-q").stdout.split()) == set(states)


_ERRORS = {"train": 0.4, "validation": 0.5, "test": 0.5}
_LAW = {
    "formula": "2*x", "symbols": {}, "complexity": 3, "label": "linear", "rmse": _ERRORS, "r2": _ERRORS,
    "description_length": None, "errors": {},
}  # fmt: skip
RECORD = json.dumps(
    {
        "run": "runs/done-001", "status": "done", "target": "y", "features": ["x"], "verdict": "approximation",
        "spread": 2.0, "exact": False, "seconds": 1.5, "warnings": [], "formula": _LAW, "front": [_LAW], "history": [],
        "network": {"width": [1, 1], "grid": 3, "rmse_test": 0.1, "lines": []},
    }
)  # fmt: skip


def test_the_newest_run_comes_first(here, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for age, name in enumerate(("new", "old", "older")):
        made = Run.create(name)
        made.write_text("result.json", RECORD)
        os.utime(made.path("result.json"), (1e9 - age, 1e9 - age))
    assert here("runs", "-q").stdout.split() == ["new-001", "old-001", "older-001"]


def test_no_runs_are_no_error(here):
    answer = here("runs")
    assert (answer.returncode, answer.stdout) == (0, "")
    assert "kansr fit" in answer.stderr
    assert here("runs", "--json").stdout == "[]\n"


def test_the_doctor_finds_nothing_wrong_here_and_leaves_nothing(here, tmp_path):
    answer = here("doctor", "--json")
    assert answer.returncode == 0, answer.stdout
    record = json.loads(answer.stdout)
    assert record["ok"]
    told = {one["name"]: one for one in record["findings"]}
    assert "y = x1*x2" in told["self-test"]["fact"]
    assert told["torch"]["ok"] and told["cpu"]["ok"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a folder that nobody can write in")
def test_the_doctor_ends_with_1_and_a_hint_where_something_is_wrong(here):
    answer = here("doctor", "-q", folder="/proc")
    assert answer.returncode == 1
    assert answer.stdout.startswith("problem  runs")
    assert "-o DIR" in answer.stdout


def test_a_missing_extra_is_no_problem_and_comes_with_the_way_to_it():
    assert all("test" not in extra for extra in extras())
    missing = [one for one in health_without_fit() if one.name.startswith("[") and one.hint]
    assert all(one.ok is None and "pip install 'kansr[" in str(one.hint) for one in missing)


def health_without_fit() -> list[Finding]:
    """Give the findings but the last, which is a fit."""
    found, findings = [], health()
    for one in findings:
        found.append(one)
        if one.name == "runs":
            break
    return found


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(here, shell):
    answer = here("completion", shell)
    assert answer.returncode == 0
    assert "_KANSR_COMPLETE" in answer.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="bash")
def test_bash_reads_its_script(here):
    script = here("completion", "bash").stdout
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


def test_commands_options_recipes_runs_and_columns_are_completed(tmp_path, table):
    (tmp_path / "runs" / "data-001").mkdir(parents=True)
    (tmp_path / "runs" / "data-001" / "run.json").write_text("{}")
    assert completed(tmp_path, "kansr", "ex") == ["extend", "export"]
    assert "--recipe" in completed(tmp_path, "kansr", "fit", "--re")
    assert completed(tmp_path, "kansr", "fit", "--recipe", "q") == ["quick"]
    assert completed(tmp_path, "kansr", "show", "da") == ["data-001"]
    assert completed(tmp_path, "kansr", "fit", "data.csv", "-x", "a,") == ["a,b [m]", "a,c", "a,y"]
    assert header(str(table)) == ["a", "b [m]", "c", "y"]
    assert header(str(tmp_path)) == header(None) == []


@pytest.mark.parametrize("shell", ["tcsh", "bas"])
def test_an_unknown_shell_is_refused_with_those_that_there_are(here, shell):
    answer = here("completion", shell)
    assert (answer.returncode, "bash" in answer.stderr) == (2, True)
