"""The printed line is short, and everybody who reads it reads the same formula."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from kansr.errors import FormulaError
from kansr.formula.evaluate import evaluate
from kansr.formula.parse import parse
from kansr.formula.text import leaf_text, to_text
from tests.formula.expressions import EXPRESSIONS, FORMULAS, ROWS, X, Y

PLAIN_SYMPY = """
import json, sys
import numpy as np
import sympy
job = json.load(sys.stdin)
rows = [np.array(column) for column in job["rows"].values()]
out = []
with np.errstate(all="ignore"):
    for text in job["texts"]:
        expr = sympy.sympify(text, {"step": lambda u: sympy.Heaviside(u, 1)})
        f = sympy.lambdify(sympy.symbols(list(job["rows"])), expr, ["scipy", "numpy"])
        out.append([float(value) for value in np.broadcast_to(np.asarray(f(*rows), dtype=float), len(rows[0]))])
print(json.dumps(out))
"""


def test_plain_sympy_in_a_fresh_process_computes_the_same_values():
    texts = [to_text(parse(text)) for text in FORMULAS]
    job = json.dumps({"texts": texts, "rows": {name: list(column) for name, column in ROWS.items()}})
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PLAIN_SYMPY], input=job, capture_output=True, text=True, check=True
    )
    for text, values in zip(texts, json.loads(done.stdout), strict=True):
        np.testing.assert_allclose(evaluate(parse(text), ROWS), values, rtol=1e-12, atol=1e-14, err_msg=text)


@pytest.mark.parametrize("text", FORMULAS)
def test_printing_what_was_printed_changes_nothing(text):
    printed = to_text(parse(text))
    assert to_text(parse(printed)) == printed


@settings(max_examples=200, deadline=None)
@given(EXPRESSIONS)
def test_text_that_is_read_back_has_the_same_values(expr):
    # Reading simplifies, so rounding differs where large terms cancel: the tolerance is relative to the largest value
    # of a part. Rows on the edge of a domain may fall on either side of it.
    before, after = evaluate(expr, ROWS), evaluate(parse(to_text(expr), ROWS), ROWS)
    both = np.isfinite(before) & np.isfinite(after)
    scale = 1.0 + max(
        (np.nanmax(np.abs(part[np.isfinite(part)]), initial=0.0) for part in _parts(expr)),
        default=0.0,
    )
    np.testing.assert_allclose(after[both], before[both], rtol=1e-10, atol=1e-12 * scale)


def _parts(expr):
    return [evaluate(part, ROWS) for part in sympy.preorder_traversal(expr) if not part.is_Atom]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_decimal_numbers_read_back_to_the_same_double(double):
    text = leaf_text(sympy.Float(double))
    assert float(text) == double
    if 1e-300 < abs(double) < 1e300:
        assert float(parse(text)) == double


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (sympy.exp(sympy.sin(sympy.pi * X) + Y**2), "exp(y**2 + sin(pi*x))"),
        (sympy.Float(0.1) * X, "0.1*x"),
        (sympy.Float(1.0) * X, "x"),
        (sympy.Float(-1.0) * X / Y, "-x/y"),
        (X ** sympy.Float(2.0), "x**2"),
        (X ** sympy.Float(0.5), "sqrt(x)"),
        (sympy.Float(1e-30), "1e-30"),
        (1 / sympy.sqrt(X), "1/sqrt(x)"),
        (X / sympy.sqrt(Y), "x/sqrt(y)"),
        (1 - X, "1 - x"),
        (-X + Y, "y - x"),
        (-X - Y, "-x - y"),
        (3 * X**2 - 2 * X + 1, "3*x**2 - 2*x + 1"),
        (X**2 / 2, "x**2/2"),
        (2 * X / (3 * Y), "2*x/(3*y)"),
        ((X + Y) / (1 + X * Y), "(x + y)/(x*y + 1)"),
        (X ** sympy.Rational(1, 3), "x**(1/3)"),
        (sympy.Rational(-3, 4), "-3/4"),
        (sympy.Rational(981, 100) * X / Y, "9.81*x/y"),
        (X / 100 + Y / 5, "0.01*x + y/5"),
        (X ** sympy.Rational(11, 5) - sympy.Rational(1, 3), "x**2.2 - 1/3"),
        (sympy.Rational(-981, 100) * X, "-9.81*x"),
        (sympy.Rational(10**7 + 1, 10**7), "1.0000001"),
        (2 ** (-X / 5730), "2**(-x/5730)"),
        (sympy.exp(-X * sympy.log(2) / 5730), "2**(-x/5730)"),
        (sympy.Float(3.5) * sympy.exp(X * sympy.log(10)), "3.5*10**x"),
        (X ** (-Y), "x**(-y)"),
    ],
)
def test_text_is_what_people_write(expr, text):
    assert to_text(expr) == text


@pytest.mark.parametrize(
    "expr", [sympy.I * X, sympy.zoo, sympy.nan, sympy.oo, sympy.gamma(X), sympy.Float("1e400") * X]
)
def test_what_has_no_real_value_or_no_name_is_refused(expr):
    with pytest.raises(FormulaError):
        to_text(expr)
