"""Where a training starts: several networks whose edges carry shapes of different kinds.

Local minima are real on coarse grids, and cheap to leave behind there: a start costs less than 0.1 s. All-linear
starts fail on V-shaped and periodic edges, so each edge draws a shape of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from kansr.network.curves import Spline
from kansr.network.graph import Graph
from kansr.network.kan import KAN
from kansr.network.knots import from_samples, sample_positions, with_margin
from kansr.network.sweep import forward, known
from kansr.tensors import Tensor, torch

_BENT = 0.3  # share of a parabola in a smooth start
_ROWS = 5000  # rows on whose values the grids of hidden nodes are laid

# Shapes on z in [-1, 1], all of about unit size.
SHAPES: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda z: z,
    lambda z: z,
    lambda z: 2 * z**2 - 1,
    lambda z: torch.exp(1.5 * z) / 2 - 1,
    lambda z: torch.log(z + 1.1) + 0.6,
    lambda z: torch.sin(torch.pi * z),
    lambda z: torch.cos(torch.pi * z),
)


def starts(
    graph: Graph,
    x: Tensor,
    *,
    grid: int,
    order: int,
    count: int,
    seed: int,
    lines: Mapping[int, float] | None = None,
) -> KAN:
    """Draw `count` networks on a graph, with their grids laid on the values that rows x [n, i] give each node.

    The first start has straight lines everywhere; the others draw a shape, a sign and (before a product node) an
    offset for each edge from a generator of their own. The edges (by position) of `lines` are straight in the first
    half of the starts, and rise or fall as the sign there says.
    """
    generator = torch.Generator().manual_seed(seed)
    spline = Spline(grid, order)
    edges = [
        _edge(spline, graph, i, count=count, generator=generator, line=(lines or {}).get(i))
        for i in range(len(graph.edges))
    ]
    return _placed(graph, x, spline, torch.cat(edges, -1).to(x))


def smooth_starts(graph: Graph, x: Tensor, *, grid: int, order: int, count: int, seed: int) -> KAN:
    """Draw `count` networks whose curves are straight lines, slightly bent.

    For dense networks: from here they reach a smooth fit, whose derivatives tell the structure of the law.
    """
    generator = torch.Generator().manual_seed(seed)
    spline = Spline(grid, order)
    z = 2 * sample_positions(spline) - 1
    none = torch.zeros(count, 1, dtype=z.dtype)
    edges = []
    for edge in graph.edges:
        slope, bend = torch.randn(2, count, 1, generator=generator, dtype=z.dtype)
        value = (slope * z + _BENT * bend * (2 * z**2 - 1)) * len(graph.into(edge.target)) ** -0.5
        edges.append(from_samples(spline, value, none))
    return _placed(graph, x, spline, torch.cat(edges, -1).to(x))


def _edge(
    spline: Spline, graph: Graph, edge: int, *, count: int, generator: torch.Generator, line: float | None
) -> Tensor:
    """Parameters [count, size] of one edge in each start."""
    z = 2 * sample_positions(spline) - 1
    target = graph.edges[edge].target
    size = 1.0 if graph.kind(target) == "product" else len(graph.into(target)) ** -0.5
    drawn = torch.randint(len(SHAPES), (count,), generator=generator)
    sign = 2.0 * torch.randint(2, (count,), generator=generator) - 1
    offset = 1.5 * torch.randint(2, (count,), generator=generator)
    drawn[0], sign[0] = 0, 1
    if line is not None:
        straight = (count + 1) // 2
        drawn[:straight], sign[:straight] = 0, line
    value = torch.stack([SHAPES[int(k)](z) for k in drawn]) * sign[:, None] * size
    if graph.kind(target) == "product":
        value = value + offset[:, None]
    return from_samples(spline, value, torch.zeros(count, 1, dtype=value.dtype))


def _placed(graph: Graph, x: Tensor, spline: Spline, theta: Tensor) -> KAN:
    """Put curves [b, P] on a graph, the grids of the inputs on the rows, those of hidden nodes on their values."""
    count = len(theta)
    lower, upper = x.amin(0).expand(count, -1), x.amax(0).expand(count, -1)
    lower, upper = with_margin(lower, upper, margin=2.0 / len(x))
    unit = lower.new_ones(count, len(graph.kinds))
    kan = KAN(
        graph=graph,
        curves=(spline,) * len(graph.edges),
        theta=theta,
        lower=torch.cat([lower, -unit], -1),
        upper=torch.cat([upper, unit], -1),
    )
    return _laid(kan, x)


def _laid(kan: KAN, x: Tensor) -> KAN:
    """Lay the grids of hidden nodes on their values, from the inputs on; the curves keep their shape over the grid."""
    lower, upper = kan.lower.clone(), kan.upper.clone()

    def lay(node: int, value: Tensor) -> None:
        if node >= kan.graph.inputs:
            low, high = with_margin(value.amin(-1), value.amax(-1))
            lower[:, node], upper[:, node] = low, high

    placed = replace(kan, lower=lower, upper=upper)
    few = x[:_ROWS]
    forward(placed, few, laid=known(placed, few), at_node=lay)
    return placed
