"""Which edges exist and what the nodes do with them: one form for dense networks and for sparse graphs.

Nodes are numbered: first the inputs, then the others in an order in which every edge leads from a smaller number to
a larger one; the last node is the output. A node adds the curves that reach it, or multiplies them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from kansr.errors import UsageError

Kind = Literal["sum", "product"]


class Edge(NamedTuple):
    """A curve from one node to another."""

    source: int
    target: int


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph of a KAN.

    Parameters
    ----------
    inputs
        Number of input nodes: nodes 0 .. inputs - 1.
    kinds
        `sum` or `product` for each further node; the last one is the output.
    edges
        Sorted by target, then by source.

    Raises
    ------
    UsageError
        If an edge leads backwards, stands twice, or a node that is no input has no edge into it.

    >>> dense((2, 3, 1)).width
    (2, 3, 1)
    """

    inputs: int
    kinds: tuple[Kind, ...]
    edges: tuple[Edge, ...]

    def __post_init__(self) -> None:
        if list(self.edges) != sorted(set(self.edges), key=lambda e: (e.target, e.source)):
            raise UsageError("the edges of a graph must be sorted by target and source, each once")
        if any(not 0 <= e.source < e.target < self.nodes for e in self.edges):
            raise UsageError("an edge of a graph must lead from an earlier node to a later one")
        fed = {e.target for e in self.edges}
        if fed != set(range(self.inputs, self.nodes)):
            raise UsageError("each node of a graph that is no input needs an edge into it, and no input may have one")

    @property
    def nodes(self) -> int:
        """Number of nodes, inputs included."""
        return self.inputs + len(self.kinds)

    @property
    def output(self) -> int:
        """Number of the output node."""
        return self.nodes - 1

    def kind(self, node: int) -> Kind:
        """Say what a node that is no input does with its edges."""
        return self.kinds[node - self.inputs]

    def into(self, node: int) -> list[int]:
        """Positions of the edges that end at a node."""
        return [i for i, e in enumerate(self.edges) if e.target == node]

    def out_of(self, node: int) -> list[int]:
        """Positions of the edges that start at a node."""
        return [i for i, e in enumerate(self.edges) if e.source == node]

    def layer(self, node: int) -> int:
        """Longest way from an input to a node: 0 for the inputs."""
        depth = [0] * self.nodes
        for e in self.edges:
            depth[e.target] = max(depth[e.target], depth[e.source] + 1)
        return depth[node]

    @property
    def width(self) -> tuple[int, ...]:
        """Number of nodes in each layer."""
        layers = [self.layer(node) for node in range(self.nodes)]
        return tuple(layers.count(layer) for layer in range(max(layers) + 1))

    @property
    def used(self) -> tuple[int, ...]:
        """The inputs that reach the output."""
        return tuple(sorted({e.source for e in self.edges if e.source < self.inputs}))

    def without(self, edges: Iterable[int]) -> tuple[Graph, tuple[int, ...]] | None:
        """Cut edges, and with them every node that no longer leads from an input to the output.

        Returns
        -------
        The smaller graph and the positions (in this graph) of the edges that stay, or None when the output would be
        cut off from all inputs.
        """
        cut = set(edges)
        keep = [i for i in range(len(self.edges)) if i not in cut]
        while True:
            alive = self._alive(keep)
            rest = [i for i in keep if self.edges[i].source in alive and self.edges[i].target in alive]
            if rest == keep:
                break
            keep = rest
        if not any(self.edges[i].target == self.output for i in keep):
            return None
        return self._renumbered(keep), tuple(keep)

    def _alive(self, keep: Sequence[int]) -> set[int]:
        """Nodes that an input reaches and that reach the output."""
        forward = set(range(self.inputs))
        for i in keep:  # edges are sorted by target: one pass is enough
            if self.edges[i].source in forward:
                forward.add(self.edges[i].target)
        backward = {self.output}
        for i in sorted(keep, key=lambda i: -self.edges[i].source):
            if self.edges[i].target in backward:
                backward.add(self.edges[i].source)
        return forward & backward

    def _renumbered(self, keep: Sequence[int]) -> Graph:
        old = [n for n in range(self.inputs, self.nodes) if any(self.edges[i].target == n for i in keep)]
        new = {n: n for n in range(self.inputs)} | {n: self.inputs + j for j, n in enumerate(old)}
        edges = tuple(Edge(new[self.edges[i].source], new[self.edges[i].target]) for i in keep)
        return Graph(self.inputs, tuple(self.kind(n) for n in old), edges)


def graph(inputs: int, kinds: Sequence[Kind], edges: Iterable[tuple[int, int]]) -> Graph:
    """Build a graph from edges in any order."""
    return Graph(inputs, tuple(kinds), tuple(sorted((Edge(*e) for e in edges), key=lambda e: (e.target, e.source))))


def dense(width: Sequence[int]) -> Graph:
    """Every node of a layer to every node of the next, all of them sums: the KAN of Liu et al. 2024.

    Raises
    ------
    UsageError
        If there are fewer than two layers, an empty one, or more than one output.
    """
    if len(width) < 2 or min(width) < 1 or width[-1] != 1:
        raise UsageError(
            f"width {tuple(width)} is not a network", hint="give inputs, hidden layers and one output: 2,5,1"
        )
    edges, start = [], 0
    for now, after in pairwise(width):
        edges += [(start + i, start + now + j) for j in range(after) for i in range(now)]
        start += now
    return graph(width[0], ["sum"] * sum(width[1:]), edges)
