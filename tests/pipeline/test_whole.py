"""A fit to a sample is finished by all rows."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from kansr.pipeline import fit, load
from kansr.recipe import load_recipe, with_options
from kansr.run import Run
from kansr.table import TableSpec, read_blocks, read_table

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
