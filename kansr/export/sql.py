"""A formula as an expression in SQL over the columns of a table, for SQLite (from 3.35 on) and PostgreSQL.

SQL has no value outside a domain but an error, or NULL in SQLite. Here it is NULL everywhere: a CASE asks first whether
each part has a value, the inner parts before the outer ones, and only then computes the whole.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import sympy

from kansr.errors import UsageError
from kansr.export.about import About
from kansr.export.code import COMMON, Language, double
from kansr.formula.formula import Formula
from kansr.formula.named import Named
from kansr.formula.text import Tree, printed

# SQLite and PostgreSQL have other names for the first two, and differ on NULL
_LARGER = "CASE WHEN {0} >= {1} THEN {0} WHEN {0} < {1} THEN {1} END"
_SMALLER = "CASE WHEN {0} <= {1} THEN {0} WHEN {0} > {1} THEN {1} END"
_STEP = "CASE WHEN {0} >= 0.0 THEN 1.0 WHEN {0} < 0.0 THEN 0.0 END"
_DEEPEST = 5  # of them in each other: their text grows threefold each time

SQL = Language(
    functions={name: name.upper() for name in (*COMMON, "sign")}
    | {"log": "LN", "Abs": "ABS", "max": _LARGER, "min": _SMALLER, "step": _STEP},
    pairs=True,
    pi="PI()",
    e="EXP(1.0)",
    whole=double,
    power="POWER({}, {})",
)


def render_sql(formula: Formula, about: About) -> str:  # noqa: ARG001  (an expression has no place for remarks)
    """Give one expression. Its columns are quoted by their own names and computed as doubles, whatever they are.

    Raises `UsageError` for a name that no quotes can hold, and for a max of a max of a max and so on.
    """
    tree, names = printed(formula.expression), _operands(formula)
    if _depth(tree) > _DEEPEST:
        raise UsageError(
            f"SQL has no max and min that stand {_depth(tree)} deep in each other", hint="take another format"
        )
    line = SQL.line(tree, names)
    refused = list(dict.fromkeys(_refused(tree, lambda part: SQL.line(part, names))))
    if not refused:
        return line
    return "\n".join(["CASE", *(f"    WHEN {condition} THEN NULL" for condition in refused), f"    ELSE {line}", "END"])


def _depth(tree: Tree) -> int:
    """Count the functions with a CASE of their own that stand in each other."""
    if not isinstance(tree, tuple):
        return 0
    own = (len(tree) - 2 or 1) if tree[0] in ("max", "min", "step") else 0
    return max(map(_depth, tree[1:])) + own


def identifier(column: str) -> str:
    r"""Quote the name of a column.

    Raises `UsageError` for one with control characters: quotes hold them as they are, and a terminal would obey them.

    >>> print(identifier('a "b" c'))
    "a ""b"" c"
    """
    if not all(letter.isprintable() or letter in "\n\t" or unicodedata.category(letter) == "Zs" for letter in column):
        raise UsageError(f"SQL cannot hold the name of column {column!a}", hint="rename it, or take another format")
    return '"' + column.replace('"', '""') + '"'


def _operands(formula: Formula) -> dict[str, str]:
    """Give what stands for each column and named constant. Whole columns would be divided as whole numbers."""
    columns = {name: f"CAST({identifier(column)} AS DOUBLE PRECISION)" for name, column in formula.names.items()}
    return columns | {name: double(value) for name, value in formula.constants.items()}


def _refused(tree: Tree, text: Callable[[Tree], str]) -> Iterator[str]:
    """Give the conditions under which a part has no value, inner parts first. Parts without columns have one."""
    if not isinstance(tree, tuple):
        return
    head, *parts = tree
    for part in parts:
        yield from _refused(part, text)
    if head == "/" and not _is_number(parts[1]):
        yield f"{text(parts[1])} = 0.0"
    elif head == "**":
        yield from _refused_power(parts[0], parts[1], text)
    elif head in _OUTSIDE and not _is_number(parts[0]):
        yield _OUTSIDE[head].format(text(parts[0]))


def _refused_power(base: Tree, exponent: Tree, text: Callable[[Tree], str]) -> Iterator[str]:
    """A negative base has whole powers only, and a base of zero none below zero."""
    if _is_number(base):
        return
    if _is_number(exponent):
        if isinstance(exponent, tuple) or not exponent.is_Integer:
            yield f"{text(base)} < 0.0"
    else:
        b, e = text(base), text(exponent)
        yield f"{b} < 0.0 AND {e} <> FLOOR({e})"
        yield f"{b} = 0.0 AND {e} < 0.0"


_OUTSIDE = {
    "log": "{} <= 0.0",
    "sqrt": "{} < 0.0",
    "asin": "ABS({}) > 1.0",
    "acos": "ABS({}) > 1.0",
    "acosh": "{} < 1.0",
    "atanh": "ABS({}) >= 1.0",
}


def _is_number(tree: Any) -> bool:
    """Whether no column enters."""
    if isinstance(tree, tuple):
        return all(map(_is_number, tree[1:]))
    return isinstance(tree, Named) or not isinstance(tree, sympy.Symbol)
