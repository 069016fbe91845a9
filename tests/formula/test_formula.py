"""A formula's errors are those of its text, and JSON holds all of it."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import sympy

from kansr.errors import FormulaError
from kansr.formula.formula import Formula, judge, predict
from kansr.formula.names import safe_names, symbols_of
from kansr.formula.parse import parse

COLUMNS = ["x y", "E", "t"]
NAMES = safe_names(COLUMNS)
SPLIT = SimpleNamespace(train=np.arange(60), validation=np.arange(60, 80), test=np.arange(80, 100))
ROWS = np.random.default_rng(3).uniform(0.5, 2, size=(100, 3))
TARGET = np.exp(ROWS[:, 0]) / ROWS[:, 1] + 0.01 * np.random.default_rng(4).normal(size=100)


def judged(expr, **more):
    return judge(expr, NAMES, ROWS, y=TARGET, split=SPLIT, label="best", **more)


def test_the_scores_are_those_of_the_printed_text():
    a, b, _ = symbols_of(NAMES).values()
    formula = judged(sympy.exp(a) / b)
    assert (formula.text, formula.symbols) == ("exp(x_y)/E", {"x_y": "x y", "E": "E"})
    predicted = np.exp(ROWS[:, 0]) / ROWS[:, 1]
    for part in ("train", "validation", "test"):
        rows = getattr(SPLIT, part)
        residual = predicted[rows] - TARGET[rows]
        rmse = math.sqrt(np.mean(residual**2))
        assert math.isclose(getattr(formula.rmse, part), rmse, rel_tol=1e-12)
        assert math.isclose(getattr(formula.r2, part), 1 - rmse**2 / np.var(TARGET[rows]), rel_tol=1e-12)
    assert formula.complexity == 4
    assert formula.latex == r"\frac{\exp\left(\text{x y}\right)}{E}"


def test_the_test_rows_choose_nothing():
    expr = symbols_of(NAMES)["x_y"] * 2
    other = TARGET.copy()
    other[SPLIT.test] = 1e6
    moved = judge(expr, NAMES, ROWS, y=other, split=SPLIT, label="best")
    assert moved.description_length == judged(expr).description_length
    assert moved.rmse.test != judged(expr).rmse.test


@pytest.mark.parametrize("text", ["log(x_y - 1)", "exp(x_y)/E", "2.5", "exp(1000*t)"])
def test_json_gives_the_same_formula_again(text):
    formula = judged(parse(text, NAMES), errors={"2.5": 0.1}, free=0)
    record = json.loads(json.dumps(formula.to_json(), allow_nan=False))
    again = Formula.from_json(record)
    assert again == formula
    assert again.expression == formula.expression


def test_a_value_that_is_not_finite_is_an_infinite_error():
    formula = judged(parse("log(x_y - 1)"))
    assert formula.rmse.train == math.inf
    assert formula.r2.train == -math.inf
    assert formula.description_length is None
    assert formula.to_json()["rmse"]["train"] is None


def test_a_constant_target_and_an_empty_part_have_scores():
    split = SimpleNamespace(train=np.arange(60), validation=np.arange(60, 100), test=np.arange(0))
    formula = judge(sympy.Integer(1), NAMES, ROWS, y=np.ones(100), split=split, label="constant")
    assert (formula.rmse.train, formula.r2.train, formula.rmse.test) == (0.0, 1.0, math.inf)


def test_predict_takes_columns_by_their_own_names():
    formula = judged(parse("exp(x_y)/E", NAMES))
    columns = {name: ROWS[:, i] for i, name in enumerate(COLUMNS)}
    np.testing.assert_allclose(predict(formula, columns), np.exp(ROWS[:, 0]) / ROWS[:, 1])
    np.testing.assert_array_equal(predict(judged(parse("2")), columns), np.full(100, 2.0))
    with pytest.raises(FormulaError, match=r"(?s)needs a column 'x y'.*did you mean 'xy'"):
        predict(formula, {"xy": ROWS[:, 0], "E": ROWS[:, 1]})


def test_a_column_that_has_another_columns_safe_name_is_not_mixed_up():
    formula = judge(parse("if_ + 10*if_2"), safe_names(["if", "if_"]), ROWS[:, :2], y=TARGET, split=SPLIT, label="best")
    columns = {"if": ROWS[:, 0], "if_": ROWS[:, 1]}
    np.testing.assert_allclose(predict(formula, columns), ROWS[:, 1] + 10 * ROWS[:, 0])


def test_records_with_the_safe_names_of_older_versions_are_read():
    record = judged(parse("exp(x_y)/E", NAMES)).to_json()
    old = Formula.from_json(record | {"formula": "exp(x_y)/E_", "symbols": {"x_y": "x y", "E_": "E"}})
    columns = {name: ROWS[:, i] for i, name in enumerate(COLUMNS)}
    np.testing.assert_allclose(predict(old, columns), np.exp(ROWS[:, 0]) / ROWS[:, 1])
    euler = Formula.from_json(record | {"formula": "E*x_y", "symbols": {"x_y": "x y"}})
    np.testing.assert_allclose(predict(euler, columns), np.e * ROWS[:, 0])


def test_an_unknown_column_or_an_unreal_value_is_refused():
    for expr in (sympy.Symbol("q", real=True), sympy.I, sympy.gamma(sympy.Symbol("t", real=True))):
        with pytest.raises(FormulaError):
            judged(expr)


@pytest.mark.parametrize("text", ["__import__('os')", "x.y", ""])
def test_json_of_strangers_is_read_with_care(text):
    record = judged(parse("t")).to_json() | {"formula": text}
    with pytest.raises(FormulaError):
        Formula.from_json(record)


def test_names_are_in_natural_order():
    formula = judge(
        parse("x10 + x2 + x1"), {f"x{i}": f"x{i}" for i in (1, 2, 10)}, ROWS, y=TARGET, split=SPLIT, label="best"
    )
    assert list(formula.names) == ["x1", "x2", "x10"]
