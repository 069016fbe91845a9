"""Whether exported text computes the formula: both are evaluated on rows, the text by its own language.

Two right ways to compute a formula differ in the last digits, and in more where terms cancel, as in 1 - cos(x) at a
small x. So a difference counts beside the value, or, where less than a thousandth of the terms is left, beside a
thousandth of these (see `kansr.formula.evaluate.sensitivity`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kansr.errors import ExportError
from kansr.export.about import About
from kansr.export.running.program import Job, NotRun
from kansr.formula.evaluate import evaluate, sensitivity
from kansr.formula.formula import Formula
from kansr.formula.functions import Array

ROWS = 200
LIMIT = 1e-12
"""The largest relative difference that is let pass."""

Run = Callable[[Job], tuple[str, Array]]
"""Runs a job: gives what it was run with, and the values [n]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What came out: on how many rows, with what, and the largest relative difference; or why there was no check."""

    rows: int = 0
    tool: str = ""
    difference: float = 0.0
    reason: str | None = None

    def __str__(self) -> str:
        if self.reason is not None:
            return f"not checked: {self.reason}"
        count = "1 row" if self.rows == 1 else f"{self.rows} rows"
        return f"checked on {count} with {self.tool}: largest relative difference {self.difference:.1g}"


def compare(text: str, formula: Formula, about: About, *, columns: Mapping[str, Array], run: Run | str) -> Check:
    """Compare exported text with the formula on up to 200 rows on which the formula has a value.

    `columns` are those of the table by their own names; `run` is what runs the text, or says why nothing can.
    Raises `ExportError` when they differ by more than 1e-12, or the language refuses the text.
    """
    if isinstance(run, str):
        return Check(reason=run)
    rows, expected, scale = _expected(formula, columns)
    if not len(rows):
        return Check(reason="the formula has no value on these rows")
    try:
        tool, values = run(Job(text=text, formula=formula, about=about, rows=rows))
    except NotRun as reason:
        return Check(reason=str(reason))
    differences = difference(values, expected, scale)
    worst = int(np.argmax(differences))
    if not differences[worst] <= LIMIT:
        raise ExportError(
            f"the exported formula gives {values[worst]:.17g} where the formula is {expected[worst]:.17g}",
            where=f"with {tool}, at {', '.join(f'{n}={v!r}' for n, v in _shown(formula, rows[worst]))}",
            hint="this is a mistake in kansr: please report it; --no-check writes it all the same",
        )
    return Check(rows=len(rows), tool=tool, difference=float(differences[worst]))


def difference(values: Array, expected: Array, scale: Array) -> Array:
    """Give |values - expected| / scale [n]; infinite where a value is missing."""
    with np.errstate(all="ignore"):
        found = np.where(values == expected, 0.0, np.abs(values - expected) / scale)
    return np.where(np.isfinite(found), found, np.inf)


def _expected(formula: Formula, columns: Mapping[str, Array]) -> tuple[Array, Array, Array]:
    """Give the rows [n, k] to look at, the formula's values there [n], and what differences are measured by [n]."""
    count = len(next(iter(columns.values()), np.empty(0)))
    picked = _spread(count)
    x = {name: np.asarray(columns[column], dtype=float)[picked] for name, column in formula.names.items()}
    values = np.broadcast_to(evaluate(formula.expression, x), len(picked))
    with np.errstate(all="ignore"):
        scale = np.maximum(np.abs(values), sensitivity(formula.expression, x) / 1000)
    rows = np.column_stack([np.empty((len(picked), 0)), *x.values()])
    finite = np.isfinite(values)
    return rows[finite], values[finite], scale[finite]


def _spread(count: int) -> NDArray[np.int64]:
    """Pick rows evenly from the first to the last."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, ROWS)).astype(np.int64))


def _shown(formula: Formula, row: Array) -> list[tuple[str, float]]:
    return [(name, float(value)) for name, value in zip(formula.names, row, strict=True)][:8]
