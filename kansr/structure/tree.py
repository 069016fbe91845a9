"""Agglomeration: the read-once tree of a law follows from its separability tensor, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from torch import Tensor

from kansr.network.graph import Graph, Kind, graph

_SUM: Kind = "sum"
_PRODUCT: Kind = "product"
_MOST_KINDS = 4  # inner nodes up to which every mixture of sums and products is proposed; beyond, one product


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a tree: an input, or a function of its children.

    `score` is the largest T that the join of the children had to ignore.
    """

    children: tuple[Node, ...] = ()
    input: int = -1
    score: float = 0.0

    @property
    def inputs(self) -> tuple[int, ...]:
        """Inputs below the node."""
        return (self.input,) if not self.children else tuple(i for c in self.children for i in c.inputs)

    @property
    def inner(self) -> int:
        """Number of inner nodes, this one included."""
        return 0 if not self.children else 1 + sum(c.inner for c in self.children)

    def text(self, names: Sequence[str]) -> str:
        """Write the tree with brackets, such as `((m, g), x)`."""
        return names[self.input] if not self.children else f"({', '.join(c.text(names) for c in self.children)})"


def agglomerate(t: Tensor, used: Sequence[int], flat: float) -> Node:
    """Join the two nodes whose T against everything outside is smallest, up to the root.

    Parameters
    ----------
    t
        The tensor of `kansr.structure.separability`.
    used
        Inputs to join.
    flat
        T below which a child stands beside the others in one node, and not in a node of its own.
    """
    nodes = [Node(input=i) for i in used]
    while len(nodes) > 1:
        pairs = combinations(range(len(nodes)), 2)
        score, a, b = min((_outside(t, nodes, a, b), a, b) for a, b in pairs)
        joined = _joined(t, nodes[a], nodes[b], score, flat)
        nodes = [n for i, n in enumerate(nodes) if i not in (a, b)] + [joined]
    return nodes[0]


def _outside(t: Tensor, nodes: Sequence[Node], a: int, b: int) -> float:
    """Largest T of a pair of nodes against the inputs outside both; 0 when there are none."""
    outside = [k for i, n in enumerate(nodes) if i not in (a, b) for k in n.inputs]
    values = [float(t[i, j, k]) for i in nodes[a].inputs for j in nodes[b].inputs for k in outside]
    return max(values, default=0.0)


def _joined(t: Tensor, a: Node, b: Node, score: float, flat: float) -> Node:
    """Join two nodes: flat where a child of one can stand beside the other."""
    children = (*_parts(t, a, b, flat), *_parts(t, b, a, flat))
    return Node(children=children, score=score)


def _parts(t: Tensor, node: Node, other: Node, flat: float) -> tuple[Node, ...]:
    """Give the children of a node if they may stand beside the other node, else the node itself."""
    if not node.children:
        return (node,)
    for child in node.children:
        rest = [k for c in node.children if c is not child for k in c.inputs]
        pairs = ((i, j) for i in child.inputs for j in other.inputs)
        if max((float(t[i, j, k]) for i, j in pairs for k in rest), default=0.0) > flat:
            return (node,)
    return node.children


def graphs(tree: Node, inputs: int, *, products: bool = True, outer: bool = True) -> Iterator[Graph]:
    """Yield the graphs of a tree: its inner nodes as sums, then every mixture of sums and products.

    A root that is a sum gets a curve behind it; one that is a product is the output. Without `outer` the root is always
    a sum and the output.
    """
    count = tree.inner
    mixtures: list[tuple[Kind, ...]] = [tuple(_SUM for _ in range(count))]
    if products:
        free = count if outer else count - 1
        most = free if count <= _MOST_KINDS else 1
        every = product((_SUM, _PRODUCT), repeat=free)
        mixtures = sorted((k for k in every if k.count("product") <= most), key=lambda k: k.count("product"))
        mixtures = mixtures if outer else [(*k, _SUM) for k in mixtures]
    for mixture in mixtures:
        yield _graph(tree, inputs, mixture, outer=outer)


def _graph(tree: Node, inputs: int, mixture: tuple[Kind, ...], *, outer: bool) -> Graph:
    kinds: list[Kind] = []
    edges: list[tuple[int, int]] = []
    remaining = iter(mixture)

    def build(node: Node) -> int:
        if not node.children:
            return node.input
        sources = [build(c) for c in node.children]
        kinds.append(next(remaining))
        own = inputs + len(kinds) - 1
        edges.extend((s, own) for s in sources)
        return own

    root = build(tree)
    if outer and kinds[-1] == "sum":
        kinds.append("sum")
        edges.append((root, root + 1))
    return graph(inputs, kinds, edges)
