"""The network of a page as shapes: nodes, and on each edge a box with its curve and its function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kansr.report.chart import path
from kansr.report.layout import Place, beside, box_places, cut, node_places, strength, within

_BOX, _GAP = (104.0, 76.0), 30.0  # width and height of a box; between boxes
_SMALL = 0.62  # of the box where there are many
_MANY = 9  # boxes in a layer from which they are small
_LAYER = 190.0  # height of a layer
_MARGIN = 34.0  # above and below
_ABOVE = 20.0  # room of the function above its box
_LETTER = 7.0  # width of a letter
_NARROWEST = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The curve on an edge: its frame, its lines, and what is said of it."""

    x: float
    y: float
    width: float
    height: float
    links: str
    curve: str
    fitted: str
    label: str
    title: str
    known: bool
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node: its place, its name in a drawing and in full, and what it does."""

    x: float
    y: float
    label: str
    name: str
    product: bool
    end: str
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """A network that is laid out."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    nodes: tuple[Node, ...]


def diagram(network: Mapping[str, Any]) -> Diagram:
    """Lay out a network, inputs below, as wide as its widest layer needs."""
    layers, edges = network["layers"], network["edges"]
    most = max(beside(network, edge) for edge in edges)
    size = _SMALL if most > _MANY else 1.0
    box = _BOX[0] * size, _BOX[1] * size
    width = max(_NARROWEST, most * (box[0] + _GAP * size), _width_of_names(network))
    height = max(layers) * _LAYER + 2 * _MARGIN
    places = [_placed(place, width, height) for place in node_places(layers)]
    at = [_placed(place, width, height) for place in box_places(network, node_places(layers))]
    return Diagram(
        width=width,
        height=height,
        boxes=tuple(
            _box(network, edge, places, middle=middle, size=box) for edge, middle in zip(edges, at, strict=True)
        ),
        nodes=tuple(_node(network, i, place, width) for i, place in enumerate(places)),
    )


def _width_of_names(network: Mapping[str, Any]) -> float:
    """Give the width at which the names of the inputs stand beside each other, long ones cut."""
    longest = max(len(name) for name in network["names"][: network["inputs"]])
    return float(network["inputs"] * (min(longest, 10) * _LETTER + 14))


def _placed(place: Place, width: float, height: float) -> Place:
    return place[0] * width, height - _MARGIN - place[1] * (height - 2 * _MARGIN)


def _box(
    network: Mapping[str, Any], edge: Mapping[str, Any], places: Sequence[Place], *, middle: Place, size: Place
) -> Box:
    (x, y), (w, h) = middle, size
    source, target = places[edge["source"]], places[edge["target"]]
    names, label = network["names"], edge["label"] or ""
    low, high = min(edge["y"]), max(edge["y"])
    known = label not in ("", "spline")
    fitted = edge["fitted"]
    room = int((w + _GAP * w / _BOX[0] - 4) / _LETTER) if beside(network, edge) > 1 else 40
    return Box(
        x=x - w / 2,
        y=y - h / 2,
        width=w,
        height=h,
        links=path([source, (x, y + h / 2)]) + path([(x, y - h / 2 - (_ABOVE if label else 0)), target]),
        curve=_line(edge["x"], edge["y"], (low, high), middle=middle, size=size),
        fitted="" if fitted is None else _line(edge["x"], fitted, (low, high), middle=middle, size=size),
        label=cut(label, room),
        title=f"{names[edge['source']]} → {names[edge['target']]}: {label or 'a curve'}",
        known=known,
        strength=round(strength(edge, faintest=0.25), 2),
    )


def _line(xs: Sequence[float], ys: Sequence[float], ends: tuple[float, float], *, middle: Place, size: Place) -> str:
    """Write a curve into its box, whose height is that of the learned curve."""
    across, up = within(xs, min(xs), max(xs)), within(ys, *ends)
    half = 0.42 * size[0], 0.4 * size[1]
    held = [max(-1.15, min(1.15, v)) for v in up]
    return path((middle[0] + half[0] * u, middle[1] - half[1] * v) for u, v in zip(across, held, strict=True))


def _node(network: Mapping[str, Any], node: int, place: Place, width: float) -> Node:
    inputs, names = network["inputs"], network["names"]
    last = node == len(names) - 1
    room = int(width / inputs / _LETTER) - 1 if node < inputs else 40
    return Node(
        x=place[0],
        y=place[1],
        label=cut(names[node], max(room, 3)),
        name=names[node],
        product=node in network["products"],
        end="input" if node < inputs else ("output" if last else "hidden"),
        used=node >= inputs or any(edge["source"] == node for edge in network["edges"]),
    )
