"""Laws are drawn by their seed, and the benchmark of the structure compares what it says it compares."""

import numpy as np

from kansr.datasets import law
from tests.benchmarks.structure import Case, discover, signature
from tests.problems import random_laws


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
