"""Parts that are missing are found without fitting, and surgery changes no value."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kansr.network import dense, graph
from kansr.network.sweep import predict
from kansr.progress import Clock
from kansr.structure.grow import grow
from kansr.structure.minimal import minimal
from kansr.structure.monomials import monomials
from kansr.structure.race import Entry, Runner, race
from kansr.structure.score import additions, unexplained
from kansr.structure.space import Space, spaces
from kansr.structure.surgery import added, contracted, merged
from kansr.symbolic.targets import transforms
from kansr.training.levenberg import levenberg
from kansr.training.rows import Data, Rows
from kansr.training.starts import starts
from tests.network.networks import graphs, network, rows
from tests.structure.test_structure import table


def trained(shape, data):
    space = Space(data=data, plain=data)
    return race([Entry(space, shape)], grid=4, order=3, seed=0, keep=1, clock=Clock(), starts=8)[0]


def test_the_score_test_names_the_column_that_is_missing():
    data = table(lambda x, y, z: x + y * z, (-1, 1), (1, 3), (1, 3))
    runner = trained(dense((3, 1)), data)
    best = additions(runner.kan, data.train)[0]
    assert best.share > 0.5
    edge = runner.kan.graph.edges[best.addition.edge]
    assert {edge.source, best.addition.source} == {1, 2}


def test_nothing_is_missing_where_only_noise_is_left():
    data = table(lambda x, y: x + y**2, (-1, 1), (-1, 1), noise=0.1)
    assert not unexplained(trained(dense((2, 1)), data).kan, data.train)
    wrong = table(lambda x, y: x + y**2 + 0.2 * x * y, (-1, 1), (-1, 1), noise=0.1)
    assert unexplained(trained(dense((2, 1)), wrong).kan, wrong.train)


def test_what_a_network_that_learned_nothing_misses_is_seen_too():
    data = table(lambda x, y, z: np.sign(x * y) + 0 * z, (-1, 1), (-1, 1), (-1, 1))
    assert unexplained(trained(dense((3, 1)), data).kan, data.train)
    noise = table(lambda x, y: 0 * x * y + np.random.default_rng(5).standard_normal(len(x)), (-1, 1), (-1, 1))
    assert not unexplained(trained(dense((2, 1)), noise).kan, noise.train)


@given(graphs(), st.data())
def test_an_addition_changes_nothing_until_it_is_trained(shape, draw):
    kan, x = network(shape), rows(40, shape.inputs)
    y = Rows(x=x, y=torch.linspace(0, 1, len(x), dtype=torch.float64))
    found = additions(kan, y)
    if found:
        addition = found[draw.draw(st.integers(0, len(found) - 1))].addition
        larger = added(kan, addition, x)
        assert len(larger.graph.edges) > len(shape.edges)
        assert torch.allclose(predict(larger, x), predict(kan, x), rtol=1e-6, atol=1e-6)


def test_a_node_with_one_edge_into_it_is_composed_away():
    chain = graph(2, ["sum", "sum"], [(0, 2), (1, 3), (2, 3)])
    x = rows(200, 2)
    kan = starts(chain, x, grid=40, order=3, count=1, seed=1)
    short = contracted(kan)
    assert short.graph == dense((2, 1))
    assert torch.allclose(predict(short, x), predict(kan, x), atol=2e-3)


def test_a_sum_in_a_sum_is_one_sum_when_the_curve_between_is_straight():
    nested = graph(3, ["sum", "sum"], [(0, 3), (1, 3), (2, 4), (3, 4)])
    x = rows(200, 3)
    kan = starts(nested, x, grid=5, order=3, count=1, seed=1)  # the first start has straight lines everywhere
    flat = merged(kan, 3, x)
    assert flat is not None
    assert flat.graph == dense((3, 1))
    assert torch.allclose(predict(flat, x), predict(kan, x), atol=1e-9)


def test_a_product_in_a_sum_is_kept():
    nested = graph(3, ["product", "sum"], [(0, 3), (1, 3), (2, 4), (3, 4)])
    kan, x = network(nested), rows(50, 3)
    assert merged(kan, 3, x) is None


def test_growth_reaches_a_law_that_is_no_tree_and_minimal_makes_it_small():
    data = table(lambda a, b, c: a + b + np.sqrt(a * b) * np.cos(c), (1, 5), (1, 5), (0, 6))
    seed = trained(dense((3, 1)), data)
    *_, last = grow([seed], rounds=2, clock=Clock(60))
    assert last.error < 0.05 * seed.error
    small = minimal(last, Clock(60))
    assert len(small.kan.graph.edges) <= len(last.kan.graph.edges)
    assert small.error < 0.1 * seed.error


def test_minimal_drops_an_edge_that_nobody_needs():
    data = table(lambda x, y: x + y**2, (-1, 1), (-1, 1))
    large = graph(2, ["sum", "sum"], [(0, 2), (1, 2), (0, 3), (1, 3), (2, 3)])
    runner = trained(large, data)
    assert minimal(runner, Clock(60)).kan.graph == dense((2, 1))


def test_monomials_find_the_exponents():
    data = table(lambda a, b, c: np.sin(3 * a * b / c), (1, 3), (1, 3), (1, 3))
    best = monomials(Space(data=data, plain=data), (0, 1, 2), clock=Clock(60))[0]
    assert best.error < 0.05


@pytest.mark.parametrize("t", transforms(1.0), ids=lambda t: t.name)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_transform_is_undone_by_the_curve_behind_it(t, sign):
    u = torch.linspace(0.1, 0.9, 60, dtype=torch.float64)
    x = torch.stack([u, u.flip(0)], -1)
    part = Rows(x=x, y=sign * u)
    data = Data(train=part, validation=part)
    if not t.admits(part.y):
        pytest.skip(f"{t.name} does not fit such targets")
    space = next(s for s in spaces(data, (t,)) if s.transform is not None)
    kan = levenberg(starts(dense((2, 1)), x, grid=16, order=3, count=1, seed=0), space.data.train, steps=30).kan
    assert space.error(kan) < 1e-3
    assert torch.allclose(predict(t.behind(kan, data), x)[0], part.y, atol=2e-3)


def test_errors_under_a_transform_are_in_units_of_the_target():
    y = torch.linspace(1, 3, 400, dtype=torch.float64)
    part = Rows(x=y[:, None], y=y)
    log = transforms(1.0)[0]
    data = log.data(Data(train=part, validation=part)).train
    assert torch.allclose(data.weight.sqrt() * 1e-3 / y, torch.full_like(y, 1e-3))


def test_a_race_gives_the_best_graph_first():
    data = table(lambda x, y: np.exp(x + y), (-1, 1), (-1, 1))
    space = Space(data=data, plain=data)
    entries = [Entry(space, dense((2, 1))), Entry(space, dense((2, 1, 1)))]
    runners = race(entries, grid=4, order=3, seed=0, keep=2, clock=Clock(), starts=8)
    assert isinstance(runners[0], Runner)
    assert [r.kan.graph.width for r in runners] == [(2, 1, 1), (2, 1)]
