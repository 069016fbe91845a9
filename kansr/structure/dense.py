"""The way of the KAN paper: a dense network, trained with a penalty and pruned node by node and edge by edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kansr.network.graph import Graph, dense
from kansr.structure.found import Found, found_of
from kansr.structure.space import Space
from kansr.structure.surgery import contracted
from kansr.structure.task import Search
from kansr.training.levenberg import rmse
from kansr.training.penalty import sparsity
from kansr.training.prune import node_path, prune_edges
from kansr.training.stages import Trained, climb, first, optimise

_HOPELESS = 100.0  # a coarse start this many times worse than the best trained graph is not trained further
_LARGE = 4  # hidden nodes from which a graph is not trained again from new starts


def pruned(task: Search, width: tuple[int, ...]) -> list[Found]:
    """Train a dense network with a penalty, drop its nodes one by one, and test the nested graphs from the smallest."""
    spec, order = task.training, task.network.order
    plain = Space(data=task.data, plain=task.data)
    penalty = sparsity(spec.penalty) if spec.prune and spec.penalty > 0 else None
    kan = first(dense(width), task.data, spec, order=order, seed=task.seed, clock=task.clock, penalty=penalty)
    path = node_path(kan, task.data, spec, clock=task.clock, report=task.report) if spec.prune else [kan]
    found: list[Found] = []
    for smaller in reversed(path):
        if found and task.clock.over():
            break
        climbed = climb(smaller, task.data, spec, grids=spec.grid, clock=task.clock, report=task.report)
        found.append(found_of(task, plain, climbed, "dense"))
        if not found[-1].verdict.right and len(smaller.graph.kinds) <= _LARGE:
            again = _promising(task, smaller.graph, found[-1].verdict.floor)
            found += [found_of(task, plain, t, "dense") for t in again]
        if any(f.verdict.right for f in found[-2:]):
            break
    return found


def trimmed(task: Search, found: Found) -> Found:
    """Cut the edges of a graph that nobody misses, and compose curves that are left with one edge between them."""
    if not task.training.prune:
        return found
    before = found.trained
    after = prune_edges(before, task.data, task.training, clock=task.clock, report=task.report)
    short = contracted(after.kan)
    if short.graph != after.graph:
        kan, _ = optimise(short, task.data.train, task.training, steps=task.training.steps, clock=task.clock)
        composed = climb(kan, task.data, task.training, grids=(), clock=task.clock)
        if composed.rmse_validation <= (1 + task.training.tolerance) * after.rmse_validation:
            after = composed
    if after is before:
        return found
    history = (*before.history, *after.history)
    return replace(found, trained=replace(after, history=history))


def _promising(task: Search, shape: Graph, best: float) -> Iterator[Trained]:
    """Yield a graph trained up the ladder, unless its best start is hopeless beside what is found already."""
    spec = task.training
    kan = first(shape, task.data, spec, order=task.network.order, seed=task.seed, clock=task.clock)
    if float(rmse(kan, task.data.validation)[0]) <= _HOPELESS * best:
        yield climb(kan, task.data, spec, grids=spec.grid[1:], clock=task.clock, report=task.report)
