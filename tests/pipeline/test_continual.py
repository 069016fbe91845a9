"""A run goes on with more rows: in a new folder, without forgetting, and all verbs work there."""

import numpy as np
import pytest

from kansr import pipeline
from kansr.errors import RunError, UsageError
from kansr.pipeline import hand
from kansr.pipeline.keep import load_network, load_parts, load_problem
from kansr.recipe import load_recipe, with_options
from kansr.run import Run
from kansr.table import read_table


def law(x):
    return np.exp(x[:, 0] ** 2) + np.sin(2 * x[:, 1])


def places(n, low=-1.0, high=1.0, *, seed):
    """Give places [n, 2] with the first column between low and high, the second between -1 and 1."""
    return np.random.default_rng(seed).uniform((low, -1), (high, 1), (n, 2))


def written(path, x, y):
    names = [f"x{i + 1}" for i in range(x.shape[1])]
    np.savetxt(path, np.column_stack([x, y]), delimiter=",", header=",".join([*names, "y"]), comments="", fmt="%.17g")
    return str(path)


def fitted(folder, x, y, **options):
    """Fit a table with few functions, so that reading takes no time."""
    settings = {"training.grid": (20,), "training.starts": 4, "symbolic.beam": 1, "budget": 60.0}
    settings |= {"symbolic.functions": ("x^2", "exp", "sin"), "symbolic.candidates": 2}
    recipe = with_options(load_recipe("quick"), settings | options)
    run = Run.create("data", folder / "run")
    pipeline.fit(read_table(written(folder / "data.csv", x, y)), recipe, run)
    return run


def content(run):
    return {path.name: path.read_bytes() for path in sorted(run.folder.iterdir())}


def copied(run, folder):
    copy = Run.create("copy", folder / "copy")
    for name, data in content(run).items():
        (copy.folder / name).write_bytes(data)
    return copy


def learned(run, folder, x, y):
    """Let a run learn rows; give the new run, its result and its account."""
    into = Run.create("more", folder / "into")
    result = pipeline.learn(run, pipeline.more_rows(run, written(folder / "more.csv", x, y)), into)
    return into, result, into.read_json("continual.json")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Give a run of a [2,1] network on the law, the first column between -1 and 1."""
    x = places(240, seed=0)
    return fitted(tmp_path_factory.mktemp("law"), x, law(x), **{"network.width": (2, 1)})


@pytest.fixture(scope="module")
def more(run, tmp_path_factory):
    """Give the run that learned rows of the same law between 1 and 1.5, what it gave, and its account."""
    before = content(run)
    x = places(120, 1.0, 1.5, seed=1)
    answer = learned(run, tmp_path_factory.mktemp("more"), x, law(x))
    assert content(run) == before  # the former run is untouched, to the byte
    return answer


def test_new_rows_are_learned_and_nothing_is_forgotten(run, more):
    into, result, account = more
    assert account["unseen"] < 1e-3 * account["before"]
    assert account["kept"]["rows"] + account["beyond"]["rows"] == 240
    assert account["kept"]["largest"] < 1e-12
    assert account["beyond"]["rows"] < 10
    assert account["surrounded"]["rows"] == 0
    assert result.network.grid > 22
    assert any("changed by at most" in line for line in result.learned)
    assert pipeline.load(into) == result
    assert pipeline.load(run).learned == ()


def test_only_the_edge_of_the_column_moves_that_has_new_values_and_only_there(more):
    _, _, account = more
    assert account["edges"] == ["x1 -> y"]
    assert account["moved"][0]["ranges"][0][0] > 0.9
    assert account["moved"][0]["coefficients"] <= account["free"]


def test_a_law_that_holds_for_the_new_rows_stays(run, more):
    _, result, account = more
    assert result.exact
    assert result.formula.text == pipeline.load(run).formula.text
    assert account["formula_before"] < 1e-12


def test_the_network_of_the_new_run_says_at_old_rows_what_it_said(run, more, tmp_path):
    into, _, _ = more
    x = run.read_table().x
    table = written(tmp_path / "x.csv", x, x[:, 0])
    one, two = (pipeline.predict(r, table, by_network=True).values for r in (run, into))
    assert np.median(np.abs(one - two)) < 1e-13
    assert np.abs(two - law(x)).max() < 1e-2


def test_rows_of_each_table_keep_their_part(run, more):
    into, _, _ = more
    assert load_parts(into) == (240, 120)
    split, former = load_problem(into).split, load_problem(run).split
    for part in ("train", "validation", "test"):
        now = getattr(split, part)
        assert np.array_equal(now[now < 240], getattr(former, part))
    assert len(split.test) == len(former.test) + 18


def test_the_network_keeps_its_unit_whatever_the_spread_of_the_new_rows(run, more):
    into, result, _ = more
    kan, problem = load_network(into, load_problem(into))
    assert problem.inside == load_network(run, load_problem(run))[1].inside != problem.scale
    assert kan.grid == result.network.grid


def test_extend_prune_edges_and_set_work_on_a_run_that_went_on(more, tmp_path):
    into, result, _ = more
    copy = copied(into, tmp_path)
    assert hand.edges(copy)[0].edge == "x1->y"
    assert pipeline.extend(copy, 2 * result.network.grid).network.rmse_test < 1.1 * result.network.rmse_test
    assert pipeline.prune(copy, 0.1).network.width == (2, 1)
    assert hand.set_function(copy, "2", "sin").exact


def test_a_run_can_go_on_again_and_again(more, tmp_path):
    into, _, _ = more
    x = places(100, 1.5, 1.8, seed=2)
    again, _, account = learned(into, tmp_path, x, law(x))
    assert account["kept"]["rows"] + account["beyond"]["rows"] == 360
    assert account["kept"]["largest"] < 1e-11
    assert account["unseen"] < 0.1 * account["before"]
    assert load_parts(again) == (240, 120, 100)


def test_the_same_rows_give_the_same_network_to_the_byte(run, more, tmp_path):
    x = places(120, 1.0, 1.5, seed=1)
    again, _, _ = learned(run, tmp_path, x, law(x))
    assert again.path("network.safetensors").read_bytes() == more[0].path("network.safetensors").read_bytes()


def test_where_everything_is_known_nothing_is_learned_and_that_is_said(run, tmp_path):
    x = places(60, -0.8, 0.8, seed=3)[::, :] * (1, 0.01)
    _, result, account = learned(run, tmp_path, x, law(x) + 1)
    assert account["free"] == 0
    assert account["after"] == account["before"]
    assert account["kept"]["largest"] == 0
    assert any("nothing could be learned" in line for line in result.learned)


@pytest.fixture(scope="module")
def peak(tmp_path_factory):
    """Give a run of a [1,1] network on a peak between 0 and 1; no time is spent on functions."""
    x = np.random.default_rng(0).uniform(0, 1, (200, 1))
    options = {"network.width": (1, 1), "symbolic.functions": ("x",), "budget": 3.0}
    return fitted(tmp_path_factory.mktemp("peak"), x, np.cos(9 * x[:, 0]) / (1 + x[:, 0]), **options)


def test_where_new_rows_lie_between_old_ones_they_decide_and_only_there(peak, tmp_path):
    x = np.random.default_rng(3).uniform(0.2, 0.8, (200, 1))
    hill = 0.1 * (1 + np.cos(2 * np.pi * (x[:, 0] - 0.5) / 0.6))
    _, result, account = learned(peak, tmp_path, x, np.cos(9 * x[:, 0]) / (1 + x[:, 0]) + hill)
    assert account["kept"]["rows"] > 70
    assert account["kept"]["largest"] < 1e-12
    assert account["surrounded"]["rows"] > 70
    assert account["surrounded"]["largest"] > 0.1
    assert account["after"] < 0.3 * account["before"]
    assert any("which decide there" in line for line in result.learned)


def test_where_no_function_fits_the_splines_stay_and_that_is_said(peak, tmp_path):
    x = np.random.default_rng(4).uniform(1, 2, (120, 1))
    into, result, account = learned(peak, tmp_path, x, np.cos(9 * x[:, 0]) / (1 + x[:, 0]))
    assert account["unseen"] < 0.1 * account["before"]
    assert result.verdict == "approximation"
    assert any("Its splines stay" in line for line in result.learned)
    values = pipeline.predict(into, written(tmp_path / "x.csv", x, x[:, 0]), by_network=True).values
    assert np.abs(values - np.cos(9 * x[:, 0]) / (1 + x[:, 0])).max() < 1e-2


def test_parts_that_do_not_sum_to_the_rows_are_said_to_be_damaged(more, tmp_path):
    copy = copied(more[0], tmp_path)
    copy.write_json("data.json", copy.read_json("data.json") | {"parts": [240, 119]})
    with pytest.raises(RunError, match="parts of this run are damaged"):
        pipeline.extend(copy, 100)


def test_a_network_without_splines_cannot_learn_in_one_place(run, tmp_path):
    copy = copied(run, tmp_path)
    hand.set_function(copy, "1", "exp")
    hand.set_function(copy, "2", "sin")
    rows = pipeline.more_rows(copy, written(tmp_path / "more.csv", places(30, seed=7), places(30, seed=8)[:, 0]))
    with pytest.raises(UsageError, match="no spline is left"):
        pipeline.learn(copy, rows, Run.create("into", tmp_path / "into"))


def test_rows_that_are_too_far_away_are_refused(run, tmp_path):
    x = places(30, 1e6, 2e6, seed=9)
    rows = pipeline.more_rows(run, written(tmp_path / "more.csv", x, x[:, 0]))
    with pytest.raises(UsageError, match="too far"):
        pipeline.learn(run, rows, Run.create("into", tmp_path / "into"))
