"""Find the graph: the passes of a search, from what takes a moment to what takes a minute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from kansr.network.graph import Graph, graph
from kansr.network.knots import extend
from kansr.progress import Event
from kansr.structure.dense import pruned, trimmed
from kansr.structure.found import Found, Searched, found_of, rank
from kansr.structure.grow import grow
from kansr.structure.minimal import minimal
from kansr.structure.monomials import GRID as FINE
from kansr.structure.monomials import monomials
from kansr.structure.probe import Probe, probe
from kansr.structure.race import COARSE, Entry, Runner, race
from kansr.structure.rewrite import as_sums
from kansr.structure.space import Space, spaces
from kansr.structure.task import Search
from kansr.structure.tree import Node, agglomerate, graphs
from kansr.training.levenberg import levenberg
from kansr.training.stages import Trained, climb, optimise
from kansr.training.starts import starts

_FINE = 1e-4  # a right graph with an error below this ends the search at once
_BLIND = 0.1  # error of a sum from which its curves may oscillate: too fast for the coarse grid ..
_OSCILLATES = 0.2  # .. when a fine one leaves less than this share of it
_PATIENCE = 12  # how many graphs are tried to find a better one, else: a count, so that the seed alone decides
_FALLING = 1.5  # a graph whose error does not fall at least like this power of the grid is not climbed further
_PROMISING = 0.02  # error on the coarse grid up to which a grown graph is verified
_OSCILLATING = 0.1  # the same for one that oscillates on a fine grid
_FLAT = (0.06, 0.2)  # values of T up to which inputs stand side by side in one node: two readings of the same tensor
_COMPARABLE = 5.0  # transforms whose best error is within this factor of the best are tried, too
_CLIMBED = 3  # mixtures of a tree's sums and products that are trained in earnest
_ROUNDS = 6  # additions to a graph, at most
_LINEAR_STEPS = 8  # a sum of splines is linear in its coefficients: a few steps reach the bottom
_GROWN = 0.8  # share of what is left of the time that growth may take
_USUAL = ("y", "log(y)")
_POOLS, _OTHERS = 2, 2  # graphs for each of these, and for all other transforms, that growth starts from
_ROOTS = ("y", "log(y)", "y^2")  # transforms under which trees are tried
_POOR = 0.1  # error of the best graph from which the dense network is worth its time
_NARROW = 6  # and inputs up to which it is
_WIDEST = 24  # inputs above which no dense network is trained


def search(task: Search) -> Searched:
    """Find graphs for the data, best first: the search ends at the first one that is settled.

    Without a width, sums are tried under every transform of the target, then small graphs, then the trees that the
    gradients of a dense network show, then graphs that grow from all of these. With a width, the dense network of that
    width is trained with a penalty and pruned node by node. Edges that the validation error does not notice are cut in
    the end.
    """
    inputs = task.data.train.x.shape[-1]
    if task.network.width is not None:
        searched = Searched(found=tuple(pruned(task, (inputs, *task.network.width[1:]))))
    else:
        searched = _Hunt(task).run()
    ranked = rank(searched.found)
    return replace(searched, found=(trimmed(task, ranked[0]), *ranked[1:]))


class _Hunt:
    """The passes of a search without a width; what one pass found is there for the next."""

    def __init__(self, task: Search):
        self.task = task
        self.inputs = task.data.train.x.shape[-1]
        self.grid = min((g for g in task.training.grid if g >= COARSE), default=max(task.training.grid))
        self.spaces = spaces(task.data, task.transforms if self.inputs > 1 else (), task.logarithm)
        self.found: list[Found] = []
        self.probe: Probe | None = None
        self.trees: tuple[Node, ...] = ()
        self.seeds: list[Runner] = []
        self.tries = 0  # since a graph was settled

    def run(self) -> Searched:
        for step in (self.sums, self.small, self.read, self.oscillating, self.grown, self.dense):
            step()
            if self.over():
                break
        return Searched(found=tuple(self.found), probe=self.probe, trees=self.trees)

    def over(self) -> bool:
        """Whether the search may end: a graph is settled to a small error, or after enough tries, or time is up."""
        settled = [f for f in self.found if f.settled]
        fine = any(not f.verdict.right or f.verdict.floor <= _FINE for f in settled)
        return fine or self.tries > _PATIENCE or (bool(self.found) and self.task.clock.over())

    def count(self) -> None:
        """Count a graph that is tried although one is settled."""
        self.tries += any(f.settled for f in self.found)

    @property
    def used(self) -> tuple[int, ...]:
        return self.probe.used if self.probe else tuple(range(self.inputs))

    @property
    def floor(self) -> float:
        """The lowest error so far."""
        return min((f.verdict.floor for f in self.found), default=math.inf)

    def sums(self) -> None:
        """One sum of curves, under every transform of the target: linear, so each takes a moment."""
        coarse, fine = (self.sum(self.spaces[0], grid) for grid in (self.grid, FINE))
        if coarse.error > _BLIND and fine.error < _OSCILLATES * coarse.error and max(self.task.training.grid) > COARSE:
            self.verified(fine, "sum on a fine grid")
        for space in self.spaces:
            self.seeds.append(coarse if space is self.spaces[0] else self.sum(space, self.grid))
            small = self.seeds[-1]
            if small.error < _PROMISING:
                small = minimal(small, self.task.clock)
            self.verified(small, "sum")
            if self.over():
                return

    def sum(self, space: Space, grid: int) -> Runner:
        shape = graph(self.inputs, ["sum"], [(i, self.inputs) for i in self.used])
        kan = starts(shape, space.data.everything, grid=grid, order=self.task.network.order, count=1, seed=0)
        kan = levenberg(kan, space.data.train, steps=_LINEAR_STEPS).kan
        return Runner(space.error(kan), space, kan)

    def small(self) -> None:
        """A function of one sum, one product, a function of one product: also under transforms."""
        if self.inputs == 1:
            return
        n, edges = self.inputs, [(i, self.inputs) for i in self.used]
        outer = graph(n, ["sum", "sum"], [*edges, (n, n + 1)])
        shapes = [outer]
        if self.task.structure.products:
            shapes += [graph(n, ["product"], edges), graph(n, ["product", "sum"], [*edges, (n, n + 1)])]
        entries = [Entry(self.spaces[0], g) for g in shapes]
        entries += [Entry(s, shapes[1]) for s in self.spaces[1:] if len(shapes) > 1 and s.name != "log(y)"]
        self.climb(self.race(entries, keep=4), "small graph")

    def read(self) -> None:
        """The trees that the gradients of a dense network show."""
        if not 2 < self.inputs <= _WIDEST:
            return
        task = self.task
        self.probe = probe(self.spaces[0], order=task.network.order, seed=task.seed, clock=task.clock)
        self.trees = tuple(dict.fromkeys(agglomerate(self.probe.tensor, self.used, flat) for flat in _FLAT))
        for tree in self.trees:
            runners = self.race(self.entries(tree), keep=2 * _CLIMBED)
            self.climb(_mixed(runners)[:_CLIMBED], "tree")
            if self.over():
                return
            self.seeds += runners

    def entries(self, tree: Node) -> list[Entry]:
        """Every mixture of sums and products on a tree, with a function of it all, and under a few transforms."""
        allowed = self.task.structure.products
        shapes = [(self.spaces[0], g) for g in graphs(tree, self.inputs, products=allowed)]
        for space in (s for s in self.spaces if s.name in _ROOTS):
            shapes += [(space, g) for g in graphs(tree, self.inputs, products=allowed, outer=False)]
        return [Entry(space, g, self.lines(g)) for space, g in shapes]

    def lines(self, shape: Graph) -> dict[int, float]:
        """Signs of the curves that leave an input: as the input moves the output beside its first sibling."""
        if self.probe is None:
            return {}
        found: dict[int, float] = {}
        for node in range(shape.inputs, shape.nodes):
            leaves = [e for e in shape.into(node) if shape.edges[e].source < shape.inputs]
            for e in leaves:
                aligned = self.probe.alignment[shape.edges[leaves[0]].source, shape.edges[e].source]
                found[e] = -1.0 if float(aligned) < 0 else 1.0
        return found

    def oscillating(self) -> None:
        """Functions of a product or quotient of inputs, on a fine grid: where no coarse one comes near."""
        if not self.task.structure.products or self.inputs < 2 or self.floor < _BLIND:
            return
        runners = monomials(self.spaces[0], self.used, clock=self.task.clock)
        clock = self.task.clock
        self.climb([minimal(r, clock) for r in runners if r.error < _OSCILLATING], "monomial")
        self.seeds += runners[:1]

    def grown(self) -> None:
        """Graphs that grow from the sums, a product and the trees, part by part."""
        clock, n = self.task.clock.part(_GROWN), self.inputs
        edges = [(i, n) for i in self.used]
        entries = [Entry(self.spaces[0], graph(n, ["sum", "sum"], [*edges, (n, n + 1)]))]
        if self.task.structure.products:
            entries.append(Entry(self.spaces[0], graph(n, ["product"], edges)))
        seeds = [*_diverse(self.seeds), *(self.race(entries, keep=2) if n > 1 else [])]
        best = math.inf
        for runner in grow(seeds, rounds=_ROUNDS, clock=clock):
            self.count()
            self.say(f"grown to {len(runner.kan.graph.edges)} edges", runner.error)
            if runner.error < min(_PROMISING, 0.7 * best):
                best = runner.error
                self.verified(minimal(runner, clock), "grown")
            if self.over():
                return

    def dense(self) -> None:
        """The dense network of the paper, pruned: what is left when nothing else fits at all."""
        if 1 < self.inputs <= _NARROW and self.floor > _POOR:
            self.found += pruned(self.task, (self.inputs, min(2 * self.inputs + 1, 7), 1))

    def race(self, entries: Sequence[Entry], keep: int) -> list[Runner]:
        task = self.task
        return race(entries, grid=self.grid, order=task.network.order, seed=task.seed, keep=keep, clock=task.clock)

    def climb(self, runners: Sequence[Runner], way: str) -> None:
        for runner in runners:
            self.verified(runner, way)
            if self.over():
                return

    def verified(self, runner: Runner, way: str) -> None:
        """Train a graph up the ladder as far as its error falls, and judge it."""
        task, space = self.task, runner.space
        self.count()
        kan = levenberg(runner.kan, space.data.train, steps=task.training.steps, clock=task.clock).kan
        finer = [g for g in task.training.grid if g > kan.grid] or [2 * kan.grid, 4 * kan.grid] * (kan.grid == FINE)
        trained = climb(kan, space.data, task.training, grids=finer[:1], clock=task.clock)
        if finer and _falls(trained):
            rest = climb(trained.kan, space.data, task.training, grids=finer[1:], clock=task.clock)
            trained = replace(rest, history=(*trained.history, *rest.history[1:]))
        self.found.append(found_of(task, space, trained, way, self.floor))
        if self.found[-1].verdict.right:
            self.found += _logs(task, self.found[-1])

    def say(self, message: str, error: float) -> None:
        self.task.report(Event(stage="graph", message=message, loss=error, seconds_left=self.task.clock.left()))


def _mixed(runners: Sequence[Runner]) -> list[Runner]:
    """Order networks by error, the best of each transform first: errors on a coarse grid say little between them."""
    best = {r.space.name: r for r in reversed(runners)}.values()
    ahead = [r for r in sorted(best, key=lambda r: r.error) if r.error <= _COMPARABLE * runners[0].error]
    return [*ahead, *(r for r in runners if all(r is not a for a in ahead))]


def _falls(trained: Trained) -> bool:
    """Whether the last extension lowered the error at all as splines do on the right graph."""
    before, after = trained.history[-2:] if len(trained.history) > 1 else trained.history * 2
    expected = float((after.grid / before.grid) ** _FALLING)
    return after.rmse_validation * expected < before.rmse_validation


def _diverse(seeds: Sequence[Runner]) -> list[Runner]:
    """Keep the best networks of y and its log, and the best of the other transforms, each graph once."""
    ranked = list({(r.space.name, r.kan.graph): r for r in sorted(seeds, key=lambda r: -r.error)}.values())[::-1]
    kept: list[Runner] = []
    for runner in ranked:
        alike = sum(r.space.name == runner.space.name for r in kept)
        others = sum(r.space.name not in _USUAL for r in kept)
        if alike < _POOLS if runner.space.name in _USUAL else (alike < 1 and others < _OTHERS):
            kept.append(runner)
    return kept


def _logs(task: Search, found: Found) -> list[Found]:
    """Write products as sums of logs: a graph that is easier to read, if it is as good."""
    trained = found.trained
    if trained.graph.kinds.count("product") == 0 or found.space != "y":
        return []
    sums = as_sums(extend(trained.kan, trained.history[0].grid), task.data.everything)
    if sums is None:
        return []
    kan, _ = optimise(sums, task.data.train, task.training, steps=task.training.steps, clock=task.clock)
    logs = climb(kan, task.data, task.training, grids=task.training.grid, clock=task.clock, report=task.report)
    return [found_of(task, Space(data=task.data, plain=task.data), logs, f"{found.way}, as logs")]
