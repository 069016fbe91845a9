"""Formulas for the unknown functions of a template, one after the other: each is a small table that is fitted itself.

The rows say what a function must be where all others are known: `u - r / (dT/du)` with r the residual (Newton's step;
the working response of generalised models), and a row counts as much as the target hears of the function there. A
function that is called in several places has no such rows; its spline is read instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from kansr.errors import KansrError
from kansr.formula.constants import parametrised
from kansr.formula.freed import freed
from kansr.formula.functions import Array
from kansr.formula.spec import WishesSpec
from kansr.formula.template import Call
from kansr.formula.tied import GroupedRows
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import solve
from kansr.progress import Clock, silent
from kansr.recipe import Recipe
from kansr.symbolic.partly import Laid, Partly, descended
from kansr.table import Table
from kansr.table.spec import TableSpec
from kansr.table.table import fingerprint

_HEARD = 1e-3  # share of the median slope below which a row says nothing of a function
_TRIED, _KEPT = 5, 2  # formulas that are tried for a function, and forms that go on with the best of them
_READING = 0.8  # share of the time for the first reading of all functions
_SLACK = 1.5  # errors so many times apart count as equal while splines limit them
_NODE = 6.0  # bits of a node, as when networks are compared
_LEAST = 1e-12  # error below which nothing is left


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Read:
    """A form some functions of which are formulas: `parts` holds these, in `arguments_of` and constants of the form."""

    partly: Partly
    parts: Mapping[str, sp.Expr]
    error: float
    bits: float


def places(arity: int) -> tuple[sp.Symbol, ...]:
    """Give the symbols that stand for the arguments of a function."""
    return tuple(sp.Symbol(f"t{i + 1}", real=True) for i in range(arity))


def read_all(
    problem: Problem, start: Partly, train: GroupedRows, rows: GroupedRows, *, known: bool, clock: Clock
) -> list[Read]:
    """Read all functions of a trained form, those of few arguments first; gives whole forms, the best first.

    `known` says that what the splines leave is noise: then errors are compared as they are. `rows` are those to fit and
    to choose by, `train` the former.
    """
    error = Laid(start, rows).error(start)
    states = [Read(partly=start, parts={}, error=error, bits=0.0)]
    order = sorted(start.unknown, key=lambda name: (start.unknown[name].arity, name))
    for i, name in enumerate(order):
        share = clock.part(_READING / (len(order) - i))
        found = [one for state in states for one in _read(problem, state, name, train, rows, clock=share)]
        if not found:
            return []
        floor = (1.0 if known else _SLACK) * min([error, *(one.error for one in found)])
        states = sorted(found, key=lambda one: _score(one, floor, len(rows.y)))[:_KEPT]
    return states


def again(problem: Problem, whole: Read, name: str, *, splines: Partly, train: GroupedRows, rows: GroupedRows,
          clock: Clock) -> list[Read]:  # fmt: skip
    """Read one function once more, now that all others are formulas."""
    calls = tuple(call for call in splines.calls if call.function == name)
    parts = {other: part for other, part in whole.parts.items() if other != name}
    form = splines.form.xreplace(_called(splines.calls, parts))
    constants = {s: v for s, v in whole.partly.constants.items() if s in form.free_symbols}
    opened = replace(splines, form=form, calls=calls, unknown={name: splines.unknown[name]}, constants=constants)
    opened = descended(opened, train, clock=clock)
    state = Read(partly=opened, parts=parts, error=Laid(opened, rows).error(opened), bits=0.0)
    found = _read(problem, state, name, train, rows, clock=clock)
    floor = _SLACK * min((one.error for one in found), default=1.0) if state.error > _LEAST else _LEAST
    return sorted(found, key=lambda one: _score(one, floor, len(rows.y)))


def _score(one: Read, floor: float, rows: int) -> float:
    """Description length in bits, as far as it is known."""
    return rows * float(np.log2(max(one.error, floor, _LEAST))) + one.bits


def _read(
    problem: Problem, state: Read, name: str, train: GroupedRows, rows: GroupedRows, *, clock: Clock
) -> list[Read]:
    """Put formulas in the place of one function, each fitted with everything else."""
    found: list[Read] = []
    for candidate in _candidates(problem, state.partly, name, rows, clock):
        if found and clock.over():
            break
        template, values = _free(candidate)
        own = {s: sp.Symbol(f"{name}{i}_", real=True) for i, s in enumerate(values, start=1)}
        part = template.xreplace(own)
        partly = _with(state.partly, name, part, dict(zip(own.values(), values.values(), strict=True)))
        partly = descended(partly, train, clock=None)
        bits = state.bits + _NODE * sp.count_ops(candidate) + 0.5 * len(values) * float(np.log2(len(rows.y)))
        error = Laid(partly, rows).error(partly)
        if np.isfinite(error):
            found.append(Read(partly=partly, parts={**state.parts, name: part}, error=error, bits=bits))
    return found


def _free(expr: sp.Expr) -> tuple[sp.Expr, dict[sp.Symbol, float]]:
    """Free a formula of its numbers, which are those of a small table: the whole form decides them anew."""
    free = freed(expr, whole=True)
    if free is not None:
        return free
    template, symbols, values = parametrised(expr)
    return template, dict(zip(symbols, values.tolist(), strict=True))


def _with(partly: Partly, name: str, part: sp.Expr, constants: dict[sp.Symbol, float]) -> Partly:
    """Give the form with a formula in the place of a function."""
    calls = tuple(call for call in partly.calls if call.function != name)
    gone = [call for call in partly.calls if call.function == name]
    return replace(
        partly,
        form=partly.form.xreplace({call.symbol: filled(part, call) for call in gone}),
        calls=calls,
        unknown={other: f for other, f in partly.unknown.items() if other != name},
        constants=dict(partly.constants) | constants,
    )


def filled(part: sp.Expr, call: Call) -> sp.Expr:
    """Write a function at the arguments of a call."""
    return part.xreplace(dict(zip(places(len(call.arguments)), call.arguments, strict=True)))


def _called(calls: tuple[Call, ...], parts: Mapping[str, sp.Expr]) -> dict[sp.Symbol, sp.Expr]:
    return {call.symbol: filled(parts[call.function], call) for call in calls if call.function in parts}


def _candidates(problem: Problem, partly: Partly, name: str, rows: GroupedRows, clock: Clock) -> list[sp.Expr]:
    """Find formulas for a function in `places`, the shortest descriptions first, the most accurate among them."""
    arguments, values, heard = _response(partly, name, rows)
    table = _table(arguments, values, heard)
    try:
        solution = solve(Problem.of(table, _inner(problem.recipe)), clock=clock, report=silent)
    except KansrError:
        return []
    plain = [one.formula for one in solution.judged if not one.source.has_splines]
    ranked = sorted(plain, key=lambda f: f.length)[:_TRIED]
    nearest = min(plain, key=lambda f: f.rmse.validation, default=None)
    chosen = {f.text: f.expression for f in [*ranked, *([] if nearest is None else [nearest])]}
    return list(chosen.values())


def _response(partly: Partly, name: str, rows: GroupedRows) -> tuple[Array, Array, Array]:
    """Give arguments [k, n], values [n] of a function there, and how much the target hears of it [n]."""
    laid = Laid(partly, rows)
    value, slopes, called = laid.values(partly)
    here = [i for i, call in enumerate(partly.calls) if call.function == name]
    heard = [np.abs(slopes[:, i]) for i in here]
    if len(here) > 1:
        points = [laid.arguments[i] for i in here]
        return np.concatenate(points, axis=1), np.concatenate([called[i] for i in here]), np.concatenate(heard)
    i = here[0]
    keep = heard[0] > _HEARD * float(np.median(heard[0]))
    with np.errstate(all="ignore"):
        response = called[i] + (rows.y - value) / slopes[:, i]
    keep &= np.isfinite(response)
    return laid.arguments[i][:, keep], response[keep], heard[0][keep]


def _table(arguments: Array, values: Array, heard: Array) -> Table:
    """Make a table of what is known of a function; rows count by how much the target hears of it."""
    names = tuple(s.name for s in places(len(arguments)))
    x, sigma = np.ascontiguousarray(arguments.T), np.maximum(heard, _HEARD * heard.max()).max() / heard
    sigma = sigma.clip(max=1 / _HEARD)
    plain = bool(np.ptp(sigma) <= 1e-9 * sigma.max())
    own = None if plain else sigma
    digest = fingerprint(names, "f", x, values, sigma=own)
    return Table(features=names, target="f", x=x, y=values, source="<function>", sha256=digest, sigma=own)


def _inner(recipe: Recipe) -> Recipe:
    """Settings for the fit of one function: those of the recipe, without its wishes.

    Constants are snapped here too: a search ends with a formula that has few of them.
    """
    return replace(
        recipe,
        table=TableSpec(split=recipe.table.split),
        network=replace(recipe.network, width=None),
        wishes=WishesSpec(),
        stability=0,
        select="best",
    )
