"""Few rows: none is put aside, and whatever tells of a formula tells the same of it."""

import re

import numpy as np
import pytest

from kansr import pipeline
from kansr.estimator.notebook import page as notebook
from kansr.export.about import About
from kansr.formula.parse import parse
from kansr.pipeline.page import page
from kansr.pipeline.score import score
from kansr.pipeline.verdicts import exactness
from kansr.recipe import Recipe
from kansr.report.html import render
from kansr.run import Run
from kansr.table import read_table

ROWS, NOISE = 40, 0.03


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Give a run on a power law with an error of three per cent."""
    folder = tmp_path_factory.mktemp("few")
    draw = np.random.default_rng(5)
    x = np.linspace(0.3, 4, ROWS).round(3)
    y = 2.5 * x**1.5 * np.exp(NOISE * draw.standard_normal(ROWS))
    np.savetxt(folder / "data.csv", np.column_stack([x, y]), delimiter=",", header="x,y", comments="")
    found = Run.create("data", folder / "run")
    pipeline.fit(read_table(folder / "data.csv"), Recipe(budget=60), found)
    return found


@pytest.fixture(scope="module")
def result(run):
    return pipeline.load(run)


def test_noise_in_per_cent_is_found_with_its_size(result):
    assert result.validation == "cross"
    assert result.noise.kind == "relative"
    assert result.noise.size == pytest.approx(NOISE, rel=0.4)


def test_a_formula_that_is_scored_gets_the_verdict_the_noise_and_the_errors_of_the_fit(run, result):
    (again,) = score(run.read_table(), result.formula.text)
    assert (again.said.verdict, again.said.why) == (result.verdict, result.why)
    assert again.noise.kind == result.noise.kind
    assert again.formula.rmse.test == pytest.approx(result.formula.rmse.test, rel=1e-6)


def test_an_error_of_cross_validation_is_never_called_one_on_test_rows(run, result):
    rows = run.read_table().y
    shown = render(page(run))
    assert "In cross-validation it is off by" in shown
    assert result.noise.text in shown
    text = re.sub(r"<[^>]*>", " ", shown.partition("<main>")[2].partition('<section id="again">')[0])
    for told in (text, notebook([result]), About.of(result).verdict):
        assert not re.search(r"\btest|validation RMSE", told)
    assert "in cross-validation" in notebook([result])
    assert set(page(run).scatter.part) == {0}
    assert result.spread == pytest.approx(float(np.std(rows)), rel=0.2)


def test_a_network_that_is_read_again_keeps_the_formula_of_the_fit_and_its_noise(run, result):
    again = pipeline.extend(run, 2 * result.network.grid)
    assert (again.verdict, again.why, again.noise) == (result.verdict, result.why, result.noise)
    assert again.formula.text == result.formula.text


@pytest.mark.parametrize("column", [np.arange(300.0), 0.5 * np.arange(300.0) + 20_000])
def test_settings_in_even_steps_were_not_rounded_so_a_row_that_is_off_by_more_than_half_a_digit_is_off(column):
    y = 2 * column
    y[200] += 1.0
    law = parse("2*x")
    assert exactness(law, {"x": column}, y, 2 * column, 0) is None
    y[200] -= 1.0
    assert exactness(law, {"x": column}, y, 2 * column, 0) is not None
