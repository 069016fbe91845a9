"""A network drawn: inputs below, output above, the curve of each edge in a small box.

A box is the paler the less its edge matters. This draws what `kansr.experiments.snapshot` gives.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from kansr.report.figures.style import COLOURS, INK

_BOX_HEIGHT, _BOX_WIDTH = 0.17, 0.13  # shares of the panel
_FULL = 0.3  # attribution, as a share of the target's spread, from which an edge is drawn in full
_FAINTEST = 0.12
_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
_SIGNS = 44  # that there is room for across a panel


def draw_network(axes: Axes, network: dict[str, Any]) -> None:
    """Draw a network into an empty panel."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.12, 1.08)
    places = _places(network["layers"])
    boxes = _boxes(network, places)
    for edge, (x, y) in zip(network["edges"], boxes, strict=True):
        alpha = max(_FAINTEST, min(1.0, edge["attribution"] / _FULL))
        _edge(axes, places[edge["source"]], (x, y), places[edge["target"]], alpha=alpha)
        _curve(axes, edge, (x, y), alpha=alpha, width=_width(network, edge))
        if edge["label"] is not None:
            _label(axes, edge["label"], (x, y), most=_SIGNS // _beside(network, edge))
    for node, (x, y) in enumerate(places):
        axes.plot(x, y, "o", color=INK, markersize=4)
        if node in network["products"]:
            axes.text(x + 0.02, y, "×", fontsize=10, va="center", color=INK)
        if node < network["inputs"]:
            axes.text(x, y - 0.05, f"x{node + 1}", ha="center", va="top", fontsize=8, color=INK)


def _places(layers: list[int]) -> list[tuple[float, float]]:
    """Give each node its place: its layer is its height, its neighbours share the width."""
    top = max(layers)
    places = []
    for node, layer in enumerate(layers):
        row = [n for n, other in enumerate(layers) if other == layer]
        places.append(((row.index(node) + 0.5) / len(row), layer / top))
    return places


def _boxes(network: dict[str, Any], places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Give the box of each edge its place: halfway below its target's layer, in the order of sources and targets."""
    layers, edges = network["layers"], network["edges"]
    top = max(layers)
    found: dict[int, tuple[float, float]] = {}
    for layer in range(1, top + 1):
        inside = [i for i, edge in enumerate(edges) if layers[edge["target"]] == layer]
        inside.sort(key=lambda i: (places[edges[i]["target"]][0] + places[edges[i]["source"]][0], i))
        for at, i in enumerate(inside):
            found[i] = ((at + 0.5) / len(inside), (layer - 0.5) / top)
    return [found[i] for i in range(len(edges))]


def _width(network: dict[str, Any], edge: dict[str, Any]) -> float:
    """Width of the boxes of a layer: narrower where there are many."""
    return min(_BOX_WIDTH, 0.8 / _beside(network, edge))


def _beside(network: dict[str, Any], edge: dict[str, Any]) -> int:
    """Count the edges that end in the same layer."""
    layers = network["layers"]
    return sum(bool(layers[other["target"]] == layers[edge["target"]]) for other in network["edges"])


def _edge(
    axes: Axes, source: tuple[float, float], box: tuple[float, float], target: tuple[float, float], *, alpha: float
) -> None:
    half = _BOX_HEIGHT / 2
    axes.plot([source[0], box[0]], [source[1], box[1] - half], color=INK, linewidth=0.8, alpha=alpha)
    axes.plot([box[0], target[0]], [box[1] + half, target[1]], color=INK, linewidth=0.8, alpha=alpha)


def _curve(axes: Axes, edge: dict[str, Any], at: tuple[float, float], *, alpha: float, width: float) -> None:
    """Draw the curve of an edge, scaled to its box."""
    (x, y), half, tall = at, width / 2, _BOX_HEIGHT / 2
    colour = COLOURS[0] if edge["label"] in (None, "spline") else COLOURS[1]
    axes.add_patch(
        Rectangle((x - half, y - tall), width, 2 * tall, facecolor="white", edgecolor=INK, linewidth=0.7, alpha=alpha)
    )
    across = [x + 0.8 * half * u for u in _unit(edge["x"])]
    up = [y + 0.8 * tall * v for v in _unit(edge["y"])]
    axes.plot(across, up, color=colour, linewidth=1.2, alpha=alpha)


def _label(axes: Axes, text: str, at: tuple[float, float], *, most: int) -> None:
    """Write the function of an edge above its box, as much of it as there is room for."""
    short = text if len(text) <= most else f"{text[: most - 1]}…"
    colour = COLOURS[0] if text == "spline" else COLOURS[1]
    axes.text(
        at[0], at[1] + _BOX_HEIGHT / 2 + 0.02, short, ha="center", va="bottom", fontsize=7, color=colour, bbox=_BEHIND
    )


def _unit(values: list[float]) -> list[float]:
    """Scale values to -1 .. 1; a constant lies in the middle."""
    low, high = min(values), max(values)
    return [2 * (v - low) / (high - low) - 1 if high > low else 0.0 for v in values]
