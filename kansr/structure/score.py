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
from itertools import combinations
from typing import Literal, NamedTuple, TypeVar

from kansr.network.curves import Spline
from kansr.network.graph import Graph
from kansr.network.kan import KAN
from kansr.network.knots import with_margin
from kansr.network.sweep import Sweep, backward, forward, predict
from kansr.tensors import Tensor, torch
from kansr.training.rows import Rows

T = TypeVar("T")
Place = Literal["edge", "summand before", "factor before", "summand behind", "factor behind"]

_TESTED = 2000  # rows of the test for noise
_SURE = 2.0
_MOST = 1500  # additions, or pairs of inputs, that are looked at
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


def additions(kan: KAN, rows: Rows) -> list[Scored]:
    """Rank all additions to a trained network (b = 1) by what they would explain of its residual, best first."""
    left = _Left.of(kan, rows)
    bases = _bases(left.sweep)
    options = _thinned(list(_options(kan.graph)))
    if not options:
        return []
    before = [left.sweep.nodes[e.source][0] for e in kan.graph.edges]
    reach = [_reach(left.sweep, left.deltas, a, before[a.edge]) for a in options]
    blocks = torch.stack([r[:, None] * bases[a.source] for r, a in zip(reach, options, strict=True)])  # [m, n, g]
    scored = [Scored(a, s) for a, s in zip(options, left.shares(blocks), strict=True)]
    return sorted(scored, key=lambda s: -s.share)


def _thinned(options: Sequence[T]) -> Sequence[T]:
    """Some of very many options, evenly: of a hundred inputs there are as many additions as of ten, and more pairs."""
    return options[:: max(1, len(options) // _MOST)]


class _Left(NamedTuple):
    """What a network leaves of the target, and what its parameters could still take of it."""

    sweep: Sweep
    deltas: list[Tensor]  # [n] an edge
    base: Tensor  # [n, p], orthonormal
    residual: Tensor  # [n]
    root: Tensor  # [n], of the row weights

    @staticmethod
    def of(kan: KAN, rows: Rows) -> _Left:
        sweep = forward(kan, rows.x)
        deltas = [d[0] for d in backward(kan, sweep)]
        root = torch.ones_like(rows.y) if rows.weight is None else rows.weight.sqrt()
        present = torch.cat([d[:, None] * e.columns[0] for d, e in zip(deltas, sweep.edges, strict=True)], -1)
        base = _orthonormal((present * root[:, None])[None])[0]
        residual = (rows.y - sweep.output[0]) * root
        return _Left(sweep, deltas, base, residual - base @ (base.T @ residual), root)

    def shares(self, blocks: Tensor) -> list[float]:
        """Share of the residual's square that each block of columns [m, n, g] explains."""
        blocks = blocks * self.root[:, None]
        size = blocks.norm(dim=1, keepdim=True)
        blocks = blocks - self.base @ (self.base.T @ blocks)
        blocks = torch.where(blocks.norm(dim=1, keepdim=True) > _RANK * size, blocks, 0.0)
        explained = (_orthonormal(blocks).mT @ self.residual).square().sum(-1)
        shares: list[float] = (explained / self.residual.square().sum().clamp(min=1e-300)).tolist()
        return shares


def interactions(kan: KAN, rows: Rows) -> list[float]:
    """Shares of the residual that products of two inputs explain: z_i^p z_j^q for p, q = 1, 2, a share a pair.

    A network that has learned nothing says nothing of what it misses: its curves are flat, and the columns of all
    additions vanish. These columns do not hang on it.
    """
    z = rows.x - rows.x.mean(0)
    z = z / z.std(0).clamp(min=1e-300)
    powers = torch.stack([z, z * z - 1], -1)  # [n, i, 2]
    pairs = _thinned(list(combinations(range(z.shape[-1]), 2)))
    if not pairs:
        return []
    blocks = torch.stack([(powers[:, i, :, None] * powers[:, j, None, :]).flatten(1) for i, j in pairs])
    return _Left.of(kan, rows).shares(blocks)


def unexplained(kan: KAN, rows: Rows) -> bool:
    """Say whether an addition, or a product of two inputs, would explain more of a residual than chance does (b = 1).

    On white noise the share of m rows that g columns explain is g / m, with a spread of sqrt(2 g) / m; the largest of
    many such shares is compared with what the largest of as many draws may reach.
    """
    few = rows.head(_TESTED)
    if not bool(torch.isfinite(predict(kan, few.x)).all()):
        return True  # a row without a value is not explained
    rows_left = max(few.count - kan.parameters, 1)
    tests = ((4 + 3, [s.share for s in additions(kan, few)]), (4, interactions(kan, few)))
    return any(max(shares) * rows_left > _chance(columns, len(shares)) for columns, shares in tests if shares)


def _chance(columns: int, draws: int) -> float:
    """Give what the largest of so many draws of chi squared with so many degrees of freedom may reach."""
    return columns + math.sqrt(2 * columns) * (_SURE + math.sqrt(2 * math.log(draws)))


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


def _options(shape: Graph) -> Iterator[Addition]:
    """Every addition that is not there yet and keeps the graph free of cycles."""
    for i, edge in enumerate(shape.edges):
        first = shape.into(edge.target)[0] == i
        for k in range(edge.target):
            if first and shape.kind(edge.target) == "sum" and (k, edge.target) not in shape.edges:
                yield Addition("edge", i, k)
            if k == edge.source:
                continue
            if shape.kind(edge.target) == "product":
                yield Addition("summand behind", i, k)
            yield Addition("factor behind", i, k)
            yield Addition("summand before", i, k)
            yield Addition("factor before", i, k)
