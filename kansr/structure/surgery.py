"""Surgery: networks with one part more, or one node less, whose curves start where they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kansr.network.curves import Curve, Spline
from kansr.network.graph import Kind, graph
from kansr.network.kan import KAN
from kansr.network.knots import from_samples, ranges, relay, sample_positions, with_margin
from kansr.network.sweep import forward
from kansr.structure.score import Addition
from kansr.tensors import Tensor, torch


def added(kan: KAN, addition: Addition, x: Tensor) -> KAN:
    """Give the network (b = 1) with an addition, whose curve starts where it changes nothing."""
    if addition.place == "edge":
        return _with_edge(kan, addition)
    return _with_node(kan, addition, x)


@dataclass(frozen=True, slots=True)
class Part:
    """An edge with its curve, while a network is put together anew."""

    source: int
    target: int
    curve: Curve
    p: Tensor


def parts_of(kan: KAN) -> list[Part]:
    """Take a network (b = 1) apart."""
    return [
        Part(e.source, e.target, c, kan.of_edge(i))
        for i, (e, c) in enumerate(zip(kan.graph.edges, kan.curves, strict=True))
    ]


def assembled(inputs: int, kinds: Sequence[Kind], parts: Sequence[Part], lower: Tensor, upper: Tensor) -> KAN:
    """Put a network together from its edges, in any order."""
    ordered = sorted(parts, key=lambda p: (p.target, p.source))
    return KAN(
        graph=graph(inputs, kinds, [(p.source, p.target) for p in ordered]),
        curves=tuple(p.curve for p in ordered),
        theta=torch.cat([p.p for p in ordered], -1),
        lower=lower,
        upper=upper,
    )


def constant(spline: Spline, value: float, like: Tensor) -> Tensor:
    """Parameters [1, size] of a constant curve."""
    return torch.cat([like.new_zeros(1, 1), like.new_full((1, spline.size - 1), value)], -1)


def from_curve(spline: Spline, low: Tensor, high: Tensor, curve: Callable[[Tensor], Tensor]) -> Tensor:
    """Parameters [b, size] of the spline closest to a function over ranges [b]."""
    at = low[:, None] + (high - low)[:, None] * sample_positions(spline).to(low)
    return from_samples(spline, curve(at), torch.zeros_like(low)[:, None])


def _line(spline: Spline, low: Tensor, high: Tensor) -> Tensor:
    return from_curve(spline, low, high, lambda x: x)


def spline_of(kan: KAN) -> Spline:
    """The spline that the first edge with one carries: kind and grid, not numbers."""
    return next(c for c in kan.curves if isinstance(c, Spline))


def _with_edge(kan: KAN, addition: Addition) -> KAN:
    spline = spline_of(kan)
    new = Part(addition.source, kan.graph.edges[addition.edge].target, spline, constant(spline, 0.0, kan.theta))
    return assembled(kan.graph.inputs, kan.graph.kinds, [*parts_of(kan), new], kan.lower, kan.upper)


def _with_node(kan: KAN, addition: Addition, x: Tensor) -> KAN:
    """Put a node on an edge, where a new curve joins."""
    shape, spline, parts = kan.graph, spline_of(kan), parts_of(kan)
    edge, old = shape.edges[addition.edge], parts[addition.edge]
    new = max(edge.source, addition.source, shape.inputs - 1) + 1
    kind: Kind = "sum" if addition.place.startswith("summand") else "product"
    sweep = forward(kan, x)
    behind = addition.place.endswith("behind")
    value = sweep.edges[addition.edge].value if behind else sweep.nodes[edge.source]
    low, high = with_margin(value.amin(-1), value.amax(-1))
    joins = Part(addition.source, new, spline, constant(spline, 0.0 if kind == "sum" else 1.0, kan.theta))

    def moved(node: int) -> int:
        return node + (node >= new)

    rest = [
        replace(p, source=moved(p.source), target=moved(p.target)) for i, p in enumerate(parts) if i != addition.edge
    ]
    if behind:
        own = [
            Part(edge.source, new, old.curve, old.p),
            Part(new, moved(edge.target), spline, _line(spline, low, high)),
        ]
    else:
        ends = kan.lower[:, edge.source], kan.upper[:, edge.source]
        own = [Part(edge.source, new, spline, _line(spline, *ends)), Part(new, moved(edge.target), old.curve, old.p)]
        low, high = ends
    kinds = [*shape.kinds]
    kinds.insert(new - shape.inputs, kind)
    lower = torch.cat([kan.lower[:, :new], low[:, None], kan.lower[:, new:]], -1)
    upper = torch.cat([kan.upper[:, :new], high[:, None], kan.upper[:, new:]], -1)
    return assembled(shape.inputs, kinds, [*rest, *own, joins], lower, upper)


def contracted(kan: KAN) -> KAN:
    """Take out each hidden node with a single edge into it: its curve and the one behind it become one curve."""
    while True:
        node = next((n for n in range(kan.graph.inputs, kan.graph.output) if _single(kan, n)), None)
        if node is None:
            return kan
        kan = _without_node(kan, node)


def _single(kan: KAN, node: int) -> bool:
    return len(kan.graph.into(node)) == 1 and all(isinstance(kan.curves[e], Spline) for e in _around(kan, node))


def _around(kan: KAN, node: int) -> list[int]:
    return [*kan.graph.into(node), *kan.graph.out_of(node)]


def _without_node(kan: KAN, node: int) -> KAN:
    """Compose the curve into a node with each curve out of it."""
    (into,) = kan.graph.into(node)
    source, spline, parts = kan.graph.edges[into].source, spline_of(kan), parts_of(kan)
    low, high = kan.lower[:, source], kan.upper[:, source]
    at = low[:, None] + (high - low)[:, None] * sample_positions(spline).to(low)
    inner = kan.curves[into].evaluate(at, kan.of_edge(into), low, high).value
    rest = [p for i, p in enumerate(parts) if i not in _around(kan, node)]
    for e in kan.graph.out_of(node):
        target = kan.graph.edges[e].target
        value = outer = kan.curves[e].evaluate(inner, kan.of_edge(e), kan.lower[:, node], kan.upper[:, node]).value
        twin = next((p for p in rest if (p.source, p.target) == (source, target)), None)
        if twin is not None:  # two curves from one node to another are one
            other = twin.curve.evaluate(at, twin.p, low, high).value
            value = outer + other if kan.graph.kind(target) == "sum" else outer * other
            rest.remove(twin)
        rest.append(Part(source, target, spline, from_samples(spline, value, torch.zeros_like(low)[:, None])))
    return _renumbered(kan, rest, node)


def merged(kan: KAN, node: int, x: Tensor) -> KAN | None:
    """Take out a hidden node whose one target does the same: (a + b) + c becomes a + b + c; None where it does not."""
    out = kan.graph.out_of(node)
    if len(out) != 1 or any(not isinstance(kan.curves[e], Spline) for e in _around(kan, node)):
        return None
    target, kind = kan.graph.edges[out[0]].target, kan.graph.kind(node)
    into = kan.graph.into(node)
    taken = {kan.graph.edges[e].source for e in kan.graph.into(target)}
    if kind != kan.graph.kind(target) or taken & {kan.graph.edges[e].source for e in into}:
        return None
    sweep = forward(kan, x)
    u, v = sweep.nodes[node][0], sweep.edges[out[0]].value[0]
    centred = u - u.mean()
    slope = float((centred * v).mean() / centred.square().mean().clamp(min=1e-300))
    offset = float(v.mean() - slope * u.mean()) if kind == "sum" else 0.0
    parts = [p for i, p in enumerate(parts_of(kan)) if i not in _around(kan, node)]
    for i, e in enumerate(into):
        p, curve = kan.of_edge(e), kan.curves[e]
        if kind == "sum" or i == 0:
            p = curve.scaled(p, p.new_full((1, 1), slope))
        if i == 0:
            p = curve.raised(p, p.new_full((1, 1), offset))
        parts.append(Part(kan.graph.edges[e].source, target, curve, p))
    return _renumbered(kan, parts, node)


def _renumbered(kan: KAN, parts: Sequence[Part], gone: int) -> KAN:
    """Close the gap that a node leaves behind."""
    kinds = [k for n, k in enumerate(kan.graph.kinds, kan.graph.inputs) if n != gone]
    keep = [n for n in range(kan.graph.nodes) if n != gone]
    moved = [replace(p, source=p.source - (p.source > gone), target=p.target - (p.target > gone)) for p in parts]
    return assembled(kan.graph.inputs, kinds, moved, kan.lower[:, keep], kan.upper[:, keep])


def released(kan: KAN, edge: int, x: Tensor, spline: Spline) -> KAN:
    """Put a spline where a function stands on an edge of a network (b = 1), with the same curve at rows x [n, i]."""
    low, high = ranges(kan, x)
    hidden = torch.arange(kan.graph.nodes, device=low.device) >= kan.graph.inputs
    lower, upper = with_margin(low, high)  # functions need no ranges: those of hidden nodes may be old
    kan = relay(kan, torch.where(hidden, lower, kan.lower), torch.where(hidden, upper, kan.upper), None)
    node, curve, p = kan.graph.edges[edge].source, kan.curves[edge], kan.of_edge(edge)
    ends = kan.lower[:, node], kan.upper[:, node]

    def value(at: Tensor) -> Tensor:  # beyond the rows, in the margin, a function need not be real
        there, nearest = (curve.evaluate(x, p, *ends).value for x in (at, at.clamp(low[:, node], high[:, node])))
        return torch.where(torch.isfinite(there), there, nearest)

    return kan.with_curve(edge, spline, from_curve(spline, *ends, value))
