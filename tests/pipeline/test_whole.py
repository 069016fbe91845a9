"""A fit to a sample is finished by all rows."""

import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kansr.pipeline import fit, load
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import solve
from kansr.pipeline.whole import by_all_rows, seconds_for
from kansr.progress import Clock, silent
from kansr.recipe import load_recipe, with_options
from kansr.run import Run
from kansr.table import Block, TableSpec, read_blocks, read_table

ROWS, NOISE = 6000, 0.05


def fitted(frame, folder, sample=400):
    frame.to_parquet(folder / "t.parquet")
    spec = TableSpec(sample=sample)
    recipe = with_options(load_recipe("quick"), {"budget": 60.0, "table.sample": sample})
    table = read_table(folder / "t.parquet", spec)
    whole = partial(read_blocks, folder / "t.parquet", spec, table)
    return fit(table, recipe, Run.create("t", folder / "run"), whole=whole), frame


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    rng = np.random.default_rng(0)
    x = rng.uniform(0.5, 2, ROWS)
    y = 1.618 * np.exp(x) + NOISE * rng.standard_normal(ROWS)
    return fitted(pd.DataFrame({"x": x, "y": y}), tmp_path_factory.mktemp("whole"))


def test_constants_are_known_as_well_as_all_rows_tell(noisy):
    result, frame = noisy
    ((constant, error),) = result.formula.errors.items()
    chosen = 0.85 * ROWS
    expected = NOISE / np.sqrt(chosen * np.mean(np.exp(2 * frame["x"])))
    assert error == pytest.approx(expected, rel=0.1)
    assert abs(float(constant) - 1.618) < 5 * expected


def test_errors_are_those_of_all_rows(noisy):
    result, frame = noisy
    (constant,) = result.formula.errors
    residual = float(constant) * np.exp(frame["x"]) - frame["y"]
    square = [getattr(result.formula.rmse, part) ** 2 for part in ("train", "validation", "test")]
    assert np.dot(square, (0.7, 0.15, 0.15)) == pytest.approx(np.mean(residual**2), rel=0.02)
    assert result.verdict == "noise"


def test_the_run_keeps_the_sample_and_what_all_rows_said(noisy):
    result, _ = noisy
    run = Run.open(result.run)
    assert load(run).formula == result.formula
    assert (len(run.read_table()), run.read_table().of, run.read_json("data.json")["of"]) == (400, ROWS, ROWS)


def test_a_law_that_only_the_sample_obeys_is_not_called_exact(tmp_path):
    x = np.random.default_rng(0).uniform(0.5, 2, ROWS)
    frame = pd.DataFrame({"x": x, "y": x**2})
    frame.to_parquet(tmp_path / "t.parquet")
    kept = set(read_table(tmp_path / "t.parquet", TableSpec(sample=400)).x[:, 0].tolist())
    frame.loc[~frame["x"].isin(kept), "y"] += 0.1
    result, _ = fitted(frame, tmp_path)
    assert (result.verdict, result.exact) == ("approximation", False)
    assert result.formula.rmse.test > 0.05


def test_what_is_late_takes_four_passes_and_still_measures_all_rows(noisy):
    result, _ = noisy
    path, passes = Path(result.run).parent / "t.parquet", []
    spec = TableSpec(sample=400)
    table = read_table(path, spec)
    problem = Problem.of(table, load_recipe("quick"))
    solution = solve(problem, clock=Clock(60.0), report=silent)

    def whole():
        passes.append(1)
        return read_blocks(path, spec, table)

    late = Clock(0.0)
    found = by_all_rows(solution, whole, table.features, clock=late)
    assert len(passes) <= 4
    assert late.status == "timeout"
    assert found.formula.rmse.test == pytest.approx(NOISE, rel=0.1)


def slow():
    """Give blocks of ten rows that take 0.2 seconds each."""
    for _ in range(3):
        time.sleep(0.2)
        yield Block(np.zeros((10, 1)), np.zeros(10), None)


def test_a_search_leaves_time_to_what_comes_after_it():
    assert Clock(60.0).before(seconds_for(slow, 30)).left() == pytest.approx(60 - 6 * 30 * 0.02, abs=1)
    assert Clock(10.0).before(1e6).left() == pytest.approx(5, abs=0.1)


def test_a_block_without_whole_rows_says_nothing_of_the_others():
    assert seconds_for(lambda: iter([Block(np.zeros((0, 1)), np.zeros(0), None)] * 2), 30) < 60
