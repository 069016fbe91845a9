"""The formula collections can be sampled, and the benchmark of the structure compares what it says it compares."""

import numpy as np
import pandas as pd
import pytest

from kansr.formula.dimensions import check
from kansr.formula.parse import parse
from kansr.pipeline.problem import Problem
from kansr.recipe import Recipe
from kansr.table import TableSpec, table_from_frame
from tests.benchmarks.structure import Case, discover, signature
from tests.benchmarks.units import UNITS, table_units, target_of, units_of
from tests.problems import COLLECTIONS, collection, random_laws

FEYNMAN = collection(COLLECTIONS / "feynman.csv")


def test_the_collection_holds_a_hundred_laws_with_names_of_their_own():
    assert len(FEYNMAN) == len({law.name for law in FEYNMAN}) == 100


@pytest.mark.parametrize("law", FEYNMAN, ids=lambda law: law.name)
def test_a_law_has_a_finite_value_everywhere_in_its_ranges(law):
    x, y = law.sample(500, 0)
    assert x.shape == (500, len(law.ranges))
    assert np.isfinite(y).all()
    assert y.std() > 0


@pytest.mark.parametrize("law", collection(UNITS), ids=lambda law: law.name)
def test_a_law_with_units_fits_them_and_needs_fewer_inputs(law):
    x, y = law.sample(200, 0)
    frame = pd.DataFrame(x, columns=list(law.ranges)).assign(**{target_of(law): y})
    table = table_from_frame(frame, TableSpec(units=table_units(law, units_of()[law.name])))
    problem = Problem.of(table, Recipe())
    assert check(parse(law.formula, list(law.names)), problem.quantities).clash == ""
    assert len(problem.find_groups().inputs) < len(law.ranges)


def test_the_same_seed_draws_the_same_laws_and_rows():
    first, second = random_laws(9, 3), random_laws(9, 3)
    assert [law.formula for law in first] == [law.formula for law in second]
    assert np.array_equal(first[0].sample(50, 1, 0.1)[1], second[0].sample(50, 1, 0.1)[1])
    assert [len(law.ranges) for law in first] == [2, 3, 4, 5, 6, 7, 8, 2, 3]


def test_noise_has_the_size_that_was_asked_for():
    clean, noisy = (FEYNMAN[1].sample(20_000, 0, noise)[1] for noise in (0.0, 0.1))
    assert np.std(noisy - clean) == pytest.approx(0.1 * np.sqrt(np.mean(clean**2)), rel=0.03)


def test_graphs_are_compared_without_order_and_outer_curves():
    assert signature("((a + (b * c)))") == signature("((c + b) * a)")
    assert signature("((a + b) + c)") != signature("(a + b + c)")


def test_a_search_is_reported_with_what_it_found():
    result = discover(Case(law=FEYNMAN[7], rows=400, budget=20, dummies=1))
    assert result["right"]
    assert (result["dummies_kept"], result["lost"]) == ([], [])
    assert set(result["errors"]) == {"4", "8", "16"}
