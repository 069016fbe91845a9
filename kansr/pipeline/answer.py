"""The answer to a fit that has no one network: a formula by template, or one with constants by group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kansr.errors import FormulaError
from kansr.formula.constants import refit
from kansr.formula.formula import Formula
from kansr.formula.front import choose, front
from kansr.formula.limit import limited
from kansr.formula.simplify import shortest
from kansr.formula.snap import length
from kansr.formula.tied import Tied
from kansr.pipeline.judging import Judged, judged, noise_summary, said, verdict_beside
from kansr.pipeline.plain import FLOOR
from kansr.pipeline.problem import Problem
from kansr.pipeline.wishes import obeying, told
from kansr.progress import Clock
from kansr.result import NetworkSummary, Result, StageRow
from kansr.symbolic.discover import Discovery

_PROBE, _SECONDS = 60, 2.0  # rows and time for the shortest way to write a formula


def discovery(problem: Problem, tied: Tied, label: str) -> Discovery:
    """Write a form without groups, its constants settled, as a discovery."""
    rows, expression = problem.rows, tied.expression
    try:
        with limited(_SECONDS):
            expression = shortest(expression, {name: column[:_PROBE] for name, column in rows.columns.items()})
    except FormulaError:
        pass
    fit = refit(expression, rows.columns, rows.y, steps=0, weighing=rows.weighing)
    return Discovery(expression=expression, fit=fit, bits=length(fit, rows.y, rows.weighing), label=label)


def measured(problem: Problem, tied: Tied, label: str) -> Judged | None:
    """Measure a form without groups as it is printed; one that cannot be printed is no formula."""
    try:
        return judged(problem, discovery(problem, tied, label))
    except (FormulaError, OverflowError, ZeroDivisionError):
        return None


def answer(
    problem: Problem,
    proposals: Sequence[Judged],
    *,
    error: float | None,
    network: NetworkSummary,
    history: tuple[StageRow, ...],
    warnings: tuple[str, ...],
    clock: Clock,
) -> Result:
    """Choose one of some formulas, and say how far it can be trusted beside splines that leave this `error`.

    `error` is an RMSE in the target's unit on the rows that may choose; None: nothing is known of it.
    """
    kept, others = obeying(proposals, problem.shape)
    best = front([one.formula for one in kept], floor=FLOOR * problem.size)
    formula = choose(best, problem.recipe.select, floor=FLOOR * problem.size)
    source = {id(one.formula): one for one in proposals}
    verdicts = tuple(verdict_beside(problem, source[id(one)], error) for one in best)
    own = next(v for v, one in zip(verdicts, best, strict=True) if one is formula)
    table = problem.table
    return Result(
        run="",
        status=clock.status,
        target=table.target,
        features=table.features,
        formula=formula,
        front=best,
        verdicts=verdicts,
        rejected=told(others, formula),
        verdict=own,
        spread=float(np.std(table.y[problem.split.test])),
        network=network,
        history=history,
        exact=own == "exact",
        seconds=clock.seconds(),
        warnings=(*(str(w) for w in table.warnings), *warnings, *_disobedient(others, formula)),
        units=dict(table.units),
        noise=noise_summary(problem, formula, own),
        validation="cross" if problem.split.cross else "held out",
        why=said(problem, source[id(formula)]).why if problem.split.cross else "",
    )


def _disobedient(others: Sequence[tuple[Formula, str]], formula: Formula) -> tuple[str, ...]:
    reason = next((reason for one, reason in others if one is formula), "")
    return (f"no formula was found that obeys what was wished: this one {reason}",) if reason else ()
