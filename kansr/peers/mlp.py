"""A multi-layer perceptron, trained with care: what a KAN is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from kansr.progress import Clock

Array = NDArray[np.float64]
Watch = Callable[[int, Callable[[Array], Array]], None]
"""Told the steps done so far and the present function of rows, after each round of training."""

_ROUND = 100  # steps between two looks at the clock, and two calls of `watch`
_RATE, _LAST_RATE = 1e-2, 1e-5  # Adam's learning rate falls from one to the other along a cosine
_ACTIVATIONS: dict[str, type[nn.Module]] = {"silu": nn.SiLU, "tanh": nn.Tanh, "relu": nn.ReLU}


@dataclass(frozen=True, slots=True, kw_only=True)
class MLPSpec:
    """How an MLP is built and trained.

    `hidden` holds the nodes of each hidden layer; `steps` are passes over all rows; `optimiser` is Adam with a rate
    that falls along a cosine, or L-BFGS with a strong Wolfe line search; `device` is where tensors live.
    """

    hidden: tuple[int, ...] = (64, 64)
    activation: Literal["silu", "tanh", "relu"] = "silu"
    optimiser: Literal["adam", "lbfgs"] = "adam"
    steps: int = 2000
    seed: int = 0
    device: str = "cpu"


@dataclass(slots=True, kw_only=True, eq=False)
class MLP:
    """An MLP with inputs and output scaled to mean 0 and spread 1; made for training that goes on with other rows.

    Parameters
    ----------
    spec
        How it is built and trained.
    x, y
        Rows [n, inputs] and targets [n] whose means and spreads scale inputs and output for good.

    >>> x = np.linspace(-1, 1, 50)[:, None]
    >>> mlp = MLP(spec=MLPSpec(hidden=(8,), optimiser="lbfgs", steps=100), x=x, y=x[:, 0] ** 2)
    >>> mlp.train(x, x[:, 0] ** 2)
    >>> bool(np.abs(mlp.predict(x) - x[:, 0] ** 2).max() < 0.05), mlp.parameters
    (True, 25)
    """

    spec: MLPSpec
    x: Array
    y: Array
    net: nn.Module = field(init=False)
    _x: tuple[Array, Array] = field(init=False)
    _y: tuple[Array, Array] = field(init=False)

    def __post_init__(self) -> None:
        with torch.random.fork_rng(devices=[]):  # torch draws weights from the global generator: it is put back
            torch.manual_seed(self.spec.seed)
            widths = (self.x.shape[1], *self.spec.hidden, 1)
            layers: list[nn.Module] = []
            for wide, narrow in pairwise(widths):
                layers += [nn.Linear(wide, narrow, dtype=torch.float64), _ACTIVATIONS[self.spec.activation]()]
            self.net = nn.Sequential(*layers[:-1]).to(self.spec.device)
        self._x = _mean_and_spread(self.x)
        self._y = _mean_and_spread(self.y)

    @property
    def parameters(self) -> int:
        """Number of weights and offsets."""
        return sum(p.numel() for p in self.net.parameters())

    def train(self, x: Array, y: Array, *, clock: Clock | None = None, watch: Watch | None = None) -> None:
        """Train on rows x [n, inputs], y [n], from where the network is now."""
        clock = clock or Clock()
        rows, target = self._tensor(x, self._x), self._tensor(y, self._y)
        advance = self._adam(rows, target) if self.spec.optimiser == "adam" else self._lbfgs(rows, target)
        for done in range(0, self.spec.steps, _ROUND):
            count = min(_ROUND, self.spec.steps - done)
            advance(done, count)
            if watch is not None:
                watch(done + count, self.predict)
            if clock.over():
                break

    def predict(self, x: Array) -> Array:
        """Values [n] at rows x [n, inputs]."""
        mean, spread = self._y
        with torch.no_grad():
            values = self.net(self._tensor(x, self._x))[:, 0].cpu().numpy()
        return np.asarray(values * spread + mean)

    def _tensor(self, values: Array, scale: tuple[Array, Array]) -> Tensor:
        mean, spread = scale
        return torch.as_tensor((values - mean) / spread, dtype=torch.float64, device=self.spec.device)

    def _adam(self, x: Tensor, y: Tensor) -> Callable[[int, int], None]:
        optimiser = torch.optim.Adam(self.net.parameters(), lr=_RATE)

        def advance(done: int, count: int) -> None:
            for step in range(done, done + count):
                share = (1 + np.cos(np.pi * step / self.spec.steps)) / 2
                optimiser.param_groups[0]["lr"] = _LAST_RATE + (_RATE - _LAST_RATE) * share
                optimiser.zero_grad()
                self._loss(x, y).backward()  # type: ignore[no-untyped-call]
                optimiser.step()

        return advance

    def _lbfgs(self, x: Tensor, y: Tensor) -> Callable[[int, int], None]:
        optimiser = torch.optim.LBFGS(self.net.parameters(), history_size=20, line_search_fn="strong_wolfe")

        def loss() -> Tensor:
            optimiser.zero_grad()
            value = self._loss(x, y)
            value.backward()  # type: ignore[no-untyped-call]
            return value

        def advance(_done: int, count: int) -> None:
            optimiser.param_groups[0].update(max_iter=count, max_eval=2 * count)
            optimiser.step(loss)  # type: ignore[no-untyped-call]

        return advance

    def _loss(self, x: Tensor, y: Tensor) -> Tensor:
        loss: Tensor = (self.net(x)[:, 0] - y).square().mean()
        return loss


def parameters_of(widths: Sequence[int]) -> int:
    """Count the parameters of an MLP with these nodes a layer, inputs and output among them: O(N^2 L).

    >>> parameters_of((2, 5, 1))
    21
    """
    return sum((wide + 1) * narrow for wide, narrow in pairwise(widths))


def _mean_and_spread(values: Array) -> tuple[Array, Array]:
    spread = np.asarray(values.std(0))
    return np.asarray(values.mean(0)), np.where(spread > 0, spread, 1.0)
