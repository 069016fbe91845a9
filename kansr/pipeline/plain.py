"""Formulas that need no network: a constant, a line, polynomials, power laws and forms; and whether they are enough."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import sympy as sp

from kansr.errors import FormulaError
from kansr.formula.formula import Formula
from kansr.formula.front import choose as choose_formula
from kansr.formula.front import front
from kansr.formula.limit import limited
from kansr.formula.mend import mended
from kansr.formula.shape import broken
from kansr.pipeline.few import from_forms
from kansr.pipeline.judging import Judged, judged, of_one_dimension, verdict_beside
from kansr.pipeline.many import from_sample
from kansr.pipeline.problem import Problem
from kansr.pipeline.wishes import obeying
from kansr.progress import Clock, Report
from kansr.symbolic.anytime import polynomial
from kansr.symbolic.discover import Discovery, Rows, constant, linear, snapped
from kansr.symbolic.monomials import exact_polynomial
from kansr.symbolic.powers import power_law

FLOOR = 1e-10
"""Errors below this share of the target's spread count as equal on the front."""

_MENDED = 4  # formulas of one network that break a wish whose constants are fitted to it
_LINE, _LONGEST_LINE = 0.1, 15.0  # share of the time, and seconds, that a straight line may take
_ENOUGH = 40  # rows from which a network may tell more of several columns than forms do


def without_network(problem: Problem, clock: Clock, report: Report) -> tuple[Problem, list[Judged]]:
    """Give the formulas of a table that need no network, and the problem with the noise that those of few rows show."""
    if problem.split.cross:
        problem, forms = from_forms(problem, clock, report)
    else:
        forms = from_sample(problem, clock, report)
    return problem, judged_all(problem, [*simple(problem, clock), *forms])


def simple(problem: Problem, clock: Clock) -> list[Discovery]:
    """Formulas that any other has to beat: a constant, a line, a polynomial, a power law."""
    return [constant(problem.rows), line(problem.rows, clock), *laws(problem)]


def answer(problem: Problem, every: Sequence[Judged]) -> Judged:
    """Give the formula that a recipe chooses among those that obey its wishes and have the unit of the target."""
    obedient, _ = obeying(every, problem.shape)
    proposed = of_one_dimension(problem, obedient)
    formulas: list[Formula] = [one.formula for one in proposed]
    floor = FLOOR * problem.size
    chosen = choose_formula(front(formulas, floor=floor), problem.recipe.select, floor=floor)
    return next(one for one in proposed if one.formula is chosen)


def quick(problem: Problem) -> list[Discovery]:
    """Formulas that are there at once: a straight line, and a few products of columns."""
    quick = polynomial(problem.rows)
    return [linear(problem.rows, snapped=False), *([] if quick is None else [quick])]


def line(rows: Rows, clock: Clock) -> Discovery:
    """The best straight line, its numbers made simple if that is soon done: of a hundred columns it is not."""
    with suppress(FormulaError), limited(min(max(_LINE * clock.left(), 1.0), _LONGEST_LINE)):
        return linear(rows)
    return linear(rows, snapped=False)


def laws(problem: Problem) -> list[Discovery]:
    """Laws that need no network: a polynomial, and power laws."""
    exact = exact_polynomial(problem.rows)
    return [*([] if exact is None else [exact]), *_power_laws(problem)]


def _power_laws(problem: Problem) -> list[Discovery]:
    """The power law of all columns; with groups, the factor of the target times a constant, and a single monomial."""
    if problem.groups is None:
        law = power_law(problem.rows)
        return [] if law is None else [law]
    single = problem.rows.inputs if problem.rows.inputs is not None and len(problem.inputs) == 1 else ()
    monomials = [problem.multiplier / sp.Float(problem.inside), *single]
    return [snapped(sp.Float(1.0) * m, problem.rows, "power law") for m in monomials if m != 1]


def is_decided(problem: Problem, every: Sequence[Judged]) -> bool:
    """Whether formulas that need no network leave nothing to search for.

    That is an exact one; and on few rows whatever is no plain approximation, for these determine no network of several
    columns.
    """
    own = verdict_beside(problem, answer(problem, every), None)
    wide = len(problem.inputs) > 1 and len(problem.table) >= _ENOUGH
    return own == "exact" or (problem.split.cross and own != "approximation" and not (own == "undecided" and wide))


def judged_all(problem: Problem, discoveries: Sequence[Discovery]) -> list[Judged]:
    """Measure discoveries; those that cannot be printed are left out.

    To one that breaks a wish comes the same form with constants that obey, where there are such.
    """
    every = [one for d in discoveries if (one := judged(problem, d)) is not None]
    return [*every, *_mended(problem, every)]


def _mended(problem: Problem, every: Sequence[Judged]) -> list[Judged]:
    rows, shape, found = problem.rows, problem.shape, []
    plain = {one.formula.text: one for one in every if not one.source.has_splines}
    for one in sorted(plain.values(), key=lambda one: one.formula.length)[: _MENDED if shape is not None else 0]:
        if shape is None or not broken(one.formula.expression, shape):
            continue
        again = mended(one.formula.expression, shape, rows.columns, rows.y, weighing=rows.weighing)
        found += [] if again is None else [judged(problem, replace(one.source, expression=again))]
    return [one for one in found if one is not None]
