"""The fit of a partly known form: splines for its unknown functions, formulas for these, one fit of all constants.

Template -> splines trained together -> each function read as a small table -> all constants fitted together, idle ones
removed, simple ones made exact -> judged as printed, like any formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import sympy as sp

from kansr.errors import FormulaError, UsageError
from kansr.formula.functions import Array
from kansr.formula.parts import Filled
from kansr.formula.settle import settled
from kansr.formula.template import Template, read_template
from kansr.formula.text import to_text
from kansr.formula.tied import GroupedRows, Tied, fit
from kansr.pipeline.answer import answer, measured
from kansr.pipeline.judging import Judged, judged
from kansr.pipeline.problem import Problem
from kansr.pipeline.threads import one_thread
from kansr.pipeline.unknowns import Read, again, filled, places, read_all
from kansr.pipeline.wishes import constants_of
from kansr.progress import Clock, Event, Report
from kansr.result import NetworkSummary, Result, StageRow
from kansr.symbolic.custom import written_out
from kansr.symbolic.discover import constant
from kansr.symbolic.partly import Laid, Partly, head, laid_on, trained

_TRAINING = 0.3  # share of the time for the splines
_JUDGED = 2  # whole forms whose constants are settled, of each reading
_FALLING = 0.5  # an error that a finer grid lowered to this share is the splines', not the noise's
_IDLE = 1e-7  # share of the largest singular value below which a direction is not seen


def template_of(problem: Problem) -> Template | None:
    """Read the template of a recipe, if it has one.

    Raises
    ------
    UsageError
        If it cannot be used with this table, or with what else the recipe asks for.
    """
    recipe = problem.recipe
    text, columns = recipe.wishes.template, list(problem.names)
    if text is None:
        return None
    own = written_out(recipe.symbolic.custom)
    template = read_template(text, columns, target=problem.table.target, constants=recipe.symbolic.constants, own=own)
    unknown = set(constants_of(recipe.wishes, problem.table)) - {s.name for s in template.constants}
    if unknown:
        names = ", ".join(s.name for s in template.constants) or "none"
        raise UsageError(f'--bounds: "{min(unknown)}" is no constant of the template', hint=f"its constants: {names}")
    for asked, name in ((recipe.network.width is not None, "--width"), (recipe.stability > 0, "--stability")):
        if asked:
            raise UsageError(f"{name} cannot be asked for together with a template", hint="leave one of them out")
    return template


@one_thread()
def by_template(problem: Problem, template: Template, *, clock: Clock, report: Report) -> Result:
    """Find the unknown functions of a template, and its constants. No file is touched."""
    rows = GroupedRows.of(problem.rows.columns, problem.rows.y, problem.rows.weighing)
    train = head(rows, len(problem.split.train))
    start = laid_on(
        template.expression, template.calls, dict.fromkeys(template.constants, 1.0), columns=rows.columns,
        bounds=constants_of(problem.recipe.wishes, problem.table),
    )  # fmt: skip
    ladder = trained(start, train, _rest(rows, train), seed=problem.recipe.seed, clock=clock.apart(_TRAINING))
    if not ladder:
        one = judged(problem, constant(problem.rows))
        summary = NetworkSummary(width=(), grid=0, rmse_test=float("inf"))
        said = ("the template has no value on some of the rows, whatever its functions are: this is only the mean",)
        kept = [] if one is None else [one]
        return answer(problem, kept, error=None, network=summary, history=(), warnings=said, clock=clock)
    history = _staircase(ladder, train, _rest(rows, train), clock)
    report(Event(stage="template", message=f"splines of {ladder[-1].count} numbers", loss=_error(ladder[-1], rows)))
    every, best = _formulas(problem, template, ladder, train, rows, clock=clock, report=report)
    return answer(
        problem, every, error=_floor(ladder[-1], rows), network=_summary(problem, template, ladder[-1], best),
        history=history, warnings=(*_unused(problem, template), *_gauges(template, ladder[-1], rows)), clock=clock,
    )  # fmt: skip


def _formulas(
    problem: Problem, template: Template, ladder: Sequence[Partly], train: GroupedRows, rows: GroupedRows, *,
    clock: Clock, report: Report,
) -> tuple[list[Judged], Judged | None]:  # fmt: skip
    """Read the splines, and read each function again where the whole is not exact; all formulas, and the best."""
    splines, noise = ladder[-1], not _is_falling(ladder, rows)
    found: list[tuple[Judged, Read]] = []

    def take(reads: Sequence[Read]) -> None:
        for one in reads[:_JUDGED]:
            if found and clock.over():
                return
            formula = _judged(problem, template, one, rows, clock=clock)
            if formula is not None:
                found.append((formula, one))
                report(Event(stage="template", formula=formula.formula.text))

    take(read_all(problem, splines, train, rows, known=noise, clock=clock))
    for name in template.functions if found and len(template.functions) > 1 else ():
        best, read = min(found, key=lambda pair: pair[0].formula.length)
        if clock.over() or best.formula.rmse.validation <= 1e-9 * problem.scale:
            break
        part = clock.apart(1 / (len(template.functions) + 1))
        take(again(problem, read, name, splines=splines, train=train, rows=rows, clock=part))
    every = list({one.formula.text: one for one, _ in found}.values())
    if not every:
        one = measured(problem, Tied.of(sp.Float(float(np.mean(rows.y))), {}), "constant")
        return [] if one is None else [one], one
    return every, min(every, key=lambda one: one.formula.length)


def _judged(problem: Problem, template: Template, read: Read, rows: GroupedRows, *, clock: Clock) -> Judged | None:
    """Fit all constants of a whole form together, settle them, and measure what is printed."""
    bounds = constants_of(problem.recipe.wishes, problem.table)
    tied = fit(Tied.of(read.partly.form, dict(read.partly.constants), bounds=bounds), rows)
    if problem.recipe.symbolic.snap:
        tied = settled(tied, rows, problem.rows.named, clock=clock)
    one = measured(problem, tied, "template")
    if one is None:
        return None
    try:
        made = _filled(template, read, tied)
    except FormulaError:
        return None
    return replace(one, formula=replace(one.formula, filled=made))


def _filled(template: Template, read: Read, tied: Tied) -> Filled:
    """Say what each function and each constant of the template is."""
    numbers = tied.numbers
    sigma = {s: float(e[0]) for s, e in zip(tied.symbols, tied.sigma, strict=True)}
    functions = {}
    for name in template.functions:
        calls = template.of(name)
        inside = calls[0].arguments if len(calls) == 1 else places(len(calls[0].arguments))
        call = replace(calls[0], arguments=inside)
        functions[str(call)] = to_text(filled(read.parts[name].xreplace(numbers), call))
    constants = {s.name: to_text(numbers.get(s, sp.Integer(1))) for s in template.constants}
    errors = {s.name: sigma[s] for s in template.constants if s in sigma}
    return Filled(template=template.text, functions=functions, constants=constants, errors=errors)


def _summary(problem: Problem, template: Template, splines: Partly, best: Judged | None) -> NetworkSummary:
    """Describe the splines as a network: columns, unknown functions, target."""
    test = problem.split.test
    rows = GroupedRows.of(dict(zip(problem.names, problem.table.x[test].T, strict=True)), problem.table.y[test])
    made = None if best is None else best.formula.filled
    lines = () if made is None else tuple(f"{call}   {text}" for call, text in made.functions.items())
    return NetworkSummary(
        width=(len(problem.names), len(template.functions), 1),
        grid=max(f.grid for f in splines.unknown.values()),
        rmse_test=_error(splines, rows) * rows.size,
        lines=lines,
    )


def _staircase(ladder: Sequence[Partly], train: GroupedRows, rest: GroupedRows, clock: Clock) -> tuple[StageRow, ...]:
    return tuple(
        StageRow(
            stage="template",
            grid=max(f.grid for f in one.unknown.values()),
            parameters=one.count,
            rmse_train=_error(one, train) * train.size,
            rmse_validation=_error(one, rest) * rest.size,
            seconds=clock.seconds(),
        )
        for one in ladder
    )


def _rest(rows: GroupedRows, train: GroupedRows) -> GroupedRows:
    """Give the rows to choose by: those behind the rows to fit."""
    n = len(train.y)
    weighing = rows.weighing
    if weighing is not None:
        weighing = replace(weighing, weight=weighing.weight[n:])
    columns = {name: column[n:] for name, column in rows.columns.items()}
    return replace(rows, columns=columns, y=rows.y[n:], codes=rows.codes[n:], weighing=weighing)


def _error(partly: Partly, rows: GroupedRows) -> float:
    return Laid(partly, rows).error(partly)


def _is_falling(ladder: Sequence[Partly], rows: GroupedRows) -> bool:
    """Whether splines still limit the error, so that small differences of it say nothing."""
    errors = [_error(one, rows) for one in ladder]
    return len(errors) > 1 and errors[-1] < _FALLING * errors[-2]


def _floor(splines: Partly, rows: GroupedRows) -> float:
    """What the splines leave unexplained, their freedom counted, in the target's unit."""
    freedom = max(len(rows.y) - splines.count, 1)
    return _error(splines, rows) * rows.size * float(np.sqrt(len(rows.y) / freedom))


def _unused(problem: Problem, template: Template) -> tuple[str, ...]:
    inside = {s.name for call in template.calls for a in call.arguments for s in a.free_symbols}
    used = inside | {s.name for s in template.expression.free_symbols}
    return tuple(
        f'column "{column}" stands nowhere in the template: it is left out'
        for name, column in problem.names.items()
        if name not in used
    )


def _gauges(template: Template, splines: Partly, rows: GroupedRows) -> tuple[str, ...]:
    """Say what the form leaves open: constants, offsets and scales of functions that can stand in for each other."""
    laid = Laid(splines, rows)
    _, slopes, called = laid.values(splines)
    names = [s.name for s in splines.constants]
    columns: list[Array] = [slopes[:, len(splines.calls) + i] for i in range(len(names))]
    for function in template.functions:
        here = [i for i, call in enumerate(splines.calls) if call.function == function]
        columns += [sum((slopes[:, i] * called[i] for i in here), np.zeros(1)), slopes[:, here].sum(1)]
        names += [f"the scale of {function}", f"the offset of {function}"]
    matrix = np.column_stack(columns)
    size = np.sqrt((matrix**2).sum(0))
    _, s, v = np.linalg.svd(matrix / np.where(size > 0, size, 1.0), full_matrices=False)
    said = []
    for row in v[s <= _IDLE * s[0]]:
        members = [name for name, weight in zip(names, row, strict=True) if abs(weight) > 0.05]
        said.append(f"the template leaves open {' and '.join(members)}: the simplest choice is shown")
    return tuple(said)
