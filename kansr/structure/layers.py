"""Graphs in which every input stands in two layers: most laws in which columns occur twice are parts of one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kansr.network.graph import Graph, graph


def layers(inputs: int, used: Sequence[int], *, factors: bool = True) -> Iterator[Graph]:
    """Yield `sum a_i + f(sum b_i)`, `sum a_i + prod b_i`, and `prod c_i (sum a_i + prod b_i)` of the inputs used.

    Without `factors` the last one, which has the most curves, is left out.

    >>> [g.kinds for g in layers(2, [0, 1])]
    [('sum', 'sum'), ('product', 'sum'), ('product', 'sum', 'product')]
    """
    first, second, third = inputs, inputs + 1, inputs + 2
    two = [*((i, first) for i in used), *((i, second) for i in used), (first, second)]
    yield graph(inputs, ["sum", "sum"], two)
    yield graph(inputs, ["product", "sum"], two)
    if factors:
        yield graph(inputs, ["product", "sum", "product"], [*two, *((i, third) for i in used), (second, third)])
