"""Graphs: what is one, and what stays of one after a cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kansr.errors import UsageError
from kansr.network.graph import Edge, Graph, dense, graph
from tests.network.networks import MIXED, graphs


@pytest.mark.parametrize("width", [(1, 1), (2, 1), (2, 5, 1), (4, 2, 1, 1), (3, 2, 2, 1)])
def test_a_dense_graph_has_its_width_and_every_edge_between_layers(width):
    shape = dense(width)
    assert shape.width == width
    assert len(shape.edges) == sum(a * b for a, b in pairwise(width))
    assert set(shape.kinds) == {"sum"}
    assert shape.used == tuple(range(width[0]))


@pytest.mark.parametrize("width", [(), (1,), (2, 0, 1), (2, 3), (2, 3, 2), (0, 1)])
def test_a_width_that_is_no_network_is_refused_with_an_example(width):
    with pytest.raises(UsageError, match="2,5,1"):
        dense(width)


@pytest.mark.parametrize(
    ("kinds", "edges"),
    [
        (["sum"], [(1, 0)]),
        (["sum"], [(0, 2), (2, 2)]),
        (["sum", "sum"], [(0, 2), (3, 2), (2, 3)]),
        (["sum"], [(0, 5)]),
        (["sum"], [(-1, 2)]),
        (["sum", "sum"], [(0, 3)]),
        (["sum"], []),
        (["sum"], [(0, 2), (0, 2)]),
        (["sum"], [(0, 1), (1, 2)]),
    ],
    ids=["backward", "loop", "circle", "beyond", "negative", "unfed", "empty", "twice", "into an input"],
)
def test_what_is_no_graph_is_refused(kinds, edges):
    with pytest.raises(UsageError):
        graph(2, kinds, edges)


def test_edges_must_be_sorted():
    with pytest.raises(UsageError, match="sorted"):
        Graph(2, ("sum",), (Edge(1, 2), Edge(0, 2)))


def paths(shape: Graph, allowed: set[int]) -> list[list[int]]:
    """Every way from an input to the output over the allowed edges: the oracle for cutting."""

    def onward(node: int) -> list[list[int]]:
        if node == shape.output:
            return [[]]
        return [[i, *rest] for i in shape.out_of(node) if i in allowed for rest in onward(shape.edges[i].target)]

    return [path for node in range(shape.inputs) for path in onward(node)]


@given(graphs(), st.data())
def test_a_cut_keeps_exactly_the_edges_on_a_way_from_an_input_to_the_output(shape, data):
    cut = data.draw(st.sets(st.integers(0, len(shape.edges) - 1)))
    alive = {i for path in paths(shape, set(range(len(shape.edges))) - cut) for i in path}
    found = shape.without(cut)
    if not alive:
        assert found is None
        return
    smaller, keep = found
    assert list(keep) == sorted(alive)
    assert smaller.inputs == shape.inputs
    assert all(smaller.out_of(node) for node in range(smaller.inputs, smaller.output))
    for new, old in zip(smaller.edges, (shape.edges[i] for i in keep), strict=True):
        assert smaller.kind(new.target) == shape.kind(old.target)
        assert new.source == old.source or new.source >= smaller.inputs


@given(graphs())
def test_cutting_nothing_twice_changes_nothing(shape):
    found = shape.without([])
    if found is not None:
        once, _ = found
        assert once.without([]) == (once, tuple(range(len(once.edges))))


def test_cutting_the_only_way_gives_none():
    assert dense((2, 1, 1)).without([2]) is None
    assert dense((1, 1)).without([0]) is None


def test_an_input_that_nothing_reads_is_not_used():
    smaller, keep = dense((2, 1, 1)).without([1])
    assert (smaller.inputs, smaller.used, keep) == (2, (0,), (0, 2))


def test_a_layer_is_the_longest_way_from_an_input():
    assert [MIXED.layer(node) for node in range(MIXED.nodes)] == [0, 0, 0, 1, 2, 3, 3, 4]
