"""From a trained network to formulas: functions on its edges, constants fitted and snapped, the shortest form."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import sympy as sp

from kansr.errors import FormulaError
from kansr.formula.complexity import complexity
from kansr.formula.constants import ROUNDING, Refit, refit
from kansr.formula.functions import Array
from kansr.formula.limit import limited
from kansr.formula.named import Named
from kansr.formula.names import symbols_of
from kansr.formula.simplify import shortest
from kansr.formula.snap import length, rounded, snap
from kansr.formula.straight import as_powers, straightened
from kansr.formula.text import to_text
from kansr.formula.weighing import Weighing, weighed
from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.progress import Clock, Event, Known, Report, silent
from kansr.symbolic.choices import Choice
from kansr.symbolic.context import further, symbolise
from kansr.symbolic.held import held
from kansr.symbolic.spec import SymbolicSpec
from kansr.symbolic.translate import expression
from kansr.training.levenberg import levenberg
from kansr.training.prune import attribution, cut
from kansr.training.rows import Data

_CURVES = 0.7  # share of the time for the curves; the rest is for the constants
_WHOLE = 4  # largest constant that may have been put into a formula
_TELLING = 0  # constants that a formula may have which needs no other beside it
_FIRST, _KEPT = 2, 8  # assignments of functions whose constants are refitted and snapped, before all else and in all
_COARSE = 10.0  # errors of the best network from which another one is read for its shortness alone
_ROWS = 5000  # rows on which constants are snapped; the last refit sees all
_STEPS = 60
_PIECES = 30  # pieces of splines up to which a formula is written with them
_MOST_SAVED = 50.0  # bits that snapping one constant can save at most: the digits of a double
_LONG = 400  # size of a formula beyond which rewriting it would take minutes
_CUT_DOWN = 24  # inputs of a network up to which it is also read cut down: half of a hundred is no short formula either
_STRAIGHTENED = 3  # functions of one formula that become lines or parabolas, at most
_LEAST, _LONGEST = 1.0, 15.0  # seconds that the reading of one network may take
_PROBE = 60  # rows on which two forms of a formula are compared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Discovery:
    """An expression in the user's columns and units, and the network that it was read from."""

    expression: sp.Expr
    fit: Refit
    bits: float
    choice: Choice | None = None
    label: str = "network"

    @property
    def has_splines(self) -> bool:
        """Whether curves that no function fitted stand in the formula as they are."""
        return self.choice is not None and bool(self.choice.kan.splines)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Columns by safe name and the target, [n] each, in the user's units: the rows that may choose.

    `named` are constants that fitted numbers may turn out to be; `weighing` is what each row counts (None: all alike);
    `inputs` are what the network sees, as expressions of the columns (None: the columns themselves); `multiplier` is
    what its output is multiplied by to be the target; `allowed` says of a formula whether it may be an answer.
    """

    columns: Mapping[str, Array]
    y: Array
    named: tuple[Named, ...] = ()
    weighing: Weighing | None = None
    inputs: tuple[sp.Expr, ...] | None = None
    multiplier: sp.Expr = sp.Integer(1)  # noqa: RUF009
    allowed: Callable[[sp.Expr], bool] = lambda _: True

    def head(self, rows: int) -> Rows:
        """The first rows only."""
        weighing = None if self.weighing is None else self.weighing.head(rows)
        columns = {name: c[:rows] for name, c in self.columns.items()}
        return replace(self, columns=columns, y=self.y[:rows], weighing=weighing)


def discover(
    kan: KAN,
    data: Data,
    rows: Rows,
    spec: SymbolicSpec,
    *,
    falling: bool,
    deep: bool = True,
    clock: Clock,
    report: Report = silent,
) -> list[Discovery]:
    """Find formulas for a trained network (b = 1), the shortest description first.

    Parameters
    ----------
    data
        What the network was trained on.
    rows
        The same rows in the user's units.
    falling
        Whether splines still limit the error (see `kansr.symbolic.context.symbolise`).
    deep
        Whether to go on where curves stay open after the plainest functions are read.
    """
    part, reading = clock.part(_CURVES), _Reading(rows, spec, clock, report)

    def enough(choice: Choice) -> bool:
        reading.take("network", choice)
        return reading.is_telling

    choices = symbolise(kan, data, spec, falling=falling, deep=deep, clock=part, report=report, enough=enough)
    more = further(kan, data, spec, ranked=choices, falling=falling, clock=part) if deep else iter(())
    for label, choice in _candidates(choices, more, reading, data, clock):
        if reading.found and clock.over():
            break
        reading.take(label, choice)
    return sorted(reading.found, key=lambda d: d.bits)


class _Reading:
    """Networks read for formulas, one after the other: those that cannot beat the shortest so far are passed over."""

    def __init__(self, rows: Rows, spec: SymbolicSpec, clock: Clock, report: Report):
        self.rows, self.spec, self.clock, self.report = rows, spec, clock, report
        self.found: list[Discovery] = []
        self.answers: list[Discovery] = []  # those that may be an answer
        self.taken: list[KAN] = []  # networks that were read

    @property
    def bar(self) -> float:
        """Length of the shortest formula so far that may be an answer and can be read."""
        return min((d.bits for d in self.answers if not d.has_splines), default=math.inf)

    @property
    def is_telling(self) -> bool:
        """Whether the shortest formula so far has no constant left: chance does not make such a one."""
        best = min(self.answers, key=lambda d: d.bits, default=None)
        return best is not None and len(best.fit.values) <= _TELLING

    def take(self, label: str, choice: Choice) -> None:
        """Read a network, unless that is of no use."""
        bar = self.bar
        if any(kan is choice.kan for kan in self.taken) or not self.is_hopeful(label, choice):
            return
        self.taken.append(choice.kan)
        one = None
        with suppress(FormulaError), limited(max(_LEAST, min(_LONGEST, self.clock.left()))):
            one = _read(choice, self.rows, self.spec, label=label, bar=bar if not self.clock.over() else -math.inf)
        self.found += [] if one is None else [one]
        self.answers += [] if one is None or not self.rows.allowed(one.expression) else [one]
        if one is not None and one.bits < bar:
            self.report(Event(stage="constants", message="snapped"))
            tell(one, self.rows, self.report)

    def is_hopeful(self, label: str, choice: Choice) -> bool:
        """Whether a network may give a formula that anyone reads."""
        if label == "network" and len(self.rows.y) * math.log2(max(choice.error, ROUNDING)) > self.bar:
            return False  # even for nothing, its constants would not make it shorter than what is found
        if not choice.kan.splines:
            return True
        if label == "pruned" or len(choice.kan.splines) > 1 or _pieces(choice) > _PIECES:
            return False  # nobody reads a formula of so many pieces, and sympy would take minutes to write it
        return not any(d.has_splines for d in self.found)  # one formula with a spline in it is enough


def tell(one: Discovery, rows: Rows, report: Report) -> None:
    """Say that a formula is known, if it can be printed."""
    spread = float(np.std(rows.y))
    with suppress(FormulaError):
        error = math.sqrt(one.fit.mse) / spread if spread > 0 else 0.0
        known = Known(text=to_text(one.expression), complexity=complexity(one.expression), error=error, bits=one.bits)
        report(Event(stage="formula", loss=error, known=known))


def _pieces(choice: Choice) -> int:
    """Number of cubic pieces that the splines of a network have together."""
    return sum(c.grid for c in choice.kan.curves if isinstance(c, Spline))


def _candidates(
    choices: Sequence[Choice], more: Iterator[Choice], reading: _Reading, data: Data, clock: Clock
) -> Iterator[tuple[str, Choice]]:
    """Yield the networks that are read: the best assignments of functions, the coarse ones, and the best one cut down.

    Between them come what else is possible under noise, unless the shortest formula so far tells that it is the law.
    """
    yield from (("network", c) for c in choices[:_FIRST])
    while not reading.is_telling and (choice := next(more, None)) is not None:
        yield "network", choice
    if not reading.is_telling:
        yield from (("network", c) for c in choices[_FIRST:_KEPT])
    yield from (("pruned", c) for c in choices[:_KEPT] if c.error > _COARSE * choices[0].error)
    if choices and len(choices[0].kan.graph.used) <= _CUT_DOWN:
        yield from (("pruned", c) for c in _smaller(choices[0], data, clock))


def linear(rows: Rows, *, snapped: bool = True) -> Discovery:
    """Give the best straight line: what every formula has to beat."""
    symbols = symbols_of(rows.columns)
    design = np.column_stack([*rows.columns.values(), np.ones(len(rows.y))])
    weights, *_ = np.linalg.lstsq(weighed(design, rows.weighing), weighed(rows.y, rows.weighing), rcond=None)
    terms = [sp.Float(float(w)) * s for w, s in zip(weights, [*symbols.values(), sp.Integer(1)], strict=True)]
    line = sp.Add(*terms)
    fit = _snapped(line, rows) if snapped else refit(line, rows.columns, rows.y, weighing=rows.weighing)
    return Discovery(expression=fit.expression, fit=fit, bits=length(fit, rows.y, rows.weighing), label="linear")


def _snapped(expr: sp.Expr, rows: Rows) -> Refit:
    return snap(expr, rows.columns, rows.y, rows.named, rows.weighing)


def constant(rows: Rows) -> Discovery:
    """Give the mean: what is left when nothing explains the target."""
    return snapped(sp.Float(float(np.mean(rows.y))), rows, "constant")


def snapped(start: sp.Expr, rows: Rows, label: str) -> Discovery:
    """Fit the constants of an expression and snap them."""
    fit = _snapped(start, rows)
    return Discovery(expression=fit.expression, fit=fit, bits=length(fit, rows.y, rows.weighing), label=label)


def _read(choice: Choice, rows: Rows, spec: SymbolicSpec, *, label: str, bar: float) -> Discovery | None:
    """Write a symbolic network as a formula, unless it cannot be written.

    Its constants are snapped when that could bring it below `bar` bits, the length of the best formula so far.
    """
    inputs = rows.inputs or tuple(symbols_of(rows.columns).values())
    few = rows.head(_ROWS)
    try:
        raw = _opened(_with_whole(expression(choice.kan, inputs, scale=rows.multiplier)))
        steps = _STEPS if not choice.kan.splines else 0
        fit = refit(raw, few.columns, few.y, steps=steps, weighing=few.weighing)
        hopeful = length(fit, few.y, few.weighing) - _MOST_SAVED * len(fit.values) < bar
        hopeful &= not choice.kan.splines  # the numbers of a spline mean nothing to anyone
        if spec.snap and hopeful:
            fit = _straight(_snapped(fit.expression, few), few)
        if len(few.y) < len(rows.y):
            own = refit(fit.expression, rows.columns, rows.y, weighing=rows.weighing)
            fit = replace(own, fitted=fit.fitted)
        fit = rounded(fit, rows.columns, rows.y, rows.weighing)
    except (FormulaError, NotImplementedError, OverflowError, ZeroDivisionError):
        return None  # a constant beyond what a formula can hold: no formula from this network
    probe = {name: column[:_PROBE] for name, column in rows.columns.items()}
    short = shortest(fit.expression, probe) if hopeful else fit.expression
    bits = length(replace(fit, expression=short), rows.y, rows.weighing)
    return Discovery(expression=short, fit=fit, bits=bits, choice=choice, label=label)


def _with_whole(expr: sp.Expr) -> sp.Expr:
    """Write constants that are 1, 2 or 1/2 to the last bit as such: these were not fitted, but put there."""
    halves = {n: sp.Rational(round(2 * float(n)), 2) for n in expr.atoms(sp.Float) if abs(n) <= _WHOLE}
    return expr.xreplace({n: half for n, half in halves.items() if float(n) == float(half)})


def _opened(expr: sp.Expr) -> sp.Expr:
    """Write cosh and sinh of logarithms as the powers that they are: a cosh(log(u) + b) hides a constant of two."""
    hyperbolic = expr.replace(
        lambda e: isinstance(e, sp.cosh | sp.sinh) and e.args[0].has(sp.log), lambda e: e.rewrite(sp.exp)
    )
    return expr if hyperbolic == expr else sp.expand_mul(hyperbolic)


def _straight(fit: Refit, rows: Rows) -> Refit:
    """Put the first terms of a series, and powers, in place of functions that show no more, while that is shorter."""
    for _ in range(_STRAIGHTENED if complexity(fit.expression) <= _LONG else 0):
        before = length(fit, rows.y, rows.weighing)
        ways = chain(straightened(fit.expression, rows.columns), as_powers(fit.expression, rows.columns))
        tried = (refit(e, rows.columns, rows.y, weighing=rows.weighing) for e in ways)
        near = (t for t in tried if length(t, rows.y, rows.weighing) < before + _MOST_SAVED)
        shorter = next(
            (s for t in near if length(s := _snapped(t.expression, rows), rows.y, rows.weighing) < before), None
        )
        if shorter is None:
            break
        fit = replace(shorter, fitted={**fit.fitted, **shorter.fitted})
    return fit


def _smaller(best: Choice, data: Data, clock: Clock) -> Iterator[Choice]:
    """Yield ever smaller networks: the best one without its weakest edges, and so on, refitted.

    What the user holds stays.
    """
    kan = best.kan
    while len(kan.graph.edges) > 1 and not clock.over():
        weakest = [e for e in attribution(kan, data.train.x).argsort().tolist() if e not in held(kan)]
        smaller = cut(kan, weakest[: max(1, len(kan.graph.edges) // 4)], data.train.x)
        if smaller is None or not weakest or len(held(smaller)) < len(held(kan)):
            return
        kan = levenberg(smaller, data.train.head(1000), steps=30, clock=clock).kan
        yield Choice(kan=kan, settled=frozenset(range(len(kan.curves))), error=best.error)
