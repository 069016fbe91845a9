"""Functions of inputs in front of a network that was trained on their values: logs, differences, products, .."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kansr.network.curves import Curve
from kansr.network.graph import Kind
from kansr.network.kan import KAN
from kansr.structure.surgery import Part, assembled, parts_of
from kansr.tensors import Tensor, torch


@dataclass(frozen=True, slots=True)
class Front:
    """A node in front: what it does with the curves of some inputs; each curve with its parameters [1, size]."""

    kind: Kind
    into: tuple[tuple[int, Curve, Tensor], ...]


def in_front(kan: KAN, fronts: Sequence[Front | int], x: Tensor) -> KAN:
    """Give the network (b = 1) of the inputs x [n, i] themselves: input k of `kan` is `fronts[k]`, a node or an input.

    Inputs that the network does not use come without their nodes.
    """
    inputs, nodes = x.shape[-1], [k for k, front in enumerate(fronts) if isinstance(front, Front)]
    place = {k: inputs + n for n, k in enumerate(nodes)}
    shift = inputs + len(nodes) - kan.graph.inputs

    def moved(node: int) -> int:
        if node >= kan.graph.inputs:
            return node + shift
        front = fronts[node]
        return front if isinstance(front, int) else place[node]

    parts = [replace(p, source=moved(p.source), target=moved(p.target)) for p in parts_of(kan)]
    kinds: list[Kind] = []
    for k in nodes:
        front = fronts[k]
        assert isinstance(front, Front)
        kinds.append(front.kind)
        parts += [Part(i, place[k], curve, p.to(kan.theta)) for i, curve, p in front.into]
    low, high = x.amin(0)[None], x.amax(0)[None]
    for k, front in enumerate(fronts):
        if isinstance(front, int):
            low[:, front], high[:, front] = kan.lower[:, k], kan.upper[:, k]
    lower = torch.cat([low, kan.lower[:, nodes], kan.lower[:, kan.graph.inputs :]], -1)
    upper = torch.cat([high, kan.upper[:, nodes], kan.upper[:, kan.graph.inputs :]], -1)
    whole = assembled(inputs, [*kinds, *kan.graph.kinds], parts, lower, upper)
    idle = [
        e for e, p in enumerate(whole.graph.edges) if p.target in place.values() and not whole.graph.out_of(p.target)
    ]
    smaller = whole.graph.without(idle) if idle else None
    return whole if smaller is None else whole.with_edges(smaller[1], smaller[0])
