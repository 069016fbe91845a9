"""What a page tells of a run is what the run folder holds, and what the formula gives at its rows."""

import json
import shlex

import numpy as np
import pytest

from kansr import pipeline
from kansr.pipeline.page import SHOWN, page
from kansr.recipe import load_recipe, with_options
from kansr.report.html import render
from kansr.run import Run
from kansr.table import read_table

NAMES = ("<b>width</b>", 'x"y')


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Give a run on a sum over two columns, with a little noise and names that are no words."""
    folder = tmp_path_factory.mktemp("page")
    draw = np.random.default_rng(0)
    x = draw.uniform(0.5, 2, (1200, 2))
    y = 3 * x[:, 0] + x[:, 1] ** 2 + draw.normal(0, 0.01, 1200)
    header = '<b>width</b>,"x""y",area'
    np.savetxt(folder / "data.csv", np.column_stack([x, y]), delimiter=",", header=header, comments="")
    small = {"network.width": (2, 1), "training.grid": (3, 5), "training.starts": 4, "symbolic.functions": ("x^2",)}
    settings = with_options(load_recipe("quick"), small)
    found = Run.create("data", folder / "run")
    pipeline.fit(read_table(str(folder / "data.csv"), settings.table), settings, found)
    return found


@pytest.fixture(scope="module")
def told(run):
    return page(run)


def test_the_formula_its_errors_and_its_verdict_are_those_of_the_result(run, told):
    result = pipeline.load(run)
    assert told.formula.text == result.formula.text
    assert told.formula.rmse[2] == result.formula.rmse.test
    assert (told.verdict, told.spread) == (result.verdict, result.spread)
    assert told.front[told.chosen].text == result.formula.text
    assert told.warnings == result.warnings


def test_another_formula_of_the_front_is_shown_without_the_functions_of_the_first(run):
    other = page(run, rank=1)
    assert (other.chosen, other.verdict) == (0, "approximation")
    assert {edge["label"] for edge in other.network["edges"]} == {None}
    assert render(other)


def test_predictions_are_those_of_the_formula_and_parts_are_those_of_the_split(run, told):
    table, rows = run.read_table(), told.scatter
    assert (rows.of, len(rows.measured)) == (1200, SHOWN)
    assert set(rows.part) == {0, 1, 2}
    errors = np.array(rows.residuals, dtype=float)
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(told.formula.rmse[0], rel=0.2)
    assert set(rows.columns) == set(table.features)


def test_the_same_run_gives_the_same_page(run, told):
    assert render(page(run)) == render(told)


def test_the_dependence_on_a_column_is_the_mean_over_rows(told):
    (one, _) = told.dependence
    slope = np.polyfit(one.x, np.array(one.mean, dtype=float), 1)[0]
    assert one.column == NAMES[0]
    assert slope == pytest.approx(3, rel=0.05)
    assert all(low <= mean <= high for low, mean, high in zip(one.low, one.mean, one.high, strict=True))


def test_curves_lie_on_the_range_of_the_rows_and_functions_on_the_curves(run, told):
    table = run.read_table()
    for edge in told.network["edges"]:
        if edge["source"] < told.network["inputs"]:
            column = table.x[:, edge["source"]]
            assert column.min() <= min(edge["x"]) < max(edge["x"]) <= column.max()
        if edge["fitted"] is not None:
            assert edge["misfit"] < 0.1


def test_the_command_that_makes_the_run_again_names_its_recipe(run, told):
    words = shlex.split(told.command)
    assert words[:2] == ["kansr", "fit"]
    assert words[-1] == (run.folder / "recipe.yaml").as_posix()
    assert json.loads((run.folder / "run.json").read_text())["kansr"] == told.version


def test_names_of_columns_are_text_on_the_page(told):
    text = render(told)
    assert "<b>width" not in text
    assert "&lt;b&gt;width&lt;/b&gt;" in text
