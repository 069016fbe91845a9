"""A Kolmogorov-Arnold network as a value: a graph, a curve on each edge, and numbers.

Every tensor carries a leading axis b of networks that share graph and kinds of curves but not their numbers: many
starts of one training are one `KAN`. A single network has b = 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from kansr.network.curves import Curve, Spline
from kansr.network.graph import Edge, Graph
from kansr.tensors import Tensor, torch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KAN:
    """A Kolmogorov-Arnold network (Liu et al. 2024), dense or sparse.

    Parameters
    ----------
    graph
        Which edges exist; sum and product nodes.
    curves
        The kind of curve on each edge.
    theta
        Parameters of all curves, one edge after the other: [b, P].
    lower, upper
        Range of each node, on which the splines that start there are laid: [b, nodes].
    """

    graph: Graph
    curves: tuple[Curve, ...]
    theta: Tensor
    lower: Tensor
    upper: Tensor

    @property
    def batch(self) -> int:
        """Number of networks b that are carried together."""
        return self.theta.shape[0]

    @property
    def parameters(self) -> int:
        """Number of parameters P of one network."""
        return sum(c.size for c in self.curves)

    @property
    def grid(self) -> int:
        """The finest grid on any edge: 0 when no spline is left."""
        return max((c.grid for c in self.curves if isinstance(c, Spline)), default=0)

    @property
    def splines(self) -> list[int]:
        """Positions of the edges that carry a spline."""
        return [i for i, c in enumerate(self.curves) if isinstance(c, Spline)]

    def slices(self) -> list[slice]:
        """Where the parameters of each edge stand in `theta`."""
        ends = [0, *accumulate(c.size for c in self.curves)]
        return [slice(a, b) for a, b in pairwise(ends)]

    def of_edge(self, edge: int) -> Tensor:
        """Parameters of one edge: [b, size]."""
        return self.theta[:, self.slices()[edge]]

    def to(self, device: torch.device | str) -> KAN:
        """Give the network on a device: itself, where it is there already."""
        if self.theta.device == torch.device(device):
            return self
        return replace(self, **{name: getattr(self, name).to(device) for name in ("theta", "lower", "upper")})

    def pick(self, which: Tensor | Sequence[int] | int) -> KAN:
        """Pick some of the networks that are carried together."""
        index = torch.as_tensor([which] if isinstance(which, int) else which, device=self.theta.device)
        return replace(self, theta=self.theta[index], lower=self.lower[index], upper=self.upper[index])

    def with_edges(self, keep: Sequence[int], graph: Graph) -> KAN:
        """Give the network of a smaller graph, whose edges are the ones at `keep` (see `Graph.without`)."""
        where = self.slices()
        nodes = _kept_nodes(self.graph, keep)
        return KAN(
            graph=graph,
            curves=tuple(self.curves[i] for i in keep),
            theta=torch.cat([self.theta[:, where[i]] for i in keep], -1),
            lower=self.lower[:, nodes],
            upper=self.upper[:, nodes],
        )

    def with_curve(self, edge: int, curve: Curve, p: Tensor) -> KAN:
        """Another curve on one edge, with parameters p [b, size]."""
        parts = [self.theta[:, s] for s in self.slices()]
        parts[edge] = p
        curves = (*self.curves[:edge], curve, *self.curves[edge + 1 :])
        return replace(self, curves=curves, theta=torch.cat(parts, -1))


def _kept_nodes(graph: Graph, keep: Sequence[int]) -> list[int]:
    targets = {graph.edges[i].target for i in keep}
    return [n for n in range(graph.nodes) if n < graph.inputs or n in targets]


def names(graph: Graph, features: Sequence[str], target: str) -> list[str]:
    """Name each node: the columns for inputs and output, h1, h2 .. for hidden ones."""
    hidden = [f"h{i + 1}" for i in range(len(graph.kinds) - 1)]
    return [*features, *hidden, target]


def edge_name(edge: Edge, nodes: Sequence[str]) -> str:
    """How an edge is written for people, such as `x1 -> h1`."""
    return f"{nodes[edge.source]} -> {nodes[edge.target]}"
