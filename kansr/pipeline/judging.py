"""What a discovery is worth: measured as it is printed, its units checked, and the verdict on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from kansr.errors import FormulaError
from kansr.formula.chi2 import weigh
from kansr.formula.constants import standard_errors
from kansr.formula.dimensions import check
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula, judge, with_fitted
from kansr.formula.weighing import weighed
from kansr.pipeline.few import columns_of, measured, values_of
from kansr.pipeline.problem import Problem
from kansr.pipeline.verdicts import Said, beside, exactness, is_rounding, is_white, said_of, summary, with_parts
from kansr.result import NoiseSummary, Verdict
from kansr.structure.found import Found
from kansr.symbolic.discover import Discovery
from kansr.training.levenberg import mean_square

_SURE = 4.0  # standard errors that the error of a formula may be away from the network's
_NOISY = 1.1  # a formula at the noise floor is at most this much worse than the network
_SIMPLE = ("constant", "linear")  # labels of formulas that stand for having found none


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """A discovery, the formula as it is printed, and what does not fit in its units, in words; empty where all does."""

    source: Discovery
    formula: Formula
    clash: str = ""


def judged(problem: Problem, one: Discovery) -> Judged | None:
    """Measure a discovery as it is printed; one that cannot be printed is no formula.

    Where units are known, its constants get theirs, and it is said what does not fit.
    """
    known = problem.quantities
    try:
        formula = _measured(problem, one, one.expression)
        if known is None:
            return Judged(source=one, formula=formula)
        checked = check(formula.expression, known)
        if checked.expression != formula.expression:  # exact numbers became decimals: the new text is what counts
            formula = _measured(problem, one, checked.expression)
            checked = check(formula.expression, known)
    except FormulaError:
        return None
    return Judged(source=one, formula=replace(formula, units=dict(checked.constants)), clash=checked.clash)


def _measured(problem: Problem, one: Discovery, expression: sp.Expr) -> Formula:
    rows, table = problem.rows, problem.table
    formula = judge(
        expression,
        problem.names,
        table.x,
        y=table.y,
        split=problem.split,
        label=one.label,
        free=len(one.fit.values),
    )
    if not one.has_splines:  # of the decimals as they are read: 981/100 is written 9.81
        errors = standard_errors(formula.expression, rows.columns, rows.y, rows.weighing)
        formula = replace(with_fitted(formula, one.fit.fitted), errors=errors)
    if problem.split.cross and problem.noise is not None:
        return measured(formula, columns_of(problem), problem.noise)
    if table.sigma is None:
        return formula
    return weigh(
        formula,
        table.x,
        table.y,
        names=list(problem.names),
        split=problem.split,
        sigma=table.sigma,
        absolute=table.absolute,
        free=len(one.fit.values),
    )


def of_one_dimension(problem: Problem, every: Sequence[Judged]) -> list[Judged]:
    """Leave out formulas whose dimensions do not fit, but for the best of them where no other says anything.

    That is where all others are a constant or a straight line; and where it is exact and they are not: that is no
    chance, but a constant of 1 that is not seen.
    """
    fitting = [one for one in every if not one.clash]
    others = [one for one in every if one.clash]
    exact = [one for one in others if _is_exact(problem, one)]
    if exact and not any(_is_exact(problem, one) for one in fitting):
        others = exact
    elif any(one.source.label not in _SIMPLE for one in fitting):
        others = []
    best = min(others, key=lambda one: one.formula.length, default=None)
    return fitting if best is None else [*fitting, best]


def verdict(problem: Problem, one: Judged, found: Found) -> Verdict:
    """Say how far a formula can be trusted, beside the network of a graph where rows were put aside to judge that."""
    if problem.split.cross:
        return said(problem, one).verdict
    return verdict_beside(problem, one, _network_error(problem, found) * problem.unit if found.settled else None)


def verdict_beside(problem: Problem, one: Judged, error: float | None) -> Verdict:
    """Say how far a formula can be trusted beside splines that leave this RMSE; None where they leave more than noise.

    The error is in the target's unit, on the rows that may choose.
    """
    if problem.split.cross:
        return said(problem, one).verdict
    if _is_exact(problem, one) or _is_exact_to_digits(problem, one):
        return "exact"
    return _noise_or_not(problem, one.formula, error)


def said(problem: Problem, one: Judged) -> Said:
    """Give the verdict that the formula and all rows of the table give by themselves."""
    if one.source.has_splines or problem.noise is None:
        return Said(verdict="approximation")
    own = one.formula.by_group
    free = None if own is None else len(one.source.fit.values) + len(own.constants) * len(own.rows)
    columns, noise = columns_of(problem), problem.noise
    alone = said_of(one.formula.expression, columns, noise, free=free)
    return alone if own is not None else beside(alone, one.formula.expression, columns, noise, problem.standing)


def noise_summary(problem: Problem, formula: Formula, verdict: Verdict) -> NoiseSummary | None:
    """Say what was found of the noise beside a formula; None where rows were put aside: they judge that."""
    if not problem.split.cross or problem.noise is None:
        return None
    columns = columns_of(problem)
    values = values_of(formula.expression, columns, len(problem.noise.y))
    return summary(problem.noise, values, columns, free=len(formula.errors), verdict=verdict)


def _is_exact(problem: Problem, one: Judged) -> bool:
    return not one.source.has_splines and is_rounding(one.formula.rmse, problem.scale)


def _is_exact_to_digits(problem: Problem, one: Judged) -> bool:
    """Whether a formula is off by no more than the digits of the table leave open."""
    if one.source.has_splines:
        return False
    columns, y, expression = columns_of(problem), problem.table.y, one.formula.expression
    told = exactness(expression, columns, y, values_of(expression, columns, len(y)), len(one.formula.errors))
    return told is not None and told.verdict == "exact"


def _noise_or_not(problem: Problem, formula: Formula, least: float | None) -> Verdict:
    """Noise: no worse than a network that leaves nothing to explain, and residuals that know nothing of the columns.

    Where measurement errors are known, chi^2 takes the place of the network.
    """
    rows = problem.rows
    left = rows.y - evaluate(formula.expression, rows.columns)
    residual = weighed(left, rows.weighing)
    if rows.weighing is not None and rows.weighing.noise is not None:
        freedom = max(len(residual) - len(formula.errors), 1)
        chi2 = float(np.sum(residual**2)) / rows.weighing.noise / freedom
        explained = chi2 <= 1 + _SURE * math.sqrt(2 / freedom)
        return (
            "noise"
            if explained and is_white(residual, with_parts(formula.expression, rows.columns))
            else "approximation"
        )
    if least is None:
        return "approximation"
    error = float(np.sqrt(np.mean(problem.seen(left) ** 2)))
    limit = _NOISY + _SURE / math.sqrt(2 * len(residual))  # the error of an error: few rows tell little
    small = error * problem.unit <= limit * least
    return "noise" if small and is_white(residual, with_parts(formula.expression, rows.columns)) else "approximation"


def _network_error(problem: Problem, found: Found) -> float:
    """What the network leaves unexplained: on validation rows, or on all rows with its freedom counted."""
    kan, data = found.trained.kan, problem.data
    rows = data.train.count + data.validation.count
    square = float(
        data.train.count * mean_square(kan, data.train) + data.validation.count * mean_square(kan, data.validation)
    )
    freedom = max(rows - kan.parameters, 1)
    return max(found.verdict.floor, math.sqrt(square / freedom))
