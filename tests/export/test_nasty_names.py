"""Names of columns are data: none gets out of a comment, a string or a quoted name, in any language."""

from __future__ import annotations

import ast
import re
import unicodedata
from dataclasses import replace
from functools import lru_cache
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kansr.errors import UsageError
from kansr.export import About, check, export
from tests.export.laws import judged

COLUMNS = {name: np.random.default_rng(5).uniform(0.5, 2, 200) for name in ("x", "y")}
FORMULA = judged("x**2/3 + exp(-y)", COLUMNS)
MARKS = {
    "c": "//",
    "cpp": "//",
    "fortran": "!",
    "julia": "#",
    "r": "#",
    "rust": "//",
    "javascript": "//",
    "matlab": "%",
}
EVIL = (
    "*/ system(0); /*", "a\nb", "a\r\nb", "x\\", "??/", '"', "'", '"""', "'''", "\\N{x}", "\\u000a", "${x}", "`x`",
    "#{", "%}", "%{",
    "--", "; DROP TABLE t", '"; --', "\u2028x", "\u2029", "\x85", "\x0b\x0c", "\x00", "\u202ex", "\ud800",
    "(* *)", "*)", "&", "<script>", "]]>", "=cmd|' /C calc'!A0", "@sum", "#include <x>", "\x1b[2J", "...", "\t",
)  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(EVIL),
    st.text(max_size=30),
    st.lists(st.sampled_from(EVIL), max_size=4).map("".join),
    st.text(alphabet="*/\\\"'\n\r(){}#%!-$`x\u2028", max_size=20),
)


def named(first, second):
    """Give the formula over columns of two names, and what is known of it, with names as units, too."""
    second = second if second != first else f"{second}."
    formula = replace(FORMULA, symbols={"x": first, "y": second})
    return formula, About(features=(first, second), target=second, units={first: second, second: first})


HARMLESS, _ = named("first", "second")


@lru_cache
def harmless(name):
    """Give the export of the formula over columns of plain names."""
    return export(HARMLESS, name)


@given(NAMES, NAMES)
@example("*/", "\\")
def test_comments_of_code_end_with_their_line(first, second):
    formula, about = named(first, second)
    for name, mark in MARKS.items():
        lines = export(formula, name, about).split("\n")
        assert _code(lines, mark) == _code(harmless(name).split("\n"), mark), name
        remarks = [line for line in lines if line.startswith(mark)]
        assert len(remarks) == 3
        assert all(line.isprintable() and line[-1] in '"r' for line in remarks), name
        assert all(line.startswith(f"{mark} ") for line in remarks)  # %{ and #= begin blocks


def _code(lines, mark):
    return [line for line in lines if not line.startswith(mark)]


@given(NAMES, NAMES)
def test_comments_of_mathematica_hold_no_mark_of_theirs(first, second):
    formula, about = named(first, second)
    *remarks, code = export(formula, "mathematica", about).split("\n")
    assert code == harmless("mathematica").split("\n")[-1]
    for line in remarks:
        assert re.fullmatch(r"\(\* [^\\\"`]* \*\)", line)
        assert not re.search(r"\(\*|\*\)", line[2:-2])
        assert line.isprintable()


@pytest.mark.parametrize("name", ["python", "numpy", "torch", "jax", "sympy"])
@given(first=NAMES, second=NAMES)
def test_python_holds_names_as_text_only(name, first, second):
    formula, about = named(first, second)
    code = export(formula, name, about)
    assert _tree(code) == _tree(harmless(name))
    assert all(letter.isprintable() or letter == "\n" for letter in code)


def _tree(code):
    """Give the syntax tree of a module, its docstrings emptied."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert isinstance(node.body[0].value.value, str)
            node.body[0].value.value = ""
    return ast.dump(tree)


def _odd(letter):
    """Give a letter that prints nothing and is no space; else nothing."""
    return "" if letter.isprintable() or unicodedata.category(letter) == "Zs" else letter


@given(NAMES, NAMES)
def test_sql_quotes_names(first, second):
    formula, about = named(first, second)
    if any(re.search("[^\n\t]", "".join(map(_odd, column))) for column in about.features):
        with pytest.raises(UsageError, match="SQL cannot hold the name"):
            export(formula, "sql", about)
        return
    text = export(formula, "sql", about)
    found = [name[1:-1].replace('""', '"') for name in re.findall(r'"(?:[^"]|"")*"', text)]
    assert found == list(about.features)
    assert re.sub(r'"(?:[^"]|"")*"', "?", text) == re.sub(r'"\w+"', "?", harmless("sql"))
    check(text, formula, "sql", dict(zip(about.features, COLUMNS.values(), strict=True)))


@given(NAMES, NAMES)
def test_excel_says_names_in_lines_of_their_own(first, second):
    formula, about = named(first, second)
    lines = export(formula, "excel", about).split("\n")
    assert lines[0] == harmless("excel").split("\n")[0]
    assert [line[:5] for line in lines[1:]] == ['A2: "', 'B2: "']
    assert all(line.isprintable() for line in lines)


@given(NAMES, NAMES)
def test_mathml_holds_names_as_text_only(first, second):
    formula, about = named(first, second)
    text = export(formula, "mathml", about)
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(text).iter()}
    assert tags <= {"math", "mrow", "mi", "mn", "mo", "mtext", "msup", "msub", "mfrac", "msqrt"}
    assert "\n" not in text


WORDS = [
    "exp",
    "sqrt",
    "double",
    "linux",
    "NAN",
    "main",
    "M_PI",
    "j0",
    "__LINE__",
    "_x",
    "std",
    "PI",
    "pi_",
    "value",
    "target",
    "formula",
    "Value",
    "Math",
    "arguments",
    "undefined",
    "self",
    "crate",
    "fn",
    "x",
    "X",
    "row",
    "text",
    "rows",
    "values",
    "numpy",
    "columns",
    "sys",
    "end",
    "T",
    "F",
    "c",
    "t",
    "ans",
    "i",
    "math",
    "E",
    "I",
    "N",
    "pi",
    "größe",
    "速度",
    "x速度",
    "Δp",
    "float",
    "print",
    "gamma",
]


@pytest.mark.parametrize("columns", [WORDS, [f"{'very_' * 20}long_{i}" for i in range(4)]], ids=["words", "long"])
@pytest.mark.parametrize("name", ["python", "c", "cpp", "fortran", "rust", "javascript", "json"])
def test_words_of_a_language_may_be_columns(name, columns):
    from kansr.formula.names import safe_names

    names = safe_names(columns)
    rows = {column: np.random.default_rng(i).uniform(0.5, 2, 200) for i, column in enumerate(names.values())}
    formula = judged(" + ".join(f"{i + 1}*exp(sqrt({name}))" for i, name in enumerate(names)), rows, names)
    found = check(export(formula, name), formula, name, rows)
    if found.reason:
        pytest.skip(found.reason)
    assert found.difference < 1e-14
