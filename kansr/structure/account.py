"""The account: what a search tried, and the evidence for each thing that it decided, as plain records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kansr.network.graph import Graph
from kansr.network.kan import names as node_names
from kansr.structure.found import Found, Searched
from kansr.structure.tree import Node


def account(searched: Searched, features: Sequence[str], target: str) -> dict[str, Any]:
    """Give the evidence as JSON values.

    | key           | what it holds                                                                                   |
    |---------------|-------------------------------------------------------------------------------------------------|
    | `graph`       | the graph that was chosen, in brackets                                                          |
    | `tree`        | the same as nested records: node, what it does, what enters it                                  |
    | `inputs`      | how far each column moves the target (share of its spread), and whether it was dropped          |
    | `coordinates` | pairs of columns that enter as one, such as `a - b`, and the misfit of that (0: exactly)        |
    | `trees`       | readings of the separability tensor: the largest T that each join had to ignore, and its error  |
    | `tried`       | each trained graph: how it was come by, the staircase of its errors, slope, floor, verdict      |
    """
    best = searched.found[0]
    shape = best.trained.graph
    nodes = node_names(shape, features, target)
    return {
        "graph": written(shape, features),
        "tree": _tree(shape, shape.output, nodes),
        "inputs": _inputs(searched, features, shape),
        "error_of_dense_network": None if searched.probe is None else searched.probe.error,
        "coordinates": _coordinates(searched, features),
        "trees": [_joins(tree, features) for tree in searched.trees],
        "tried": [_tried(found, features, chosen=found is best) for found in searched.found],
    }


def written(shape: Graph, features: Sequence[str]) -> str:
    """Write a graph with brackets: `(m * (v + c))`; each name and each bracket stands for a curve of it.

    >>> from kansr.network.graph import graph
    >>> written(graph(3, ["sum", "product"], [(1, 3), (2, 3), (0, 4), (3, 4)]), ["m", "v", "c"])
    '(m * (v + c))'
    """

    def text(node: int) -> str:
        if node < shape.inputs:
            return features[node]
        sign = " + " if shape.kind(node) == "sum" else " * "
        return f"({sign.join(text(shape.edges[e].source) for e in shape.into(node))})"

    return text(shape.output)


def _tree(shape: Graph, node: int, nodes: Sequence[str]) -> dict[str, Any]:
    if node < shape.inputs:
        return {"node": nodes[node]}
    into = [_tree(shape, shape.edges[e].source, nodes) for e in shape.into(node)]
    return {"node": nodes[node], "kind": shape.kind(node), "into": into}


def _inputs(searched: Searched, features: Sequence[str], shape: Graph) -> list[dict[str, Any]]:
    moves = searched.probe.influence if searched.probe else [None] * len(features)
    return [
        {"column": name, "influence": move, "used": i in shape.used}
        for i, (name, move) in enumerate(zip(features, moves, strict=True))
    ]


def _coordinates(searched: Searched, features: Sequence[str]) -> list[dict[str, Any]]:
    found = searched.probe.symmetries if searched.probe else ()
    return [{"coordinate": s.coordinate.format(*(features[i] for i in s.inputs)), "misfit": s.misfit} for s in found]


def _joins(tree: Node, features: Sequence[str]) -> dict[str, Any]:
    def walk(node: Node) -> list[dict[str, Any]]:
        own = {"columns": [features[i] for i in node.inputs], "largest_t": node.score, "error_of_t": node.doubt}
        return [join for child in node.children if child.children for join in walk(child)] + [own]

    return {"tree": tree.text(features), "joins": walk(tree)}


def _tried(found: Found, features: Sequence[str], *, chosen: bool) -> dict[str, Any]:
    verdict, rungs = found.verdict, {row.grid: row.rmse_validation for row in found.trained.history}
    return {
        "way": found.way,
        "target": found.space,
        "graph": written(found.trained.graph, features),
        "staircase": [[grid, error] for grid, error in rungs.items()],
        "slope": verdict.slope,
        "floor": verdict.floor,
        "verdict": "right" if verdict.right else ("noise" if found.settled else "wrong"),
        "chosen": chosen,
    }
