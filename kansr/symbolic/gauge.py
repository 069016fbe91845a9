"""The gauges that hide functions: the same network can be written in several ways, of which a law uses one.

Of a product node, factors to the power p and the curve behind it to 1/p are the same. Where all factors turn out to be
powers, the exponents are divided by the smallest of them. The curve behind then is a function of the product as a law
would write it, and can be read. Of a sum node, a straight line can move from the curve behind it to edges beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.network.knots import from_samples, sample_positions, with_margin
from kansr.network.sweep import forward
from kansr.structure.surgery import Part, assembled, parts_of
from kansr.symbolic.library import primitive
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch

_EXPONENTS = {"x": 1.0, "1/x": -1.0, "sqrt": 0.5, "1/sqrt": -0.5, "x^(3/2)": 1.5}
_GONE = 1e-4  # share of another scale below which the curve on an edge is none
_WHOLE = 1e-3  # exponents this close to one are one


def with_simple_powers(kan: KAN, x: Tensor) -> KAN:
    """Divide the exponents into each product node by the smallest of them, at rows x [n, i] (b = 1).

    Nodes whose factors are not all powers with one that was fitted, or whose outgoing curves are no splines, stay. The
    curves behind are laid anew, so the result wants a few steps of training.
    """
    for node in range(kan.graph.inputs, kan.graph.output):
        powers = _powers(kan, node)
        if powers is not None:
            kan = _divided(kan, node, powers, x)
    return kan


def _powers(kan: KAN, node: int) -> list[float] | None:
    """Exponents of the factors of a product node; None where they are not all powers, or are simple already."""
    shape = kan.graph
    out = [kan.curves[e] for e in shape.out_of(node)]
    if shape.kind(node) != "product" or not all(isinstance(c, Spline) and c == out[0] for c in out):
        return None
    found = [_exponent(kan, e) for e in shape.into(node)]
    powers = [p for p in found if p is not None]
    simple = min((abs(p) for p in powers), default=1.0)
    if len(powers) < len(found) or simple == 0 or abs(simple - 1) < _WHOLE:
        return None
    return powers


def _exponent(kan: KAN, edge: int) -> float | None:
    curve = kan.curves[edge]
    if not isinstance(curve, Symbol):
        return None
    if "p" in curve.free:
        return float(kan.of_edge(edge)[0, curve.free.index("p")])
    name = curve.name.removeprefix("1/")
    whole = float(name[2:]) if name[:2] == "x^" and name[2:].isdigit() else None
    return _EXPONENTS.get(curve.name, None if whole is None else (-whole if name != curve.name else whole))


def _divided(kan: KAN, node: int, powers: list[float], x: Tensor) -> KAN:
    smallest = min(powers, key=abs)
    into, out = kan.graph.into(node), kan.graph.out_of(node)
    spline = kan.curves[out[0]]
    assert isinstance(spline, Spline)
    before, new = forward(kan, x).nodes[node][0], kan
    for e, p in zip(into, powers, strict=True):
        old, own = kan.curves[e], kan.of_edge(e)[0]
        assert isinstance(old, Symbol)
        known = dict(zip(old.free, own.tolist(), strict=True))
        power = Symbol(primitive("power"), old.sign if old.name != "x" else _sign(x, kan.graph.edges[e].source))
        values = {"b": known.get("b", 0.0), "c": 1.0, "d": 0.0, "p": p / smallest}
        new = new.with_curve(e, power, own.new_tensor([[values[k] for k in power.free]]))
    after = forward(new, x).nodes[node][0]
    if not bool(torch.isfinite(after).all()):
        return kan
    scale = (before.abs().log() - smallest * after.log()).mean().exp() * before.sign().median()
    low, high = with_margin(after.min()[None], after.max()[None])
    low = torch.maximum(low, 0.5 * after.min()[None])
    at = low + (high - low) * sample_positions(spline).to(x)
    for e in out:
        value = spline.evaluate(
            (scale * at**smallest)[None], kan.of_edge(e), kan.lower[:, node], kan.upper[:, node]
        ).value
        new = new.with_curve(e, spline, from_samples(spline, value, torch.zeros_like(low)[:, None]))
    lower, upper = new.lower.clone(), new.upper.clone()
    lower[:, node], upper[:, node] = low, high
    return replace(new, lower=lower, upper=upper)


def _sign(x: Tensor, source: int) -> float:
    return 1.0 if source >= x.shape[-1] or float(x[:, source].median()) > 0 else -1.0


def slid(kan: KAN, x: Tensor) -> Iterator[KAN]:
    """Yield the same network (b = 1) with a multiple of a node's value moved from its curve to the edges beside it.

    Where the edges into a node s stand beside it, too, up to a factor, as in `log a + log b + F(log a - log c)`, a
    straight line can move between F and them: `F(s) + k s`. With one of the edges beside gone, F is the only one; which
    of them the law does without cannot be seen before F is read. x are rows [n, i].
    """
    shape = kan.graph
    for edge, (node, target) in enumerate(shape.edges):
        if node < shape.inputs or shape.kind(node) != "sum" or shape.kind(target) != "sum":
            continue
        into = {shape.edges[e].source: e for e in shape.into(node)}
        beside = {shape.edges[e].source: e for e in shape.into(target) if shape.edges[e].source in into}
        ratios = {i: _ratio(kan, e, into[i]) for i, e in beside.items()}
        for ratio in (r for r in ratios.values() if r is not None) if None not in ratios.values() else ():
            other = _slid(kan, edge, ratio, into, beside)
            if other is not None:
                yield _raised(other, node, target, forward(kan, x).nodes[target] - forward(other, x).nodes[target])


def _ratio(kan: KAN, edge: int, other: int) -> float | None:
    """How many times the curve on another edge this one is, but for a constant; None for another function."""
    a, b = kan.curves[edge], kan.curves[other]
    if not isinstance(a, Symbol) or not isinstance(b, Symbol) or a.name != b.name or a.name not in ("x", "log"):
        return None
    return float(kan.of_edge(edge)[0, a.free.index("c")] / kan.of_edge(other)[0, b.free.index("c")])


def _slid(kan: KAN, edge: int, ratio: float, into: dict[int, int], beside: dict[int, int]) -> KAN | None:
    """Move `ratio` times the value of the edge's source into its curve, and off the edges beside it."""
    node, target = kan.graph.edges[edge]
    spline = kan.curves[edge]
    if not isinstance(spline, Spline) or not all(isinstance(kan.curves[e], Symbol) for e in into.values()):
        return None
    low, high = kan.lower[:, node], kan.upper[:, node]
    at = low[:, None] + (high - low)[:, None] * sample_positions(spline).to(low)
    value = spline.evaluate(at, kan.of_edge(edge), low, high).value + ratio * at
    parts = [p for i, p in enumerate(parts_of(kan)) if i != edge and i not in beside.values()]
    parts.append(Part(node, target, spline, from_samples(spline, value, torch.zeros_like(low)[:, None])))
    for i, e in into.items():
        curve, p = kan.curves[e], kan.of_edge(e)
        own = _ratio(kan, beside[i], e) if i in beside else 0.0
        left = (own or 0.0) - ratio
        if abs(left) > _GONE * abs(ratio):
            parts.append(Part(i, target, curve, curve.scaled(p, p.new_full((1, 1), left))))
    return assembled(kan.graph.inputs, kan.graph.kinds, parts, kan.lower, kan.upper)


def _raised(kan: KAN, node: int, target: int, by: Tensor) -> KAN:
    """Add the mean of `by` [1, n] to the curve between two nodes."""
    edge = next(i for i, e in enumerate(kan.graph.edges) if e == (node, target))
    curve = kan.curves[edge]
    return kan.with_curve(edge, curve, curve.raised(kan.of_edge(edge), by.mean(-1, keepdim=True)))
