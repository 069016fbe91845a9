"""Gross errors in a few rows do not decide what a network learns, and do not hide in it."""

import torch

from kansr.progress import Clock
from kansr.training.robust import robust
from kansr.training.rows import Data, Rows


def rows(count, seed, gross):
    """Give rows of a law with a little noise, and which of them are off by many times its spread."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(count, 2, generator=generator, dtype=torch.float64) * 1.5 + 0.5
    y = x[:, 0] * x[:, 1] + 0.01 * torch.randn(count, generator=generator, dtype=torch.float64)
    wrong = torch.rand(count, generator=generator) < gross
    y = y + wrong * 10 * torch.randn(count, generator=generator, dtype=torch.float64)
    return Rows(x=x, y=y - y.median()), wrong


def found(gross):
    train, wrong = rows(300, 0, gross)
    validation, _ = rows(60, 1, gross)
    weights = robust(Data(train=train, validation=validation), order=3, seed=0, clock=Clock()).weights(train)
    return weights, wrong, train


def test_rows_that_are_far_off_hardly_count_and_all_others_do():
    weights, wrong, _ = found(0.05)
    assert (weights[~wrong] == 1).double().mean() > 0.95
    assert weights[wrong].median() < 1e-3


def test_without_gross_errors_nearly_every_row_counts_fully():
    weights, _, _ = found(0.0)
    assert (weights == 1).double().mean() > 0.97
    assert weights.min() > 0.3


def test_the_same_seed_gives_the_same_weights():
    assert torch.equal(found(0.05)[0], found(0.05)[0])
