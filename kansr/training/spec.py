"""How a KAN is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSpec:
    """Stages and optimiser of a training.

    `grid` holds the number of intervals G of each stage; `starts` is the number of random starts on the first of
    them; `steps` the most optimiser steps a stage; `penalty` the weight of L1 and entropy of the activations in the
    stage before pruning, as a share of the target's variance; `tolerance` how much (as a share) the validation RMSE
    may rise for a smaller network to be preferred; `block` the rows whose Jacobian is held in memory at once;
    `loss` what rows far from all others count: with `squares` as much as they are far, with `huber` hardly anything.
    """

    grid: tuple[int, ...] = (3, 5, 10, 20)
    starts: int = 16
    steps: int = 200
    optimiser: Literal["lm", "lbfgs"] = "lm"
    penalty: float = 1e-3
    prune: bool = True
    tolerance: float = 0.05
    block: int = 16384
    loss: Literal["squares", "huber"] = "squares"
