"""Continual learning: a network learns new rows and keeps to the bit what earlier rows taught it.

Only spline coefficients move that the new rows see and no earlier row does. So the output at every earlier row stays
what it was, to rounding, whatever the depth (see `kansr.network.locality`); the earlier rows themselves are not needed,
only which coefficients they saw. The price is capacity: where earlier rows see everything, nothing is left to learn
with.

The idea is that of section 3.4 of Liu et al. 2024 (arXiv:2404.19756), where it holds for one layer. Coefficients that
few rows determine follow their neighbours: second differences are penalised (Eilers and Marx, Statistical Science 11,
1996), as little as the validation rows want.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from kansr.errors import UsageError
from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.network.locality import local, visited
from kansr.network.widen import Widened, covering
from kansr.progress import Clock, Event, Report, silent
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import Penalty, Quadratic, levenberg_of, rmse
from kansr.training.rows import Data

_SMOOTH = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14)  # weights of second differences, the smoothest first
_ROUNDS = 3  # times that grids of hidden nodes may be widened for what was learned


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learned:
    """What learning new rows gave.

    Parameters
    ----------
    kan
        The network (b = 1) after it.
    before
        The network before it, on the same grids: its curves are those that it came with.
    seen
        Parameters [P] that earlier rows or these see: what the next learning must leave alone.
    free
        How many coefficients were free to move.
    rmse_validation
        Error on the new rows to choose by.
    """

    kan: KAN
    before: KAN
    seen: Tensor
    free: int
    rmse_validation: float


def learn(
    kan: KAN, data: Data, seen: Tensor, *, steps: int = 200, clock: Clock | None = None, report: Report = silent
) -> Learned:
    """Learn new rows with the coefficients that no earlier row sees.

    Grids are widened where the new rows reach beyond them. That keeps every curve on its old range, and outside of it
    changes no more than the first k intervals.

    Parameters
    ----------
    kan
        The network (b = 1) that the earlier rows taught.
    data
        The new rows, and only these.
    seen
        Parameters [P] that must not move: those that earlier rows see (`kansr.network.locality.visited`).
    steps
        The most optimiser steps for each degree of smoothness.

    Raises
    ------
    UsageError
        If the new rows lie too far from the grids (see `kansr.network.widen.covering`).
    """
    clock = clock or Clock()
    wide = covering(kan, data.everything)
    start, now, locked = wide.kan, wide.kan, wide.of(seen)
    freed = torch.zeros_like(locked)
    for _ in range(_ROUNDS):
        free = local(now) & visited(now, data.train.x) & ~locked
        freed |= free
        now = _fitted(now, data, free.nonzero()[:, 0], steps=steps, clock=clock, report=report)
        again = _covering_what_was_learned(now, data)
        if again is None or clock.over():
            break
        start, now, locked, freed = _like(again, start), again.kan, again.of(locked), again.of(freed)
    return Learned(
        kan=now,
        before=start,
        seen=locked | visited(now, data.everything),
        free=int(freed.sum()),
        rmse_validation=float(rmse(now, data.validation)[0]),
    )


def _covering_what_was_learned(kan: KAN, data: Data) -> Widened | None:
    """Widen grids of hidden nodes that the new rows have left while they were learned; None where none has to be."""
    with suppress(UsageError):  # what was learned runs away there: better to leave it as it is
        wide = covering(kan, data.everything)
        return None if wide.kan.curves == kan.curves else wide
    return None


def _like(wide: Widened, start: KAN) -> KAN:
    """Put the network before learning on the grids of the one after it: only coefficients beyond its own are new."""
    theta = wide.kan.theta.clone()
    theta[:, wide.where] = start.theta
    return KAN(graph=start.graph, curves=wide.kan.curves, theta=theta, lower=wide.kan.lower, upper=wide.kan.upper)


def _fitted(kan: KAN, data: Data, free: Tensor, *, steps: int, clock: Clock, report: Report) -> KAN:
    """Fit the free coefficients, from smooth to free, and take what the validation rows like best."""
    best, value = kan, float(rmse(kan, data.validation)[0])
    for weight in _SMOOTH if len(free) else ():
        if clock.over():
            break
        penalty = bending(kan, free, weight)
        kan = levenberg_of(kan, data.train, free, steps=steps, clock=clock, penalty=penalty).kan
        error = float(rmse(kan, data.validation)[0])
        report(Event(stage="continue", message=f"{len(free)} coefficients free", loss=error, seconds_left=clock.left()))
        if error < value:
            best, value = kan, error
    return best


def bending(kan: KAN, free: Tensor, weight: float) -> Penalty:
    """Penalise `weight` times the squared second differences of coefficients, each that holds a free one [F]."""
    is_free = torch.zeros(kan.parameters, dtype=torch.bool, device=free.device)
    is_free[free] = True
    rows = [
        (start + 1 + j, is_free[start + 1 + j : start + 4 + j])
        for curve, start in zip(kan.curves, (s.start for s in kan.slices()), strict=True)
        if isinstance(curve, Spline)
        for j in range(curve.size - 3)
    ]
    firsts = torch.tensor([at for at, three in rows if bool(three.any())], dtype=torch.long, device=free.device)
    differences = kan.theta.new_zeros(len(firsts), kan.parameters)
    for k, factor in enumerate((1.0, -2.0, 1.0)):
        differences[torch.arange(len(firsts)), firsts + k] = factor
    curvature = weight * differences.T @ differences

    def penalty(kan: KAN, _x: Tensor) -> Quadratic:
        bent = kan.theta @ differences.T  # [b, d]
        gradient = weight * bent @ differences
        return Quadratic(weight * bent.square().sum(-1), gradient, curvature.expand(kan.batch, -1, -1))

    return penalty
