"""One form for all groups of rows, with constants of their own: y = f(x; c_g).

The form is looked for in the largest groups, each fitted for itself, and in all rows together. Every formula found is
freed of its numbers; the forms are fitted to all groups at once. Constants that the groups have alike are shared, where
that makes the description shorter, and simple ones are made exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from kansr.errors import FormulaError, KansrError, UsageError
from kansr.formula.form import form as form_of
from kansr.formula.formula import Formula
from kansr.formula.freed import freed
from kansr.formula.functions import Array
from kansr.formula.limit import limited
from kansr.formula.settle import length, settled
from kansr.formula.spec import WishesSpec
from kansr.formula.tied import GroupedRows, Tied, fit
from kansr.pipeline.answer import answer
from kansr.pipeline.labelled import labelled
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import Solution, solve
from kansr.pipeline.threads import one_thread
from kansr.progress import Clock, Event, Report
from kansr.result import NetworkSummary, Result
from kansr.table.spec import TableSpec
from kansr.table.table import fingerprint

_LARGEST, _FEWEST = 3, 8  # groups that are fitted for themselves, and the rows that such a one must have
_SEARCH = 0.8  # share of the time for that
_TAKEN, _SETTLED = 6, 4  # formulas that are taken from each, and forms that are settled
_FAR = 3.0  # a group whose error is so many times the median's is fitted again from the constants of others
_SECONDS = 1.0  # for the form of one formula


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """What the fit of some rows alone gave, and the number of the group (-1: all rows)."""

    solution: Solution
    group: int


def check_groups(problem: Problem) -> None:
    """Raise `UsageError` where groups cannot be had together with what else is asked for."""
    recipe = problem.recipe
    for asked, name in ((recipe.network.width is not None, "--width"), (recipe.stability > 0, "--stability")):
        if asked:
            raise UsageError(f"{name} cannot be asked for together with --group", hint="leave one of them out")


@one_thread()
def by_group(problem: Problem, *, clock: Clock, report: Report) -> Result:
    """Find one form for all groups of a table, and the constants of each. No file is touched."""
    labels, codes = _codes(problem)
    chosen = problem.chosen
    rows = GroupedRows(
        columns=problem.rows.columns, y=problem.rows.y, codes=codes[chosen], groups=len(labels),
        weighing=problem.rows.weighing,
    )  # fmt: skip
    found = _searched(problem, rows, clock.apart(_SEARCH), report)
    forms = _fitted(_forms(found), rows, clock)
    ends = [settled(one, rows, problem.rows.named, clock=clock) for one in forms[:_SETTLED]]
    ends.append(
        fit(
            Tied.of(sp.Symbol("k1_", real=True), {sp.Symbol("k1_", real=True): 0.0}, groups=len(labels), own=True), rows
        )
    )
    ends.sort(key=lambda one: length(one, rows))
    wider, proposals = labelled(problem, ends, labels, codes)
    for one in proposals[:1]:
        report(Event(stage="groups", formula=one.formula.text))
    said = tuple(
        f'the rows of group "{label}" do not determine all of its constants' for label in _unknown(proposals[0].formula)
    )
    return answer(
        wider, proposals, error=_floor(found), network=_summary(found), history=(),
        warnings=said, clock=clock,
    )  # fmt: skip


def _codes(problem: Problem) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Give the labels in their order, and the number of each row's label."""
    group = problem.table.group
    assert group is not None
    labels, codes = np.unique(group, return_inverse=True)
    return [str(label) for label in labels], codes.astype(np.int64)


def _searched(problem: Problem, rows: GroupedRows, clock: Clock, report: Report) -> list[_Found]:
    """Fit the largest groups, each for itself, then all rows together; it ends where two groups tell the same law."""
    counts = np.bincount(rows.codes, minlength=rows.groups)
    largest = [int(g) for g in np.argsort(-counts, kind="stable")[:_LARGEST] if counts[g] >= _FEWEST]
    order = [*largest[:2], -1, *largest[2:]]
    found: list[_Found] = []
    for i, group in enumerate(order):
        if clock.over() and found:
            break
        part = np.flatnonzero(rows.codes == group) if group >= 0 else np.arange(len(rows.y))
        with suppress(KansrError):
            sub = _alone(problem, rows, part)
            found.append(
                _Found(solution=solve(sub, clock=clock.apart(1 / (len(order) - i)), report=report), group=group)
            )
        laws = [one for one in found if one.group >= 0 and one.solution.is_law]
        if len({_form(one.solution.formula.expression) for one in laws}) < len(laws):
            break
    return found


def _alone(problem: Problem, rows: GroupedRows, part: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Problem:
    """Make a problem of some of the rows that may choose: no test row is among them."""
    names = tuple(rows.columns)
    x = np.column_stack([column[part] for column in rows.columns.values()])
    used = [i for i in range(x.shape[1]) if np.ptp(x[:, i]) > 0] or [0]
    names, x, y = tuple(names[i] for i in used), np.ascontiguousarray(x[:, used]), rows.y[part]
    sigma = None if problem.table.sigma is None else problem.table.sigma[problem.chosen][part]
    table = replace(
        problem.table, features=names, x=x, y=y, sigma=sigma, group=None, units={}, warnings=(),
        sha256=fingerprint(names, problem.table.target, x, y, sigma=sigma),
    )  # fmt: skip
    recipe = replace(problem.recipe, table=TableSpec(split=problem.recipe.table.split), wishes=WishesSpec())
    return Problem.of(table, recipe)


def _form(expr: sp.Expr) -> str:
    with suppress(FormulaError), limited(_SECONDS):
        return form_of(expr)
    return str(expr)


def _forms(found: Sequence[_Found]) -> list[tuple[sp.Expr, dict[sp.Symbol, float]]]:
    """Free the formulas of all fits of their numbers; each form once, with the values that it was found with."""
    forms: dict[str, tuple[sp.Expr, dict[sp.Symbol, float]]] = {}
    for one in found:
        plain = [j.formula for j in one.solution.judged if not j.source.has_splines]
        ranked = sorted(plain, key=lambda f: f.length)[:_TAKEN]
        nearest = sorted(plain, key=lambda f: f.rmse.validation)[:1]
        for formula in dict.fromkeys(f.expression for f in [*ranked, *nearest]):
            for whole in (False, True):
                free = freed(formula, whole=whole)
                if free is not None:
                    forms.setdefault(str(free[0]), free)
    return list(forms.values())


def _fitted(forms: Sequence[tuple[sp.Expr, dict[sp.Symbol, float]]], rows: GroupedRows, clock: Clock) -> list[Tied]:
    """Fit each form to all groups, every constant free in each; the shortest descriptions first."""
    found: list[Tied] = []
    for form, values in forms:
        if clock.over() and found:
            break
        with suppress(FormulaError):
            found.append(_everywhere(fit(Tied.of(form, dict(values), groups=rows.groups, own=True), rows), rows))
    return sorted(found, key=lambda one: length(one, rows))


def _everywhere(tied: Tied, rows: GroupedRows) -> Tied:
    """Fit groups that came out badly once more, from the constants of the group that came out best."""
    if not np.isfinite(tied.mse):
        return tied
    errors = group_errors(tied, rows)
    bad = errors > _FAR * max(float(np.median(errors)), 1e-12 * rows.size)
    if not bad.any():
        return tied
    values = tied.values.copy()
    values[:, bad] = values[:, [int(np.argmin(errors))]]
    again = fit(replace(tied, values=values), rows)
    return again if again.mse < tied.mse else tied


def group_errors(tied: Tied, rows: GroupedRows) -> Array:
    """Give the RMSE of each group [groups]."""
    alone = [_of_group(rows, g) for g in range(rows.groups)]
    squares = [
        fit(
            replace(tied, values=tied.values[:, [g]], sigma=tied.sigma[:, [g]], own=(False,) * len(tied.own)),
            one,
            steps=0,
        ).mse
        for g, one in enumerate(alone)
    ]
    return np.asarray(np.sqrt(np.nan_to_num(np.array(squares), posinf=1e300)), dtype=np.float64)


def _of_group(rows: GroupedRows, group: int) -> GroupedRows:
    part = np.flatnonzero(rows.codes == group)
    columns = {name: column[part] for name, column in rows.columns.items()}
    return GroupedRows.of(columns, rows.y[part])


def _floor(found: Sequence[_Found]) -> float | None:
    """What networks of the groups leave unexplained, in the target's unit; None where that is more than noise."""
    own = [one.solution for one in found if one.group >= 0]
    if not own or not all(s.found.settled for s in own):
        return None
    return float(np.sqrt(np.mean([(s.found.verdict.floor * s.problem.unit) ** 2 for s in own])))


def _summary(found: Sequence[_Found]) -> NetworkSummary:
    """Show the network of the largest group that was fitted for itself."""
    if not found:
        return NetworkSummary(width=(), grid=0, rmse_test=float("inf"))
    own = [one for one in found if one.group >= 0] or list(found)
    return own[0].solution.network


def _unknown(formula: Formula) -> list[str]:
    """Name the groups with a constant that their rows do not determine."""
    tables = [] if formula.by_group is None else list(formula.by_group.errors.values())
    return sorted({label for row in tables for label, error in row.items() if not np.isfinite(error)})
