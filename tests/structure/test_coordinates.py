"""Inputs that enter as one are joined, from gradients alone, and what is found so is a network of the inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from kansr.network import dense
from kansr.network.sweep import predict
from kansr.structure.coordinates import Coordinate, Coordinates, Twice, coordinates
from kansr.structure.front import Front, in_front
from kansr.structure.search import search
from kansr.structure.separability import Slopes, Symmetry
from kansr.symbolic.targets import logarithm, named
from kansr.training.rows import Data, Rows
from tests.network.networks import network
from tests.structure.test_structure import table, task


def slopes_of(law, *ranges, rows=400, step=1e-5):
    """Values and gradients by differences."""
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.uniform(a, b, rows) for a, b in ranges])
    unit = np.eye(x.shape[1]) * step
    columns = [(law(*(x + shift).T) - law(*(x - shift).T)) / (2 * step) for shift in unit]
    gradient, n = torch.from_numpy(np.stack(columns, -1))[None], x.shape[1]
    value = torch.from_numpy(law(*x.T))[None]
    return Slopes(torch.from_numpy(x), gradient, torch.zeros(1, rows, n, n, dtype=value.dtype), 100, value)


def read(law, *ranges, pairs=()):
    slopes = slopes_of(law, *ranges)
    rows = Rows(x=slopes.x, y=slopes.value[0])
    return coordinates(pairs, slopes, range(len(ranges)), rows=rows, error=1e-4)


LAWS = {
    "rest energy": (lambda m, c, v: m * c**2 / np.sqrt(1 - (v / c) ** 2), [(1, 5), (3, 20), (1, 2)], 1),
    "gaussian": (lambda s, t: np.exp(-((t / s) ** 2) / 2) / s, [(1, 3), (1, 3)], 1),
    "centre of mass": (lambda m, n, r, s: (m * r + n * s) / (m + n), [(1, 5)] * 4, 2),
    "planck": (
        lambda w, k, t, h, c: h * w**3 / c**2 / (np.exp(h * w / (k * t)) - 1),
        [(1, 5)] * 5,
        1,
    ),
}


@pytest.mark.parametrize("name", LAWS)
def test_scalings_leave_as_few_inputs_as_dimensional_analysis_would(name):
    law, ranges, left = LAWS[name]
    own, *_ = read(law, *ranges)
    assert len(own.kept) + len(own.joined) == left


@pytest.mark.parametrize("name", [name for name, (*_, left) in LAWS.items() if left == 1])
def test_a_scaled_law_is_one_of_the_coordinates_alone(name):
    law, ranges, _ = LAWS[name]
    for own in read(law, *ranges):
        rng = np.random.default_rng(1)
        x = torch.from_numpy(np.column_stack([rng.uniform(a, b, 2000) for a, b in ranges]))
        rows = Rows(x=x, y=torch.from_numpy(law(*x.numpy().T)))
        data = own.data(Data(train=rows, validation=rows))
        neighbours = data.train.y[data.train.x[:, 0].argsort()].diff().abs()
        assert float(neighbours.median() / data.train.y.std()) < 1e-2  # among rows that have nothing else in common


def test_no_scaling_is_claimed_where_there_is_none():
    assert read(lambda a, b: np.exp(a) + np.sin(b), (0.5, 2), (0.5, 2)) == []


def test_a_difference_is_joined_first_and_scaled_then():
    pair = Symmetry("{} - {}", (1, 2), 0.001)
    both, own = read(lambda t, a, b: t * np.sin((a - b) * t), (1, 3), (1, 5), (1, 5), pairs=[pair])
    assert isinstance(both, Twice)
    assert isinstance(own, Coordinates)
    assert own.kept == (0,)
    assert own.joined == (Coordinate("sum", ((1, 1.0), (2, -1.0))),)
    assert both.then.factor == ((0, 1.0),)


def test_a_network_of_coordinates_becomes_one_of_the_inputs():
    x = 1 + 2 * torch.rand(50, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    ratio = Coordinate("product", ((2, 1.0), (0, -1.0)))
    own = Coordinates(kept=(1,), joined=(ratio, Coordinate("sum", ((3, 1.0), (1, -1.0)))), factor=((0, 2.0),), unit=3.0)
    kan = network(dense((3, 2, 1)), reach=4.0)
    rows = own.data(Data(train=Rows(x=x, y=x[:, 0]), validation=Rows(x=x, y=x[:, 0]))).train
    whole = own.in_front(kan, named, x)
    assert torch.allclose(predict(whole, x), predict(kan, rows.x) * x[:, 0] ** 2 / 3)
    assert torch.allclose(rows.y * x[:, 0] ** 2 / 3, x[:, 0])


def test_errors_of_a_divided_target_are_those_of_the_target():
    x = 1 + 2 * torch.rand(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    factor = x[:, 0] ** -1
    own = Coordinates(kept=(1,), factor=((0, -1.0),), unit=float(factor.square().mean().sqrt()))
    rows = own.data(Data(train=Rows(x=x, y=x[:, 1]), validation=Rows(x=x, y=x[:, 1]))).train
    off = 0.1 * torch.ones(50, dtype=x.dtype)  # of the target
    inside = off / (factor / own.unit)
    assert float((rows.weight * inside**2).mean()) == pytest.approx(0.01)


def test_inputs_that_are_not_used_come_without_their_nodes():
    x = torch.rand(20, 3, dtype=torch.float64) + 1
    kan = network(dense((2, 1)))
    shape, keep = kan.graph.without([1])
    log = Front("sum", ((2, *logarithm(1.0)),))
    assert in_front(kan.with_edges(keep, shape), [0, log], x).graph.used == (0,)


def test_the_search_finds_a_law_of_a_ratio_in_several_places():
    data = table(lambda a, b, c: c * (a / b) ** 3 / (np.exp(a / b) - 1), (1, 5), (1, 5), (1, 3), rows=1000)
    found = search(replace(task(data), named=named)).found[0]
    assert found.verdict.right
    assert found.verdict.floor < 1e-4


def test_scalings_are_read_through_the_noise_of_several_networks():
    def law(m, v, c):
        return m / np.sqrt(1 - (v / c) ** 2)

    one = slopes_of(law, (1, 5), (1, 2), (3, 10))
    rng = torch.Generator().manual_seed(0)

    def blurred(field):
        return torch.cat([field + 0.1 * field.std() * torch.randn(field.shape, generator=rng) for _ in range(4)])

    noisy = one._replace(gradient=blurred(one.gradient), value=blurred(one.value))
    assert len(noisy.scalings(range(3), 0.02)) == len(one.scalings(range(3), 0.02)) == 2


def test_coordinates_in_front_have_no_constants_of_their_own():
    x = torch.rand(50, 2, dtype=torch.float64) + 0.5
    own = Coordinates(kept=(), joined=(Coordinate("product", ((0, 1.0), (1, -1.0))),))
    behind = network(dense((1, 1)), seed=0)
    whole = own.in_front(behind, named, x)
    assert whole.parameters == behind.parameters
    assert torch.allclose(predict(whole, x), predict(behind, own.seen(x)))


def test_where_noise_has_moved_a_power_the_rows_say_which_it_is():
    slopes = slopes_of(lambda m, v, c: m / np.sqrt(1 - v**2 / c**2), (1, 5), (1, 2), (3, 10))
    rows = Rows(x=slopes.x, y=slopes.value[0])
    moved = slopes._replace(gradient=slopes.gradient * torch.tensor([1.0, 1.0, 1.5], dtype=slopes.x.dtype))
    best = coordinates((), moved, range(3), rows=rows, error=0.1)[0]
    assert best.factor == ((0, 1.0),)
    assert best.joined == (Coordinate("product", ((1, 1.0), (2, -1.0))),)
