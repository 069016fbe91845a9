"""Graphs worth trying, smallest first."""

from __future__ import annotations

from collections.abc import Iterator

from kansr.network.graph import Graph, dense, graph

WIDEST = 12  # inputs above which no dense hidden layer is proposed


def proposals(inputs: int, *, products: bool = True) -> Iterator[Graph]:
    """Yield one sum, a function of one sum, one product, a function of one product, and two sums.

    These are the graphs of laws that read "add, then bend" or "multiply, then bend".
    """
    yield dense((inputs, 1))
    if inputs == 1:
        return
    yield dense((inputs, 1, 1))
    if products:
        yield graph(inputs, ["product"], [(i, inputs) for i in range(inputs)])
        yield graph(inputs, ["product", "sum"], [*((i, inputs) for i in range(inputs)), (inputs, inputs + 1)])
    if inputs <= WIDEST:
        yield dense((inputs, 2, 1))
