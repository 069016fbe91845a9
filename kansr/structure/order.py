"""Which of the networks that a search has are trained further."""

from __future__ import annotations

from collections.abc import Sequence

from kansr.structure.race import Runner
from kansr.training.stages import Trained

_COMPARABLE = 5.0  # transforms whose best error is within this factor of the best are tried, too
_FALLING = 1.5  # a graph whose error does not fall at least like this power of the grid is not climbed further ..
_HOPEFUL = 0.6  # .. and this one where it is small already: curves that are steep at one end fall late
_POOLS, _OTHERS = 2, 2  # graphs for each of these, and for all other transforms, that growth starts from
USUAL = ("y", "log(y)")
"""Transforms under which laws are written mostly."""
PROMISING = 0.02
"""Error on the coarse grid up to which a graph may be the right one."""


def mixed(runners: Sequence[Runner]) -> list[Runner]:
    """Order networks by error, the best of each transform first: errors on a coarse grid say little between them."""
    best = {r.space.name: r for r in reversed(runners)}.values()
    ahead = [r for r in sorted(best, key=lambda r: r.error) if r.error <= _COMPARABLE * runners[0].error]
    return [*ahead, *(r for r in runners if all(r is not a for a in ahead))]


def falls(trained: Trained) -> bool:
    """Whether the last extension lowered the error at all as splines do on the right graph."""
    before, after = trained.history[-2:] if len(trained.history) > 1 else trained.history * 2
    power = _FALLING if after.rmse_validation > PROMISING else _HOPEFUL
    expected = float((after.grid / before.grid) ** power)
    return after.rmse_validation * expected < before.rmse_validation


def diverse(seeds: Sequence[Runner]) -> list[Runner]:
    """Keep the best networks of y and its log, and the best of the other transforms, each graph once."""
    ranked = list({(r.space.name, r.kan.graph): r for r in sorted(seeds, key=lambda r: -r.error)}.values())[::-1]
    kept: list[Runner] = []
    for runner in ranked:
        alike = sum(r.space.name == runner.space.name for r in kept)
        others = sum(r.space.name not in USUAL for r in kept)
        if alike < _POOLS if runner.space.name in USUAL else (alike < 1 and others < _OTHERS):
            kept.append(runner)
    return kept
