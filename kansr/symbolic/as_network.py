"""From a formula to a network: the graph that the formula itself is, with a spline on each edge.

A sum or a product of parts that do not come from one place is a node; whatever has one such part in it is a curve on
the edge that leaves it. `sqrt(a**2 + b**2)/c` is `a -> h1`, `b -> h1`, and `h1 -> y`, `c -> y` into a product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import sympy as sp

from kansr.formula.corners import Max, Min
from kansr.formula.evaluate import evaluate
from kansr.formula.functions import Array
from kansr.network.curves import Spline
from kansr.network.graph import Kind
from kansr.network.kan import KAN
from kansr.network.knots import from_samples, sample_positions, with_margin
from kansr.structure.surgery import Part, assembled
from kansr.tensors import Tensor, torch

T = sp.Symbol("t", real=True)
"""What a curve is a function of."""

_MOST = 60  # nodes up to which a formula is drawn: a longer one is a polynomial that nobody reads as a graph
_EDGE = 2.0  # times 1 / n of its range that the grid of an input reaches beyond its values, as for drawn starts


@dataclass(frozen=True, slots=True)
class Link:
    """An edge: from one node to another, and the curve on it as a function of `T`."""

    source: int
    target: int
    curve: sp.Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The graph of a formula: kinds of the nodes after the inputs (see `kansr.network.graph`), and the edges."""

    inputs: int
    kinds: tuple[Kind, ...]
    links: tuple[Link, ...]


@dataclass(slots=True)
class _Pen:
    """Draws nodes, each part of a formula once; a part is a node and a function of its value."""

    inputs: dict[sp.Symbol, int]
    kinds: list[Kind] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    known: dict[sp.Expr, int] = field(default_factory=dict)

    def part(self, expr: sp.Expr) -> tuple[int, sp.Expr]:
        """Give the node that an expression comes from, and the function of it that it is."""
        symbols = expr.free_symbols
        if len(symbols) == 1:
            (one,) = symbols
            return self.inputs[one], expr.xreplace({one: T})
        if expr.is_Add or expr.is_Mul:
            return self.joined(expr)
        inner = [a for a in expr.args if a.free_symbols]
        if len(inner) > 1:
            return self.part(_with_one_argument(expr))
        node, function = self.part(inner[0])
        return node, expr.func(*(function if a is inner[0] else a for a in expr.args))

    def joined(self, expr: sp.Expr) -> tuple[int, sp.Expr]:
        """Draw a sum or a product: parts from one place are one curve, and if all are, there is no node."""
        number, rest = expr.as_independent(*expr.free_symbols, as_Add=expr.is_Add)
        parts = rest.args if rest.func is expr.func else (rest,)
        curves: dict[int, sp.Expr] = {}
        for node, function in map(self.part, parts):
            curves[node] = expr.func(curves[node], function) if node in curves else function
        if len(curves) > 1:
            curves = {self.node("sum" if expr.is_Add else "product", rest, curves): T}
        ((node, function),) = curves.items()
        return node, expr.func(number, function)

    def node(self, kind: Kind, expr: sp.Expr, curves: Mapping[int, sp.Expr]) -> int:
        """Draw a node, unless it is there already."""
        if expr not in self.known:
            self.kinds.append(kind)
            self.known[expr] = len(self.inputs) + len(self.kinds) - 1
            self.links += [Link(source, self.known[expr], curve) for source, curve in curves.items()]
        return self.known[expr]

    def end(self, node: int, function: sp.Expr) -> None:
        """Let the last node be the formula: numbers go into its edges, another function is an edge of its own."""
        last = len(self.inputs) + len(self.kinds) - 1
        number, rest = function.as_independent(T, as_Add=True)
        factor = rest / T
        is_last = node == last and node >= len(self.inputs) and not factor.free_symbols
        if is_last and (number == 0 or self.kinds[-1] == "sum"):
            into = [i for i, link in enumerate(self.links) if link.target == node]
            for i in into if self.kinds[-1] == "sum" else into[:1]:
                link = self.links[i]
                self.links[i] = Link(link.source, link.target, factor * link.curve + (number if i == into[0] else 0))
            return
        self.kinds.append("sum")
        self.links.append(Link(node, last + 1, function))


def _with_one_argument(expr: sp.Expr) -> sp.Expr:
    """Write a function of two parts by functions of one: powers by a logarithm, the larger of two by a size.

    Raises
    ------
    NotImplementedError
        For any other function.
    """
    if expr.is_Pow:
        return sp.exp(expr.exp * sp.log(expr.base))
    if isinstance(expr, Max | Min):
        one, *others = expr.args
        other = expr.func(*others) if len(others) > 1 else others[0]
        return (one + other + expr.sign * sp.Abs(one - other)) / 2
    raise NotImplementedError(f"no graph is known for {expr.func.__name__} of several parts")


def drawing(expr: sp.Expr, names: Sequence[str]) -> Drawing:
    """Give the graph of a formula in columns of these names.

    Raises
    ------
    NotImplementedError
        Where the formula is a constant, has a function of two arguments that no curves make up, or is very long.

    >>> a, b, c = sp.symbols("a b c", real=True)
    >>> law = drawing(2 * sp.sqrt(a**2 + b**2) / c, ["a", "b", "c"])
    >>> [(link.source, link.target, link.curve) for link in law.links]
    [(0, 3, t**2), (1, 3, t**2), (2, 4, 2/t), (3, 4, sqrt(t))]
    """
    if not expr.free_symbols or sum(1 for _ in sp.preorder_traversal(expr)) > _MOST * 4:
        raise NotImplementedError("a constant, or a very long formula, has no graph of its own")
    pen = _Pen({sp.Symbol(name, real=True): i for i, name in enumerate(names)})
    pen.end(*pen.part(expr))
    links = sorted(pen.links, key=lambda link: (link.target, link.source))
    return Drawing(inputs=len(names), kinds=tuple(pen.kinds), links=tuple(links))


def network(plan: Drawing, x: Tensor, *, grid: int, order: int) -> KAN | None:
    """Lay a spline on each edge of a drawing over the values that rows x [n, inputs] give it; b = 1.

    None where a curve has no value on the rows.
    """
    spline = Spline(grid, order)
    values: list[Array] = list(x.numpy().T)
    ends = [_ends(values[i], margin=_EDGE / len(x)) for i in range(plan.inputs)]
    parts: list[Part] = []
    for node, kind in enumerate(plan.kinds, start=plan.inputs):
        into = [link for link in plan.links if link.target == node]
        curves = [evaluate(link.curve, {T.name: values[link.source]}) for link in into]
        values.append(np.sum(curves, 0) if kind == "sum" else np.prod(curves, 0))
        if not np.isfinite(values[-1]).all():
            return None
        parts += [Part(k.source, node, spline, _laid(k.curve, values[k.source], ends[k.source], spline)) for k in into]
        ends.append(_ends(values[-1]))
    low, high = (torch.cat(side)[None] for side in zip(*ends, strict=True))
    return assembled(plan.inputs, plan.kinds, parts, low, high)


def _ends(values: Array, margin: float | None = None) -> tuple[Tensor, Tensor]:
    low, high = torch.tensor([values.min()]), torch.tensor([values.max()])
    return with_margin(low, high) if margin is None else with_margin(low, high, margin)


def _laid(curve: sp.Expr, values: Array, ends: tuple[Tensor, Tensor], spline: Spline) -> Tensor:
    """Parameters [1, size] of the spline next to a curve; the rows' values where that has none, or a pole."""
    low, high = (float(end) for end in ends)
    at = low + (high - low) * sample_positions(spline).numpy()
    y = np.array(np.broadcast_to(evaluate(curve, {T.name: at}), at.shape))
    order = np.argsort(values, kind="stable")
    seen = np.broadcast_to(evaluate(curve, {T.name: values[order]}), values.shape)
    least, most = float(seen.min()), float(seen.max())
    with np.errstate(invalid="ignore"):
        good = (y >= 2 * least - most) & (y <= 2 * most - least)
    y = np.where(good, y, np.interp(at, values[order], seen))
    return from_samples(spline, torch.from_numpy(y)[None], torch.zeros(1, 1, dtype=torch.float64))
