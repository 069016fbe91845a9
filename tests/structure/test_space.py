"""Transforms and logs are undone: what is found in a space is a network of the table itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from kansr.network import dense
from kansr.network.sweep import predict
from kansr.progress import Clock
from kansr.structure.probe import probe
from kansr.structure.search import search
from kansr.structure.space import Space, decades, spaces
from kansr.symbolic.symbol import Symbol
from kansr.symbolic.targets import logarithm, transforms
from kansr.training.levenberg import levenberg, rmse
from kansr.training.rows import Data, Rows
from kansr.training.spec import TrainingSpec
from kansr.training.stages import climb
from kansr.training.starts import starts
from tests.structure.test_structure import table, task


def spread_over_decades(rows=800, seed=0):
    rng = np.random.default_rng(seed)
    x = np.column_stack([10 ** rng.uniform(-2, 3, rows), rng.uniform(1, 2, rows)])
    y = x[:, 0] ** 0.5 * x[:, 1]
    y = torch.from_numpy(y / y.std())
    x, cut = torch.from_numpy(x), int(0.8 * rows)
    return Data(train=Rows(x=x[:cut], y=y[:cut]), validation=Rows(x=x[cut:], y=y[cut:]))


def test_only_inputs_that_crowd_over_decades_are_seen_by_their_logs():
    data = spread_over_decades()
    assert decades(data.everything) == (0,)
    assert decades(-data.everything) == (0,)
    assert decades(torch.rand(500, 3, dtype=torch.float64) * 8 - 4) == ()


@pytest.mark.parametrize("which", [0, 1])
def test_what_is_trained_in_a_space_is_a_network_of_the_table(which):
    data = spread_over_decades()
    space = spaces(data, transforms(1.0), logarithm)[which]
    shape = dense((2, 1, 1)) if which == 0 else dense((2, 1))
    kan = starts(shape, space.data.everything, grid=8, order=3, count=1, seed=0)
    kan = levenberg(kan, space.data.train, steps=60).kan
    inside = climb(kan, space.data, TrainingSpec(), grids=(), clock=Clock())
    own = space.back(inside)
    assert own.kan.graph.inputs == 2
    assert any(isinstance(c, Symbol) and c.primitive.name == "log" for c in own.kan.curves)
    assert float(rmse(own.kan, data.validation)[0]) == pytest.approx(own.rmse_validation)
    expected = predict(kan, space.data.validation.x)
    if space.transform is not None:
        expected = expected.exp()
    assert torch.allclose(predict(own.kan, data.validation.x), expected, rtol=1e-9)


def test_an_input_over_decades_that_says_nothing_leaves_no_trace():
    data = spread_over_decades()
    y = data.train.y * 0 + data.train.x[:, 1]
    part = Rows(x=data.train.x, y=y)
    space = spaces(Data(train=part, validation=part), (), logarithm)[0]
    kan = starts(dense((2, 1)), space.data.everything, grid=4, order=3, count=1, seed=0)
    only = kan.with_edges([1], kan.graph.without([0])[0])
    own = space.back(climb(only, space.data, TrainingSpec(), grids=(), clock=Clock()))
    assert own.kan.graph.used == (1,)


def test_a_law_over_decades_is_found():
    found = search(task(spread_over_decades())).found[0]
    assert found.verdict.right


@pytest.mark.parametrize(
    ("coordinate", "law", "ranges"),
    [
        ("{} - {}", lambda a, b: np.sin(a - b), [(0, 2), (0, 2)]),
        ("{} + {}", lambda a, b: np.exp(a + b), [(-1, 1), (-1, 1)]),
        ("{} * {}", lambda a, b: np.sin(a * b), [(0.5, 1.5), (0.5, 1.5)]),
        ("{} / {}", lambda a, b: np.sqrt(1 - (a / b) ** 2), [(1, 2), (3, 6)]),
        ("{}^2 + {}^2", lambda a, b: 1 / (1 + a**2 + b**2), [(0.5, 2), (0.5, 2)]),
    ],
)
def test_coordinates_are_read_from_the_gradients(coordinate, law, ranges):
    data = table(lambda a, b, c: law(a, b) * c, *ranges, (1, 3))
    found = probe(Space(data=data, plain=data), order=3, seed=0, clock=Clock()).symmetries
    assert (coordinate, (0, 1)) in [(s.coordinate, s.inputs) for s in found]


def test_no_coordinate_is_claimed_where_there_is_none():
    data = table(lambda a, b, c: a * np.exp(b) + c * a, (1, 3), (-1, 1), (1, 3))
    space = Space(data=data, plain=data)
    seen = probe(space, order=3, seed=0, clock=Clock())
    assert (0, 2) not in [s.inputs for s in seen.symmetries]
