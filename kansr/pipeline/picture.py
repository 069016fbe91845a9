"""A network as plain numbers that can be drawn: its graph, the curve on each edge, and how much each matters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from kansr.errors import FormulaError
from kansr.formula.evaluate import evaluate
from kansr.formula.functions import Array
from kansr.formula.parse import parse
from kansr.network.kan import KAN
from kansr.network.sweep import forward
from kansr.tensors import Tensor, torch
from kansr.training.prune import attribution

POINTS = 64
"""Points of a curve."""

Record = dict[str, Any]


def picture(kan: KAN, x: Tensor, labels: Sequence[str | None] | None = None) -> Record:
    """Give what a drawing of a network (b = 1) needs, its curves over the range that rows x [n, i] reach.

    Each edge has the nodes that it leads from and to, its `attribution` as a share of the target's spread, its curve as
    points (`x` of its source, `y` what it adds or multiplies there), and its label, if any.
    """
    graph, nodes = kan.graph, forward(kan, x).nodes
    effect = attribution(kan, x)
    edges = []
    for i, edge in enumerate(graph.edges):
        at = _over(nodes[edge.source][0])
        drawn = _curve(kan, i, at)
        edges.append(
            {
                "source": edge.source,
                "target": edge.target,
                "attribution": float(effect[i]),
                "x": at.tolist(),
                "y": drawn.tolist(),
                "label": None if labels is None else labels[i],
            }
        )
    return {
        "width": list(graph.width),
        "inputs": graph.inputs,
        "layers": [graph.layer(node) for node in range(graph.nodes)],
        "products": [node for node in range(graph.inputs, graph.nodes) if graph.kind(node) == "product"],
        "edges": edges,
        "grid": kan.grid,
    }


def with_functions(drawn: Record, names: Sequence[str]) -> Record:
    """Lay over each curve the function that its label names, scaled and shifted to it; `names` are those of the nodes.

    An edge gains `fitted`, the values of the function at its points, and `misfit`, what the function leaves over as a
    share of the curve's spread; None both where the label names no function.
    """
    return drawn | {"names": list(names), "edges": [_laid_over(edge, names[edge["source"]]) for edge in drawn["edges"]]}


def _over(values: Tensor) -> Tensor:
    """Give points [p] over the range of a node's values [n]."""
    return torch.linspace(float(values.min()), float(values.max()), POINTS, dtype=values.dtype, device=values.device)


def _curve(kan: KAN, edge: int, at: Tensor) -> Tensor:
    """Give the values [p] of the curve on an edge at points [p] of its source."""
    source = kan.graph.edges[edge].source
    ends = kan.lower[:, source], kan.upper[:, source]
    value = kan.curves[edge].evaluate(at[None], kan.of_edge(edge), *ends).value[0]
    return torch.nan_to_num(value, nan=0.0, posinf=0.0, neginf=0.0)


def _laid_over(edge: Record, source: str) -> Record:
    x, y = np.asarray(edge["x"]), np.asarray(edge["y"])
    values = None if edge["label"] in (None, "spline") else _values(edge["label"], source, x)
    if values is None:
        return edge | {"fitted": None, "misfit": None}
    design = np.column_stack([values, np.ones_like(values)])
    fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    spread = float(np.std(y))
    misfit = float(np.std(fitted - y)) / spread if spread else 0.0
    return edge | {"fitted": fitted.tolist(), "misfit": misfit}


def _values(label: str, source: str, x: Array) -> Array | None:
    """Give the values [p] of the function that a label names, in its source, at x [p]; None where it has none."""
    text = re.sub(rf"(?<![\w.]){re.escape(source)}(?!\w)", "(u_)", label)
    try:
        values = np.broadcast_to(evaluate(parse(text, {"u_": source}), {"u_": x}), x.shape)
    except FormulaError:
        return None
    return values if np.isfinite(values).all() and float(np.ptp(values)) > 0 else None
