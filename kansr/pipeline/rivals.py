"""Rivals: formulas of another form that the rows cannot tell from the one that was chosen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import numpy as np

from kansr.errors import FormulaError
from kansr.formula.evaluate import evaluate
from kansr.formula.form import form, holds
from kansr.formula.formula import Formula
from kansr.formula.front import SAME
from kansr.formula.functions import Array
from kansr.formula.limit import limited
from kansr.formula.weighing import Weighing, weighed
from kansr.pipeline.problem import Problem
from kansr.pipeline.verdicts import is_rounding

MOST = 3
"""Rivals that are named."""

_SURE = 2.0  # standard errors of the mean difference of squared residuals that two formulas may be apart
_ODDS = 6.0  # bits by which the bill of a rival of few rows may be larger
_WIDER = 3.0  # how much wider than the rows the range is on which one function is told from another
_PROBE = 200  # rows drawn there
_SAME_VALUES = 1e-6  # share of their size up to which two functions count as one
_SECONDS = 2.0  # for the comparison of forms


def rivals(problem: Problem, chosen: Formula, others: Sequence[Formula], *, exact: bool) -> tuple[Formula, ...]:
    """Give the formulas that the rows cannot separate from the chosen one, the shortest descriptions first.

    Where the chosen one is exact, a rival is exact too. Elsewhere its validation error is within 1 %, or the paired
    differences of the squared residuals have a mean of at most two standard errors, both on validation rows and on all
    rows that may choose; of few rows, none of which is put aside, its bill is larger by at most six bits. Formulas of
    the same form, those that are the same function, those that hold the chosen one with a term more, and those with a
    constant that the rows do not determine are no rivals. At most three are named.
    """
    if problem.split.cross and not exact:
        others = _likely(chosen, others)
    found: list[Formula] = []
    with suppress(FormulaError), limited(_SECONDS):
        for rival in _distinct(problem, chosen, _alike(problem, chosen, others, exact)):
            found.append(rival)
            if len(found) == MOST:
                break
    return tuple(found)


def _likely(chosen: Formula, others: Sequence[Formula]) -> list[Formula]:
    """Keep the formulas of few rows that the bill gives odds of at least 1 to 64; a constant where nothing else is."""
    some = bool(chosen.expression.free_symbols)
    near = [f for f in others if f.length <= chosen.length + _ODDS]
    return [f for f in near if f.expression.free_symbols or not some]


def _alike(problem: Problem, chosen: Formula, others: Sequence[Formula], exact: bool) -> list[Formula]:
    """Keep the formulas whose errors are alike."""
    alike = [
        f
        for f in others
        if f is not chosen
        and all(map(math.isfinite, f.errors.values()))
        and (is_rounding(f.rmse, problem.scale) if exact else _is_as_good(problem, chosen, f))
    ]
    return sorted(alike, key=lambda f: f.length)


def _is_as_good(problem: Problem, chosen: Formula, other: Formula) -> bool:
    """Whether the rows cannot separate two formulas; of few rows, the bill has told already."""
    return problem.split.cross or inseparable(problem, chosen.expression, other.expression)


def inseparable(problem: Problem, chosen: object, other: object) -> bool:
    """Whether the errors of two expressions are alike on the rows that may choose."""
    table, split = problem.table, problem.split
    columns = dict(zip(problem.names, table.x.T, strict=True))
    weighing = None if table.sigma is None else Weighing.of(table.sigma, table.absolute)
    residuals = (np.broadcast_to(evaluate(e, columns) - table.y, table.y.shape) for e in (other, chosen))
    square, least = (weighed(residual, weighing) ** 2 for residual in residuals)
    parts = (split.validation, np.concatenate([split.train, split.validation]))
    return all(_no_worse(square[rows], least[rows]) for rows in parts)


def _no_worse(square: Array, least: Array) -> bool:
    """Whether squared residuals [n] are no larger than those of the better formula, as far as n rows can tell."""
    if not np.isfinite(square).all():
        return False
    more = square - least
    error = float(np.std(more, ddof=1)) / math.sqrt(len(more)) if len(more) > 1 else 0.0
    return float(more.mean()) <= max(_SURE * error, (SAME**2 - 1) * float(least.mean()))


def _distinct(problem: Problem, chosen: Formula, alike: Sequence[Formula]) -> Iterator[Formula]:
    """Yield the formulas that differ from the chosen one and from each other."""
    columns = _probe(problem)
    own = form(chosen.expression)
    forms, values = {own}, [evaluate(chosen.expression, columns)]
    for rival in alike:
        shape = form(rival.expression)
        if shape in forms or holds(rival.expression, own):
            continue
        forms.add(shape)
        here = evaluate(rival.expression, columns)
        if not any(_same(here, there) for there in values):
            values.append(here)
            yield rival


def _probe(problem: Problem) -> Mapping[str, Array]:
    """Draw rows from a range that is wider than that of the table."""
    x = problem.table.x
    low, high = x.min(0), x.max(0)
    margin = (_WIDER - 1) / 2 * (high - low)
    drawn = np.random.default_rng(0).uniform(low - margin, high + margin, (_PROBE, x.shape[1]))
    return dict(zip(problem.names, drawn.T, strict=True))


def _same(a: Array, b: Array) -> bool:
    """Whether two functions have the same values wherever both have one."""
    a, b = np.broadcast_arrays(a, b)
    known = np.isfinite(a) & np.isfinite(b)
    if not known.any():
        return False
    with np.errstate(over="ignore"):
        return bool((np.abs(a[known] - b[known]) <= _SAME_VALUES * np.abs(b[known]).max()).all())
