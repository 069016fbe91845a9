"""Laws are drawn by their seed, and the benchmarks take and compare what they say."""

import math

import numpy as np
import pytest

from kansr.datasets import collection, law
from kansr.formula.dimensions import check
from kansr.formula.parse import parse
from kansr.pipeline.problem import Problem
from kansr.recipe import Recipe
from tests.benchmarks import honesty
from tests.benchmarks.recovery import chosen
from tests.benchmarks.structure import Case, discover, signature
from tests.benchmarks.units import WithUnits, table_of
from tests.problems import random_laws


@pytest.mark.parametrize("one", collection("units").laws, ids=lambda one: one.name)
def test_a_law_with_units_fits_them_and_needs_fewer_inputs(one):
    problem = Problem.of(table_of(WithUnits(law=one, rows=200)), Recipe())
    assert check(parse(one.formula, list(one.names)), problem.quantities).clash == ""
    assert len(problem.find_groups().inputs) < len(one.ranges)


def test_the_same_seed_draws_the_same_laws_and_rows():
    first, second = random_laws(9, 3), random_laws(9, 3)
    assert [law.formula for law in first] == [law.formula for law in second]
    assert np.array_equal(first[0].sample(50, 1, 0.1)[1], second[0].sample(50, 1, 0.1)[1])
    assert [len(law.ranges) for law in first] == [2, 3, 4, 5, 6, 7, 8, 2, 3]


def test_graphs_are_compared_without_order_and_outer_curves():
    assert signature("((a + (b * c)))") == signature("((c + b) * a)")
    assert signature("((a + b) + c)") != signature("(a + b + c)")


def test_a_search_is_reported_with_what_it_found():
    result = discover(Case(law=law("feynman/I.12.1"), rows=400, budget=20, dummies=1))
    assert result["right"]
    assert (result["dummies_kept"], result["lost"]) == ([], [])
    assert set(result["errors"]) == {"4", "8", "16"}


def test_recovery_takes_what_a_formula_can_hold_and_counts_the_rest(capsys, tmp_path):
    laws = chosen("keijzer,jin", None, None)
    assert len(laws) == 14 + 6
    assert capsys.readouterr().out == "keijzer: 14 laws, 1 left out: special functions\njin: 6 laws\n"
    assert [one.name for one in chosen("jin", None, "Jin-2")] == ["Jin-2"]
    own = tmp_path / "own.csv"
    own.write_text("name,target,formula,ranges\na,y,x**2,x 0 1\n")
    assert [one.name for one in chosen("jin", own, None)] == ["a"]


def test_how_far_a_formula_reaches_is_told_in_ranges_of_the_target():
    y = np.array([0.0, 2.0])
    assert honesty.reach(y, y) == 0.5
    assert honesty.reach(np.array([1.0, 7.0]), y) == 3.0
    assert honesty.reach(np.array([1.0, np.nan]), y) == honesty.reach(np.array([np.inf]), y) == math.inf


@pytest.mark.parametrize("name", honesty.TARGETS)
def test_targets_without_a_law_are_made_by_their_seed(name):
    line = np.linspace(-1, 1, 50)
    first, again = (honesty.TARGETS[name](line, np.random.default_rng(1)) for _ in range(2))
    assert first.shape == (50,)
    assert np.isfinite(first).all()
    assert np.array_equal(first, again)


def test_what_is_said_of_a_law_outside_is_measured_on_rows_outside():
    result = honesty.judged(honesty.Case(law=law("outside/gamma"), rows=100, budget=5.0))
    assert result["verdict"] == "approximation"
    assert 0 < result["error"] < 1
    assert "called exact: 0 of 1: -" in honesty.summary([result])
    assert result["name"] in honesty.line(result)
