"""The rules by which answers are judged say what they should on formulas whose answer is known."""

import numpy as np
import pytest

from kansr.bench.score import FRESH, fit_of, score
from kansr.datasets import Law, law
from kansr.formula.parse import parse
from kansr.peers.engine import predictions

LAW = Law(name="a", target="y", formula="2*x*sin(z) + 1/2", ranges={"x": (1.0, 3.0), "z": (0.0, 2.0)})


def judged(text, one=LAW, **settings):
    """Judge a formula by a law."""
    names = tuple(one.names)
    return score(one, 0, predictions(text, names), formula=parse(text, names), **settings)


def marks(text, **settings):
    """Give the four marks of a formula."""
    found = judged(text, **settings)
    return [found.exact, found.rounded, found.srbench, found.close]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2*x*sin(z) + 0.5", [True, True, True, True]),
        ("sin(z)*(x + x) + 1/2", [True, True, True, True]),
        ("2.0000001*x*sin(z) + 0.5", [True, True, True, True]),
        ("2.0004*x*sin(z) + 0.5", [False, False, True, True]),  # SRBench rounds to three digits
        ("2*x*sin(z) + 0.53", [False, False, True, True]),  # and allows an offset
        ("2.01*x*sin(z) + 0.5", [False, False, False, True]),
        ("2*x*sin(1.002*z) + 0.5", [False, False, False, True]),
        ("x*z", [False, False, False, False]),
        ("3.0", [False, False, False, False]),
    ],
)
def test_each_rule_holds_where_it_should(text, expected):
    assert marks(text) == expected


def test_a_constant_within_its_error_is_right_under_noise_and_one_beyond_it_is_not():
    text = "2.01*x*sin(z) + 0.5"
    assert marks(text, errors={"2.01": 0.005, "0.5": 0.01})[1]
    assert not marks(text, errors={"2.01": 0.001, "0.5": 0.01})[1]


def test_a_formula_of_many_parts_that_say_nothing_is_not_exact():
    found = judged("2*x*sin(z) + 0.5 + 1e-9*x + 1e-9*z + 1e-9*x*z + 1e-9*x**2 + 1e-9*z**2 + 1e-9*x**3")
    assert max(found.errors) < 1e-6
    assert not found.exact


def test_a_formula_without_a_value_on_the_wider_ranges_is_not_exact():
    one = Law(name="a", target="y", formula="x", ranges={"x": (1.0, 3.0)})
    found = judged("x + 0*log(x)", one)
    assert found.exact
    found = judged("exp(log(x - 0.9)) + 0.9 + 1e-12*log(x - 0.9)", one)
    assert found.errors[0] < 1e-6
    assert found.errors[1] == np.inf
    assert not found.exact
    assert found.to_json()["errors"][1] is None


def test_a_model_without_a_formula_is_judged_by_its_predictions_alone():
    found = score(LAW, 0, LAW.values)
    assert (found.exact, found.srbench, found.close, found.r2) == (False, False, True, 1.0)


def test_a_missing_prediction_is_no_fit():
    assert fit_of(lambda x: np.where(x[:, 0] > 1.5, LAW.values(x), np.nan), LAW, 0) == -np.inf
    assert fit_of(lambda x: np.full(len(x), LAW.values(x).mean()), LAW, 0) == pytest.approx(0, abs=1e-12)


def test_fresh_rows_are_none_of_the_table():
    one = law("feynman/I.12.1")
    seen = []
    fit_of(lambda x: seen.append(x) or one.values(x), one, 0)
    table, _ = one.sample(FRESH, 0)
    assert not np.isin(seen[0][:, 0], table[:, 0]).any()
