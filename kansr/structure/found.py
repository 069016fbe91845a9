"""Trained graphs, judged by their staircase and by the score test, and put in order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kansr.network.curves import Curve
from kansr.network.graph import Graph
from kansr.progress import Event
from kansr.structure.probe import Probe
from kansr.structure.score import unexplained
from kansr.structure.space import Space
from kansr.structure.task import Search
from kansr.structure.tree import Node
from kansr.structure.verify import Verdict, verify
from kansr.tensors import torch
from kansr.training.rows import Data
from kansr.training.stages import Trained

ALIKE = 1.1  # validation errors within this factor are equal: the smaller graph is taken
_RIGHT_ALIKE = 10.0  # the same for right graphs: their errors still fall
_EQUAL = 1e-7  # errors below this are equal
_FAR, _STILL = 100.0, 1e-2  # an error of y so many times that of its transform counts; up to this it is still right


Form = tuple[Graph, tuple[Curve, ...]]
"""A graph and the kinds of its curves."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """A trained graph, what its staircase says, and how it was come by.

    `way` names the pass of the search; `space` the transform of the target that it was trained on. `settled` says that
    the search may end with it: the graph is right, or what it leaves unexplained looks like noise to the score test.
    """

    trained: Trained
    verdict: Verdict
    way: str = ""
    space: str = "y"
    settled: bool = False

    def to(self, device: torch.device | str) -> Found:
        """Give the same graph with its network on a device: itself, where that is there already."""
        kan = self.trained.kan.to(device)
        return self if kan is self.trained.kan else replace(self, trained=replace(self.trained, kan=kan))

    @property
    def form(self) -> Form:
        """Graph and kinds of curves, to tell networks apart: behind other coordinates one graph is another network."""
        return self.trained.graph, self.trained.kan.curves

    @property
    def size(self) -> tuple[int, int, int]:
        """Products, nodes and edges: what makes one graph simpler than another.

        Products come first: the factors of a product node have a power gauge that hides their symbols, which a sum of
        logs does not have.
        """
        shape = self.trained.graph
        return shape.kinds.count("product"), shape.nodes, len(shape.edges)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Searched:
    """Graphs that were trained to the end, best first, and what the dense network said of the inputs."""

    found: tuple[Found, ...]
    probe: Probe | None = None
    trees: tuple[Node, ...] = ()


def rank(found: Sequence[Found]) -> list[Found]:
    """Order graphs: right ones, then those that leave noise, then the others.

    In each of these by validation error, the smaller one where that is about equal.
    """
    left, ranked = list(found), []
    while left:
        first = [f for f in left if f.verdict.right] or [f for f in left if f.settled] or left
        alike = _RIGHT_ALIKE if first[0].verdict.right else ALIKE
        limit = max(alike * min(f.verdict.floor for f in first), _EQUAL)
        ahead = [f for f in first if f.verdict.floor <= limit]
        best = min(ahead, key=lambda f: f.size)
        ranked.append(best)
        left.remove(best)
    return ranked


def found_of(task: Search, space: Space, trained: Trained, way: str, best: float = math.inf) -> Found:
    """Judge a trained graph; `best` is the lowest floor of the graphs before it."""
    verdict, own = verify(trained.history), space.back(trained)
    if space.transform is not None:
        verdict = _of_table(verdict, own.rmse_validation)
    stands = not verdict.falling and verdict.floor <= ALIKE * best and math.isfinite(own.rmse_validation)
    settled = verdict.right or (stands and not unexplained(own.kan, task.data.train))
    found = Found(trained=own, verdict=verdict, way=way, space=space.name, settled=settled)
    _say(task, found)
    task.keep(found)
    return found


def _of_table(verdict: Verdict, error: float) -> Verdict:
    """Judge by the error of y itself where that is far higher: weights only roughly give errors of y.

    With noise they favour some rows, and rows where the transform is steep without end count for nothing. A root of a
    small negative number is no error at all: then only the right graph is believed.
    """
    if verdict.right and (error <= _FAR * max(verdict.floor, _EQUAL) or not math.isfinite(error)):
        return verdict
    floor = max(verdict.floor, error)
    return replace(verdict, floor=floor, right=verdict.right and floor <= _STILL)


def judged(trained: Trained, data: Data) -> Found:
    """Judge a network of y that was trained without a search."""
    verdict = verify(trained.history)
    settled = verdict.right or not unexplained(trained.kan, data.train)
    return Found(trained=trained, verdict=verdict, settled=settled)


def _say(task: Search, found: Found) -> None:
    shape = ",".join(map(str, found.trained.graph.width))
    task.report(
        Event(
            stage=f"graph [{shape}]",
            message=f"grid {found.trained.kan.grid}" + (f" on {found.space}" if found.space != "y" else ""),
            loss=found.trained.rmse_validation,
            seconds_left=task.clock.left(),
        )
    )
