"""One sweep forward, one sweep back: values of a network and their derivatives by its parameters.

The Jacobian is closed-form: `d y / d theta[e, g] = delta[e] * column_g(x[source of e])`, where delta comes from one
backward sweep. einsum letters: b networks, n rows, g columns of a curve, p parameters, e edges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from kansr.network import bspline
from kansr.network.curves import CurveValues, Spline
from kansr.network.kan import KAN
from kansr.tensors import Tensor, torch


class Sweep(NamedTuple):
    """Everything that one forward sweep computes."""

    nodes: list[Tensor]  # [b, n] a node
    edges: list[CurveValues]  # one an edge

    @property
    def output(self) -> Tensor:
        """The last node: [b, n]."""
        return self.nodes[-1]


Known = dict[tuple[int, Spline], bspline.Basis]
"""Splines of the inputs at some rows: these do not change while a network is trained, so they are laid once."""


def known(kan: KAN, x: Tensor) -> Known:
    """Lay the splines of the inputs at rows x [n, inputs] or [b, n, inputs], all inputs that share a spline at once."""
    found: Known = {}
    inputs: dict[Spline, list[int]] = defaultdict(list)
    pairs = {(e.source, c) for e, c in zip(kan.graph.edges, kan.curves, strict=True) if isinstance(c, Spline)}
    for node, spline in sorted(pairs, key=lambda p: (p[0], p[1].grid)):
        if node < kan.graph.inputs:
            inputs[spline].append(node)
    ends = torch.cat([kan.lower[:, : kan.graph.inputs], kan.upper[:, : kan.graph.inputs]], -1)
    shared = x.ndim == 2 and bool((ends == ends[:1]).all())  # all networks have the same splines there
    batch = 1 if shared else kan.batch
    for spline, nodes in inputs.items():
        values = x[..., nodes].transpose(-1, -2).expand(batch, -1, -1).flatten(0, 1)  # [b * i, n]
        lower, upper = (end[:batch, nodes].flatten() for end in (kan.lower, kan.upper))
        design = spline.design(values, lower, upper)
        value, slope = (
            d.reshape(batch, len(nodes), *d.shape[1:]).expand(kan.batch, -1, -1, -1)
            for d in (design.value, design.slope)
        )
        for j, node in enumerate(nodes):
            found[node, spline] = bspline.Basis(value[:, j], slope[:, j], None)
    return found


def forward(
    kan: KAN,
    x: Tensor,
    *,
    bend: bool = False,
    laid: Known | None = None,
    at_node: Callable[[int, Tensor], None] | None = None,
) -> Sweep:
    """Values of all nodes and curves at rows x [n, inputs] or [b, n, inputs].

    `laid` is what `known` gave for the rows. `at_node` is told each node's values [b, n] before its curves are
    evaluated.
    """
    graph = kan.graph
    where = kan.slices()
    nodes: list[Tensor] = [x[..., i].expand(kan.batch, -1) for i in range(graph.inputs)]
    edges: dict[int, CurveValues] = {}
    for node in range(graph.nodes):
        if node >= graph.inputs:
            nodes.append(_combine([edges[i].value for i in graph.into(node)], graph.kind(node)))
        if at_node is not None:
            at_node(node, nodes[node])
        edges |= _leave(kan, node, nodes[node], where, bend=bend, laid=laid or {})
    return Sweep(nodes, [edges[i] for i in range(len(graph.edges))])


def predict(kan: KAN, x: Tensor, *, block: int = 65536) -> Tensor:
    """Output at rows x [n, inputs] in blocks of rows: [b, n]."""
    return torch.cat([forward(kan, part).output for part in torch.split(x, block, -2)], -1)


def jacobian(kan: KAN, x: Tensor) -> tuple[Tensor, Tensor]:
    """Output [b, n] and its derivatives by all parameters [b, n, P] at rows x [n, inputs]."""
    sweep = forward(kan, x)
    return sweep.output, columns(kan, sweep)


def columns(kan: KAN, sweep: Sweep) -> Tensor:
    """Jacobian [b, n, P] of the output of a forward sweep."""
    found = sweep.output.new_empty(*sweep.output.shape, kan.parameters)
    for delta, edge, where in zip(backward(kan, sweep), sweep.edges, kan.slices(), strict=True):
        torch.mul(delta[..., None], edge.columns, out=found[..., where])
    return found


def backward(kan: KAN, sweep: Sweep) -> list[Tensor]:
    """Differentiate the output by the value of each edge: [b, n] an edge."""
    graph = kan.graph
    at_node: list[Tensor | float] = [0.0] * (graph.nodes - 1) + [torch.ones_like(sweep.output)]
    at_edge: dict[int, Tensor] = {}
    for node in reversed(range(graph.inputs, graph.nodes)):
        into = graph.into(node)
        values = [sweep.edges[i].value for i in into]
        for i, others in zip(into, _others(values, graph.kind(node)), strict=True):
            at_edge[i] = at_node[node] * others
            source = graph.edges[i].source
            if source >= graph.inputs:
                at_node[source] = at_node[source] + at_edge[i] * sweep.edges[i].slope
    return [at_edge[i] for i in range(len(graph.edges))]


def _combine(values: list[Tensor], kind: str) -> Tensor:
    total = values[0]
    for v in values[1:]:
        total = total * v if kind == "product" else total + v
    return total


def _others(values: list[Tensor], kind: str) -> list[Tensor]:
    """Give what the value of each edge is multiplied by in its node: ones for a sum."""
    one = torch.ones_like(values[0])
    if kind == "sum":
        return [one] * len(values)
    before, after = [one], [one]
    for v, w in zip(values[:-1], reversed(values[1:]), strict=True):
        before.append(before[-1] * v)
        after.append(after[-1] * w)
    return [p * q for p, q in zip(before, reversed(after), strict=True)]


def _leave(kan: KAN, node: int, x: Tensor, where: list[slice], *, bend: bool, laid: Known) -> dict[int, CurveValues]:
    """Curves of all edges that start at a node; splines on one grid share their basis."""
    lower, upper = kan.lower[:, node], kan.upper[:, node]
    found: dict[int, CurveValues] = {}
    alike: dict[Spline, list[int]] = defaultdict(list)
    for i in kan.graph.out_of(node):
        curve = kan.curves[i]
        if isinstance(curve, Spline):
            alike[curve].append(i)
        else:
            found[i] = curve.evaluate(x, kan.theta[:, where[i]], lower, upper, bend=bend)
    for spline, group in alike.items():
        design = laid.get((node, spline)) or spline.design(x, lower, upper, bend=bend)
        weights = torch.stack([kan.theta[:, where[i]] for i in group], -1)  # [b, g, e]
        value, slope = design.value @ weights, design.slope @ weights
        bends = None if design.bend is None else design.bend @ weights
        for j, i in enumerate(group):
            curved = None if bends is None else bends[..., j]
            found[i] = CurveValues(value[..., j], slope[..., j], curved, design.value)
    return found
