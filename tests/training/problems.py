"""Rows and data of known laws for the training tests."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from kansr.training.rows import Data, Rows
from tests.network.networks import rows


def data(law: Callable[[Tensor], Tensor], inputs: int, *, train: int, validation: int, noise: float = 0.0) -> Data:
    """Give rows of a law on [-1, 1]^inputs, the target with mean 0 and spread 1 on the rows to fit."""
    x = rows(train + validation, inputs, seed=11)
    y = law(x)
    y = (y - y[:train].mean()) / y[:train].std(correction=0)
    generator = torch.Generator().manual_seed(12)
    y = y + noise * torch.randn(y.shape, generator=generator, dtype=y.dtype)
    return Data(train=Rows(x=x[:train], y=y[:train]), validation=Rows(x=x[train:], y=y[train:]))


def exp_sin_square(x: Tensor) -> Tensor:
    """exp(sin(pi x1) + x2^2), the toy law of the KAN paper."""
    return torch.exp(torch.sin(torch.pi * x[:, 0]) + x[:, 1] ** 2)
