"""Rooms of the network: basis, knots, graph, the KAN itself, its sweeps and derivatives."""

from kansr.network.curves import Curve, CurveValues, Spline
from kansr.network.graph import Edge, Graph, dense, graph
from kansr.network.kan import KAN, edge_name, names
from kansr.network.spec import KANSpec

__all__ = ["KAN", "Curve", "CurveValues", "Edge", "Graph", "KANSpec", "Spline", "dense", "edge_name", "graph", "names"]
