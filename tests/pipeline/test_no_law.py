"""Where the columns explain nothing, a fit says so."""

import numpy as np
import pandas as pd
import pytest

from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import solve
from kansr.progress import Clock, silent
from kansr.recipe import Recipe
from kansr.table import table_from_frame

ROWS = 300


TARGETS = {
    "noise": lambda _, chance: chance,
    "coin": lambda _, chance: (chance > 0) * 1.0,
    "line": lambda a, chance: a + chance / 10,
    "constant": lambda a, _: 0 * a + 3.7,
}


def solved(name):
    """Fit a target that is made from one of two columns [n], or from chance."""
    rng = np.random.default_rng(0)
    a, b = rng.uniform(-1, 1, (2, ROWS))
    table = table_from_frame(pd.DataFrame({"a": a, "b": b, "y": TARGETS[name](a, rng.standard_normal(ROWS))}))
    return solve(Problem.of(table, Recipe(budget=20.0)), clock=Clock(20.0), report=silent)


@pytest.mark.parametrize("name", ["noise", "coin"])
def test_chance_is_called_chance(name):
    solution = solved(name)
    assert solution.verdict == "noise"
    assert not solution.formula.expression.free_symbols
    assert solution.warnings == ('nothing in the columns explains the target "y": it varies as by chance',)


@pytest.mark.parametrize(("name", "verdict"), [("line", "noise"), ("constant", "exact")])
def test_a_law_under_noise_and_a_constant_are_not(name, verdict):
    solution = solved(name)
    assert (solution.verdict, solution.warnings) == (verdict, ())


def test_the_unit_of_a_constant_target_is_its_size_although_its_spread_is_not_quite_zero():
    y = np.full(ROWS, 3.7)
    table = table_from_frame(pd.DataFrame({"a": np.linspace(0, 1, ROWS), "y": y}))
    assert 0 < np.std(y[:210]) < 1e-15
    assert Problem.of(table, Recipe()).scale == 3.7
