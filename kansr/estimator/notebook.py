"""How a fitted estimator looks in a notebook: the formula of each target, and its front, as HTML.

Jupyter typesets LaTeX between dollar signs; elsewhere the plain text below it can be read. All text is escaped: names
of columns come from data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from kansr.report.words import TITLES
from kansr.result import Result, Validation

FRONT = ("formula", "complexity", "rmse_validation", "rmse_test", "chosen")
"""What is told of each formula of a front."""

_LONG = 400  # letters of LaTeX above which only the text is shown: it would run out of the page


def front(result: Result) -> list[dict[str, Any]]:
    """Give the formulas of a front, simplest first: the target, and the keys of `FRONT`."""
    return [
        {
            "target": result.target,
            "formula": formula.text,
            "complexity": formula.complexity,
            "rmse_validation": formula.rmse.validation,
            "rmse_test": formula.rmse.test,
            "chosen": formula.text == result.formula.text,
        }
        for formula in result.front
    ]


def page(results: Iterable[Result]) -> str:
    """Give a part of a page: for each target its formula, what it is worth, and the front as a table."""
    return "".join(_part(result) for result in results)


def _part(result: Result) -> str:
    formula, target = result.formula, escape(result.target)
    typeset = f"<p>${escape(formula.latex)}$</p>" if len(formula.latex) <= _LONG else ""
    where = (
        "in cross-validation, the spread is" if result.validation == "cross" else "on test rows, the spread there is"
    )
    worth = f"{TITLES[result.verdict]}; {formula.rmse.test:.3g} RMSE {where} {result.spread:.3g}"
    return (
        f'<div class="kansr"><p><b><code>{target} = {escape(formula.text)}</code></b></p>{typeset}'
        f"<p>{worth}</p>{_table(front(result), result.validation)}</div>"
    )


_ERRORS = {
    "held out": {"validation RMSE": "rmse_validation", "test RMSE": "rmse_test"},
    "cross": {"RMSE in cross-validation": "rmse_test"},  # that of few rows, for choosing and for judging
}


def _table(rows: Sequence[dict[str, Any]], validation: Validation) -> str:
    errors = _ERRORS[validation]
    head = "".join(f"<th>{name}</th>" for name in ("", "size", *errors, "formula"))
    body = "".join(_row(row, errors.values()) for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _row(row: dict[str, Any], keys: Iterable[str]) -> str:
    mark = "&#9656;" if row["chosen"] else ""
    errors = "".join(f"<td>{row[key]:.3g}</td>" for key in keys)
    return f"<tr><td>{mark}</td><td>{row['complexity']}</td>{errors}<td><code>{escape(row['formula'])}</code></td></tr>"
