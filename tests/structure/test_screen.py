"""Of many columns, those that matter are found, whatever they do, and few others."""

import pytest
import torch

from kansr.progress import Clock
from kansr.structure.screen import MOST, screen
from kansr.training.rows import Data, Rows

LAWS = {
    "sum": lambda x: torch.sin(3 * x[:, 3]) + x[:, 50] ** 2 + x[:, 60],
    "product of columns with mean zero": lambda x: x[:, 3] * x[:, 50] * x[:, 60],
    "one that is weak beside the others": lambda x: 10 * x[:, 3] * torch.exp(x[:, 50]) + 0.3 * x[:, 60],
    "under noise": lambda x: x[:, 3] * x[:, 50] + x[:, 60] + 0.5 * torch.randn(len(x), generator=_drawn(7)),
}


def _drawn(seed):
    return torch.Generator().manual_seed(seed)


def rows(law, inputs=100, count=1500):
    x = 2 * torch.rand(count, inputs, generator=_drawn(0), dtype=torch.float64) - 1
    y = law(x).to(x.dtype)
    y = (y - y.mean()) / y.std()
    train = int(0.8 * count)
    return Data(train=Rows(x=x[:train], y=y[:train]), validation=Rows(x=x[train:], y=y[train:]))


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_the_columns_that_matter_are_found_among_a_hundred(law):
    found = screen(rows(law), order=3, seed=0, clock=Clock())
    assert {3, 50, 60} <= set(found)
    assert len(found) <= 4


def test_where_nothing_matters_the_likeliest_are_left():
    noise = rows(lambda x: torch.randn(len(x), generator=_drawn(1)))
    assert 1 <= len(screen(noise, order=3, seed=0, clock=Clock())) <= 4


def test_no_more_are_kept_than_can_be_searched():
    assert len(screen(rows(lambda x: x[:, :30].sum(1)), order=3, seed=0, clock=Clock())) == MOST


def test_many_columns_that_add_a_little_each_are_all_kept_and_no_others():
    law = lambda x: torch.exp((torch.sin(torch.pi * x[:, :40] / 2) ** 2).mean(1))  # noqa: E731
    found = screen(rows(law, inputs=60, count=2500), order=3, seed=0, clock=Clock())
    assert set(range(40)) <= set(found)
    assert len(found) <= 42


def test_a_column_is_not_lost_because_another_one_repeats_it():
    for law in (lambda x: torch.sin(3 * x[:, 0]), lambda x: 3 * x[:, 0] + x[:, 1] ** 2):
        data = rows(law, inputs=26, count=1500)
        twice = Data(train=_repeated(data.train), validation=_repeated(data.validation))
        assert {0, 25} & set(screen(twice, order=3, seed=0, clock=Clock()))


def _repeated(part):
    x = part.x.clone()
    x[:, 25] = 1.8 * x[:, 0] + 32
    return Rows(x=x, y=part.y)


def test_a_product_beside_a_sum_of_many_weak_columns_is_seen():
    law = lambda x: 3 * x[:, 0] + 2 * x[:, 1] + 2 * x[:, 0] * x[:, 1] * x[:, 2] + 0.03 * x[:, 3:33].sum(1)  # noqa: E731
    found = screen(rows(law, inputs=40, count=3000), order=3, seed=0, clock=Clock())
    assert {0, 1, 2} <= set(found)
    assert len(found) <= MOST
