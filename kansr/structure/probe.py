"""The probe: small dense networks whose gradients say which inputs matter and which enter together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.progress import Clock
from kansr.structure.separability import Slopes, Symmetry
from kansr.structure.space import Space
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import levenberg, rmse
from kansr.training.prune import cut
from kansr.training.starts import smooth_starts

_WIDTH = (4, 2)
_GRID = 3
_STARTS, _FEW, _HEAT = 6, 500, 10  # starts, their rows and steps
_FINALISTS, _ROWS, _STEPS = 3, 3000, 60  # the best of them, theirs
_COMPARABLE = 2.0  # networks with an error up to so many times that of the best are asked, too
_IDLE = 3.0  # an input that moves the output by less than this many errors of the network may be a dummy
_SURE = 0.1  # misfit below which two inputs are taken to enter as one coordinate
_NOISE = 1.05  # a network without the dummies may be this much worse


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Probe:
    """What dense networks say of the inputs.

    Parameters
    ----------
    used
        Inputs that matter.
    influence
        How far each input moves the output, in units of the target's spread [i].
    error
        Lowest validation RMSE, in the same units: what a graph leaves that is good enough, or the noise.
    tensor, doubt, alignment
        The separability tensor T [i, i, i], its standard error, and whether two inputs move the output the same way
        [i, i]; T and its error are zeros at inputs that are not used.
    symmetries
        The coordinate that each pair of used inputs enters by, if it is one (see `separability.Slopes.symmetries`).
    slopes
        Gradients and Hessians that all this was read from.
    """

    used: tuple[int, ...]
    influence: tuple[float, ...]
    error: float
    tensor: Tensor
    doubt: Tensor
    alignment: Tensor
    symmetries: tuple[Symmetry, ...]
    slopes: Slopes


def probe(space: Space, *, order: int, seed: int, clock: Clock) -> Probe:
    """Train dense networks, drop the inputs that they do not need, and read the tensor T from what is left."""
    full = _trained(space, order, seed, clock)
    rows = space.data.train.x
    moves = Slopes.of(full, rows).influence().tolist()
    error = space.error(full)
    best = _without(full, [i for i, move in enumerate(moves) if move < _IDLE * error], space, clock)
    used, slopes = best.graph.used, Slopes.of(best, rows)
    tensor, doubt = slopes.separability()
    unused = torch.tensor([i for i in range(len(moves)) if i not in used], dtype=torch.long, device=rows.device)
    for axis in range(3):
        tensor.index_fill_(axis, unused, 0.0)
        doubt.index_fill_(axis, unused, 0.0)
    return Probe(
        used=used,
        influence=tuple(moves),
        error=space.error(best),
        tensor=tensor,
        doubt=doubt,
        alignment=slopes.alignment(),
        symmetries=tuple(s for s in slopes.symmetries(used) if s.misfit < _SURE),
        slopes=slopes,
    )


def _without(full: KAN, idle: Sequence[int], space: Space, clock: Clock) -> KAN:
    """Cut the edges of inputs that hardly matter and train on; as before, if that is worse: then they do."""
    edges = [n for n, e in enumerate(full.graph.edges) if e.source in idle]
    smaller = cut(full, edges, space.data.train.x) if idle else None
    if smaller is None:
        return full
    less = _finished(smaller, space, clock)
    return less if space.error(less) <= _NOISE * space.error(full) else full


def _trained(space: Space, order: int, seed: int, clock: Clock) -> KAN:
    """Train networks from several starts: the best and those that come near it, best first."""
    data = space.data
    shape = dense((data.train.x.shape[-1], *_WIDTH, 1))
    kan = smooth_starts(shape, data.everything, grid=_GRID, order=order, count=_STARTS, seed=seed)
    kan = levenberg(kan, data.train.head(_FEW), steps=_HEAT, clock=clock).kan
    return _finished(kan.pick(rmse(kan, data.validation).argsort()[:_FINALISTS]), space, clock)


def _finished(kan: KAN, space: Space, clock: Clock) -> KAN:
    kan = levenberg(kan, space.data.train.head(_ROWS), steps=_STEPS, clock=clock).kan
    errors = rmse(kan, space.data.validation)
    ranked = errors.argsort()
    return kan.pick(ranked[errors[ranked] <= _COMPARABLE * errors.min()])
