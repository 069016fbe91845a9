"""The front holds what nothing beats, and the choice is one of its formulas."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kansr.errors import UsageError
from kansr.formula.formula import Formula, Scores
from kansr.formula.front import SAME, choose, front
from kansr.formula.parse import parse


def formula(complexity, error, length=None, text="x"):
    scores = Scores(train=error, validation=error, test=error)
    return Formula(
        text=text,
        expression=parse(text),
        symbols={},
        complexity=complexity,
        label=f"{complexity}-{error}",
        rmse=scores,
        r2=scores,
        description_length=length,
    )


ERRORS = st.one_of(st.sampled_from([0.0, 1e-16, 0.5, math.inf]), st.floats(0, 1))
FORMULAS = st.lists(st.builds(formula, st.integers(1, 9), ERRORS, st.one_of(st.none(), st.floats(-9, 9))), max_size=12)
FLOORS = st.sampled_from([0.0, 1e-12, 0.1])


@given(FORMULAS, FLOORS)
def test_no_formula_of_the_front_beats_another(formulas, floor):
    for simple, exact in itertools.pairwise(front(formulas, floor)):
        assert simple.complexity < exact.complexity
        assert max(simple.rmse.validation, floor) > max(exact.rmse.validation, floor)


@given(FORMULAS, FLOORS)
def test_every_other_formula_is_beaten_by_another_or_as_good_and_longer(formulas, floor):
    kept = front(formulas, floor)

    def beats(best, one):
        errors = [max(each.rmse.validation, floor) for each in (best, one)]
        simpler = best.complexity <= one.complexity and errors[0] <= errors[1]
        return simpler or (best.length < one.length and errors[0] <= errors[1] * SAME * (1 + 1e-12))

    for one in formulas:
        others = (other for other in formulas if other is not one)
        assert one in kept or not math.isfinite(one.rmse.validation) or any(beats(best, one) for best in others)


def test_of_formulas_that_noise_does_not_tell_apart_the_shortest_description_stays():
    mimic, law, larger = formula(12, 0.03501, -8687.0), formula(13, 0.0351, -8709.0), formula(20, 0.0350, -8600.0)
    assert front([formula(1, 1.0, 0.0), mimic, law, larger])[1:] == (law,)


@given(FORMULAS, FLOORS)
def test_the_front_of_a_front_is_itself_in_any_order(formulas, floor):
    kept = front(formulas, floor)
    assert front(kept, floor) == kept
    assert front(reversed(formulas), floor) == kept


@given(FORMULAS.filter(front), FLOORS, st.sampled_from(["best", "accuracy", "simple"]))
def test_the_choice_is_one_of_the_front(formulas, floor, rule):
    kept = front(formulas, floor)
    assert choose(kept, rule, floor) in kept


def test_each_rule_chooses_by_its_own_measure():
    kept = front([formula(1, 1.0, 50.0), formula(5, 0.17, 30.0), formula(9, 0.1, 10.0), formula(15, 0.09, 60.0)])
    assert [choose(kept, rule).complexity for rule in ("simple", "best", "accuracy")] == [5, 9, 15]


def test_a_simple_formula_is_never_one_that_explains_nothing():
    kept = front([formula(1, 1.0, 50.0), formula(9, 1e-16, -500.0)], floor=1e-12)
    assert choose(kept, "simple", floor=1e-12).complexity == 9


def test_rounding_errors_prefer_the_simpler_formula():
    assert [one.complexity for one in front([formula(5, 3e-16), formula(9, 1e-16)], floor=1e-12)] == [5]


def test_without_lengths_the_best_is_the_most_accurate():
    assert choose([formula(1, 1.0), formula(5, 0.1)]).complexity == 5


def test_without_formulas_there_is_nothing_to_choose():
    with pytest.raises(UsageError):
        choose(front([formula(1, math.inf)]))


def test_a_law_of_many_columns_may_be_long():
    short, long = formula(9, 1.0, 50.0), formula(300, 1e-9, 20.0)
    assert choose([short, long], "best") is short
    many = formula(300, 1e-9, 20.0, " + ".join(f"x{i}" for i in range(40)))
    assert choose([short, many], "best") is many
