"""`training.loss: huber` finds the law although one row of twenty is wrong by far, and says so."""

import numpy as np
import pytest

from kansr import pipeline
from kansr.pipeline.explain import explain
from kansr.progress import Clock
from kansr.recipe import Recipe
from kansr.run import Run
from kansr.table import read_table
from kansr.training.spec import TrainingSpec


def written(folder, errors):
    """Write a table of a product whose rows have errors."""
    x = np.random.default_rng(0).uniform(0.5, 2, (200, 2))
    y = x[:, 0] * x[:, 1] + errors
    path = folder / "data.csv"
    path.write_text("a,b,y\n" + "".join(f"{a},{b},{c}\n" for (a, b), c in zip(x, y, strict=True)))
    return path


def gross(draw):
    """Give errors of which one in twenty is not zero, but huge."""
    return np.where(draw.uniform(size=200) < 0.05, 10 * draw.normal(size=200), 0)


@pytest.mark.parametrize(("errors", "said"), [(gross, True), (lambda draw: 0.3 * draw.normal(size=200), False)])
def test_a_fit_by_squares_says_when_a_few_rows_decide_it(tmp_path, errors, said):
    table = read_table(written(tmp_path, errors(np.random.default_rng(1))))
    warnings = explain(table, Recipe(budget=3)).warnings
    assert any("if they are mistakes, `training: {loss: huber}`" in warning for warning in warnings) is said


def test_the_law_is_found_beside_gross_errors_and_they_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, gross(np.random.default_rng(1)))
    run = Run.create("data")
    recipe = Recipe(budget=None, training=TrainingSpec(loss="huber"))
    result = pipeline.fit(read_table(tmp_path / "data.csv"), recipe, run, clock=Clock())
    assert result.formula.text == "a*b"
    assert any("of 200 rows lie far from what the others tell" in warning for warning in result.warnings)
    kept = pipeline.load(run)
    assert kept.formula.text == "a*b"
    assert run.read_table().sigma is not None
