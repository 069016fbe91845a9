"""What the data cannot separate is said, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kansr.formula.formula import judge
from kansr.formula.parse import parse
from kansr.pipeline.problem import Problem
from kansr.pipeline.rivals import rivals
from kansr.recipe import Recipe
from kansr.table import table_from_frame


def problem(law, noise, width, rows=400, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-width, width, rows)
    return Problem.of(
        table_from_frame(pd.DataFrame({"x": x, "y": law(x) + noise * rng.standard_normal(rows)})), Recipe()
    )


def named(case, chosen, *others, exact=False):
    first, *rest = (
        judge(parse(t), case.names, case.table.x, y=case.table.y, split=case.split, label="") for t in (chosen, *others)
    )
    return [f.text for f in rivals(case, first, [first, *rest], exact=exact)]


@pytest.mark.parametrize(("width", "said"), [(0.5, ["x - x**3/6"]), (2.0, [])])
def test_a_sine_and_its_series_are_rivals_on_a_narrow_range_only(width, said):
    case = problem(np.sin, 0.01, width)
    assert named(case, "sin(x)", "x - x**3/6", "x**2", "0.9") == said


def test_a_formula_that_fits_worse_than_chance_explains_is_no_rival():
    case = problem(np.exp, 0.1, 1.0)
    assert named(case, "exp(x)", "1.2 + 1.1*x", "1.5") == []


def test_the_same_form_the_same_function_and_a_term_more_are_no_rivals():
    case = problem(np.tanh, 0.01, 2.0)
    same = "(exp(2*x) - 1)/(exp(2*x) + 1)"
    assert named(case, "tanh(x)", "1.001*tanh(0.999*x)", same, "tanh(x) + 0.0005", "tanh(x) + 0.0001*x**2") == []


def test_a_simpler_formula_that_is_no_worse_is_a_rival():
    case = problem(lambda x: x, 0.1, 1.0)
    assert named(case, "x + 0.001*x**3", "x") == ["x"]


def test_beside_an_exact_formula_only_exact_ones_are_rivals():
    case = problem(lambda x: x**2, 0.0, 1.0)
    assert named(case, "x**2", "x**2 + 0.000001*sin(x)", "0.999999*x**2.000001", exact=True) == []
    assert named(case, "x**2", "Abs(x)**2 + 0*x", "Abs(x)*x**2/Abs(x)", exact=True) == []


def test_at_most_three_are_named_the_shortest_description_first():
    case = problem(lambda x: x, 0.3, 0.3)
    found = named(case, "x", "sin(x)", "tan(x)", "atan(x)", "tanh(x)", "sinh(x)", "exp(x) - 1")
    assert len(found) == 3
    assert "x" not in found


def test_few_rows_do_not_make_everything_a_rival():
    case = problem(lambda x: 10 * x, 0.1, 1.0, rows=25)
    assert named(case, "10*x", "0.5", "5*sin(x)") == []


def test_a_formula_with_a_constant_that_the_rows_do_not_determine_is_no_rival():
    case = problem(np.exp, 0.01, 1.0)
    chosen, limit = (
        judge(parse(t), case.names, case.table.x, y=case.table.y, split=case.split, label="", errors=errors)
        for t, errors in (("exp(x)", {}), ("2000000000.0*tanh(x/2 - 10.708) + 2000000000.0", {"10.708": np.inf}))
    )
    assert rivals(case, chosen, [limit], exact=False) == ()
