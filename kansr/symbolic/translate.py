"""From a symbolic network to an expression in the user's columns and units."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from torch import Tensor

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.symbolic.symbol import Symbol


def expression(kan: KAN, columns: Sequence[sp.Symbol], *, scale: float = 1.0) -> sp.Expr:
    """Write a network (b = 1) as an expression, times `scale`, with a decimal for each of its constants.

    A spline that no function fitted is written out as the cubic pieces that it is, in truncated powers.
    """
    nodes: list[sp.Expr] = list(columns)
    where = kan.slices()
    for node in range(kan.graph.inputs, kan.graph.nodes):
        parts = [_edge(kan, i, nodes[kan.graph.edges[i].source], kan.theta[0, where[i]]) for i in kan.graph.into(node)]
        nodes.append(sp.Mul(*parts) if kan.graph.kind(node) == "product" else sp.Add(*parts))
    return sp.Float(scale) * nodes[-1]


def _edge(kan: KAN, edge: int, x: sp.Expr, p: Tensor) -> sp.Expr:
    curve = kan.curves[edge]
    if isinstance(curve, Symbol):
        return curve.expression(x, p)
    if isinstance(curve, Spline):
        raise NotImplementedError("splines are written by kansr.symbolic.pieces")
    raise TypeError(f"no way to write a {type(curve).__name__}")
