"""Whole formulas from clean and noisy tables, by default settings: `pytest -m recovery`.

What counts is what the issue asks for: the printed text has the values of the law on fresh rows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import j0

from kansr.formula.formula import predict
from kansr.pipeline import fit
from kansr.recipe import load_recipe
from kansr.run import Run
from kansr.table import table_from_frame

pytestmark = pytest.mark.recovery


def frame(law, ranges, rows, seed, noise=0.0):
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.uniform(low, high, rows) for low, high in ranges])
    y = law(*x.T)
    columns = {f"x{i + 1}": x[:, i] for i in range(x.shape[1])}
    return pd.DataFrame(columns | {"y": y + noise * y.std() * rng.standard_normal(rows)}), columns, y


def kan_example(x, y):
    return np.exp(np.sin(np.pi * x) + y**2)


LAWS = {
    "x*y": (lambda x, y: x * y, [(-1, 1)] * 2),
    "x/y": (lambda x, y: x / y, [(-1, 1), (0.5, 2)]),
    "hypotenuse": (np.hypot, [(-1, 1)] * 2),
    "x*exp(-y)": (lambda x, y: x * np.exp(-y), [(-1, 1)] * 2),
    "velocities": (lambda x, y: (x + y) / (1 + x * y), [(-0.9, 0.9)] * 2),
    "velocities to 1": (lambda x, y: (x + y) / (1 + x * y), [(0, 1)] * 2),
    "parabola": (lambda x: 3 * x**2 - 2 * x + 1, [(-1, 1)]),
    "sin(15x+1)": (lambda x: np.sin(15 * x + 1), [(-1, 1)]),
    "J0(20x)": (lambda x: j0(20 * x), [(-1, 1)]),
    "tanh": (lambda x, y, z: np.tanh(5 * (x**4 + y**4 + z**4 - 1)), [(-1, 1)] * 3),
    "pendulum": (lambda length: 2 * np.pi * np.sqrt(length / 9.81), [(0.1, 2)]),
    "mean of 20": (lambda *x: np.exp(np.mean([np.sin(np.pi * t / 2) ** 2 for t in x], 0)), [(-1, 1)] * 20),
}


def check(run, law, ranges, recipe, *, noise=0.0, rows=1000, seed=0, close=1e-9):
    table, _, _ = frame(law, ranges, rows, seed, noise)
    result = fit(table_from_frame(table), recipe, run)
    _, fresh, truth = frame(law, ranges, 500, seed + 1000)
    error = np.sqrt(np.mean((predict(result.formula, fresh) - truth) ** 2)) / truth.std()
    assert error < close, result.formula.text
    return result


@pytest.mark.parametrize("name", LAWS)
def test_a_law_is_found_exactly(name, tmp_path):
    result = check(Run.create("law", out=tmp_path / "run"), *LAWS[name], load_recipe("default"))
    assert result.exact
    assert result.seconds < 60


@pytest.mark.parametrize("width", [None, (2, 5, 1)])
@pytest.mark.parametrize("seed", range(10))
def test_every_seed_finds_the_example(seed, width, tmp_path):
    recipe = load_recipe("default")
    recipe = replace(recipe, seed=seed, network=replace(recipe.network, width=width))
    result = check(Run.create("law", out=tmp_path / "run"), kan_example, [(-1, 1)] * 2, recipe, seed=seed)
    assert result.formula.text == "exp(x2**2 + sin(pi*x1))"
    assert result.network.width == (2, 1, 1)


@pytest.mark.parametrize("noise", [0.01, 0.1])
@pytest.mark.parametrize("seed", range(3))
def test_the_example_is_found_through_noise(noise, seed, tmp_path):
    run = Run.create("law", out=tmp_path / "run")
    result = check(run, kan_example, [(-1, 1)] * 2, load_recipe("default"), noise=noise, seed=seed)
    assert result.verdict == "noise"
