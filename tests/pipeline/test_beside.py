"""A law that needs no network has one of its own graph beside it, and a recipe without a search ends there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kansr import pipeline
from kansr.pipeline import hand
from kansr.pipeline.beside import WAY
from kansr.recipe import load_recipe
from kansr.run import Run
from kansr.table import table_from_frame


def table(rows, law, seed=0):
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(draw.uniform(1, 3, (rows, 3)), columns=["a", "b", "c"])
    return table_from_frame(frame.assign(y=law(*frame.to_numpy().T)))


@pytest.fixture(scope="module", params=[30, 400])
def fitted(request, tmp_path_factory):
    run = Run.create("law", out=tmp_path_factory.mktemp("beside") / "run")
    result = pipeline.fit(table(request.param, lambda a, b, c: 2 * a / (b * c)), load_recipe("quick"), run)
    return result, run


def test_the_graph_is_that_of_the_law(fitted):
    result, run = fitted
    assert (result.verdict, result.formula.text) == ("exact", "2*a/(b*c)")
    told = pipeline.structure(run)
    assert told["graph"] == "(a * b * c)"
    assert [one["way"] for one in told["tried"]] == [WAY]


def test_the_network_predicts_and_its_edges_have_the_functions_of_the_law(fitted):
    result, run = fitted
    assert result.network.rmse_test < 0.02 * result.spread
    rows = hand.edges(run)
    assert [row.edge for row in rows] == ["a->y", "b->y", "c->y"]
    assert [line.split()[-1] for line in result.network.lines] == ["a", "1/b", "1/c"]


def test_the_network_can_be_extended(fitted):
    result, run = fitted
    finer = pipeline.extend(run, 4 * result.network.grid)
    assert finer.formula.text == result.formula.text
    assert finer.network.grid == 4 * result.network.grid


def test_a_recipe_without_a_search_gives_the_best_formula_that_needs_none(tmp_path):
    hard = table(300, lambda a, b, c: np.sin(3 * a * b) + np.log(a + b * c) * np.sqrt(c))
    run = Run.create("hard", out=tmp_path / "run")
    result = pipeline.fit(hard, load_recipe("instant"), run)
    assert result.verdict == "approximation"
    assert {one["way"] for one in pipeline.structure(run)["tried"]} == {WAY}


def test_a_constant_without_a_search_has_a_network_all_the_same(tmp_path):
    noise = table_from_frame(pd.DataFrame(np.random.default_rng(0).normal(size=(30, 2)), columns=["x", "y"]))
    run = Run.create("noise", out=tmp_path / "run")
    result = pipeline.fit(noise, replace(load_recipe("instant"), budget=10.0), run)
    assert result.network.width == (1, 1)
