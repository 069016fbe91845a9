"""The engine as paragraphs of calls: graph, functions, front, verdict. No file is touched here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy as sp

from kansr.errors import FormulaError
from kansr.formula.dimensions import Checked, check
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula, judge
from kansr.formula.front import choose as choose_formula
from kansr.formula.front import front
from kansr.network.graph import Graph
from kansr.network.kan import KAN, names
from kansr.pipeline.problem import Problem
from kansr.pipeline.score import is_rounding, is_white, standard_errors
from kansr.progress import Clock, Event, Report
from kansr.result import NetworkSummary, Verdict
from kansr.structure.account import account
from kansr.structure.found import Found
from kansr.structure.search import search
from kansr.structure.task import Search
from kansr.symbolic.curve import Function
from kansr.symbolic.discover import Discovery, constant, discover, linear, snapped
from kansr.symbolic.targets import logarithm, transforms
from kansr.training.levenberg import mean_square, rmse

_FLOOR = 1e-10  # errors below this share count as equal on the front
_SURE = 4.0  # standard errors that the error of a formula may be away from the network's
_NOISY = 1.1  # a formula at the noise floor is at most this much worse than the network
_NOTHING = 1e-9  # constants below this are not shown in the drawing of the network
_GROUPED = 0.4  # share of the time for the problem between groups
_GRAPHS = 2  # graphs that are read for formulas
_SIMPLE = ("constant", "linear")  # labels of formulas that stand for having found none


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solution:
    """Formulas for a problem, and the network that the best of them was read from.

    `problem` is the one that this network was trained on: the columns, or groups of them. `structure` is the account of
    the search for the graph (see `kansr.structure.account`), empty where none was made.
    """

    problem: Problem
    found: Found
    discoveries: tuple[Discovery, ...]
    front: tuple[Formula, ...]
    formula: Formula
    verdict: Verdict
    exact: bool
    network: NetworkSummary
    warnings: tuple[str, ...]
    structure: dict[str, Any] = field(default_factory=dict)


def solve(problem: Problem, *, clock: Clock, report: Report) -> Solution:
    """Search for the graph, then for the formula: first between dimensionless groups, where units allow any.

    Where these give no law, columns are searched with the time that is left, and the formulas of both are compared.
    """
    report(Event(stage="linear", formula=str(linear(problem.rows, snapped=False).expression)))
    groups = problem.find_groups()
    if groups is None:
        return _searched(problem, clock, report)
    grouped = problem.grouped(groups)
    report(Event(stage="groups", message=f"{grouped.output} of {', '.join(grouped.inputs)}"))
    first = _searched(grouped, clock.part(_GROUPED), report)
    if clock.over() or (first.verdict != "approximation" and not first.warnings):
        return first
    second = _searched(problem, clock, report)
    best = min((first, second), key=_length)
    return replace(_joined(best, [first, second]), structure=best.structure)


def _searched(problem: Problem, clock: Clock, report: Report) -> Solution:
    recipe = problem.recipe
    task = Search(
        data=problem.data,
        network=recipe.network,
        training=recipe.training,
        structure=recipe.structure,
        seed=recipe.seed,
        clock=clock.part(0.6),
        transforms=transforms(problem.inside),
        logarithm=logarithm,
        report=report,
    )
    searched = search(task)
    solution = read(problem, _distinct(searched.found)[:_GRAPHS], clock=clock, report=report)
    return replace(solution, structure=account(searched, problem.inputs, problem.output))


def _distinct(found: Sequence[Found]) -> list[Found]:
    """Keep the best network of each graph."""
    best: dict[Graph, Found] = {}
    for one in found:
        best.setdefault(one.trained.graph, one)
    return list(best.values())


def read(problem: Problem, graphs: Sequence[Found], *, clock: Clock, report: Report) -> Solution:
    """Find formulas for trained graphs: the next graph is read only when the one before gave no law without splines."""
    simple = [constant(problem.rows), linear(problem.rows), *_power_laws(problem)]
    solutions: list[Solution] = []
    for found in graphs:
        if solutions and clock.over():
            break
        discoveries = discover(
            found.trained.kan,
            problem.data,
            problem.rows,
            problem.recipe.symbolic,
            scale=problem.multiplier,
            falling=found.verdict.falling,
            clock=clock,
            report=report,
        )
        solutions.append(_solution(problem, found, [*discoveries, *simple]))
        if solutions[-1].verdict != "approximation" and not solutions[-1].warnings:
            break
    best = min(solutions, key=_length)
    return best if len(solutions) == 1 else _joined(best, solutions)


def _length(solution: Solution) -> float:
    length = solution.formula.description_length
    return math.inf if length is None else length


def _power_laws(problem: Problem) -> list[Discovery]:
    """The factor of the target times a constant, and the input of a network that sees only one monomial."""
    if problem.groups is None:
        return []
    single = problem.rows.inputs if problem.rows.inputs is not None and len(problem.inputs) == 1 else ()
    monomials = [problem.multiplier / sp.Float(problem.inside), *single]
    return [snapped(sp.Float(1.0) * m, problem.rows, "power law") for m in monomials if m != 1]


def _joined(best: Solution, solutions: Sequence[Solution]) -> Solution:
    """Give the best solution the rivals that the other networks gave."""
    everything = [d for s in solutions for d in s.discoveries]
    return _solution(best.problem, best.found, list({id(d): d for d in everything}.values()))


def _solution(problem: Problem, found: Found, discoveries: Sequence[Discovery]) -> Solution:
    judged = [(d, *f) for d in discoveries if (f := _judged(problem, d)) is not None]
    proposed = _of_one_dimension(problem, judged)
    rivals = front([f for _, f, _ in proposed], floor=_FLOOR * problem.scale)
    formula = choose_formula(rivals, "best", floor=_FLOOR * problem.scale)
    source, clash = next((d, clash) for d, f, clash in proposed if f is formula)
    exact = _is_exact(problem, formula, source)
    said = (f"the units do not fit: {clash}; every formula found is like that, or less exact",) if clash else ()
    return Solution(
        problem=problem,
        found=found,
        discoveries=tuple(discoveries),
        front=rivals,
        formula=formula,
        verdict="exact" if exact else _noise_or_not(problem, formula, found),
        exact=exact,
        network=_summary(problem, found, source),
        warnings=(*_kept_splines(problem, source), *said),
    )


Judged = tuple[Discovery, Formula, str]
"""An expression, the formula as printed, and what does not fit in its units."""


def _of_one_dimension(problem: Problem, judged: Sequence[Judged]) -> list[Judged]:
    """Leave out formulas whose dimensions do not fit, but for the best of them where no other says anything.

    That is where all others are a constant or a straight line; and where it is exact and they are not: that is no
    chance, but a constant of 1 that is not seen.
    """
    fitting = [one for one in judged if not one[2]]
    others = [one for one in judged if one[2]]
    exact = [one for one in others if _is_exact(problem, one[1], one[0])]
    if exact and not any(_is_exact(problem, f, d) for d, f, _ in fitting):
        others = exact
    elif any(d.label not in _SIMPLE for d, _, _ in fitting):
        others = []
    best = min(others, key=lambda one: _bits(one[1]), default=None)
    return fitting if best is None else [*fitting, best]


def _bits(formula: Formula) -> float:
    return math.inf if formula.description_length is None else formula.description_length


def _judged(problem: Problem, one: Discovery) -> tuple[Formula, str] | None:
    """Measure an expression as it is printed; one that cannot be printed is no formula.

    Where units are known, its constants get theirs, and it is said what does not fit.
    """
    try:
        formula = _measured(problem, one, one.expression)
        if problem.quantities is None:
            return formula, ""
        checked = check(formula.expression, problem.quantities)
        if checked.expression != formula.expression:
            formula, checked = _lifted(problem, one, checked)
    except FormulaError:
        return None
    return replace(formula, units=dict(checked.constants)), checked.clash


def _lifted(problem: Problem, one: Discovery, checked: Checked) -> tuple[Formula, Checked]:
    """Measure a formula again in which exact numbers became decimals; its text is what is checked."""
    assert problem.quantities is not None
    formula = _measured(problem, one, checked.expression)
    return formula, check(formula.expression, problem.quantities)


def _measured(problem: Problem, one: Discovery, expression: sp.Expr) -> Formula:
    return judge(
        expression,
        problem.names,
        problem.table.x,
        y=problem.table.y,
        split=problem.split,
        label=one.label,
        free=len(one.fit.values),
        errors=standard_errors(one.fit),
    )


def _is_exact(problem: Problem, formula: Formula, source: Discovery) -> bool:
    if source.has_splines:
        return False
    return is_rounding(formula.rmse, problem.scale)


def _noise_or_not(problem: Problem, formula: Formula, found: Found) -> Verdict:
    """Noise: no worse than a network that leaves nothing to explain, and residuals that know nothing of the columns."""
    if not found.settled:
        return "approximation"
    rows = problem.rows
    residual = rows.y - evaluate(formula.expression, rows.columns)
    error = float(np.sqrt(np.mean((residual / problem.factor) ** 2))) / problem.inside
    limit = _NOISY + _SURE / math.sqrt(2 * len(residual))  # the error of an error: few rows tell little
    white = is_white(residual, rows.columns)
    return "noise" if white and error <= limit * _network_error(problem, found) else "approximation"


def _network_error(problem: Problem, found: Found) -> float:
    """What the network leaves unexplained: on validation rows, or on all rows with its freedom counted."""
    kan, data = found.trained.kan, problem.data
    rows = data.train.count + data.validation.count
    square = float(
        data.train.count * mean_square(kan, data.train) + data.validation.count * mean_square(kan, data.validation)
    )
    freedom = max(rows - kan.parameters, 1)
    return max(found.verdict.floor, math.sqrt(square / freedom))


def _summary(problem: Problem, found: Found, source: Discovery) -> NetworkSummary:
    trained = found.trained.kan
    shown = trained if source.choice is None else source.choice.kan
    return NetworkSummary(
        width=trained.graph.width,
        grid=trained.grid,
        rmse_test=float(rmse(trained, problem.test)[0]) * problem.unit,
        lines=tuple(_lines(shown, list(problem.inputs), problem.output)),
    )


def _lines(kan: KAN, features: list[str], target: str) -> list[str]:
    """One line an edge: where from, where to, which function up to scale and offset, its constants rounded."""
    nodes = names(kan.graph, features, target)
    lines = []
    for i, edge in enumerate(kan.graph.edges):
        name = nodes[edge.source]
        curve, source = kan.curves[i], sp.Symbol(f"({name})" if set("*/") & set(name) else name, real=True)
        function = str(_rounded(curve.shape(source, kan.of_edge(i)[0]))) if isinstance(curve, Function) else "spline"
        node = f"{nodes[edge.target]}{' (product)' if kan.graph.kind(edge.target) == 'product' else ''}"
        lines.append(f"{nodes[edge.source]} -> {node}   {function}")
    return lines


def _rounded(expr: sp.Expr) -> sp.Expr:
    """Constants to four digits, those that are rounding left out."""

    def short(number: sp.Float) -> sp.Expr:
        value = float(f"{float(number):.4g}") if abs(number) > _NOTHING else 0.0
        return sp.Integer(round(value)) if abs(value - round(value)) < 1e-9 * max(1, abs(value)) else sp.Float(value, 4)

    return expr.xreplace({n: short(n) for n in expr.atoms(sp.Float)})


def _kept_splines(problem: Problem, source: Discovery) -> tuple[str, ...]:
    if source.choice is None or not source.has_splines:
        return ()
    kan = source.choice.kan
    nodes = names(kan.graph, list(problem.inputs), problem.output)
    edges = ", ".join(f"{nodes[kan.graph.edges[i].source]} -> {nodes[kan.graph.edges[i].target]}" for i in kan.splines)
    return (f"no function of the library fits {edges}: the formula holds the spline itself",)
