"""`training.loss: huber` finds the law although one row of twenty is wrong by far, and says so."""

import numpy as np

from kansr import pipeline
from kansr.progress import Clock
from kansr.recipe import Recipe
from kansr.run import Run
from kansr.table import read_table
from kansr.training.spec import TrainingSpec


def test_the_law_is_found_beside_gross_errors_and_they_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(0)
    x = draw.uniform(0.5, 2, (200, 2))
    y = x[:, 0] * x[:, 1] + np.where(draw.uniform(size=200) < 0.05, 10 * draw.normal(size=200), 0)
    (tmp_path / "data.csv").write_text("a,b,y\n" + "".join(f"{a},{b},{c}\n" for (a, b), c in zip(x, y, strict=True)))
    run = Run.create("data")
    recipe = Recipe(budget=None, training=TrainingSpec(loss="huber"))
    result = pipeline.fit(read_table(tmp_path / "data.csv"), recipe, run, clock=Clock())
    assert result.formula.text == "a*b"
    assert any("of 200 rows lie far from what the others tell" in warning for warning in result.warnings)
    kept = pipeline.load(run)
    assert kept.formula.text == "a*b"
    assert run.read_table().sigma is not None
