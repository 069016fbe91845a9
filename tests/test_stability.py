"""A fit that is repeated on resamples says how often its form comes out again."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from kansr.pipeline import fit, load
from kansr.pipeline.problem import Problem
from kansr.pipeline.stability import resampled
from kansr.progress import Clock
from kansr.recipe import Recipe, load_recipe, with_options
from kansr.run import Run
from kansr.table import TableSpec, table_from_frame


def table(noise=0.01, rows=150):
    rng = np.random.default_rng(1)
    x = rng.uniform(0.5, 2, rows)
    return table_from_frame(pd.DataFrame({"x": x, "y": 1.6180 * np.exp(x) + noise * rng.standard_normal(rows)}))


def test_a_resample_draws_rows_within_each_part_and_no_row_is_in_two():
    problem = Problem.of(table(), Recipe())
    other, again, third = (resampled(problem.table, problem.recipe, n) for n in (1, 1, 2))
    np.testing.assert_array_equal(other.table.y, again.table.y)
    assert not np.array_equal(other.table.y, third.table.y)
    parts = [set(other.table.y[rows]) for rows in (other.split.train, other.split.validation, other.split.test)]
    assert sum(map(len, parts)) == len(set.union(*parts))
    assert set.union(*parts) < set(problem.table.y)
    assert len(parts[0]) < len(other.split.train)


def test_errors_of_rows_go_with_their_rows():
    frame = pd.DataFrame({"x": np.linspace(1, 2, 60), "y": np.linspace(1, 2, 60), "e": np.linspace(1, 2, 60)})
    other = resampled(table_from_frame(frame, TableSpec(sigma="e")), Recipe(), 1)
    np.testing.assert_array_equal(other.table.sigma, other.table.y)


@pytest.fixture(scope="module")
def repeated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "stable"
    recipe = with_options(load_recipe("quick"), {"stability": 3, "budget": None})
    return fit(table(), recipe, Run.create("stable", folder))


def test_a_clear_law_has_its_form_in_every_repeat_and_its_constant_spreads_as_its_error_says(repeated):
    found = repeated.stability
    assert (found.repeats, found.same, found.others) == (3, 3, ())
    ((constant, spread),) = found.constants.items()
    assert float(constant) == pytest.approx(1.618, abs=0.01)
    assert repeated.formula.errors[constant] / 5 < spread < 5 * repeated.formula.errors[constant]


def test_it_is_in_the_json_and_in_the_run_folder(repeated):
    record = repeated.to_json()["stability"]
    assert (record["repeats"], record["same"]) == (3, 3)
    assert load(Run.open(repeated.run)) == repeated
    assert json.loads((Run.open(repeated.run).path("formula.json")).read_text())["stability"] == record


def test_a_repeat_that_its_share_ends_does_not_make_the_fit_incomplete():
    clock = Clock(100.0)
    share = clock.apart(0.0)
    assert share.over()
    assert clock.status == "done"
    clock.interrupt()
    assert clock.apart(0.5).over()
