"""The engine as paragraphs of calls: graph, functions, front, verdict. No file is touched here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy as sp

from kansr.errors import FormulaError
from kansr.formula.chi2 import weigh
from kansr.formula.constants import standard_errors
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula, judge
from kansr.formula.front import choose as choose_formula
from kansr.formula.front import front
from kansr.formula.weighing import weighed
from kansr.network.graph import Graph
from kansr.network.kan import KAN, names
from kansr.pipeline.problem import Problem
from kansr.pipeline.rivals import rivals
from kansr.pipeline.score import is_rounding, is_white
from kansr.progress import Clock, Event, Report
from kansr.result import NetworkSummary, Verdict
from kansr.structure.account import account
from kansr.structure.found import Found
from kansr.structure.search import search
from kansr.structure.task import Search
from kansr.symbolic.curve import Function
from kansr.symbolic.discover import Discovery, constant, discover, linear
from kansr.symbolic.held import held
from kansr.symbolic.targets import logarithm, transforms
from kansr.training.levenberg import mean_square, rmse

FLOOR = 1e-10
"""Errors below this share of the target's spread count as equal on the front."""

_SURE = 4.0  # standard errors that the error of a formula may be away from the network's
_NOISY = 1.1  # a formula at the noise floor is at most this much worse than the network
_NOTHING = 1e-9  # constants below this are not shown in the drawing of the network
_GRAPHS = 4  # graphs that are read for formulas, at most
_SEARCH = 0.6  # share of the time after which no graph is searched any more
_READ = 0.5  # share of what is left that reading a graph may take while the search may still go on


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solution:
    """Formulas for a problem, and the network that the best of them was read from.

    `verdicts` are those on the formulas of the front; `rivals` what the rows cannot separate from `formula`;
    `structure` is the account of the search for the graph (see `kansr.structure.account`), empty where none was made.
    """

    found: Found
    discoveries: tuple[Discovery, ...]
    front: tuple[Formula, ...]
    verdicts: tuple[Verdict, ...]
    formula: Formula
    verdict: Verdict
    exact: bool
    network: NetworkSummary
    warnings: tuple[str, ...]
    rivals: tuple[Formula, ...] = ()
    structure: dict[str, Any] = field(default_factory=dict)


def solve(problem: Problem, *, clock: Clock, report: Report) -> Solution:
    """Search for the graph, and read each graph that is settled for formulas until one is a law."""
    report(Event(stage="linear", formula=str(linear(problem.rows, snapped=False).expression)))
    recipe = problem.recipe
    reader = _Reader(problem, clock, report)
    task = Search(
        data=problem.data,
        network=recipe.network,
        training=recipe.training,
        structure=recipe.structure,
        seed=recipe.seed,
        clock=clock.part(_SEARCH),
        transforms=transforms(problem.scale),
        logarithm=logarithm,
        report=report,
        enough=lambda found: reader.read(found, share=_READ),
    )
    searched = search(task)
    reader.read(searched.found)
    solution = reader.best()
    ahead = (solution.found, *(f for f in searched.found if f is not solution.found))
    structure = account(replace(searched, found=ahead), problem.table.features, problem.table.target)
    return replace(solution, structure=structure)


def read(problem: Problem, found: Found, *, clock: Clock, report: Report) -> Solution:
    """Find formulas for a trained graph."""
    reader = _Reader(problem, clock, report)
    reader.read([found])
    return reader.best()


class _Reader:
    """Reads graphs for formulas until one gives a law without splines: each graph once, or again with more time."""

    def __init__(self, problem: Problem, clock: Clock, report: Report):
        self.problem, self.clock, self.report = problem, clock, report
        self.simple = [constant(problem.rows), linear(problem.rows)]
        self.solutions: dict[Graph, Solution] = {}
        self.hurried: set[Graph] = set()  # those that had no time to be read to the end
        self.law = False

    def read(self, graphs: Sequence[Found], share: float = 1.0) -> bool:
        """Read the best graphs, with a share of the time for each: whether a law is found."""
        for found in graphs:
            graph, clock = found.trained.graph, self.clock.part(share)
            again = graph in self.hurried and share == 1.0
            full = len(self.solutions) >= _GRAPHS and not again
            if self.law or full or (self.solutions and clock.over()):
                break
            if graph not in self.solutions or again:
                self.solutions[graph] = self.solution(found, clock)
            if clock.over():
                self.hurried.add(graph)
        return self.law

    def solution(self, found: Found, clock: Clock) -> Solution:
        """Find formulas for one graph."""
        problem = self.problem
        discoveries = discover(
            found.trained.kan,
            problem.data,
            problem.rows,
            problem.recipe.symbolic,
            scale=problem.scale,
            falling=found.verdict.falling,
            clock=clock,
            report=self.report,
        )
        solution = _solution(problem, found, [*discoveries, *self.simple])
        self.law = solution.verdict != "approximation" and not solution.warnings
        return solution

    def best(self) -> Solution:
        """The graph with the best formula, and what the others gave beside it."""
        every = list(self.solutions.values())
        formulas, floor = [s.formula for s in every], FLOOR * self.problem.scale
        chosen = choose_formula(formulas, self.problem.recipe.select, floor=floor)
        best = next(s for s in every if s.formula is chosen)
        if len(every) > 1:
            discoveries = {id(d): d for s in every for d in s.discoveries}
            best = _solution(self.problem, best.found, list(discoveries.values()))
        return replace(best, warnings=(*best.warnings, *_unexplained(self.problem, best)))


def _solution(problem: Problem, found: Found, discoveries: Sequence[Discovery]) -> Solution:
    judged = [(d, f) for d in discoveries if (f := _judged(problem, d)) is not None]
    if held(found.trained.kan):  # then only formulas that hold the user's choice are an answer
        judged = [(d, f) for d, f in judged if d.choice is not None] or judged
    best = front([f for _, f in judged], floor=FLOOR * problem.scale)
    formula = choose_formula(best, problem.recipe.select, floor=FLOOR * problem.scale)
    sources = [next(d for d, f in judged if f is one) for one in best]
    verdicts = tuple(_verdict(problem, f, d, found) for f, d in zip(best, sources, strict=True))
    chosen = next(i for i, one in enumerate(best) if one is formula)
    verdict, source = verdicts[chosen], sources[chosen]
    plain = [] if source.has_splines else [f for d, f in judged if not d.has_splines]
    return Solution(
        found=found,
        discoveries=tuple(discoveries),
        front=best,
        verdicts=verdicts,
        formula=formula,
        verdict=verdict,
        exact=verdict == "exact",
        network=_summary(problem, found, source),
        warnings=_kept_splines(problem, source),
        rivals=rivals(problem, formula, plain, exact=verdict == "exact"),
    )


def _judged(problem: Problem, one: Discovery) -> Formula | None:
    """Measure an expression as it is printed; one that cannot be printed is no formula."""
    rows, table = problem.rows, problem.table
    try:
        formula = judge(
            one.expression,
            problem.names,
            problem.table.x,
            y=problem.table.y,
            split=problem.split,
            label=one.label,
            free=len(one.fit.values),
            errors={} if one.has_splines else standard_errors(one.expression, rows.columns, rows.y, rows.weighing),
        )
    except FormulaError:
        return None
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


def _verdict(problem: Problem, formula: Formula, source: Discovery, found: Found) -> Verdict:
    return "exact" if _is_exact(problem, formula, source) else _noise_or_not(problem, formula, found)


def _is_exact(problem: Problem, formula: Formula, source: Discovery) -> bool:
    if source.has_splines:
        return False
    return is_rounding(formula.rmse, problem.scale)


def _noise_or_not(problem: Problem, formula: Formula, found: Found) -> Verdict:
    """Noise: no worse than a network that leaves nothing to explain, and residuals that know nothing of the columns.

    Where measurement errors are known, chi^2 takes the place of the network.
    """
    rows = problem.rows
    residual = weighed(rows.y - evaluate(formula.expression, rows.columns), rows.weighing)
    if rows.weighing is not None and rows.weighing.noise is not None:
        freedom = max(len(residual) - len(formula.errors), 1)
        chi2 = float(np.sum(residual**2)) / rows.weighing.noise / freedom
        explained = chi2 <= 1 + _SURE * math.sqrt(2 / freedom)
        return "noise" if explained and is_white(residual, rows.columns) else "approximation"
    if not found.settled:
        return "approximation"
    error = float(np.sqrt(np.mean(residual**2))) / problem.scale
    limit = _NOISY + _SURE / math.sqrt(2 * len(residual))  # the error of an error: few rows tell little
    small = error <= limit * _network_error(problem, found)
    return "noise" if small and is_white(residual, rows.columns) else "approximation"


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
        rmse_test=float(rmse(trained, problem.test)[0]) * problem.scale,
        lines=tuple(_lines(shown, list(problem.table.features), problem.table.target)),
    )


def _lines(kan: KAN, features: list[str], target: str) -> list[str]:
    """One line an edge: where from, where to, which function up to scale and offset, its constants rounded."""
    nodes = names(kan.graph, features, target)
    lines = []
    for i, edge in enumerate(kan.graph.edges):
        curve, source = kan.curves[i], sp.Symbol(nodes[edge.source], real=True)
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
    nodes = names(kan.graph, list(problem.table.features), problem.table.target)
    edges = ", ".join(f"{nodes[kan.graph.edges[i].source]} -> {nodes[kan.graph.edges[i].target]}" for i in kan.splines)
    return (f"no function of the library fits {edges}: the formula holds the spline itself",)


def _unexplained(problem: Problem, best: Solution) -> tuple[str, ...]:
    """Say that there is no law: neither the network nor any formula does better than a constant."""
    if best.verdict != "noise" or best.formula.expression.free_symbols:
        return ()
    return (f'nothing in the columns explains the target "{problem.table.target}": it varies as by chance',)
