"""The judge of formulas knows the form of a law, whatever its numbers, and errors of constants."""

import numpy as np
import pandas as pd
import pytest

from kansr.formula.constants import refit, standard_errors
from kansr.formula.formula import judge
from kansr.formula.parse import parse
from kansr.table import split_rows
from tests.benchmarks import same_words, ten_rows
from tests.benchmarks.judge import constants_hold, distance, kinship, same_form, values
from tests.benchmarks.ten_rows import Ten, measured, read, summary

RNG = np.random.default_rng(0)
X = RNG.uniform(0.5, 3.0, (300, 2))
COLUMNS = {"x1": X[:, 0], "x2": X[:, 1]}


def kin(text, law):
    return kinship(parse(text), COLUMNS, values(parse(law), X))


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("2.1*exp(-1.4*x1) + 0.3", "2*exp(-1.5*x1) + 0.25"),
        ("0.9*sin(3.1*x1 + 0.2)*x2", "sin(3*x1)*x2*1.1 + 0*x2"),
        ("1.5*x1**1.9", "3/2*x1**2"),
        ("1/(0.9 + 1.1*x1)*x2", "x2*0.7/(1 + x1)/0.7"),
        ("x1*x2", "x1*x2"),
    ],
)
def test_a_formula_with_other_decimals_is_of_the_law_s_family(text, law):
    assert kin(text, law).member


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("2.1*x1 + 0.3", "2*exp(-1.5*x1)"),
        ("1.0*x1**2", "x1**2 + 0.01*x1"),
        ("x1*x2", "1.00001*x1*x2"),
        ("0.5*log(x1 - 2.0)", "log(x1)"),
        ("3*x1", "3*x1 + 0.001*x2"),
    ],
)
def test_another_form_or_a_whole_number_that_is_wrong_is_not(text, law):
    assert not kin(text, law).member


def test_a_form_that_says_more_than_the_law_is_wider():
    more = kin("2.1*x1 + 0.05*x2", "2*x1")
    assert more.member
    assert more.wider
    assert not more.right
    assert kin("2.1*x1", "2*x1").right


def test_of_no_law_the_constant_is_right_and_all_else_says_more():
    assert kin("3.6", "3.7").right
    assert kin("3.6 + 0.1*x1", "3.7").wider


def test_constants_hold_within_three_standard_errors():
    found = kin("2.1*x1 + 0.3", "2*x1 + 0.25")
    assert constants_hold(found, {"2.1": 0.04, "0.3": 0.02})
    assert not constants_hold(found, {"2.1": 0.03, "0.3": 0.02})
    assert not constants_hold(found, {"2.1": 0.04})
    assert constants_hold(found, {"2.1": float("inf"), "0.3": 0.02})
    assert not constants_hold(found, {"2.1": float("inf"), "0.3": 0.02}, np.array([0.01, 0.02]))


def test_a_fit_of_the_law_to_noisy_rows_holds_its_constants():
    held = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        y = values(parse("2*exp(-1.5*x1) + 0.25"), X) + 0.02 * rng.standard_normal(len(X))
        found = refit(parse("1.8*exp(-1.2*x1) + 0.1"), COLUMNS, y).expression
        nearby = kinship(found, COLUMNS, values(parse("2*exp(-1.5*x1) + 0.25"), X))
        held += constants_hold(nearby, standard_errors(found, COLUMNS, y))
    assert held >= 18  # all three within 3 standard errors: 99 of 100


def test_distance_is_by_row_and_infinite_without_a_value():
    assert distance(np.array([2.0, 30.0]), np.array([1.0, 20.0]), np.array([1.0, 10.0])) == 1.0
    assert distance(np.array([2.0, np.nan]), np.array([1.0, 2.0]), 1.0) == float("inf")


def test_one_form_is_one_whatever_its_numbers():
    assert same_form(parse("0.31*x1*exp(2.0*x2)"), "x1*exp(-x2/3)")
    assert not same_form(parse("0.31*x1"), "x1 + 1")
    assert not same_form(parse("x1"), None)


# -- tables of ten rows -----------------------------------------------------------------------------------------------


def ten(law="0.5*v1*v2**2", noise=0.01):
    x = np.random.default_rng(1).uniform(1, 5, (10, 2))
    y = values(parse(law), x, {0: "v1", 1: "v2"})
    return Ten(name="a", law=law, x=x, y=y + noise * y.std() * np.random.default_rng(2).standard_normal(10))


def said(table, verdict, text):
    frame = pd.DataFrame(table.x, columns=["v1", "v2"])
    columns = {name: frame[name].to_numpy() for name in frame}
    errors = standard_errors(parse(text), columns, table.y)
    names = {"v1": "v1", "v2": "v2"}
    formula = judge(parse(text), names, table.x, y=table.y, split=split_rows(10, 0), label="given", errors=errors)
    return measured(table, formula, verdict) | {"name": "a", "law": table.law, "verdict": verdict, "seconds": 1.0}


def test_a_law_of_ten_rows_is_found_or_not():
    found = said(ten(), "noise", "0.501*v1*v2**2")
    assert (found["A"], found["form"], found["B"], found["false"]) == (True, True, True, False)
    off = said(ten(), "noise", "0.51*v1*v2**2")
    assert (off["A"], off["form"], off["B"], off["false"]) == (False, True, True, False)
    wrong = said(ten(), "noise", "4.0*v1 + 1.0*v2")
    assert (wrong["A"], wrong["form"], wrong["B"], wrong["false"]) == (False, False, False, True)
    assert said(ten(), "exact", "0.501*v1*v2**2")["false"]
    assert not said(ten(), "approximation", "4.0*v1 + 1.0*v2")["false"]
    text = summary([found | {"ended": "done"}, wrong | {"ended": "done"}])
    assert "constants within their errors: 1 of 2" in text
    assert "false claims: 1: a" in text


def test_fresh_rows_are_within_the_table_and_away_from_poles():
    table = ten("v1/(v1 - v2)", noise=0.0)
    x, law = table.fresh()
    assert (x >= table.x.min(0)).all()
    assert (x <= table.x.max(0)).all()
    assert len(law) == ten_rows.FRESH
    assert law.max() <= table.y.max() + np.ptp(table.y)
    root, _ = ten("sqrt(v1 - 1.2)*v2", noise=0.0).fresh()
    assert (root[:, 0] >= 1.2).all()


def test_tables_of_ten_rows_are_read_from_json(tmp_path):
    (tmp_path / "t.json").write_text('[{"name": "a", "law": "v1", "x": [[1.0], [2.0]], "y": [1, 2]}]')
    (table,) = read(tmp_path / "t.json", 3.0)
    assert (table.name, table.law, table.x.shape, table.budget) == ("a", "v1", (2, 1), 3.0)
    with pytest.raises(SystemExit, match="no table"):
        ten_rows.chosen([table], "b")


# -- fit and score ----------------------------------------------------------------------------------------------------

SAID = {"verdict": "noise", "noise": 0.1, "rmse": {"train": 0.1, "test": 0.2}, "r2": {"test": 0.9}}


def test_the_same_words_are_the_same():
    score = same_words.scored({"target": "y", "scores": [SAID | {"r2": {"train": 1.0, "test": 0.9 + 1e-15}}]})
    assert same_words.differences(SAID, score) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"verdict": "approximation"}, "verdict"),
        ({"noise": None}, "noise"),
        ({"rmse": {"train": 0.1, "test": 0.2001}}, "rmse.test"),
        ({"r2": {"test": None}}, "r2.test"),
        ({"r2": {"train": 0.9}}, "r2"),
    ],
)
def test_what_differs_is_named(change, named):
    (found,) = same_words.differences(SAID, SAID | change)
    assert found.startswith(f"{named}: ")


def test_what_one_of_them_does_not_say_is_no_agreement():
    less = {word: value for word, value in SAID.items() if word != "noise"}
    assert same_words.differences(less, less) == ["noise: fit and score does not say it"]
    assert same_words.differences(SAID, less) == ["noise: score does not say it"]


def test_ten_small_tables_are_compared(tmp_path):
    found = same_words.tables(tmp_path)
    assert len(found) == 10
    assert all(path.exists() and len(path.read_text().splitlines()) <= 61 for path in found.values())
