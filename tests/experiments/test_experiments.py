"""Every experiment: its recipe fits its settings, its record is plain, and it ends when the clock does."""

import json
from dataclasses import fields, replace

import pytest

from kansr.errors import RecipeError, UsageError
from kansr.experiments import EXPERIMENTS
from kansr.progress import Clock, silent
from kansr.recipe import load_experiment
from kansr.recipe.experiment import settings_of
from kansr.result import plain
from kansr.shipped import shipped_experiment, shipped_experiments
from tests.experiments.settings import FIT, TINY, ended, module_of, record_of


def test_each_experiment_has_a_recipe_and_each_recipe_an_experiment():
    assert sorted(EXPERIMENTS) == [recipe.name for recipe in shipped_experiments()]


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_recipe_gives_every_setting(name, quick):
    settings = load_experiment(name, module_of(name).Settings, quick=quick)
    assert settings.seed == 0


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_key_is_explained_by_a_comment(name):
    lines = shipped_experiment(name).path.read_text(encoding="utf-8").splitlines()
    keys = [field.name for field in fields(module_of(name).Settings)]
    for key in keys:
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{key}:"))
        above = next(line for line in reversed(lines[:at]) if not line.startswith(tuple(f"{k}:" for k in keys)))
        assert above.startswith("#"), key


@pytest.mark.parametrize("name", TINY)
def test_a_record_is_plain_and_has_a_table(name):
    record = json.loads(json.dumps(plain(record_of(name))))
    table = record["summary"]
    assert table["rows"]
    assert {len(row) for row in table["rows"]} == {len(table["columns"])}


@pytest.mark.parametrize("name", TINY)
def test_an_experiment_ends_with_the_clock_and_its_record_is_still_whole(name):
    record = ended(name)
    assert record.keys() == record_of(name).keys()


def test_the_error_of_the_right_graph_falls_as_the_fourth_power_of_the_grid():
    (toy,) = record_of("scaling")["toys"]
    assert -5 < toy["slope"] < -3.5


def test_grids_after_the_first_with_more_parameters_than_rows_are_named():
    (network,) = record_of("grid-extension")["networks"]
    assert [s["grid"] for s in network["stages"]] == [3, 6, 12, 20]
    assert network["skipped"] == [40]
    assert network["stages"][-1]["parameters"] > 60 > network["stages"][-2]["parameters"]


def test_a_step_is_kept_for_each_step_that_was_made():
    (network,) = record_of("grid-extension")["networks"]
    assert len(network["steps"]["test"]) == sum(s["steps"] for s in network["stages"])


def test_the_network_of_a_special_function_is_chosen_by_the_validation_error():
    for law in record_of("special-functions")["laws"]:
        assert law["best"]["rmse_validation"] == min(tried["rmse_validation"] for tried in law["tried"])
    assert record_of("special-functions")["laws"][0]["published"] == 8.26e-5


def test_the_workflow_ends_at_the_law():
    (example,) = record_of("interpretability")["examples"]
    assert example["verdict"] == "exact"
    assert [step["width"] for step in example["steps"]] == [[2, 2, 1], [2, 1, 1], [2, 1, 1]]
    assert all(edge["label"] for edge in example["steps"][-1]["edges"])


def test_a_kan_on_its_own_graph_beats_an_mlp_of_about_its_size():
    (kan,), (mlp,) = record_of("kan-and-mlp")["kans"], record_of("kan-and-mlp")["mlps"]
    assert kan["stages"][-1]["rmse_test"] < 0.1 * mlp["rmse_test"]
    assert mlp["parameters"] == 33


def test_the_same_seed_gives_the_same_numbers():
    again = module_of("scaling").run(TINY["scaling"], clock=Clock(), report=silent)
    now, before = again["toys"][0], record_of("scaling")["toys"][0]
    assert [s["rmse_test"] for s in now["stages"]] == [s["rmse_test"] for s in before["stages"]]
    assert now["skipped"] == [500]


TEXT = "grids: [3, 6]\nstarts: 1\nsteps: 5\nsmoothness: 0.0\nroom: 0.1\nquick:\n  steps: 2\n"


def test_quick_values_come_before_the_others_and_changes_before_both():
    kind = type(FIT)
    assert settings_of(TEXT, "a.yaml", kind).steps == 5
    assert settings_of(TEXT, "a.yaml", kind, quick=True).steps == 2
    assert settings_of(TEXT, "a.yaml", kind, quick=True, steps=7).steps == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT.replace("starts", "strats"), r"a\.yaml:2:9: there is no key 'strats'; did you mean starts"),
        (TEXT.replace("starts: 1\n", ""), "starts is missing"),
        (TEXT.replace("steps: 5", "steps: five"), r"a\.yaml:3:8: steps is \"five\""),
        (TEXT.replace("[3, 6]", "[6, 3]"), "do not rise"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_said_with_its_place(text, said):
    with pytest.raises(RecipeError, match=said):
        settings_of(text, "a.yaml", type(FIT))


def test_grids_that_do_not_rise_are_refused():
    with pytest.raises(UsageError, match="do not rise"):
        replace(FIT, grids=(5, 5))


def test_a_key_that_a_part_of_a_setting_does_not_know_is_refused():
    path = shipped_experiment("special-functions").path
    text = path.read_text(encoding="utf-8").replace("fit: {grids", "fit: {gird: 3, grids", 1)
    with pytest.raises(RecipeError, match="fit has no key 'gird'"):
        settings_of(text, "a.yaml", module_of("special-functions").Settings)
