"""Races: many graphs get a few steps on a few rows, the best of them more, until few are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kansr.network.graph import Graph
from kansr.network.kan import KAN
from kansr.progress import Clock
from kansr.structure.space import Space
from kansr.training.levenberg import levenberg, rmse
from kansr.training.starts import starts

COARSE = 4  # graphs are compared on the first grid of the recipe that is at least this fine
_FEW, _MORE = 400, 1000  # rows of the two rounds
_HEAT, _FINAL = 8, 30  # steps of the two rounds


class Entry(NamedTuple):
    """A graph, and what its network learns; `lines` as in `kansr.training.starts.starts`."""

    space: Space
    graph: Graph
    lines: Mapping[int, float] | None = None


class Runner(NamedTuple):
    """A network (b = 1) and its validation error."""

    error: float
    space: Space
    kan: KAN

    def trained(self, kan: KAN, *, rows: int, steps: int, clock: Clock) -> Runner:
        """Give another network of the same space after some steps on the first rows."""
        data = self.space.data
        kan = levenberg(kan, data.train.head(rows), steps=steps, clock=clock).kan
        return Runner(self.space.error(kan), self.space, kan)


def race(
    entries: Sequence[Entry], *, grid: int, order: int, seed: int, keep: int, clock: Clock, starts: int
) -> list[Runner]:
    """Train graphs on a coarse grid from several starts each: the best `keep` of them, best first."""
    heats: list[Runner] = []
    for entry in entries:
        if heats and clock.over():
            break
        heats.append(_heat(entry, grid, order, seed, starts))
    heats.sort(key=lambda r: r.error)
    finals = [_final(r, clock) for r in heats[: 2 * keep]]
    return sorted(finals, key=lambda r: r.error)[:keep]


def _heat(entry: Entry, grid: int, order: int, seed: int, count: int) -> Runner:
    data = entry.space.data
    kan = starts(entry.graph, data.everything, grid=grid, order=order, count=count, seed=seed, lines=entry.lines)
    kan = levenberg(kan, data.train.head(_FEW), steps=_HEAT).kan
    errors = rmse(kan, data.validation)
    best = errors.argsort()[: max(count // 4, 1)]
    return Runner(float(errors[best[0]]), entry.space, kan.pick(best))


def _final(runner: Runner, clock: Clock) -> Runner:
    data = runner.space.data
    kan = levenberg(runner.kan, data.train.head(_MORE), steps=_FINAL, clock=clock).kan
    errors = rmse(kan, data.validation)
    best = int(errors.argmin())
    return Runner(float(errors[best]), runner.space, kan.pick(best))
