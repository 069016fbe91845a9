"""Agglomeration: the read-once tree of a law follows from its separability tensor, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product

from kansr.network.graph import Graph, Kind, graph
from kansr.tensors import Tensor, torch

_SUM: Kind = "sum"
_PRODUCT: Kind = "product"
_STRANGE = 0.15  # a join that ignores a T that is surely larger than this is none
_BLOCK = 2  # hidden nodes of a group that does not split
_ERRORS = 2.0  # standard errors within which T may be larger
_MOST_KINDS = 4  # inner nodes up to which every mixture of sums and products is proposed; beyond, one product


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a tree: an input, or a function of its children.

    `score` is the largest T that the join of the children had to ignore, `doubt` the standard error of that T.
    """

    children: tuple[Node, ...] = ()
    input: int = -1
    score: float = field(default=0.0, compare=False)
    doubt: float = field(default=0.0, compare=False)

    @property
    def inputs(self) -> tuple[int, ...]:
        """Inputs below the node."""
        return (self.input,) if not self.children else tuple(i for c in self.children for i in c.inputs)

    @property
    def inner(self) -> int:
        """Number of inner nodes, this one included."""
        return 0 if not self.children else 1 + sum(c.inner for c in self.children)

    @property
    def strange(self) -> bool:
        """Whether the node's children surely do not enter together: the join ignored a T that is no error."""
        return self.score - _ERRORS * self.doubt > _STRANGE

    @property
    def splits(self) -> bool:
        """Whether no node of the tree is strange."""
        return not self.strange and all(c.splits for c in self.children)

    def text(self, names: Sequence[str]) -> str:
        """Write the tree with brackets, such as `((m, g), x)`."""
        return names[self.input] if not self.children else f"({', '.join(c.text(names) for c in self.children)})"


def agglomerate(t: Tensor, used: Sequence[int], flat: float, doubt: Tensor | None = None) -> Node:
    """Join the two nodes whose T against everything outside is smallest, up to the root.

    Parameters
    ----------
    t
        The tensor of `kansr.structure.separability`.
    used
        Inputs to join.
    flat
        T up to which a child stands beside the others in one node, and not in a node of its own.
    doubt
        Standard error of each element: what T may be larger for that reason still counts as flat.
    """
    nodes = [Node(input=i) for i in used]
    doubt = torch.zeros_like(t) if doubt is None else doubt
    above = t - flat - _ERRORS * doubt
    while len(nodes) > 1:
        pairs = combinations(range(len(nodes)), 2)
        (score, error), a, b = min((_outside(t, doubt, nodes, a, b), a, b) for a, b in pairs)
        joined = replace(_joined(above, nodes[a], nodes[b]), score=score, doubt=error)
        nodes = [n for i, n in enumerate(nodes) if i not in (a, b)] + [joined]
    return nodes[0]


def _outside(t: Tensor, doubt: Tensor, nodes: Sequence[Node], a: int, b: int) -> tuple[float, float]:
    """Largest T of a pair of nodes against the inputs outside both, and its error; 0 when there are none."""
    outside = [k for i, n in enumerate(nodes) if i not in (a, b) for k in n.inputs]
    places = ((i, j, k) for i in nodes[a].inputs for j in nodes[b].inputs for k in outside)
    return max(((float(t[p]), float(doubt[p])) for p in places), default=(0.0, 0.0))


def _joined(above: Tensor, a: Node, b: Node) -> Node:
    """Join two nodes: flat where a child of one can stand beside the other."""
    children = (*_parts(above, a, b), *_parts(above, b, a))
    return Node(children=children)


def _parts(above: Tensor, node: Node, other: Node) -> tuple[Node, ...]:
    """Give the children of a node if they may stand beside the other node, else the node itself."""
    if not node.children:
        return (node,)
    for child in node.children:
        rest = [k for c in node.children if c is not child for k in c.inputs]
        pairs = ((i, j) for i in child.inputs for j in other.inputs)
        if max((float(above[i, j, k]) for i, j in pairs for k in rest), default=0.0) > 0:
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


def blocks(tree: Node, inputs: int, *, outer: bool = True) -> Graph:
    """Give the tree with a dense block for each group that does not split: strange nodes are dissolved into theirs."""
    edges: list[tuple[int, int]] = []
    last = inputs - 1

    def node_of(sources: Sequence[int]) -> int:
        nonlocal last
        last += 1
        edges.extend((s, last) for s in sources)
        return last

    def build(node: Node) -> int:
        if not node.children:
            return node.input
        whole = not any(c.strange for c in node.children)
        sources = [build(c) for c in _members(node)]
        return node_of(sources if whole else [node_of(sources) for _ in range(_BLOCK)])

    root = build(tree)
    if outer:
        node_of([root])
    return graph(inputs, [_SUM] * (last - inputs + 1), edges)


def _members(node: Node) -> Iterator[Node]:
    """Children, and those of children that are none."""
    for child in node.children:
        if child.strange:
            yield from _members(child)
        else:
            yield child
