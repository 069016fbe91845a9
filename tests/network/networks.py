"""Random graphs and networks for the tests."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from kansr.network.curves import Spline
from kansr.network.graph import Graph, dense, graph
from kansr.network.kan import KAN


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph of up to 4 inputs and 5 further nodes; some nodes may lead nowhere."""
    inputs, further = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    kinds = draw(st.lists(st.sampled_from(["sum", "product"]), min_size=further, max_size=further))
    edges = []
    for node in range(inputs, inputs + further):
        sources = draw(st.sets(st.integers(0, node - 1), min_size=1, max_size=4))
        edges += [(source, node) for source in sources]
    return graph(inputs, kinds, edges)


def network(
    shape: Graph, *, grid: int = 4, order: int = 3, batch: int = 1, seed: int = 0, reach: float = 1.0, size: float = 0.5
) -> KAN:
    """A network with random parameters whose grids all lie on [-reach, reach]."""
    generator = torch.Generator().manual_seed(seed)
    spline = Spline(grid, order)
    count = spline.size * len(shape.edges)
    theta = size * torch.randn(batch, count, generator=generator, dtype=torch.float64)
    ends = torch.full((batch, shape.nodes), reach, dtype=torch.float64)
    return KAN(graph=shape, curves=(spline,) * len(shape.edges), theta=theta, lower=-ends, upper=ends)


def rows(n: int, inputs: int, *, seed: int = 0, reach: float = 1.0) -> torch.Tensor:
    """Give rows [n, inputs] within [-reach, reach]."""
    generator = torch.Generator().manual_seed(seed)
    return reach * (2 * torch.rand(n, inputs, generator=generator, dtype=torch.float64) - 1)


MIXED = graph(
    3,
    ["sum", "product", "sum", "product", "sum"],
    [(0, 3), (1, 3), (1, 4), (2, 4), (3, 4), (0, 5), (4, 5), (3, 6), (4, 6), (2, 6), (5, 7), (6, 7), (0, 7)],
)
"""Sum and product nodes, skip edges, an input that feeds several layers."""

SHAPES = {"chain": dense((1, 1, 1)), "dense": dense((2, 3, 1)), "deep": dense((3, 2, 2, 1)), "mixed": MIXED}
