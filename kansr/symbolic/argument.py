"""What stands before a curve, as a law would write it: x y, x - y or x^2 / y, without scales, offsets and decimals.

A network knows its nodes only up to a scale, and under noise only nearly. Functions with natural constants can be laid
over a curve when its argument has none of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.network.knots import ranges, relay, with_margin
from kansr.network.sweep import forward
from kansr.structure.surgery import from_curve
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch

_SIMPLE = 0.06  # a ratio this close to half a whole number is one
_SAME = 1e-3  # share of a node's variance that its simple form may miss


def simplified(kan: KAN, edge: int, x: Tensor, spline: Spline) -> tuple[KAN, list[int]] | None:
    """Write the lines or logs before an edge simply, and put a spline on it: nearly the same network (b = 1).

    A product of lines becomes one of its columns; of a sum of lines or logs the first has 1 or -1 before it, and the
    others their simple ratio. x are rows [n, i]. Gives the network and the edges that should stay as they are; None
    where another curve leaves the node, something else comes before the edge, or the node would be another one.
    """
    shape, node = kan.graph, kan.graph.edges[edge].source
    if node < shape.inputs or len(shape.out_of(node)) > 1:
        return None
    into = shape.into(node)
    simple = _simple(kan, into, shape.kind(node) == "product")
    if simple is None:
        return None
    bare = kan
    for e, p in zip(into, simple, strict=True):
        bare = bare.with_curve(e, kan.curves[e], p)
    old, new = forward(kan, x).nodes[node][0], forward(bare, x).nodes[node][0]
    line = _line(old, new)
    return None if line is None else (_with_spline(kan, bare, edge, x, spline=spline, line=line), into)


def _simple(kan: KAN, edges: Sequence[int], is_product: bool) -> list[Tensor] | None:
    """Simple parameters for straight lines alone, or logs alone; None for anything else."""
    curves = [c for e in edges if isinstance(c := kan.curves[e], Symbol) and c.name in ("x", "log") and "c" in c.free]
    if len(curves) < len(edges):
        return None
    names = {c.name for c in curves}
    if len(names) > 1 or (is_product and names != {"x"}):
        return None
    scale = [float(kan.of_edge(e)[0, c.free.index("c")]) for e, c in zip(edges, curves, strict=True)]
    if 0.0 in scale:
        return None
    unit = abs(scale[0]) if names == {"x"} else min(map(abs, scale))
    ratios = [1.0 if is_product else _rounded(c / unit) for c in scale]
    return [_only(c.free, r, kan.of_edge(e)) for e, c, r in zip(edges, curves, ratios, strict=True)]


def _rounded(ratio: float) -> float:
    """The nearest half of a whole number, where that is near."""
    near = round(2 * ratio) / 2
    return near if near and abs(near - ratio) <= _SIMPLE * abs(near) else ratio


def _only(free: str, c: float, p: Tensor) -> Tensor:
    """Parameters [1, size] of a function with a scale, and no offset inside or outside."""
    return p.new_tensor([[c if k == "c" else 0.0 for k in free]])


def _line(old: Tensor, new: Tensor) -> tuple[float, float] | None:
    """Slope and offset that give the old values [n] from the new ones; None where they are not the same node."""
    if not bool(torch.isfinite(new).all()):
        return None
    a, b = old - old.mean(), new - new.mean()
    slope = float((a * b).sum() / b.square().sum().clamp(min=1e-300))
    if float((a - slope * b).square().sum()) > _SAME * float(a.square().sum()):
        return None
    return slope, float(old.mean() - slope * new.mean())


def _with_spline(kan: KAN, bare: KAN, edge: int, x: Tensor, *, spline: Spline, line: tuple[float, float]) -> KAN:
    """Put the curve of an edge on it again, over the new values of its node."""
    low, high = ranges(bare, x)
    lower, upper = with_margin(low, high)
    hidden = torch.arange(bare.graph.nodes) >= bare.graph.inputs
    bare = relay(bare, torch.where(hidden, lower, bare.lower), torch.where(hidden, upper, bare.upper), None)
    node, curve, p = kan.graph.edges[edge].source, kan.curves[edge], kan.of_edge(edge)
    ends = bare.lower[:, node], bare.upper[:, node]
    old = forward(kan, x).nodes[node]

    def value(at: Tensor) -> Tensor:
        was = (line[0] * at + line[1]).clamp(old.min(), old.max())
        return curve.evaluate(was, p, *ends).value

    return bare.with_curve(edge, spline, from_curve(spline, *ends, value))
