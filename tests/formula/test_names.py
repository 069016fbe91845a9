"""Columns keep their names where plain sympy reads a symbol, and get a safe one elsewhere."""

from __future__ import annotations

import builtins
import keyword

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from kansr.formula.names import is_safe, safe_names, symbols_of

SYMPY_NAMES = sorted({*dir(sympy), *dir(builtins), *keyword.kwlist, *keyword.softkwlist})


def reads_as_symbol(name):
    try:
        return sympy.sympify(name) == sympy.Symbol(name)
    except (sympy.SympifyError, SyntaxError, TypeError, AttributeError):
        return False


def test_every_name_of_sympy_and_python_becomes_a_symbol_for_plain_sympy():
    names = safe_names(SYMPY_NAMES)
    assert len(names) == len(SYMPY_NAMES)
    assert list(names.values()) == SYMPY_NAMES
    assert [name for name in names if not reads_as_symbol(name)] == []


def test_only_names_that_sympy_exports_or_reads_otherwise_are_changed():
    changed = [column for name, column in safe_names(SYMPY_NAMES).items() if name != column]
    assert [column for column in changed if reads_as_symbol(column) and column not in sympy.__all__] == []


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("x", "x"),
        ("x1", "x1"),
        ("temperature", "temperature"),
        ("x y", "x_y"),
        ("a-b", "a_b"),
        ("Δp [Pa]", "Delta_p"),
        ("if", "if_"),
        ("E", "E_"),
        ("I", "I_"),
        ("lambda", "lambda_"),
        ("λ", "lambda_"),
        ("β", "beta_"),
        ("µ", "mu"),
        ("1st", "x_1st"),
        ("", "x"),
        ("🙂", "x"),
        ("[Pa]", "Pa"),
        ("speed (m/s)", "speed"),
        ("f(x)", "f_x"),
        ("größe", "gro_e"),
        ("x²", "x2"),
        ("T₀", "T0"),
        ("100 %", "x_100"),
        ("ω_max", "omega_max"),
    ],
)
def test_a_column_gets_a_readable_name(column, name):
    assert safe_names([column]) == {name: column}


def test_names_that_would_collide_are_numbered_and_no_column_loses_its_own():
    assert list(safe_names(["a b", "a-b", "a_b", "a_b_2", "E", "E_"])) == [
        "a_b_3",
        "a_b_4",
        "a_b",
        "a_b_2",
        "E_2",
        "E_",
    ]


@given(st.lists(st.text(max_size=12), unique=True, max_size=8))
def test_names_are_safe_distinct_and_in_order(columns):
    names = safe_names(columns)
    assert list(names.values()) == columns
    assert all(is_safe(name) for name in names)


def test_symbols_are_real():
    assert all(symbol.is_real for symbol in symbols_of(["x", "y"]).values())
