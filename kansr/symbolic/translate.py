"""From a network to an expression in the user's columns and units."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.network.knots import from_samples, sample_positions
from kansr.symbolic.curve import Function
from kansr.tensors import Tensor, torch


def expression(kan: KAN, columns: Sequence[sp.Expr], *, scale: float | sp.Expr = 1.0) -> sp.Expr:
    """Write a network (b = 1) as an expression, times `scale`, with a decimal for each of its constants.

    A spline that no function fitted is written out as the cubic pieces that it is.
    """
    nodes: list[sp.Expr] = list(columns)
    for node in range(kan.graph.inputs, kan.graph.nodes):
        parts = [edge_expression(kan, i, nodes[kan.graph.edges[i].source]) for i in kan.graph.into(node)]
        nodes.append(sp.Mul(*parts) if kan.graph.kind(node) == "product" else sp.Add(*parts))
    return (scale if isinstance(scale, sp.Expr) else sp.Float(scale)) * nodes[-1]


def edge_expression(kan: KAN, edge: int, x: sp.Expr) -> sp.Expr:
    """Write the curve on one edge as an expression of x.

    Raises
    ------
    NotImplementedError
        For a spline whose order is not 3.
    """
    curve, p = kan.curves[edge], kan.of_edge(edge)[0]
    if isinstance(curve, Function):
        return curve.expression(x, p)
    if not isinstance(curve, Spline) or curve.order != 3:
        raise NotImplementedError("only cubic splines can be written out")
    source = kan.graph.edges[edge].source
    return _pieces(curve, p, float(kan.lower[0, source]), float(kan.upper[0, source]), x)


def _pieces(spline: Spline, p: Tensor, lower: float, upper: float, x: sp.Expr) -> sp.Expr:
    """Write a cubic spline with straight ends: a line and jumps of the second and third derivative at the knots."""
    ends = torch.tensor([lower], dtype=p.dtype), torch.tensor([upper], dtype=p.dtype)
    positions = lower + (upper - lower) * sample_positions(spline).to(p)
    value = spline.evaluate(positions[None], p[None], *ends).value
    plain = from_samples(spline, value, torch.zeros(1, 1, dtype=p.dtype))  # the silu is folded into the spline
    at = spline.evaluate(torch.cat(ends)[None], plain, *ends, bend=True)
    h = (upper - lower) / spline.grid
    c = plain[0, 1:]
    third = ((c[3:] - c[:-3]) + 3 * (c[1:-2] - c[2:-1])) / h**3  # [G], constant on each interval
    jumps = torch.diff(third, prepend=third.new_zeros(1), append=third.new_zeros(1)).tolist()  # [G + 1]
    assert at.bend is not None
    bends = [float(at.bend[0, 0]), *[0.0] * (spline.grid - 1), -float(at.bend[0, 1])]
    terms = [sp.Float(float(at.value[0, 0])), sp.Float(float(at.slope[0, 0])) * (x - sp.Float(lower))]
    for i, (second, jump) in enumerate(zip(bends, jumps, strict=True)):
        u = x - sp.Float(lower + i * h)
        terms += [sp.Float(k) * _beyond(u, n) for k, n in ((second / 2, 2), (jump / 6, 3)) if k != 0]
    return sp.Add(*terms)


def _beyond(u: sp.Expr, n: int) -> sp.Expr:
    """u^n where u is positive, else 0."""
    return (u**n + u ** (n - 1) * sp.Abs(u)) / 2
