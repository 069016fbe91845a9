"""Structure is read off derivatives, and the staircase decides."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from kansr.network import KANSpec, dense, graph
from kansr.network.sweep import predict
from kansr.progress import Clock
from kansr.result import plain
from kansr.structure.account import account
from kansr.structure.found import Found
from kansr.structure.probe import probe
from kansr.structure.rewrite import as_sums
from kansr.structure.search import search
from kansr.structure.separability import Slopes
from kansr.structure.space import Space
from kansr.structure.spec import StructureSpec
from kansr.structure.task import Search
from kansr.structure.tree import agglomerate, blocks, graphs
from kansr.structure.verify import verify
from kansr.symbolic.targets import transforms
from kansr.training.rows import Data, Rows
from kansr.training.spec import TrainingSpec
from kansr.training.stages import StageRow, train


def table(law, *ranges, rows=900, seed=0, noise=0.0):
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.uniform(low, high, rows) for low, high in ranges])
    y = law(*x.T)
    y = y / y.std() + noise * rng.standard_normal(rows)
    cut = int(0.8 * rows)
    parts = [Rows(x=torch.from_numpy(x[s]), y=torch.from_numpy(y[s])) for s in (slice(cut), slice(cut, None))]
    return Data(train=parts[0], validation=parts[1])


def task(data, width=None, spec=None):
    return Search(
        data=data,
        network=KANSpec(width=width),
        training=spec or TrainingSpec(),
        structure=StructureSpec(),
        seed=0,
        clock=Clock(60),
        transforms=transforms(1.0),
    )


def staircase(*errors):
    return [
        StageRow(stage="extend", grid=g, parameters=g, rmse_train=e, rmse_validation=e, seconds=0.0)
        for g, e in zip((3, 5, 10, 20), errors, strict=False)
    ]


def test_a_staircase_that_falls_like_the_order_of_the_spline_is_right():
    verdict = verify(staircase(1e-2, 1.5e-3, 1e-4, 6e-6))
    assert verdict.right
    assert verdict.falling
    assert verdict.slope == pytest.approx(np.log2(1e-4 / 6e-6))


@pytest.mark.parametrize("errors", [(0.1, 0.1, 0.09, 0.09), (0.3, 0.1, 0.011, 0.0105), (0.9, 0.8, 0.4, 0.1)])
def test_a_staircase_that_stands_still_or_stays_high_is_not_right(errors):
    assert not verify(staircase(*errors)).right


def test_siblings_are_told_from_strangers_by_the_tensor():
    data = table(lambda q, a, b, c: q * (a + b * c), (1, 3), (1, 3), (1, 3), (1, 3))
    probe = train(dense((4, 4, 2, 1)), data, TrainingSpec(grid=(3, 5), starts=8, steps=40))
    t, _ = Slopes.of(probe.kan, data.train.x).separability()
    assert float(t[2, 3, [0, 1]].max()) < 0.06  # b and c enter through b c
    assert float(t[1, 2, 3]) > 0.15  # a and b do not enter through a node without c
    tree = agglomerate(t, range(4), 0.05)
    assert sorted(map(len, (c.inputs for c in tree.children))) == [1, 3]


def test_under_noise_siblings_have_no_tensor_that_two_networks_agree_on():
    data = table(lambda q, a, b, c: q * (a + b * c), (1, 3), (1, 3), (1, 3), (1, 3), rows=2000, noise=0.1)
    seen = probe(Space(data=data, plain=data), order=3, seed=0, clock=Clock())
    siblings, strangers = seen.tensor[2, 3, [0, 1]], seen.tensor[1, 2, 3]
    assert float(siblings.max()) < 0.08
    assert float(strangers) > 0.2
    assert 0 < float(seen.doubt[2, 3, 0]) < 1
    tree = agglomerate(seen.tensor, range(4), 0.06, seen.doubt)
    assert tree.splits
    assert 0.09 < seen.error < 0.14


def test_a_graph_found_under_noise_has_no_part_that_only_fits_it():
    data = table(lambda a, b, c: a * (b + c), (1, 3), (1, 3), (1, 3), rows=1500, noise=0.1)
    found = search(task(data)).found[0]
    assert found.settled
    assert not found.verdict.right
    assert len(found.trained.graph.edges) <= 5
    assert found.verdict.floor < 0.13


def test_a_group_that_does_not_split_becomes_a_dense_block():
    t = torch.zeros(4, 4, 4)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        t[i, j, 3 - i - j] = t[j, i, 3 - i - j] = 0.5  # a, b and c do not split
        t[i, 3], t[3, i], t[j, 3], t[3, j] = 1.0, 1.0, 1.0, 1.0  # and d stands beside them
    tree = agglomerate(t, range(4), 0.06)
    assert not tree.splits
    shape = blocks(tree, 4, outer=False)
    assert shape.kinds == ("sum",) * 4
    assert [sorted(shape.edges[e].source for e in shape.into(n)) for n in range(4, 8)] == [[0, 1, 2]] * 2 + [
        [4, 5],
        [3, 6],
    ]


def test_a_tree_gives_every_mixture_of_sums_and_products_once():
    tree = agglomerate(torch.zeros(3, 3, 3), range(3), -1.0)  # nothing may stand flat: two inner nodes
    shapes = list(graphs(tree, 3))
    assert len(shapes) == len(set(shapes)) == 4
    assert {s.kinds.count("product") for s in shapes} == {0, 1, 2}
    assert all(s.used == (0, 1, 2) for s in shapes)


def test_a_product_of_factors_that_keep_their_sign_becomes_a_sum_of_logs_with_the_same_values():
    data = table(lambda a, b: -a * np.exp(b), (1, 3), (-1, 1))
    spec = TrainingSpec(grid=(5, 20), starts=8)
    trained = train(graph(2, ["product"], [(0, 2), (1, 2)]), data, spec)
    sums = as_sums(trained.kan, data.everything)
    assert sums is not None
    assert "product" not in sums.graph.kinds
    before, after = predict(trained.kan, data.train.x), predict(sums, data.train.x)
    assert float((before - after).abs().max()) < 1e-2 * float(before.abs().max())


def test_a_product_whose_factor_changes_sign_stays_a_product():
    data = table(lambda a, b: a * b, (-1, 1), (1, 2))
    trained = train(graph(2, ["product"], [(0, 2), (1, 2)]), data, TrainingSpec(grid=(3,), starts=4))
    assert as_sums(trained.kan, data.everything) is None


@pytest.mark.parametrize(
    ("law", "ranges"),
    [
        (lambda x, y: np.exp(np.sin(np.pi * x) + y**2), [(-1, 1), (-1, 1)]),
        (lambda x, y: x * np.cos(2 * y), [(-1, 1), (-1, 1)]),
        (lambda q, e, b, v: q * (e + b * v), [(1, 5)] * 4),
    ],
    ids=["sum", "product", "tree"],
)
def test_the_graph_is_found_and_verified(law, ranges):
    assert search(task(table(law, *ranges))).found[0].verdict.right


def test_a_dense_network_of_a_given_width_is_pruned_to_the_graph_of_the_law():
    data = table(lambda x, y: np.exp(np.sin(np.pi * x) + y**2), (-1, 1), (-1, 1))
    found = search(task(data, width=(2, 5, 1))).found[0]
    assert found.trained.graph.width == (2, 1, 1)
    assert found.verdict.right


def test_a_column_that_says_nothing_is_dropped_with_the_evidence():
    data = table(lambda x, y, z, d: x * (y + np.exp(z)) + 0 * d, (1, 3), (1, 3), (-1, 1), (-1, 1))
    searched = search(task(data))
    assert searched.found[0].verdict.right
    assert searched.found[0].trained.graph.used == (0, 1, 2)
    assert searched.probe is not None
    assert searched.probe.influence[3] < 0.1 * min(searched.probe.influence[:3])


@pytest.mark.parametrize("noise", [0.01, 0.1])
def test_noise_ends_the_search_once_nothing_is_left_to_explain(noise):
    data = table(lambda x, y: np.exp(np.sin(np.pi * x) + y**2), (-1, 1), (-1, 1), noise=noise)
    found = search(task(data)).found[0]
    assert found.settled
    assert found.trained.graph.width == (2, 1, 1)


def test_settled_graphs_are_offered_until_one_is_enough():
    data = table(lambda m, v, c: m / np.sqrt(1 - (v / c) ** 2), (1, 5), (1, 2), (3, 10))
    offered: list[list[Found]] = []

    def enough(found):
        offered.append(list(found))
        return len(offered) == 2

    searched = search(replace(task(data), enough=enough))
    assert len(offered) == 2  # the first one was right, yet not enough
    assert all(found[0].settled for found in offered)
    assert {found.trained.graph for part in offered for found in part} <= {f.trained.graph for f in searched.found}


def test_rows_that_a_transform_counts_for_nothing_do_not_make_a_graph_right():
    data = table(lambda a, b, c: (a * b > 0) + 0.0 * c, (-1, 1), (-1, 1), (-1, 1), rows=600)
    found = search(replace(task(data), clock=Clock(6))).found[0]
    assert not found.verdict.right
    assert not found.settled


def test_a_law_whose_column_stands_in_two_branches_is_found():
    data = table(lambda s, t: np.exp(-((t / s) ** 2) / 2) / s, (1, 3), (1, 3))
    assert search(task(data)).found[0].verdict.right


def test_a_law_that_oscillates_in_a_product_is_found():
    data = table(lambda u, k, d: u * (1 - np.cos(k * d)), (1, 5), (1, 5), (1, 5), rows=2500)
    assert search(task(data)).found[0].verdict.right


def test_the_account_names_what_was_tried_and_why():
    data = table(lambda m, v, c: m / np.sqrt(1 - (v / c) ** 2), (1, 5), (1, 2), (3, 10))
    record = account(search(task(data)), ["m", "v", "c"], "y")
    assert json.loads(json.dumps(plain(record))) == plain(record)
    assert [row["column"] for row in record["inputs"] if row["used"]] == ["m", "v", "c"]
    assert sum(row["chosen"] for row in record["tried"]) == 1
    assert any("(v, c)" in tree["tree"] or "(c, v)" in tree["tree"] for tree in record["trees"])
    assert record["tree"]["node"] == "y"
