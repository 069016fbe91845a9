"""The probe: a small dense network whose gradients say which inputs matter and which enter together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kansr.network.graph import dense
from kansr.progress import Clock
from kansr.structure.race import Runner
from kansr.structure.separability import Symmetry, alignment, influence, separability, symmetries
from kansr.structure.space import Space
from kansr.training.levenberg import levenberg, rmse
from kansr.training.prune import cut
from kansr.training.starts import smooth_starts

_WIDTH = (4, 2)
_GRID = 3
_STARTS, _FEW, _HEAT = 6, 500, 10  # starts, their rows and steps
_FINALISTS, _ROWS, _STEPS = 2, 3000, 60  # the best of them, theirs
_IDLE = 3.0  # an input that moves the output by less than this many errors of the network may be a dummy
_SURE = 0.1  # misfit below which two inputs are taken to enter as one coordinate
_NOISE = 1.05  # a network without the dummies may be this much worse


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Probe:
    """What a dense network says of the inputs.

    Parameters
    ----------
    used
        Inputs that matter.
    influence
        How far each input moves the output, in units of the target's spread [i].
    error
        Validation RMSE, in the same units.
    tensor, alignment
        The separability tensor T [i, i, i], and whether two inputs move the output the same way [i, i]; zeros at
        inputs that are not used.
    symmetries
        The coordinate that each pair of used inputs enters by, if it is one (see `separability.symmetries`).
    """

    used: tuple[int, ...]
    influence: tuple[float, ...]
    error: float
    tensor: Tensor
    alignment: Tensor
    symmetries: tuple[Symmetry, ...]


def probe(space: Space, *, order: int, seed: int, clock: Clock) -> Probe:
    """Train a dense network, drop the inputs that it does not need, and read the tensor T from what is left."""
    full = _trained(space, order, seed, clock)
    rows = space.data.train.x
    moves = influence(full.kan, rows).tolist()
    idle = [i for i, move in enumerate(moves) if move < _IDLE * full.error]
    best = _without(full, idle, clock)
    used = best.kan.graph.used
    unused = torch.tensor([i not in used for i in range(len(moves))])
    tensor, aligned = separability(best.kan, rows), alignment(best.kan, rows)
    for axis in range(3):
        tensor.index_fill_(axis, torch.nonzero(unused)[:, 0], 0.0)
    return Probe(
        used=used,
        influence=tuple(moves),
        error=best.error,
        tensor=tensor,
        alignment=aligned,
        symmetries=tuple(s for s in symmetries(best.kan, rows, used) if s.misfit < _SURE),
    )


def _without(full: Runner, idle: Sequence[int], clock: Clock) -> Runner:
    """Cut the edges of inputs that hardly matter and train on; as before, if that is worse: then they do."""
    edges = [n for n, e in enumerate(full.kan.graph.edges) if e.source in idle]
    smaller = cut(full.kan, edges, full.space.data.train.x) if idle else None
    if smaller is None:
        return full
    less = full.trained(smaller, rows=_ROWS, steps=_STEPS, clock=clock)
    return less if less.error <= _NOISE * full.error else full


def _trained(space: Space, order: int, seed: int, clock: Clock) -> Runner:
    data = space.data
    shape = dense((data.train.x.shape[-1], *_WIDTH, 1))
    kan = smooth_starts(shape, data.everything, grid=_GRID, order=order, count=_STARTS, seed=seed)
    kan = levenberg(kan, data.train.head(_FEW), steps=_HEAT, clock=clock).kan
    kan = kan.pick(rmse(kan, data.validation).argsort()[:_FINALISTS])
    kan = levenberg(kan, data.train.head(_ROWS), steps=_STEPS, clock=clock).kan
    errors = rmse(kan, data.validation)
    best = int(errors.argmin())
    return Runner(float(errors[best]), space, kan.pick(best))
