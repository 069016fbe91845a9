"""What the user sets on the edges of a run stays there, and nothing of the run is lost."""

import json
from dataclasses import replace

import numpy as np
import pytest

from kansr import pipeline
from kansr.errors import UsageError
from kansr.pipeline import hand
from kansr.pipeline.keep import load_network, load_problem
from kansr.progress import Clock
from kansr.recipe import load_recipe, with_options
from kansr.run import Run
from kansr.symbolic.held import held
from kansr.table import read_table


def fitted(folder, law, **options):
    """Fit a small network to a law of two columns."""
    x = np.random.default_rng(0).uniform(-2, 2, (240, 2))
    rows = np.column_stack([x, law(*x.T)])
    np.savetxt(folder / "data.csv", rows, delimiter=",", header="x1,x2,y", comments="", fmt="%.17g")
    settings = {"network.width": (2, 1), "training.grid": (3, 5, 10), "training.starts": 4, "budget": 60.0}
    symbolic = {"functions": ("abs", "x^2", "exp", "sin", "cosh"), "beam": 1, "candidates": 3} | options
    recipe = with_options(load_recipe("quick"), settings | {f"symbolic.{k}": v for k, v in symbolic.items()})
    run = Run.create("data", folder / "run")
    return run, pipeline.fit(read_table(str(folder / "data.csv")), recipe, run)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Give a run on y = x1^2 + exp(x2)."""
    return fitted(tmp_path_factory.mktemp("hand"), lambda a, b: a**2 + np.exp(b))


@pytest.fixture
def run(first, tmp_path):
    """Give a copy of the run to work on."""
    copy = Run.create("copy", tmp_path / "copy")
    for path in first[0].folder.iterdir():
        (copy.folder / path.name).write_bytes(path.read_bytes())
    return copy


def content(run, pattern):
    return {path.name: path.read_bytes() for path in sorted(run.folder.glob(pattern))}


def held_in(run):
    problem = load_problem(run)
    kan, _ = load_network(run, problem)
    return {i: kan.curves[i].name for i in held(kan)}


def test_edges_are_named_and_say_what_stands_there_and_what_fits(run):
    rows = hand.edges(run)
    assert [(row.number, row.edge, row.stands, row.held) for row in rows] == [
        (1, "x1->y", "x1**2", False),
        (2, "x2->y", "exp(x2)", False),
    ]
    assert "x^2" in [fit.function for fit in rows[0].candidates]
    assert rows[1].candidates[0].function == "exp"
    assert rows[1].candidates[0].error < 1e-3
    (single,) = hand.edges(run, "2")
    assert len(single.candidates) > 10
    errors = [fit.error for fit in single.candidates]
    assert errors[-1] == max(errors)
    assert json.loads(json.dumps(single.to_json()))["edge"] == "x2->y"


def test_a_function_of_a_function_is_a_candidate_of_a_single_edge(tmp_path):
    run, _ = fitted(tmp_path, lambda a, b: 3 * np.log1p(np.exp(2 * a)) + b, functions=("x", "x^2"))
    (row,) = hand.edges(run, "x1->y")
    assert "log(exp)" in [fit.function for fit in row.candidates]
    result = hand.set_function(run, "x1->y", "log(exp)")
    assert result.exact
    assert held_in(run) == {0: "log(exp)"}  # a function of a function is kept


def test_the_right_function_costs_nothing_and_is_said(run, first):
    result = hand.set_function(run, "x2 -> y", "exp")
    assert result.formula.text == first[1].formula.text
    assert result.hand[0] == "x2 -> y is exp"
    assert result.hand[-1] == "the data do not speak against it"
    assert pipeline.load(run) == result


def test_a_wrong_function_is_held_and_the_data_are_said_to_contradict_it(run):
    before, result_before = content(run, "network.safetensors"), content(run, "result.json")
    result = hand.set_function(run, "x1->y", "x")
    assert result.verdict == "approximation"
    assert result.network.lines[0] == "x1 -> y   x1"
    assert "the data contradict it strongly" in result.hand[-1]
    assert "before" in result.hand[1]
    assert {rival.label for rival in result.front} <= {"network", "pruned"}
    assert before["network.safetensors"] in content(run, "network-grid-*").values()  # nothing is lost
    assert result_before["result.json"] in content(run, "result-before*").values()


def test_what_is_set_accumulates_and_extend_and_prune_respect_it(run):
    hand.set_function(run, "x1->y", "abs")
    hand.set_function(run, "2", "cosh")
    assert held_in(run) == {0: "abs", 1: "cosh"}
    with pytest.raises(UsageError, match="no spline is left"):
        pipeline.extend(run, 20)
    hand.unset(run, "x2->y")
    assert held_in(run) == {0: "abs"}
    assert pipeline.extend(run, 20).network.grid == 20
    pruned = pipeline.prune(run, 1000.0)
    assert held_in(run) == {0: "abs"}
    assert "x1 -> y is abs" in pruned.hand
    assert "Abs(x1" in pruned.formula.text


def test_zero_cuts_an_edge_and_it_comes_back(run, first):
    cut = hand.set_function(run, "x2->y", "0")
    assert "x2" not in cut.formula.text
    assert cut.front[-1].rmse.validation > 0.1
    again = hand.unset(run)
    assert again.formula.text == first[1].formula.text
    assert held_in(run) == {}


@pytest.mark.parametrize(("edge", "function"), [("1", "x"), ("1", "log(exp)"), ("2", "sin"), ("2", "1/(e^x-1)")])
def test_set_and_then_unset_returns_to_about_the_same_error(run, first, edge, function):
    hand.set_function(run, edge, function)
    result = hand.unset(run, edge)
    assert result.network.rmse_test < 2 * first[1].network.rmse_test
    assert result.formula.text == first[1].formula.text


def test_a_spline_comes_back_without_the_former_network(run, first):
    hand.set_function(run, "1", "x")
    for path in run.folder.glob("network-grid-*"):
        path.unlink()
    assert hand.unset(run, "1").network.rmse_test < 2 * first[1].network.rmse_test


def test_another_function_on_the_same_edge_takes_the_place_of_the_first(run, first):
    hand.set_function(run, "1", "x")
    result = hand.set_function(run, "1", "x^2")
    assert held_in(run) == {0: "x^2"}
    assert result.formula.text == first[1].formula.text


@pytest.mark.parametrize(
    ("edge", "function", "says"),
    [
        ("x1->z", "sin", "did you mean 'x1->y'?"),
        ("x1-", "sin", "in quotes"),
        ("3", "sin", "1 to 2"),
        ("", "sin", "1 to 2"),
        ("x1->y", "sine", "did you mean 'sin'?"),
        ("x1->y", "__import__('os')", "known"),
    ],
)
def test_what_is_misspelt_is_answered_and_changes_nothing(run, edge, function, says):
    before = content(run, "*")
    with pytest.raises(UsageError) as error:
        hand.set_function(run, edge, function)
    assert says in str(error.value)
    assert content(run, "*") == before


def test_only_what_is_set_can_be_unset(run):
    with pytest.raises(UsageError, match="nothing is set in this run"):
        hand.unset(run)
    with pytest.raises(UsageError, match="nothing is set on x1->y"):
        hand.unset(run, "x1->y")


def test_a_clock_that_is_over_still_gives_a_whole_result(run):
    clock = Clock(60.0)
    clock.interrupt()
    result = hand.set_function(run, "1", "x", clock=clock)
    assert result.status == "interrupted"
    assert held_in(run) == {0: "x"}
    assert pipeline.load(run) == result


def test_a_function_of_the_users_own_is_found_kept_and_set(tmp_path):
    own = {"name": "softplus", "expression": "log(1 + exp(x))"}
    run, result = fitted(tmp_path, lambda a, b: 3 * np.log1p(np.exp(2 * a)) + b, functions=("x", "exp"), custom=(own,))
    assert result.exact
    assert result.formula.text == "x2 + 3*log(exp(2*x1) + 1)"
    assert result.network.lines[0] == "x1 -> y   log(exp(2*x1) + 1)"
    assert hand.edges(run)[0].candidates[0].function == "softplus"
    assert hand.set_function(run, "1", "softplus").exact
    assert held_in(run) == {0: "softplus"}
    assert pipeline.extend(run, 20).exact
    with pytest.raises(UsageError) as error:
        hand.set_function(run, "2", "softplas")
    assert "softplus" in str(error.value)


def test_a_function_that_misbehaves_stops_a_fit_before_anything_is_written(tmp_path):
    with pytest.raises(UsageError, match="straight line"):
        fitted(tmp_path, lambda a, b: a + b, custom=({"name": "line", "expression": "2*x + 1"},))
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"run.json"}


def test_noise_is_not_taken_for_a_contradiction(tmp_path):
    noise = np.random.default_rng(1).normal(0, 0.1, 240)
    run, _ = fitted(tmp_path, lambda a, b: a**2 + b + noise)
    assert hand.set_function(run, "x1->y", "x^2").hand[-1] == "the data do not speak against it"
    assert "contradict" in hand.set_function(run, "x1->y", "abs").hand[-1]


def test_a_result_of_an_older_run_has_no_hand(first):
    record = first[1].to_record()
    del record["hand"]
    assert type(first[1]).from_record(record) == replace(first[1], hand=())
