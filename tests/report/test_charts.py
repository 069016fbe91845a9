"""Axes hold what is drawn on them, their ticks are round, and paths break where there is no number."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kansr.report.chart import Series, chart
from kansr.report.diagram import diagram
from kansr.report.layout import box_places, node_places
from kansr.report.scale import Axis, tick_text
from tests.report.pages import a_network

numbers = st.floats(-1e12, 1e12).filter(lambda v: v == 0 or abs(v) > 1e-12)


@given(st.lists(numbers, min_size=1, max_size=20))
def test_an_axis_holds_all_values_in_order(values):
    axis = Axis.around(values, 10, 110)
    places = [axis.at(v) for v in sorted(values)]
    assert places == sorted(places)
    assert all(10 <= place <= 110 for place in places)


@given(st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=20))
def test_a_logarithmic_axis_holds_all_values_in_order(values):
    axis = Axis.around([*values, 0.0, None, math.nan], 0, 100, log=True)
    places = [axis.at(v) for v in sorted(values)]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


@given(st.lists(numbers, min_size=2, max_size=5), st.booleans())
def test_there_are_a_few_ticks_and_all_lie_on_the_axis(values, log):
    axis = Axis.around([abs(v) + 1e-9 for v in values] if log else values, 0, 100, log=log)
    ticks = [t for t in axis.ticks() if axis.low <= t <= axis.high]
    assert 1 <= len(ticks) <= 12
    assert ticks == sorted(set(ticks))


def test_ticks_of_one_axis_are_told_apart():
    for low, high in ((0, 1), (0.07, 0.08), (-3, 900), (1e6, 5e6), (2e-9, 7e-9)):
        ticks = Axis.around([low, high], 0, 100).ticks()
        texts = [tick_text(t, ticks) for t in ticks]
        assert len(set(texts)) == len(texts) >= 3


def test_a_line_breaks_where_there_is_no_number():
    line = Series(kind="line", style="first", x=[0, 1, 2, 3, 4], y=[1.0, 2.0, None, math.inf, 3.0])
    ((style, d),) = chart("t", [line], labels=("x", "y")).paths
    assert style == "line first"
    assert (d.count("M"), d.count("L")) == (2, 1)


def test_a_band_is_one_closed_outline_for_each_part_without_a_gap():
    band = Series(kind="band", style="first", x=[0, 1, 2, 3], y=[0.0, 0.0, None, 1.0], top=[1.0, 2.0, None, 3.0])
    ((_, d),) = chart("t", [band], labels=("x", "y")).paths
    assert (d.count("M"), d.count("Z")) == (2, 2)


def test_steps_keep_their_height_until_the_next_point():
    steps = Series(kind="steps", style="first", x=[0, 1, 2], y=[3.0, 2.0, 2.0])
    ((_, d),) = chart("t", [steps], labels=("x", "y")).paths
    (x0, y0), (x1, y1), (x2, y2) = [tuple(p.split()) for p in d[1:].split("L")][:3]
    assert (y0, x1) == (y1, x2)
    assert y1 != y2
    assert x0 != x1


@pytest.mark.parametrize("count", [1, 4, 12, 40])
def test_boxes_of_a_layer_do_not_overlap_and_lie_inside(count):
    edge = {"target": count, "attribution": 1.0, "x": [0.0, 1.0], "y": [0.0, 1.0], "label": "spline", "fitted": None}
    network = {
        "names": [f"a long name {i}" for i in range(count)] + ["y"],
        "inputs": count,
        "layers": [0] * count + [1],
        "products": [],
        "edges": [{**edge, "source": i} for i in range(count)],
    }
    drawn = diagram(network)
    boxes = sorted(drawn.boxes, key=lambda box: box.x)
    assert all(a.x + a.width < b.x for a, b in pairwise(boxes))
    assert boxes[0].x >= 0
    assert boxes[-1].x + boxes[-1].width <= drawn.width


def test_inputs_lie_below_the_target_and_boxes_between_them():
    network = a_network()
    places = node_places(network["layers"])
    assert [y for _, y in places] == [0, 0, 1]
    assert [y for _, y in box_places(network, places)] == [0.5, 0.5]
    nodes = diagram(network).nodes
    assert nodes[0].y > nodes[-1].y  # a picture counts downwards
    assert nodes[-1].product
