"""Every export says the same as the formula, in a fresh process and without kansr."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from kansr.errors import FormulaError, UsageError
from kansr.export import FORMATS, export
from kansr.export.json_ import from_tree, to_tree
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula, judge
from kansr.formula.names import safe_names
from kansr.formula.parse import parse
from tests.formula.expressions import FORMULAS, ROWS

SPLIT = SimpleNamespace(train=np.arange(20), validation=np.arange(20, 30), test=np.arange(30, 40))
STRANGE = [
    "np",
    "special",
    "target",
    "sympy",
    "formula",
    "formula_",
    "Δp [Pa]",
    'a"""b\\',
    "c'\n#",
    "\\N{x}",
    "E",
    "pi",
    "größe",
    "速度",
    "I",
]


def judged(text, names=None, x=None):
    names = names or {name: name for name in ROWS}
    x = np.column_stack(list(ROWS.values())) if x is None else x
    return judge(parse(text, names), names, x, y=np.linspace(0, 1, 40), split=SPLIT, label="best")


def strange():
    """Give a formula whose columns have names that code could trip over, and its values."""
    names = safe_names(STRANGE)
    x = np.random.default_rng(1).uniform(0.5, 2, size=(40, len(STRANGE)))
    formula = judged(" + ".join(f"{i + 1}*erf({name})" for i, name in enumerate(names)), names, x)
    return formula, dict(zip(names, x.T, strict=True))


RUN_PYTHON = """
import json, sys
job = json.load(sys.stdin)
out = []
for code, columns in job:
    place = {}
    exec(compile(code, "formula.py", "exec"), place)
    out.append(place["target"](*columns).tolist() if columns else [place["target"]()] * 40)
assert not any(name.startswith("kansr") for name in sys.modules)
print(json.dumps(out))
"""

RUN_SYMPY = """
import json, sys
job = json.load(sys.stdin)
out = []
for code in job:
    place = {}
    exec(compile(code, "formula.py", "exec"), place)
    import sympy
    assert isinstance(place["formula"], sympy.Expr), code
    assert all(symbol.is_real for symbol in place["formula"].free_symbols)
    out.append(str(place["formula"]))
print(json.dumps(out))
"""


def in_a_fresh_process(code, job):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-I", "-c", code],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_numpy_export_computes_the_formula():
    cases = [(judged(text), ROWS) for text in FORMULAS] + [strange(), (judged("x*10**25 + 2**70*y"), ROWS)]
    job = [(export(formula, "numpy"), [list(columns[name]) for name in formula.names]) for formula, columns in cases]
    for (formula, columns), values in zip(cases, in_a_fresh_process(RUN_PYTHON, job), strict=True):
        expected = evaluate(formula.expression, columns)
        np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-14, err_msg=formula.text)


def test_the_sympy_export_builds_the_formula():
    formulas = [*map(judged, FORMULAS), strange()[0]]
    job = [export(formula, "sympy") for formula in formulas]
    for formula, text in zip(formulas, in_a_fresh_process(RUN_SYMPY, job), strict=True):
        ours = re.sub(r"Heaviside\((.*?), 1\)", r"step(\1)", text)
        assert parse(ours) == parse(str(formula.expression)), formula.text


@pytest.mark.parametrize("text", FORMULAS)
def test_the_json_export_is_read_back_whole_and_by_its_tree(text):
    formula = judged(text)
    record = json.loads(export(formula, "json"))
    assert Formula.from_json(record) == formula
    assert from_tree(record["tree"], list(ROWS)) == formula.expression


def test_the_tree_is_nested_lists():
    assert to_tree(parse("2*x - y/3 + pi")) == ["+", ["*", 2, "x"], ["-", ["/", "y", 3]], "pi"]
    assert to_tree(parse("x**(1/3)")) == ["**", "x", ["/", 1, 3]]


@pytest.mark.parametrize(
    "tree",
    [
        [],
        ["+"],
        {"x": 1},
        None,
        True,
        ["__import__", "x"],
        "x; y",
        ["x'", 1],
        [["+"], 1],
        ["y", 1],
        "q",
        ["+", "x", None],
    ],
)
def test_a_tree_of_strangers_is_read_with_care(tree):
    with pytest.raises(FormulaError):
        from_tree(tree, ["x", "y"])


def test_a_tree_that_is_too_deep_is_refused():
    tree = "x"
    for _ in range(5000):
        tree = ["sin", tree]
    with pytest.raises(FormulaError):
        from_tree(tree)


def test_latex_is_one_line():
    assert export(judged("x/y"), "latex") == r"\frac{x}{y}"
    assert "\n" not in export(strange()[0], "latex")


@pytest.mark.parametrize("name", ["python", "numpy"])
def test_the_docstring_of_python_names_the_columns(name):
    code = export(strange()[0], name)
    place = {}
    exec(code, place)
    assert all(repr(column) in place["target"].__doc__ for column in STRANGE)


def test_every_format_has_a_row_and_another_is_refused():
    assert all(name == row.name for name, row in FORMATS.items())
    assert all(export(judged("x + 1"), name) for name in FORMATS)
    suffixes = [suffix for row in FORMATS.values() for suffix in row.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in suffixes)
    with pytest.raises(UsageError, match="did you mean 'latex'"):
        export(judged("x"), "latx")
