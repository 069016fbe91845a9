"""The front: the formulas that no other beats in both complexity and error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

from kansr.errors import UsageError
from kansr.formula.formula import Formula

Rule = Literal["best", "accuracy", "simple"]

ROUGH = 2.0
"""A formula is no worse than roughly another one when its error is at most so many times as large."""

SAME = 1.01
"""Errors within this factor count as the same: nobody takes a larger formula for less."""

READABLE = 100
"""Nodes of a formula that anyone still reads; a spline that is written out has some hundred."""

_EACH, _MANY = 10, 25  # the same for each column that a formula holds, from so many columns on


def front(formulas: Iterable[Formula], floor: float = 0.0) -> tuple[Formula, ...]:
    """Give the formulas that no other beats in both complexity and validation error, simplest first.

    Along the front complexity rises and error falls, both strictly. Errors up to `floor` (in the target's unit, such as
    rounding error) count as equal, and the simpler formula is kept; of two with one complexity and one error it is the
    one with the shorter description. Of those whose errors are the same as that of the shortest description, only this
    one is kept: under noise chance decides which of them has the lowest error, and fitted constants, which make
    descriptions long, are no nodes. A formula without a finite validation error is never on the front.
    """
    kept: list[Formula] = []
    for formula in sorted(_without_longer(list(formulas), floor), key=lambda one: _order(one, floor)):
        error = _error(formula, floor)
        if math.isfinite(error) and (not kept or error < _error(kept[-1], floor)):
            kept.append(formula)
    return tuple(kept)


def _without_longer(formulas: list[Formula], floor: float) -> list[Formula]:
    """Leave out what is far beaten, and of what is left the formulas that are as good as its shortest description."""
    errors = {id(one): _error(one, floor) for one in formulas}

    def beaten(one: Formula) -> bool:
        limit = errors[id(one)] / SAME
        return any(other.complexity <= one.complexity and errors[id(other)] < limit for other in formulas)

    sound = [one for one in formulas if not beaten(one)]
    shortest = min(sound, key=lambda one: (one.length, one.complexity), default=None)
    if shortest is None or not math.isfinite(shortest.length):
        return sound
    least = errors[id(shortest)]
    same = (one for one in sound if least / SAME <= errors[id(one)] <= least * SAME)
    longer = {id(one) for one in same if one.length > shortest.length}
    return [one for one in sound if id(one) not in longer]


def choose(formulas: Sequence[Formula], rule: Rule = "best", floor: float = 0.0) -> Formula:
    """Choose one formula of a front.

    | rule       | the formula                                                                         |
    |------------|-------------------------------------------------------------------------------------|
    | `best`     | with the shortest description; the lowest error where none has a description length |
    |            | (nobody reads more than 100 nodes, or 10 for each column of many: longer ones only  |
    |            | where there is nothing shorter)                                                     |
    | `accuracy` | with the lowest validation error, the simplest of those that are equal within 1 %   |
    | `simple`   | with the lowest complexity of those whose validation error is at most twice the     |
    |            | lowest: without a limit it would always be the mean of the target                   |

    Raises `UsageError` when there is no formula.
    """
    if not formulas:
        raise UsageError(
            "there is no formula to choose from", hint="no expression had finite values on the validation rows"
        )
    if rule == "best":
        formulas = [one for one in formulas if is_readable(one)] or formulas
        if any(one.description_length is not None for one in formulas):
            return min(formulas, key=lambda one: (one.length, one.complexity))
    limit = (ROUGH if rule == "simple" else SAME) * min(_error(one, floor) for one in formulas)
    return min((one for one in formulas if _error(one, floor) <= limit), key=lambda one: _order(one, floor))


def is_readable(formula: Formula) -> bool:
    """Whether anyone reads a formula: a law of a hundred columns is long, and its terms may be all alike."""
    columns = len(formula.expression.free_symbols)
    return formula.complexity <= (_EACH * columns if columns >= _MANY else READABLE)


def _error(formula: Formula, floor: float) -> float:
    """Give the validation error (weighed where rows are), nothing below the floor."""
    error = formula.choosing
    return max(error, floor) if math.isfinite(error) else math.inf


def _order(formula: Formula, floor: float) -> tuple[int, float, float, str, float, str]:
    error = _error(formula, floor)
    return formula.complexity, error, formula.length, formula.text, formula.rmse.validation, formula.label
