"""The network beside a formula, as it is shown: its width, its error, and one line an edge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import sympy as sp

from kansr.network.graph import Edge, Graph
from kansr.network.kan import KAN, names
from kansr.pipeline.judging import Judged
from kansr.pipeline.problem import Problem
from kansr.result import NetworkSummary
from kansr.structure.found import Found
from kansr.symbolic.curve import Function
from kansr.symbolic.discover import Discovery
from kansr.tensors import Tensor
from kansr.training.levenberg import rmse

_NOTHING = 1e-9  # constants below this are not shown in the drawing of the network


def read_as(source: Discovery, every: Sequence[Judged]) -> KAN | None:
    """The network as a formula reads it; for one that needs none, as the best of its own formulas does."""
    if source.choice is not None:
        return source.choice.kan
    own = [one for one in every if one.source.choice is not None and not one.source.has_splines]
    best = min(own, key=lambda one: one.formula.rmse.validation, default=None)
    return None if best is None or best.source.choice is None else best.source.choice.kan


def network_summary(problem: Problem, found: Found, read: KAN | None) -> NetworkSummary:
    """Give what is shown of a network, or of the one that a formula reads it as."""
    trained = found.trained.kan
    shown = trained if read is None else read
    return NetworkSummary(
        width=trained.graph.width,
        grid=trained.grid,
        rmse_test=float(rmse(trained, problem.test)[0]) * problem.unit,
        lines=tuple(_lines(shown, list(problem.inputs), problem.output)),
    )


def _lines(kan: KAN, features: list[str], target: str) -> list[str]:
    nodes = names(kan.graph, features, target)
    return [line(kan.graph, nodes, edge, _shape(kan, i)) for i, edge in enumerate(kan.graph.edges)]


def _shape(kan: KAN, edge: int) -> Callable[[sp.Symbol], sp.Expr] | None:
    curve = kan.curves[edge]
    return partial(_of, curve, kan.of_edge(edge)[0]) if isinstance(curve, Function) else None


def _of(curve: Function, p: Tensor, x: sp.Symbol) -> sp.Expr:
    return curve.shape(x, p)


def line(shape: Graph, nodes: Sequence[str], edge: Edge, function: Callable[[sp.Symbol], sp.Expr] | None) -> str:
    """Give the line of an edge: where from, where to, which function up to scale and offset, its constants rounded.

    `function` gives that of a symbol; None for a spline.
    """
    name = nodes[edge.source]
    source = sp.Symbol(f"({name})" if set("*/") & set(name) else name, real=True)
    text = "spline" if function is None else str(_rounded(function(source)))
    node = f"{nodes[edge.target]}{' (product)' if shape.kind(edge.target) == 'product' else ''}"
    return f"{name} -> {node}   {text}"


def _rounded(expr: sp.Expr) -> sp.Expr:
    """Constants to four digits, those that are rounding left out."""

    def short(number: sp.Float) -> sp.Expr:
        value = float(f"{float(number):.4g}") if abs(number) > _NOTHING else 0.0
        return sp.Integer(round(value)) if abs(value - round(value)) < 1e-9 * max(1, abs(value)) else sp.Float(value, 4)

    return expr.xreplace({n: short(n) for n in expr.atoms(sp.Float)})
