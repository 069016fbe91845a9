"""Where the nodes and edges of a network stand in a drawing: inputs below, output above, a box for each curve.

Places are shares of width and height, from 0 below and left to 1. Both drawings of a network use them: the one of the
page and that of matplotlib.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Place = tuple[float, float]


def node_places(layers: Sequence[int]) -> list[Place]:
    """Give each node its place: its layer is its height, its neighbours share the width.

    >>> node_places([0, 0, 1])
    [(0.25, 0.0), (0.75, 0.0), (0.5, 1.0)]
    """
    top = max(layers)
    places = []
    for node, layer in enumerate(layers):
        row = [n for n, other in enumerate(layers) if other == layer]
        places.append(((row.index(node) + 0.5) / len(row), layer / top))
    return places


def box_places(network: Mapping[str, Any], places: Sequence[Place]) -> list[Place]:
    """Give the box of each edge its place: halfway below its target's layer, in the order of sources and targets."""
    layers, edges = network["layers"], network["edges"]
    top = max(layers)
    found: dict[int, Place] = {}
    for layer in range(1, top + 1):
        inside = [i for i, edge in enumerate(edges) if layers[edge["target"]] == layer]
        inside.sort(key=lambda i: (places[edges[i]["target"]][0] + places[edges[i]["source"]][0], i))
        for at, i in enumerate(inside):
            found[i] = ((at + 0.5) / len(inside), (layer - 0.5) / top)
    return [found[i] for i in range(len(edges))]


def beside(network: Mapping[str, Any], edge: Mapping[str, Any]) -> int:
    """Count the edges that end in the layer of an edge's target."""
    layers = network["layers"]
    return sum(bool(layers[other["target"]] == layers[edge["target"]]) for other in network["edges"])


def unit(values: Sequence[float]) -> list[float]:
    """Scale values to -1 .. 1; a constant lies in the middle."""
    return within(values, min(values), max(values))


def within(values: Sequence[float], low: float, high: float) -> list[float]:
    """Scale values so that `low` is -1 and `high` is 1; where both are alike all lie in the middle."""
    return [2 * (v - low) / (high - low) - 1 if high > low else 0.0 for v in values]


def strength(edge: Mapping[str, Any], *, full: float = 0.3, faintest: float = 0.12) -> float:
    """Give how strongly an edge is drawn: in full from an attribution of `full` on (a share of the target's spread)."""
    return float(max(faintest, min(1.0, edge["attribution"] / full)))


def cut(text: str, most: int) -> str:
    """Give as much of a text as there is room for.

    >>> cut("sin(3.142*x1)", 8)
    'sin(3.1…'
    """
    return text if len(text) <= most else f"{text[: max(most - 1, 1)]}…"
