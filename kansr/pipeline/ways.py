"""The ways of a fit other than by one network for all rows: by a template, or by one form for groups of rows."""

from __future__ import annotations

from collections.abc import Callable

from kansr.errors import UsageError
from kansr.pipeline.by_group import by_group, check_groups
from kansr.pipeline.problem import Problem
from kansr.pipeline.template import by_template, template_of
from kansr.progress import Clock, Report
from kansr.result import Result


def way_of(problem: Problem) -> Callable[[Clock, Report], Result] | None:
    """Give the fit that a recipe asks for where it is not the usual one; its result has no run folder yet.

    Raises
    ------
    UsageError
        If what is asked for cannot be had with this table, or together.
    """
    template, grouped = template_of(problem), problem.table.group is not None
    if template is not None and grouped:
        raise UsageError("a template and groups cannot be had together", hint="leave --group or --template out")
    if template is not None:
        known = template
        return lambda clock, report: by_template(problem, known, clock=clock, report=report)
    if grouped:
        check_groups(problem)
        return lambda clock, report: by_group(problem, clock=clock, report=report)
    return None
