"""Columns keep their names where a formula can hold them, and get a safe one elsewhere."""

from __future__ import annotations

import builtins
import keyword

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from kansr.formula.functions import OF_ORDER, SPELLINGS
from kansr.formula.names import in_ascii, is_safe, safe_names, symbols_of
from kansr.formula.parse import parse
from kansr.formula.text import to_text

WORDS = sorted({*dir(sympy), *dir(builtins), *keyword.kwlist, *keyword.softkwlist})


def test_every_name_of_sympy_and_python_is_read_as_its_column():
    names = safe_names(WORDS)
    assert list(names.values()) == WORDS
    assert [name for name in names if parse(name, names) != symbols_of([name])[name]] == []


def test_only_words_of_python_and_names_of_functions_are_changed():
    changed = [column for name, column in safe_names(WORDS).items() if name != column]
    assert set(changed) <= {*keyword.kwlist, *SPELLINGS, *OF_ORDER}
    assert {"exp", "max", "if", "lambda", "J0"} & set(WORDS) <= set(changed)


@pytest.mark.parametrize(
    "column", ["N", "S", "I", "E", "pi", "O", "Q", "beta", "λ", "größe", "速度", "скорость", "عرض"]
)
def test_a_name_stays_in_the_formula_as_it_stands_in_the_table(column):
    names = safe_names([column, "x"])
    symbol = symbols_of([column])[column]
    expr = sympy.Mul(sympy.E, symbol, evaluate=False) + sympy.pi * symbols_of("x")["x"] ** 2 + sympy.Float(2.5)
    text = to_text(expr, names)
    assert parse(text, names) == expr
    assert column in text
    assert parse(text, first=[column]) == expr


def test_columns_win_over_constants_only_where_there_are_some():
    e, x = symbols_of(["E", "x"]).values()
    assert parse("E*x", ["E", "x"]) == e * x
    assert parse("E*x", ["x"]) == sympy.E * x
    assert to_text(sympy.E * x) == "exp(1)*x"
    assert to_text(sympy.pi * x, ["pi", "x"]) == "acos(-1)*x"


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("x", "x"),
        ("x1", "x1"),
        ("temperature", "temperature"),
        ("x y", "x_y"),
        ("a-b", "a_b"),
        ("Δp [Pa]", "Δp"),
        ("if", "if_"),
        ("E", "E"),
        ("I", "I"),
        ("lambda", "lambda_"),
        ("λ", "λ"),
        ("β", "β"),
        ("µ", "μ"),  # the micro sign is written as mu,
        ("1st", "x_1st"),
        ("", "x"),
        ("🙂", "x"),
        ("[Pa]", "Pa"),
        ("speed (m/s)", "speed"),
        ("f(x)", "f_x"),
        ("größe", "größe"),
        ("температура воздуха", "температура_воздуха"),
        ("重量 (kg)", "重量"),
        ("exp", "exp_"),
        ("x²", "x2"),
        ("T₀", "T0"),
        ("100 %", "x_100"),
        ("ω_max", "ω_max"),
    ],
)
def test_a_column_gets_a_readable_name(column, name):
    assert safe_names([column]) == {name: column}


def test_names_that_would_collide_are_numbered_and_no_column_loses_its_own():
    assert list(safe_names(["a b", "a-b", "a_b", "a_b_2", "if", "if_"])) == [
        "a_b_3",
        "a_b_4",
        "a_b",
        "a_b_2",
        "if_2",
        "if_",
    ]


@given(st.lists(st.text(max_size=12), unique=True, max_size=8))
def test_names_are_safe_distinct_and_in_order(columns):
    names = safe_names(columns)
    assert list(names.values()) == columns
    assert all(is_safe(name) for name in names)


@given(st.text(min_size=1, max_size=12).filter(str.isidentifier))
def test_other_languages_spell_names_in_ascii(name):
    assert in_ascii(name).isascii()
    assert in_ascii(name).isidentifier()


@pytest.mark.parametrize(("name", "spelled"), [("Δp", "Delta_p"), ("größe", "gro_e"), ("λ", "lambda"), ("速度", "x")])
def test_greek_letters_are_spelled_out(name, spelled):
    assert in_ascii(name) == spelled


def test_symbols_are_real():
    assert all(symbol.is_real for symbol in symbols_of(["x", "y"]).values())
