"""kansr and an MLP as they learn a table while they are watched. pykan has a file of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.network.sweep import predict
from kansr.peers.mlp import MLP, MLPSpec
from kansr.training.rows import Data, Rows
from kansr.training.spec import TrainingSpec
from kansr.training.stages import climb, first
from tests.benchmarks.performance.watch import Array, Drawn, Predict, Watched

GRIDS = (3, 5, 10, 20, 50)  # those of the default recipe, and one more
_CHOOSING = 0.2  # share of the rows that kansr does not fit: they choose among starts, and end the ladder


def ladder(table: Drawn, seed: int, watched: Watched, *, width: tuple[int, ...]) -> None:
    """Train a KAN of kansr from nothing: many starts on the coarsest grid, the best of them up the ladder.

    It is looked at after each grid, not before: what a target took is what the whole grid took.
    """
    mean, scale = float(np.mean(table.y)), float(np.std(table.y))
    data, spec = data_of(table, mean, scale), TrainingSpec(grid=GRIDS)
    kan = first(dense(width), data, spec, order=3, seed=seed, clock=watched.clock)
    for grid in GRIDS:
        if grid > kan.grid:
            kan = climb(kan, data, spec, grids=(grid,), clock=watched.clock).kan
        watched.look(_predictor(kan, mean, scale), f"grid {grid}")
        if watched.clock.over():
            return


def data_of(table: Drawn, mean: float, scale: float) -> Data:
    """Divide rows into those to fit and those to choose by; the target less its mean, in units of its spread."""
    x, y = torch.from_numpy(table.x), torch.from_numpy((table.y - mean) / scale)
    cut = len(y) - round(_CHOOSING * len(y))
    return Data(train=Rows(x=x[:cut], y=y[:cut]), validation=Rows(x=x[cut:], y=y[cut:]))


def _predictor(kan: KAN, mean: float, scale: float) -> Predict:
    def values(x: Array) -> Array:
        return np.asarray(predict(kan, torch.from_numpy(x))[0].numpy() * scale + mean)

    return values


def perceptron(table: Drawn, seed: int, watched: Watched, *, spec: MLPSpec) -> None:
    """Train an MLP, looked at every hundred steps."""
    mlp = MLP(spec=replace(spec, seed=seed), x=table.x, y=table.y)
    mlp.train(table.x, table.y, clock=watched.clock, watch=lambda step, values: watched.look(values, f"step {step}"))
