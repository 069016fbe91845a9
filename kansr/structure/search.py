"""Find the graph: among proposals by the staircase, or inside a dense network by penalty and pruning."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kansr.network.graph import Graph, dense
from kansr.network.kan import KAN
from kansr.network.spec import KANSpec
from kansr.progress import Clock, Event, Report, silent
from kansr.structure.propose import WIDEST, proposals
from kansr.structure.rewrite import as_sums
from kansr.structure.separability import separability
from kansr.structure.spec import StructureSpec
from kansr.structure.tree import agglomerate, graphs
from kansr.structure.verify import Verdict, verify
from kansr.training.levenberg import rmse
from kansr.training.penalty import sparsity
from kansr.training.prune import node_path, prune_edges
from kansr.training.rows import Data
from kansr.training.spec import TrainingSpec
from kansr.training.stages import StageRow, Trained, climb, first, optimise, train

_ALIKE = 1.1  # validation errors within this factor are equal: the smaller graph is taken
_HOPELESS = 100.0  # a coarse start this many times worse than the best trained graph is not trained further
_FLAT = (0.05, 0.2)  # values of T up to which inputs stand side by side in one node: two readings of the same tensor
_CLIMBED = 4  # mixtures of a tree's sums and products that are trained in earnest
_LARGE = 4  # hidden nodes from which a proposal is pruned as a dense network


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """A trained graph, and what its staircase says."""

    trained: Trained
    verdict: Verdict

    @property
    def size(self) -> tuple[int, int, int]:
        """Products, nodes and edges: what makes one graph simpler than another.

        Products come first: the factors of a product node have a power gauge that hides their symbols, which a sum of
        logs does not have.
        """
        graph = self.trained.graph
        return graph.kinds.count("product"), graph.nodes, len(graph.edges)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """What a search for graphs is done with."""

    data: Data
    network: KANSpec
    training: TrainingSpec
    structure: StructureSpec
    seed: int
    clock: Clock
    report: Report = silent


def search(task: Search) -> list[Found]:
    """Find graphs for the data, best first: the search ends at the first one that is verified right.

    Without a width, proposals are tried from small to large; with one, the dense network of that width is trained with
    a penalty and pruned node by node. Edges that the validation error does not notice are cut in the end.
    """
    inputs = task.data.train.x.shape[-1]
    if task.network.width is not None:
        tried = _pruned(task, (inputs, *task.network.width[1:]))
    else:
        tried = _proposed(task)
    ranked = rank(tried)
    return [_trimmed(task, ranked[0]), *ranked[1:]]


def rank(found: Sequence[Found]) -> list[Found]:
    """Order graphs: right ones first, then by validation error, the smaller one where that is nearly equal."""
    left, ranked = list(found), []
    while left:
        right = [f for f in left if f.verdict.right] or left
        limit = _ALIKE * min(f.verdict.floor for f in right)
        ahead = [f for f in right if f.verdict.right or f.verdict.floor <= limit]
        best = min(ahead, key=lambda f: f.size)
        ranked.append(best)
        left.remove(best)
    return ranked


def _proposed(task: Search) -> list[Found]:
    """Try small graphs, then the trees that the gradients of a dense network show, then that network pruned."""
    inputs = task.data.train.x.shape[-1]
    found: list[Found] = []
    for graph in proposals(inputs, products=task.structure.products):
        found += _tested(task, graph, found)
        if _settled(task, found):
            return found
    if 2 < inputs <= WIDEST:
        found += _trees(task, found)
    if not _settled(task, found) and 1 < inputs <= WIDEST:
        found += _pruned(task, (inputs, min(2 * inputs + 1, 7), 1))
    return found


def _settled(task: Search, found: Sequence[Found]) -> bool:
    return bool(found) and (any(f.verdict.right for f in found) or task.clock.over())


def _tested(task: Search, graph: Graph, found: Sequence[Found]) -> list[Found]:
    """Train a graph, and once more with its products as sums of logs, where they are none."""
    best = min((f.verdict.floor for f in found), default=math.inf)
    tested: list[Found] = []
    for trained in _promising(task, graph, best):
        tested.append(_found(task, trained))
        tested += _logs(task, trained) if tested[-1].verdict.right else []
    return tested


def _logs(task: Search, trained: Trained) -> list[Found]:
    """Write products as sums of logs: a graph that is easier to read, if it is as good."""
    if trained.graph.kinds.count("product") == 0:
        return []
    sums = as_sums(trained.kan, task.data.everything)
    if sums is None:
        return []
    kan, _ = optimise(sums, task.data.train, task.training, steps=task.training.steps, clock=task.clock)
    grids = [2 * kan.grid] if kan.grid < max(task.training.grid) else []
    return [_found(task, climb(kan, task.data, task.training, grids=grids, clock=task.clock, report=task.report))]


def _trees(task: Search, found: Sequence[Found]) -> list[Found]:
    """Read trees off a dense network; train all of their mixtures coarsely, and the best few of these in earnest."""
    spec, inputs = task.training, task.data.train.x.shape[-1]
    coarse = replace(spec, grid=(3, 5), starts=max(spec.starts // 2, 1), steps=40)
    probe = train(dense((inputs, 4, 2, 1)), task.data, coarse, seed=task.seed, clock=task.clock)
    t = separability(probe.kan, task.data.train.x)
    trees = dict.fromkeys(agglomerate(t, range(inputs), flat) for flat in _FLAT)
    shapes = dict.fromkeys(g for tree in trees for g in graphs(tree, inputs, products=task.structure.products))
    known = {f.trained.graph for f in found}
    starts: list[tuple[float, int, KAN]] = []
    for graph in (g for g in shapes if g not in known):
        if starts and task.clock.over():
            break
        kan = first(graph, task.data, coarse, order=task.network.order, seed=task.seed, clock=task.clock)
        starts.append((float(rmse(kan, task.data.validation)[0]), len(starts), kan))
    climbed: list[Found] = []
    for _, _, kan in sorted(starts, key=lambda s: s[:2])[:_CLIMBED]:
        if climbed and _settled(task, climbed):
            break
        trained = climb(kan, task.data, spec, grids=spec.grid[1:], clock=task.clock, report=task.report)
        climbed.append(_found(task, trained))
        climbed += _logs(task, trained) if climbed[-1].verdict.right else []
    return climbed


def _promising(task: Search, graph: Graph, best: float) -> Iterator[Trained]:
    """Yield a graph trained up the ladder, unless its best start is hopeless beside what is found already."""
    spec = task.training
    kan = first(graph, task.data, spec, order=task.network.order, seed=task.seed, clock=task.clock)
    if float(rmse(kan, task.data.validation)[0]) <= _HOPELESS * best:
        yield climb(kan, task.data, spec, grids=spec.grid[1:], clock=task.clock, report=task.report)


def _pruned(task: Search, width: tuple[int, ...]) -> list[Found]:
    """Train a dense network with a penalty, drop its nodes one by one, and test the nested graphs from the smallest."""
    spec, order = task.training, task.network.order
    penalty = sparsity(spec.penalty) if spec.prune and spec.penalty > 0 else None
    kan = first(dense(width), task.data, spec, order=order, seed=task.seed, clock=task.clock, penalty=penalty)
    path = node_path(kan, task.data, spec, clock=task.clock, report=task.report) if spec.prune else [kan]
    found: list[Found] = []
    for smaller in reversed(path):
        if found and task.clock.over():
            break
        climbed = climb(smaller, task.data, spec, grids=spec.grid, clock=task.clock, report=task.report)
        found.append(_found(task, climbed))
        if not found[-1].verdict.right and len(smaller.graph.kinds) <= _LARGE:
            found += [_found(task, t) for t in _promising(task, smaller.graph, found[-1].verdict.floor)]
        if any(f.verdict.right for f in found[-2:]):
            break
    return found


def _found(task: Search, trained: Trained) -> Found:
    _say(task, trained)
    return Found(trained=trained, verdict=verify(trained.history))


def _trimmed(task: Search, found: Found) -> Found:
    """Cut the edges of a graph that nobody misses."""
    if not task.training.prune:
        return found
    trimmed = prune_edges(found.trained, task.data, task.training, clock=task.clock, report=task.report)
    if trimmed is found.trained:
        return found
    history = (*found.trained.history, *trimmed.history)
    trained = Trained(kan=trimmed.kan, history=history, rmse_validation=trimmed.rmse_validation)
    return Found(trained=trained, verdict=found.verdict)


def _say(task: Search, trained: Trained) -> None:
    shape = ",".join(map(str, trained.graph.width))
    row: StageRow = trained.history[-1]
    task.report(
        Event(
            stage=f"graph [{shape}]",
            message=f"grid {row.grid}",
            loss=trained.rmse_validation,
            seconds_left=task.clock.left(),
        )
    )
