"""`kansr run`: lists, runs, draws, keeps, and refuses to write over anything."""

import json
import sys

import pytest

from kansr.cli.grid import aligned
from kansr.cli.main import run
from kansr.experiments import EXPERIMENTS
from kansr.report import picture
from tests.experiments.settings import TINY


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Work in an empty folder, on settings of a second."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("kansr.recipe.load_experiment", lambda name, _kind, **_: TINY[name])
    return tmp_path


def test_without_a_name_every_experiment_is_listed_with_what_is_to_be_seen(capsys):
    assert run(["run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(EXPERIMENTS)
    assert all(len(line.split()) > 5 for line in lines)


def test_a_misspelt_experiment_is_answered_with_the_nearest(capsys):
    assert run(["run", "scalling"]) == 2
    assert "did you mean scaling?" in capsys.readouterr().err


def test_a_run_leaves_numbers_and_both_pictures_and_prints_the_table(place, capsys):
    assert run(["run", "scaling", "-q"]) == 0
    folder = place / "runs" / "scaling-001"
    assert {path.name for path in folder.iterdir()} >= {"results.json", "figure.svg", "figure.png", "log.txt"}
    record = json.loads((folder / "results.json").read_text())
    assert (record["experiment"], record["status"]) == ("scaling", "done")
    assert record["settings"]["toys"][0]["rows"] == 300
    assert capsys.readouterr().out.splitlines()[0].split("  ")[0] == "law"


def test_a_second_run_gets_a_folder_of_its_own_and_a_full_one_is_refused(place, capsys):
    for _ in range(2):
        assert run(["run", "scaling", "-q", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["experiment"] == "scaling"
    assert sorted(path.name for path in (place / "runs").iterdir()) == ["scaling-001", "scaling-002"]
    assert run(["run", "scaling", "-q", "-o", "runs/scaling-001"]) == 2


@pytest.mark.usefixtures("place")
def test_without_matplotlib_the_numbers_are_kept_and_the_error_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(picture, "find_spec", lambda _: None)
    assert run(["run", "scaling", "-q", "-o", "here"]) == 2
    answer = capsys.readouterr()
    assert 'pip install "kansr[plot]"' in answer.err
    assert answer.out.startswith("law")


def test_a_table_keeps_texts_left_and_numbers_right():
    lines = aligned(["name", "n", "rmse"], [["a\x1b", 3, 0.5], ["bc", 1000, float("nan")]])
    assert lines == ["name      n  rmse", "a\\x1b     3   0.5", "bc     1000     -"]
