"""A network drawn: inputs below, output above, the curve of each edge in a small box.

A box is the paler the less its edge matters. This draws what `kansr.experiments.snapshot` and
`kansr.pipeline.picture` give.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from kansr.report.figures.style import COLOURS, INK
from kansr.report.layout import beside, box_places, cut, node_places, strength, unit

_BOX_HEIGHT, _BOX_WIDTH = 0.17, 0.13  # shares of the panel
_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
_SIGNS = 44  # that there is room for across a panel


def draw_network(axes: Axes, network: dict[str, Any]) -> None:
    """Draw a network into an empty panel."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.12, 1.08)
    places = node_places(network["layers"])
    boxes = box_places(network, places)
    names = network.get("names") or [f"x{node + 1}" for node in range(network["inputs"])]
    room = _SIGNS * 2 // network["inputs"]
    for edge, (x, y) in zip(network["edges"], boxes, strict=True):
        alpha = strength(edge)
        _edge(axes, places[edge["source"]], (x, y), places[edge["target"]], alpha=alpha)
        _curve(axes, edge, (x, y), alpha=alpha, width=_width(network, edge))
        if edge["label"] is not None:
            _label(axes, edge["label"], (x, y), most=_SIGNS // beside(network, edge))
    for node, (x, y) in enumerate(places):
        axes.plot(x, y, "o", color=INK, markersize=4)
        if node in network["products"]:
            axes.text(x + 0.02, y, "×", fontsize=10, va="center", color=INK)
        if node == len(places) - 1 and "names" in network:
            axes.text(x, y + 0.03, names[node], ha="center", va="bottom", fontsize=8, color=INK, parse_math=False)
        if node < network["inputs"]:
            axes.text(
                x, y - 0.05, cut(names[node], room), ha="center", va="top", fontsize=8, color=INK, parse_math=False
            )


def _width(network: dict[str, Any], edge: dict[str, Any]) -> float:
    """Width of the boxes of a layer: narrower where there are many."""
    return min(_BOX_WIDTH, 0.8 / beside(network, edge))


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
    across = [x + 0.8 * half * u for u in unit(edge["x"])]
    up = [y + 0.8 * tall * v for v in unit(edge["y"])]
    axes.plot(across, up, color=colour, linewidth=1.2, alpha=alpha)


def _label(axes: Axes, text: str, at: tuple[float, float], *, most: int) -> None:
    """Write the function of an edge above its box, as much of it as there is room for."""
    colour = COLOURS[0] if text == "spline" else COLOURS[1]
    axes.text(
        at[0],
        at[1] + _BOX_HEIGHT / 2 + 0.02,
        cut(text, most),
        ha="center",
        va="bottom",
        fontsize=7,
        color=colour,
        bbox=_BEHIND,
    )
