"""The network beside a law that the rows gave without one: the KAN with the law's own graph, trained on the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import sympy as sp

from kansr.formula.formula import Formula
from kansr.network.graph import graph
from kansr.network.kan import KAN, names
from kansr.pipeline.drawn import line
from kansr.pipeline.problem import Problem
from kansr.progress import Clock
from kansr.structure.found import Found, judged
from kansr.symbolic.as_network import Drawing, T, drawing, network
from kansr.training.levenberg import rmse
from kansr.training.stages import climb

_CLOSE = 1e-3  # error of splines beside few rows, in spreads of the target, from which a finer grid shows no more

WAY = "read from the rows"
"""How a graph that a formula gave was come by."""


def network_of(problem: Problem, formula: Formula, clock: Clock) -> tuple[Found, tuple[str, ...]] | None:
    """Give the network of a formula, and a line an edge; None where the formula has no graph, or no values.

    On many rows it climbs the ladder of grids as any other. Few rows do not determine its splines, so these are left on
    the curves of the formula, on the coarsest grid that holds them.
    """
    spec, data = problem.recipe.training, problem.data
    few = problem.split.cross
    try:
        plan = drawing(formula.expression / sp.Float(problem.inside), list(problem.names))
    except NotImplementedError:
        return None
    kan = _laid(plan, problem, spec.grid if few else spec.grid[:1])
    if kan is None:
        return None
    trained = climb(kan, data, spec, grids=() if few else spec.grid[1:], clock=clock)
    found = judged(trained, data)  # on many rows no yardstick for its own formula, unless it is right
    return replace(found, way=WAY, settled=few or found.verdict.right), _lines(
        plan, list(problem.inputs), problem.output
    )


def _laid(plan: Drawing, problem: Problem, grids: Sequence[int]) -> KAN | None:
    """Give the network on the first of some grids that holds the curves of a formula, or on the last one."""
    order, data, kan = problem.recipe.network.order, problem.data, None
    for grid in grids:
        kan = network(plan, data.everything, grid=grid, order=order)
        if kan is None or float(rmse(kan, data.train)[0]) < _CLOSE:
            break
    return kan


def _lines(plan: Drawing, features: list[str], target: str) -> tuple[str, ...]:
    shape = graph(plan.inputs, plan.kinds, [(link.source, link.target) for link in plan.links])
    nodes = names(shape, features, target)
    return tuple(
        line(shape, nodes, edge, partial(_plain, link.curve))
        for edge, link in zip(shape.edges, plan.links, strict=True)
    )


def _plain(curve: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """Give a curve at x without the number that it is multiplied by, and the one that is added."""
    return curve.as_independent(T, as_Add=True)[1].as_independent(T, as_Add=False)[1].xreplace({T: x})
