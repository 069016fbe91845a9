"""What is written computes the formula, in its own language and to the last digits."""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kansr.errors import UsageError
from kansr.export import FORMATS, About, check, export
from kansr.export.c import C
from kansr.export.code import double
from kansr.export.compare import LIMIT
from kansr.export.excel import EXCEL
from kansr.export.fortran import FORTRAN
from kansr.export.mathematica import MATHEMATICA
from kansr.export.running.program import Job, NotRun
from kansr.formula.evaluate import evaluate
from tests.export.laws import LAWS, judged, law
from tests.formula.expressions import EXPRESSIONS, FORMULAS

QUICK = ("python", "c", "cpp", "fortran", "rust", "javascript", "sql", "json")
SLOW = tuple(name for name, row in FORMATS.items() if name not in QUICK and not isinstance(row.run, str))
COLUMNS = {name: np.random.default_rng(5).uniform(0.1, 0.9, 200) for name in "xyz"}
ARGUMENTS = {"acosh": "1 + {}", "log": "1 + {}", "J0": "{}", "J1": "{}"}


def checked(name, formula, columns):
    """Check an export; skip the test where the language is not on this machine."""
    found = check(export(formula, name), formula, name, columns)
    if found.reason:
        pytest.skip(found.reason)
    return found


def every_function(name):
    """Give a formula with every function that a format has, and with numbers that languages could take amiss."""
    functions = set(FORMATS[name].functions) - {"besselj", "J0", "J1"}
    many = {"max": "{}, y/2, 0.7", "min": "{}, y/2, 0.7", "step": "{} - 0.4"}
    calls = [f"{f}({(ARGUMENTS | many).get(f, '{}').format('xyz'[i % 3])})" for i, f in enumerate(sorted(functions))]
    powers = "2/3*x + 1/2*y - 1e-30 + 123456789012*z**2 + (x - 2)**3 + 2**(-x) + x**y + 0.1234567890123456*E + pi*z"
    return f"{' + '.join(calls)} + {powers} + 1/(x - 3)**(5) + (x + 1)**(-1/3) - x*(-y - 1)"


@pytest.mark.parametrize("name", QUICK)
def test_a_language_computes_every_function_that_it_has(name):
    formula = judged(every_function(name), COLUMNS)
    assert checked(name, formula, COLUMNS).difference < 1e-14


@pytest.mark.parametrize("name", ["c", "cpp", "fortran"])
def test_bessel_functions_are_those_of_the_language(name):
    formula = judged("besselj(0, 9*x) + 2*besselj(1, y) - besselj(3, 5*z)", COLUMNS)
    assert checked(name, formula, COLUMNS).difference < LIMIT


@pytest.mark.parametrize("name", QUICK)
def test_a_constant_is_a_function_without_arguments(name):
    assert checked(name, judged("7/3 + 2.5*pi", COLUMNS), COLUMNS).rows == 200


@pytest.mark.parametrize("name", QUICK)
def test_terms_that_cancel_are_no_mistake(name):
    formula = judged("100000000*cosh(x/10000) - 100000000 + x - y", COLUMNS)
    assert checked(name, formula, COLUMNS).difference < LIMIT


@pytest.mark.parametrize("name", QUICK)
def test_constants_keep_their_names_and_their_values(name):
    formula = judged("g*x**2/2 + sqrt(g)", COLUMNS, constants={"g": 9.812345678901234})
    text = export(formula, name)
    assert "9.812345678901234" in text
    assert name == "sql" or re.search(r"\bg\b", text)
    assert checked(name, formula, COLUMNS).difference < LIMIT


@given(EXPRESSIONS)
@settings(max_examples=60)
def test_sql_computes_any_formula(expr):
    formula = judged(str(expr), COLUMNS) if _is_text(expr) else None
    assume(formula is not None and not FORMATS["sql"].lacks(formula))
    check(export(formula, "sql"), formula, "sql", COLUMNS | {"z_1": COLUMNS["z"]})


def _is_text(expr):
    return {symbol.name for symbol in expr.free_symbols} <= {"x", "y"}


def test_sql_gives_null_where_there_is_no_value():
    import sqlite3

    formula = judged("log(x) + sqrt(y)/(x - 1) + asin(x/9) + (y - 1)**x", COLUMNS)
    place = sqlite3.connect(":memory:")
    place.execute("CREATE TABLE t (x INTEGER, y INTEGER)")
    rows = [(0, 4), (2, -1), (1, 4), (20, 2), (2, 4), (3, 2)]
    place.executemany("INSERT INTO t VALUES (?, ?)", rows)
    found = [value for (value,) in place.execute(f"SELECT {export(formula, 'sql')} FROM t ORDER BY rowid")]
    assert found[:4] == [None] * 4
    expected = evaluate(formula.expression, {"x": np.array([2.0, 3.0]), "y": np.array([4.0, 2.0])})
    assert found[4:] == pytest.approx(expected, rel=1e-15)  # columns of whole numbers are not divided as such


@given(st.floats(1e-300, 1e300) | st.floats(-1e300, -1e-300))
def test_numbers_keep_every_bit(number):
    assert float(double(number)) == number
    assert float(FORTRAN.decimal(number).replace("d", "e")) == number
    assert float(MATHEMATICA.decimal(number).replace("`*^", "e").replace("`", "")) == number


@given(st.floats(1e-290, 1e290) | st.floats(-1e290, -1e-290))
def test_excel_keeps_every_bit_of_numbers_with_fifteen_digits(number):
    parts = re.findall(r"[+-]?[\d.]+(?:E[+-]?\d+)?", EXCEL.decimal(number))
    assert len(parts) <= 2
    assert all(len(re.sub(r"E.*|\D", "", part).strip("0")) <= 15 for part in parts)
    assert sum(map(float, parts)) == number


def test_long_lines_of_fortran_are_broken():
    formula = judged(" + ".join(f"x**{i}*sin({i}*y)/{i + 1}" for i in range(1, 60)), COLUMNS)
    assert max(map(len, export(formula, "fortran").splitlines())) <= 132
    assert checked("fortran", formula, COLUMNS).difference < LIMIT


def test_a_formula_that_is_too_long_for_excel_is_refused():
    formula = judged(" + ".join(f"x**{i}*sin({i}*y)/{i + 1}" for i in range(1, 400)), COLUMNS)
    with pytest.raises(UsageError, match="characters in Excel"):
        export(formula, "excel")


@pytest.mark.parametrize("name", [*QUICK, "numpy", "torch", "sympy"])
def test_where_a_part_of_a_hinge_has_no_value_the_whole_has_none(name):
    columns = {"x": np.array([-2.0, 0.0, 3.0, 0.5]), "y": np.array([1.0, -1.0, 0.0, 2.0])}
    text = "max(log(x), 0) + min(2, sqrt(y)) + 3*step(x - y)"
    formula = judged(text, {name: np.tile(column, 50) for name, column in columns.items()})
    rows = np.column_stack(list(columns.values()))
    try:
        _, values = FORMATS[name].run(
            Job(text=export(formula, name), formula=formula, about=About.alone(formula), rows=rows)
        )
    except NotRun as reason:
        pytest.skip(str(reason))
    if name != "json":
        np.testing.assert_allclose(values, [np.nan, np.nan, np.log(3) + 3, np.sqrt(2)], rtol=1e-14)


def test_hinges_in_hinges_are_refused_by_sql_where_they_would_fill_pages():
    text = "max(sin(" * 6 + "x" + "), y)" * 6
    with pytest.raises(UsageError, match="stand 6 deep in each other"):
        export(judged(text, COLUMNS), "sql")
    assert len(export(judged("max(sin(" * 5 + "x" + "), y)" * 5, COLUMNS), "sql")) < 100_000


@pytest.mark.parametrize("name", ["rust", "javascript", "julia", "sql", "jax", "torch", "excel", "python"])
def test_a_function_that_a_language_lacks_is_refused_with_formats_that_have_it(name):
    with pytest.raises(UsageError) as error:
        export(judged("besselj(2, x)", COLUMNS), name)
    assert error.value.what == f"{name} has no besselj"
    assert "numpy, c, cpp, fortran, r, matlab, mathematica" in error.value.hint


def test_cells_of_excel_follow_the_order_of_the_table():
    formula = judged("x + 2*z", COLUMNS)
    about = About(features=("z", "unused", "x"))
    assert export(formula, "excel", about).splitlines() == [
        "=C2 + 2*A2",
        'x: column "x"'.replace("x: column", "C2:"),
        'A2: "z"',
    ]


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not on this machine")
def test_no_column_has_the_name_of_a_macro_of_c():
    done = subprocess.run(
        ["gcc", "-dM", "-E", "-"], input="#include <math.h>\n", capture_output=True, text=True, check=True
    )
    macros = {line.split()[1].partition("(")[0] for line in done.stdout.splitlines()}
    assert {name for name in macros if not name.startswith("_")} <= set(C.reserved)


@pytest.mark.recovery
@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_laws_agree_with_every_language(name, capsys):
    row, lines = FORMATS[name], []
    for title in LAWS:
        formula, columns = law(title)
        if row.lacks(formula):
            lines.append(f"{name:12s} {title:18s} has no {', '.join(row.lacks(formula))}")
            continue
        rows = np.column_stack([columns[column] for column in formula.names.values()])
        text = export(formula, name)
        try:
            _, values = row.run(Job(text=text, formula=formula, about=About.alone(formula), rows=rows))
        except NotRun as reason:
            pytest.skip(str(reason))
        expected = evaluate(formula.expression, columns)
        worst = float(np.max(np.abs(values - expected) / np.abs(expected)))
        lines.append(f"{name:12s} {title:18s} {worst:.1e}")
        assert worst < 1e-12, lines[-1]
    with capsys.disabled():
        print("", *lines, sep="\n")


@pytest.mark.recovery
@pytest.mark.parametrize("name", ["c", "fortran", "rust", "javascript", "r", "matlab", "python"])
def test_formulas_of_every_shape_agree(name):
    columns = {"x": COLUMNS["x"], "y": COLUMNS["y"], "z_1": COLUMNS["z"]}
    for text in FORMULAS:
        formula = judged(text, columns)
        if not FORMATS[name].lacks(formula):
            checked(name, formula, columns)
