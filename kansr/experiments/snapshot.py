"""A network as plain numbers that can be drawn: its graph, the curve on each edge, and how much each matters."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from kansr.experiments import Record
from kansr.experiments.sample import Sample
from kansr.network.kan import KAN
from kansr.network.sweep import forward
from kansr.training.prune import attribution

_POINTS = 32  # of a curve


def snapshot(title: str, kan: KAN, drawn: Sample, *, labels: Sequence[str] | None = None) -> Record:
    """Give what a drawing of a network (b = 1) needs.

    Each edge has the nodes that it leads from and to, its `attribution` as a share of the target's spread, its curve as
    points (`x` over the values of its source on the rows to fit, `y` what it adds there), and its label, if any.
    """
    graph, x = kan.graph, drawn.data.train.x
    sweep = forward(kan, x)
    effect = attribution(kan, x)
    edges = []
    for i, edge in enumerate(graph.edges):
        at = sweep.nodes[edge.source][0]
        order = at.argsort()[torch.linspace(0, len(at) - 1, _POINTS).long()]
        edges.append(
            {
                "source": edge.source,
                "target": edge.target,
                "attribution": float(effect[i]),
                "x": at[order].tolist(),
                "y": sweep.edges[i].value[0][order].tolist(),
                "label": None if labels is None else labels[i],
            }
        )
    return {
        "title": title,
        "width": list(graph.width),
        "inputs": graph.inputs,
        "layers": [graph.layer(node) for node in range(graph.nodes)],
        "products": [node for node in range(graph.inputs, graph.nodes) if graph.kind(node) == "product"],
        "edges": edges,
        "grid": kan.grid,
        "rmse_test": drawn.error(kan),
    }
