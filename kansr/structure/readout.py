"""Curves read from gradients: where the tree is known, linear algebra gives the curves, and no start is guessed.

Let the children c of a node have values u_c, and let g_c be the derivative of the output by u_c, which dense networks
tell. Where the node adds, and where it multiplies, each pair of children has

    phi_c'(u_c) g_d = phi_d'(u_d) g_c            f_c'(u_c) f_d(u_d) g_d = f_c(u_c) f_d'(u_d) g_c

With splines for the curves the first is linear: the smallest generalised eigenvector holds all phi of a node together.
The second is linear in each f while the others are kept, and a few rounds suffice. What is left, from 0 to 2, says
which of the two the node does. Then u and its g are known for the node, too, and so on up to the root.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

from kansr.network.curves import Spline
from kansr.network.graph import Kind
from kansr.network.kan import KAN
from kansr.network.knots import with_margin
from kansr.structure.linear import outer
from kansr.structure.race import Runner
from kansr.structure.separability import Slopes
from kansr.structure.space import Space
from kansr.structure.surgery import Part, assembled
from kansr.structure.tree import Node
from kansr.tensors import Tensor, torch

_ROUNDS = 12  # sweeps over the factors of a product
_STARTS = ((0.0,), (1.5,), (0.0, 1.5), (1.5, 0.0))  # offsets of its first lines, child by child
_KEPT = 6  # readings of a tree that are followed
_DEAR = 3.0  # a product has more freedom: it must fit so much better than a sum
_LIKED = 3.0  # of two networks whose errors are this close, the one with a sum in a product's stead is tried first
EARNED = 3.0
"""A curve behind the root must gain so much: it may be steep, and hides any power of a product's factors."""

_NOTHING = 2.0  # misfit where there is nothing to read
_RIDGE = 1e-7  # added to the norm of coefficients that no row sees
_TRUST = 3.0  # rows where a node hardly moves the output say little of it: trust grows up to so many times the median


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """An input, or a node with the curves that lead into it.

    Parameters
    ----------
    u, g, trust
        Values of the node, the output's derivative by them, and how much each row tells of it [n].
    lower, upper
        The range that splines of the node are laid on [1].
    misfit
        What the equations of all nodes below leave, added up.
    """

    u: Tensor
    g: Tensor
    trust: Tensor
    lower: Tensor
    upper: Tensor
    input: int = -1
    kind: Kind = "sum"
    children: tuple[Reading, ...] = ()
    curves: tuple[Tensor, ...] = ()
    misfit: float = 0.0


def readout(
    tree: Node, slopes: Slopes, spaces: Sequence[Space], *, grid: int, order: int, products: bool = True
) -> list[tuple[Runner, ...]]:
    """Read the curves of a tree: networks for the best few choices of sums and products, best first.

    Each comes without a curve behind its root, with one, or both ways: gradients leave the power of a product free, so
    training has to show whether it needs that curve.

    Parameters
    ----------
    tree
        Which inputs and nodes enter together.
    slopes
        Gradients of dense networks, by the inputs of the spaces.
    spaces
        The target as it is, then under transforms: one that needs no curve behind the root is preferred.
    grid, order
        Of all splines.
    products
        Whether nodes may multiply.
    """
    x, spline = spaces[0].data.everything, Spline(grid, order)

    def laid(reading: Reading, space: Space, *, behind: bool) -> Runner:
        kan = outer(network(reading, x, spline, behind=behind), space.data.train)
        return Runner(space.error(kan), space, kan)

    found: list[tuple[Runner, ...]] = []
    for reading in readings(tree, slopes, x, spline, products=products):
        free = laid(reading, spaces[0], behind=True)
        targets = spaces if reading.kind == "sum" else spaces[:1]  # a product's power is free as it is
        bare = min((laid(reading, s, behind=False) for s in targets), key=lambda r: r.error)
        if bare.error <= EARNED * free.error:
            found.append((bare,))
        else:
            found.append((bare, free) if reading.kind == "product" else (free,))
    return sorted(found, key=lambda ways: liking(ways[-1]))


def liking(runner: Runner) -> float:
    """The error, dearer with each product: the curves into a sum are unique, those into a product hide their power."""
    return runner.error * _LIKED ** runner.kan.graph.kinds.count("product")


def readings(tree: Node, slopes: Slopes, x: Tensor, spline: Spline, *, products: bool = True) -> list[Reading]:
    """Read the curves of a tree from gradients at rows; the ranges of the inputs are those of all rows x [m, i]."""
    gradient = slopes.gradient.mean(0)
    low, high = with_margin(x.amin(0), x.amax(0), margin=2.0 / len(x))

    def follow(node: Node) -> list[Reading]:
        if not node.children:
            i, one = node.input, torch.ones_like(gradient[:, 0])
            ends = low[i, None], high[i, None]
            return [Reading(u=slopes.x[:, i], g=gradient[:, i], trust=one, lower=ends[0], upper=ends[1], input=i)]
        found = []
        for children in product(*(follow(c) for c in node.children)):
            found.append(_sum(children, spline))
            if products:
                found.append(_product(children, spline))
        return sorted(found, key=lambda r: r.misfit * (_DEAR if r.kind == "product" else 1))[:_KEPT]

    return follow(tree)


def network(reading: Reading, x: Tensor, spline: Spline, *, behind: bool = True) -> KAN:
    """Put a reading together as a network (b = 1), with a curve of zero behind its root or without one."""
    inputs = x.shape[-1]
    kinds: list[Kind] = []
    parts: list[Part] = []
    ends: list[tuple[Tensor, Tensor]] = []

    def build(node: Reading) -> int:
        if not node.children:
            return node.input
        sources = [build(c) for c in node.children]
        kinds.append(node.kind)
        ends.append((node.lower, node.upper))
        own = inputs + len(kinds) - 1
        parts.extend(Part(s, own, spline, p[None]) for s, p in zip(sources, node.curves, strict=True))
        return own

    root = build(reading)
    low, high = with_margin(x.amin(0), x.amax(0), margin=2.0 / len(x))
    one = torch.ones_like(low[:1])
    lower = torch.cat([low, *(a for a, _ in ends), -one])[None]
    upper = torch.cat([high, *(b for _, b in ends), one])[None]
    if not behind:
        return assembled(inputs, kinds, parts, lower[:, :-1], upper[:, :-1])
    last = Part(root, root + 1, spline, torch.zeros_like(parts[0].p))
    return assembled(inputs, [*kinds, "sum"], [*parts, last], lower, upper)


class _Laid:
    """The splines of a child at its values, their slopes and its derivative g, both by its position on the grid."""

    def __init__(self, child: Reading, spline: Spline):
        width = child.upper - child.lower
        design = spline.design(child.u[None], child.lower, child.upper)
        self.value, self.slope = design.value[0, :, 1:], design.slope[0, :, 1:] * width
        self.g = child.g * width
        self.width = width

    def line(self, offset: float) -> Tensor:
        """Coefficients of a line from -1 to 1 over the grid, raised by an offset."""
        return torch.linspace(-1, 1, self.value.shape[-1], dtype=self.value.dtype, device=self.value.device) + offset


def _sum(children: Sequence[Reading], spline: Spline) -> Reading:
    laid, trust = [_Laid(c, spline) for c in children], _trust(children)
    slopes = [c.slope[:, 1:] for c in laid]  # the first spline is left out: a constant has no slope
    starts = torch.tensor([0, *(s.shape[-1] for s in slopes)]).cumsum(0).tolist()
    matrix = slopes[0].new_zeros(starts[-1], starts[-1])
    norm = torch.zeros_like(matrix)
    for a, b in combinations(range(len(laid)), 2):
        weight = (trust / _squares(laid[a].g, laid[b].g)).sqrt()[:, None]
        p, q = slopes[a] * laid[b].g[:, None] * weight, slopes[b] * laid[a].g[:, None] * weight
        at, to = slice(starts[a], starts[a + 1]), slice(starts[b], starts[b + 1])
        norm[at, at] += p.mT @ p
        norm[to, to] += q.mT @ q
        matrix[at, to] -= p.mT @ q
        matrix[to, at] -= q.mT @ p
    misfit, solution = _smallest(matrix + norm, norm)
    curves = [torch.cat([solution.new_zeros(1), solution[s:e]]) for s, e in pairwise(starts)]
    u = torch.stack([c.value @ p for c, p in zip(laid, curves, strict=True)]).sum(0)
    scale = 1 / u.std().clamp(min=1e-300)
    curves = [p * scale for p in curves]
    slopes_of_u = [(c.slope @ p) / c.width for c, p in zip(laid, curves, strict=True)]
    return _node("sum", children, curves, u=u * scale, slopes=slopes_of_u, misfit=misfit)


def _product(children: Sequence[Reading], spline: Spline) -> Reading:
    laid, trust = [_Laid(c, spline) for c in children], _trust(children)
    found = []
    for offsets in _STARTS:
        curves = [c.line(offsets[i % len(offsets)]) for i, c in enumerate(laid)]
        misfit = 2.0
        for _ in range(_ROUNDS):
            before = misfit
            for i in range(len(laid)):
                misfit, curves[i] = _factor(i, laid, curves, trust)
            if misfit > 0.98 * before:
                break
        values = torch.stack([c.value @ p for c, p in zip(laid, curves, strict=True)])
        u = values.prod(0)
        rest = [torch.cat([values[:i], values[i + 1 :]]).prod(0) for i in range(len(laid))]
        slopes_of_u = [(c.slope @ p) / c.width * r for c, p, r in zip(laid, curves, rest, strict=True)]
        found.append(_node("product", children, curves, u=u, slopes=slopes_of_u, misfit=misfit))
    return min(found, key=lambda r: r.misfit)


def _factor(i: int, laid: Sequence[_Laid], curves: Sequence[Tensor], trust: Tensor) -> tuple[float, Tensor]:
    """Give the best factor of one child while the others are kept, of RMS one, and what the equations leave."""
    own = laid[i]
    size = own.value.shape[-1]
    matrix, norm = own.value.new_zeros(size, size), own.value.new_zeros(size, size)
    for other, curve in zip(laid, curves, strict=True):
        if other is own:
            continue
        f, slope = other.value @ curve, other.slope @ curve
        weight = (trust / _squares(own.g, other.g)).sqrt()[:, None]
        p, q = own.slope * (f * other.g)[:, None] * weight, own.value * (slope * own.g)[:, None] * weight
        matrix += (p - q).mT @ (p - q)
        norm += p.mT @ p + q.mT @ q
    misfit, solution = _smallest(matrix, norm)
    return misfit, solution / (own.value @ solution).square().mean().sqrt().clamp(min=1e-300)


def _smallest(matrix: Tensor, norm: Tensor) -> tuple[float, Tensor]:
    """Minimise v'Av / v'Nv; where N is nothing, as for gradients that are zero, no v is better than a constant."""
    mean = norm.diagonal().mean()
    if not 0 < float(mean) < math.inf:
        return _NOTHING, torch.ones_like(norm[0])
    ridge = _RIDGE * mean * torch.eye(len(norm), dtype=norm.dtype, device=norm.device)
    factor = torch.linalg.cholesky(norm + ridge)
    half = torch.linalg.solve_triangular(factor, matrix, upper=False)
    values, vectors = torch.linalg.eigh(torch.linalg.solve_triangular(factor, half.mT, upper=False))
    return max(float(values[0]), 0.0), torch.linalg.solve_triangular(factor.mT, vectors[:, :1], upper=True)[:, 0]


def _node(
    kind: Kind,
    children: Sequence[Reading],
    curves: Sequence[Tensor],
    *,
    u: Tensor,
    slopes: Sequence[Tensor],
    misfit: float,
) -> Reading:
    """Give the node: the output's derivative by its value is what fits the derivatives by its children best."""
    by = torch.stack(list(slopes))
    square = by.square().sum(0)
    g = (torch.stack([c.g for c in children]) * by).sum(0) / square.clamp(min=1e-12 * float(square.mean()) + 1e-300)
    lower, upper = with_margin(u.amin()[None], u.amax()[None])
    silu = u.new_zeros(1)
    return Reading(
        u=u, g=g, trust=_trust(children) * (square / square.median().clamp(min=1e-300)).clamp(max=_TRUST) / _TRUST,
        lower=lower, upper=upper, kind=kind, children=tuple(children),
        curves=tuple(torch.cat([silu, p]) for p in curves), misfit=misfit + sum(c.misfit for c in children),
    )  # fmt: skip


def _trust(children: Sequence[Reading]) -> Tensor:
    return torch.stack([c.trust for c in children]).amin(0)


def _squares(a: Tensor, b: Tensor) -> Tensor:
    square = a * a + b * b
    return square.clamp(min=1e-12 * float(square.mean()) + 1e-300)
