"""The score test: which part is missing from a trained network is read from its Jacobian, without fitting.

With delta the adjoint at a place and B(x_k) the splines of a node k, the first-order effect of a part that is not there
yet is known, as columns of the Jacobian:

    a new edge, or a new summand behind an edge    delta_out B(x_k)
    a new factor behind an edge                    delta_out phi B(x_k)
    a new summand before an edge                   delta_in B(x_k)
    a new factor before an edge                    delta_in x_in B(x_k)

These are projected off the present Jacobian and off each other; the share of the residual that lies in what remains
ranks every possible addition at once (the score test: Rao 1948).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from kansr.network.curves import Spline
from kansr.network.graph import Graph
from kansr.network.kan import KAN
from kansr.network.knots import with_margin
from kansr.network.sweep import Sweep, backward, forward, predict
from kansr.training.rows import Rows

Place = Literal["edge", "summand before", "factor before", "summand behind", "factor behind"]

_TESTED = 2000  # rows of the test for noise
_SURE = 2.0
_RANK = 1e-6  # columns shorter than this, in units of their size before the projection, count as none


class Addition(NamedTuple):
    """A part that could be added: a curve of node `source` at an edge (or, for `edge`, into the target of it)."""

    place: Place
    edge: int
    source: int


class Scored(NamedTuple):
    """An addition and the share of the residual's square that it explains to first order."""

    addition: Addition
    share: float


def additions(kan: KAN, rows: Rows, *, hidden: bool = True) -> list[Scored]:
    """Rank all additions to a trained network (b = 1) by what they would explain of its residual, best first.

    `hidden` allows curves of hidden nodes, too, not of inputs only.
    """
    sweep = forward(kan, rows.x)
    deltas = [d[0] for d in backward(kan, sweep)]  # [n] an edge
    root = torch.ones_like(rows.y) if rows.weight is None else rows.weight.sqrt()
    present = torch.cat([d[:, None] * e.columns[0] for d, e in zip(deltas, sweep.edges, strict=True)], -1)
    base = _orthonormal((present * root[:, None])[None])[0]  # [n, p]
    residual = (rows.y - sweep.output[0]) * root
    residual = residual - base @ (base.T @ residual)
    bases = _bases(sweep)
    options = list(_options(kan.graph, hidden=hidden))
    if not options:
        return []
    before = [sweep.nodes[e.source][0] for e in kan.graph.edges]
    blocks = torch.stack(
        [(_reach(sweep, deltas, a, before[a.edge]) * root)[:, None] * bases[a.source] for a in options]
    )  # [m, n, g]
    size = blocks.norm(dim=1, keepdim=True)
    blocks = blocks - base @ (base.T @ blocks)
    blocks = torch.where(blocks.norm(dim=1, keepdim=True) > _RANK * size, blocks, 0.0)
    explained = (_orthonormal(blocks).mT @ residual).square().sum(-1) / residual.square().sum().clamp(min=1e-300)
    scored = [Scored(a, float(s)) for a, s in zip(options, explained, strict=True)]
    return sorted(scored, key=lambda s: -s.share)


def unexplained(kan: KAN, rows: Rows) -> bool:
    """Say whether some addition would explain more of the residual of a network (b = 1) than chance does.

    On white noise the share of m rows that g columns explain is g / m, with a spread of sqrt(2 g) / m; the largest of
    many such shares is compared with what the largest of as many draws may reach.
    """
    few = rows.head(_TESTED)
    if not bool(torch.isfinite(predict(kan, few.x)).all()):
        return True  # a row without a value is not explained
    scored = additions(kan, few)
    if not scored:
        return False
    columns = 4 + 3
    chance = columns + math.sqrt(2 * columns) * (_SURE + math.sqrt(2 * math.log(len(scored))))
    return scored[0].share * max(few.count - kan.parameters, 1) > chance


def _orthonormal(columns: Tensor) -> Tensor:
    """Orthonormal columns [.., n, g] that span the same; directions that are not there are zeros."""
    scaled = columns / columns.norm(dim=-2, keepdim=True).clamp(min=1e-300)
    values, vectors = torch.linalg.eigh(scaled.mT @ scaled)
    keep = values > 1e-10 * values.amax(-1, keepdim=True).clamp(min=1e-300)
    inverse = torch.where(keep, values.clamp(min=1e-300).rsqrt(), 0.0)
    directions: Tensor = scaled @ vectors
    return directions * inverse[..., None, :]


def _bases(sweep: Sweep) -> list[Tensor]:
    """Splines of each node on a coarse grid over its values: [n, g] a node."""
    coarse = Spline(4)
    found = []
    for value in sweep.nodes:
        low, high = with_margin(value.amin(-1), value.amax(-1))
        found.append(coarse.design(value, low, high).value[0, :, 1:])
    return found


def _reach(sweep: Sweep, deltas: Sequence[Tensor], addition: Addition, source: Tensor) -> Tensor:
    """What a small new curve is multiplied by on its way to the output: [n]; `source` is the value before the edge."""
    edge, delta = sweep.edges[addition.edge], deltas[addition.edge]
    if addition.place in ("edge", "summand behind"):
        return delta
    if addition.place == "factor behind":
        return delta * edge.value[0]
    before = delta * edge.slope[0]
    return before * source if addition.place == "factor before" else before


def _options(shape: Graph, *, hidden: bool) -> Iterator[Addition]:
    """Every addition that is not there yet and keeps the graph free of cycles."""
    for i, edge in enumerate(shape.edges):
        first = shape.into(edge.target)[0] == i
        for k in range(edge.target if hidden else min(shape.inputs, edge.target)):
            if first and shape.kind(edge.target) == "sum" and (k, edge.target) not in shape.edges:
                yield Addition("edge", i, k)
            if k == edge.source:
                continue
            if shape.kind(edge.target) == "product":
                yield Addition("summand behind", i, k)
            yield Addition("factor behind", i, k)
            yield Addition("summand before", i, k)
            yield Addition("factor before", i, k)
