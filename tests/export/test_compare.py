"""A check finds what is wrong, and says when it could not look."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kansr.errors import ExportError
from kansr.export import FORMATS, About, check, export
from kansr.export.compare import compare
from kansr.export.running.languages import C
from tests.export.laws import judged

COLUMNS = {name: np.random.default_rng(5).uniform(0.5, 2, 1000) for name in ("x", "y")}
FORMULA = judged("x**2/3 + exp(-y)", {name: column[:200] for name, column in COLUMNS.items()})


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [("python", "/3", "//3"), ("sql", "3.0", "3.000001"), ("javascript", "exp(-y)", "exp(y)"), ("json", '"x"', '"y"')],
)
def test_what_differs_is_not_let_pass(name, right, wrong):
    text = export(FORMULA, name)
    check(text, FORMULA, name, COLUMNS)
    with pytest.raises(ExportError) as error:
        check(text.replace(right, wrong), FORMULA, name, COLUMNS)
    assert "--no-check" in error.value.hint


def test_a_difference_says_where_it_is():
    with pytest.raises(ExportError, match=r"gives .* where the formula is .* \(with python, at x="):
        check(export(FORMULA, "python").replace("/3", "/3.1"), FORMULA, "python", COLUMNS)


def test_a_missing_value_is_a_difference():
    with pytest.raises(ExportError, match="gives nan"):
        check(export(FORMULA, "sql").replace("3.0", "NULL"), FORMULA, "sql", COLUMNS)


@pytest.mark.parametrize(("name", "tool"), [("c", "gcc"), ("python", "python"), ("javascript", "node")])
def test_a_text_that_the_language_refuses_is_an_error(name, tool):
    try:
        found = check(export(FORMULA, name) + "\n)", FORMULA, name, COLUMNS)
    except ExportError as error:
        assert f"{tool}" in error.what and "refuses the exported formula" in error.what
    else:
        pytest.skip(found.reason)


def test_two_hundred_rows_are_enough_and_all_of_fewer_are_taken():
    assert check(export(FORMULA, "sql"), FORMULA, "sql", COLUMNS).rows == 200
    few = {name: column[:7] for name, column in COLUMNS.items()}
    assert str(check(export(FORMULA, "sql"), FORMULA, "sql", few)).startswith("checked on 7 rows with SQLite: largest")


def test_rows_without_a_value_are_left_out():
    formula = judged("log(x - 1)", {name: column[:200] for name, column in COLUMNS.items()})
    found = check(export(formula, "python"), formula, "python", COLUMNS)
    assert 0 < found.rows < 200
    none = check(export(formula, "python"), formula, "python", {"x": np.zeros(5)})
    assert str(none) == "not checked: the formula has no value on these rows"


def test_a_language_that_is_not_there_is_said():
    absent = replace(C, tools=("no-such-compiler",))
    found = compare(export(FORMULA, "c"), FORMULA, About.alone(FORMULA), columns=COLUMNS, run=absent)
    assert str(found) == "not checked: no-such-compiler is not on this machine"


def test_a_program_that_does_not_end_is_ended_and_said():
    endless = replace(C, tools=("sh",), steps=(("{tool}", "-c", "sleep 60 & wait"),), seconds=0.2)
    found = compare("", FORMULA, About.alone(FORMULA), columns=COLUMNS, run=endless)
    assert str(found) == "not checked: sh took longer than 0.2 seconds"


def test_what_is_only_read_is_said():
    for name in ("latex", "mathml", "mathematica"):
        assert str(check(export(FORMULA, name), FORMULA, name, COLUMNS)).startswith("not checked: ")
        assert isinstance(FORMATS[name].run, str)
