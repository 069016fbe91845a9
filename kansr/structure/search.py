"""Find the graph: the passes of a search, from what takes a moment to what takes a minute."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from kansr.network.graph import Graph, graph
from kansr.network.knots import extend
from kansr.progress import Event
from kansr.structure.coordinates import Coordinates, Named, Twice, coordinates
from kansr.structure.dense import pruned, trimmed
from kansr.structure.found import ALIKE, Found, Searched, found_of, rank
from kansr.structure.grow import ROWS, grow
from kansr.structure.layers import layers
from kansr.structure.minimal import minimal
from kansr.structure.monomials import GRID as FINE
from kansr.structure.monomials import monomials
from kansr.structure.order import PROMISING, USUAL, diverse, falls, mixed
from kansr.structure.probe import Probe, probe
from kansr.structure.race import COARSE, Entry, Runner, race
from kansr.structure.readout import EARNED, liking, readout
from kansr.structure.rewrite import as_sums
from kansr.structure.score import unexplained
from kansr.structure.space import Space, spaces
from kansr.structure.task import Search
from kansr.structure.tree import Node, agglomerate, blocks, graphs
from kansr.training.levenberg import levenberg
from kansr.training.stages import Trained, climb, optimise
from kansr.training.starts import starts

_BLIND = 0.1  # error of a sum from which its curves may oscillate: too fast for the coarse grid ..
_FINEST = 1200  # intervals of all inputs together up to which a sum on a fine grid is tried
_OSCILLATES = 0.2  # .. when a fine one leaves less than this share of it
_PATIENCE = 12  # how many graphs are tried to find a better one, else: a count, so that the seed alone decides
_BETTER = 0.9  # a graph is trained to the end again from a start whose error is so much lower
_NEAR = 1.2  # and how many times the error of dense networks, which may be noise
_NOISY = 0.03  # error of dense networks from which trees get a second race, and growth needs all rows
_MUCH, _LITTLE = 0.7, 0.97  # share of the last one's error that the next one must come down to; the second near noise
_OSCILLATING = 0.1  # the same for one that oscillates on a fine grid
_FLAT = (0.06, 0.2)  # values of T up to which inputs stand side by side in one node: two readings of the same tensor
_READ, _READ_ROWS, _READ_STEPS = 4, 2000, 30  # readings of a tree that are trained, their rows and steps
_STARTS = (8, 24)  # starts of each graph in the first race of trees, and in a second one where growth sees only noise
_CLIMBED = 3  # mixtures of a tree's sums and products that are trained in earnest
_ROUNDS = 6  # additions to a graph, at most
_LINEAR_STEPS, _HARDLY = 8, 1e-6  # a sum of splines is linear in its coefficients: a few steps with hardly any damping
_JOINED, _NARROWED = 0.6, 0.3  # share of what is left of the time for coordinates: where one is left, and else
_GROWN = 0.8  # share of what is left of the time that growth may take
_ROOTS = ("y", "log(y)", "y^2")  # transforms under which trees are tried
_LAYERED = 6  # inputs up to which two layers of all of them are tried, and the transforms for that
_LAID = 16  # starts of each
_LAYERS = ("y", "log(y)", "y^2", "1/y")
_POOR = 0.1  # error of the best graph from which the dense network is worth its time
_NARROW = 6  # and inputs up to which it is
WIDEST = 24
"""Inputs above which no dense network is trained, and before a search the columns are screened."""


def search(task: Search) -> Searched:
    """Find graphs for the data, best first: the search ends at the first one that is settled.

    Without a width, sums are tried under every transform of the target, then small graphs, then the trees that the
    gradients of a dense network show, then graphs that grow from all of these. With a width, the dense network of that
    width is trained with a penalty and pruned node by node. Edges that the validation error does not notice are cut.
    """
    inputs = task.data.train.x.shape[-1]
    if task.network.width is not None:
        searched = Searched(found=tuple(pruned(task, (inputs, *task.network.width[1:]))))
    else:
        searched = _Hunt(task).run()
    best, *others = rank(searched.found)
    if task.network.width is not None or not best.settled:
        best = trimmed(task, best)
    return replace(searched, found=(best, *others))


class _Hunt:
    """The passes of a search without a width; what one pass found is there for the next."""

    def __init__(self, task: Search, *, within: bool = False):
        self.task, self.within = task, within  # whether inputs are coordinates already
        self.inputs = task.data.train.x.shape[-1]
        self.grid = min((g for g in task.training.grid if g >= COARSE), default=max(task.training.grid))
        self.spaces = spaces(task.data, task.transforms if self.inputs > 1 else (), task.logarithm)
        self.found: list[Found] = []
        self.probe: Probe | None = None
        self.trees: tuple[Node, ...] = ()
        self.seeds: list[Runner] = []
        self.judged: dict[tuple[str, Graph], float] = {}  # errors from which graphs were trained to the end
        self.inner: list[_Inner] = []
        self.tries = 0  # since a graph was settled
        self.enough = False

    def run(self) -> Searched:
        self.quick()
        self.slow()
        return Searched(found=tuple(self.found), probe=self.probe, trees=self.trees)

    def quick(self) -> None:
        """The passes that take seconds."""
        self.take(self.sums, self.small, self.look, self.joined, self.read, self.layered)

    def slow(self) -> None:
        """The passes that take what time there is; with coordinates first, where there are any."""
        self.take(self.reread, self.deepened, self.oscillating, self.grown, self.dense)

    def take(self, *steps: Callable[[], None]) -> None:
        for step in steps:
            if self.over():
                return
            step()

    def over(self) -> bool:
        """Whether the search may end: a graph is settled and good enough, or after many more tries, or time is up."""
        return self.enough or self.tries > _PATIENCE or (bool(self.found) and self.task.clock.over())

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

    @property
    def noise(self) -> float:
        """Error of the dense networks: noise, if there is any; zero where none was trained."""
        return self.probe.error if self.probe else 0.0

    @property
    def hope(self) -> float:
        """Error up to which a graph on the coarse grid may be the right one."""
        return max(PROMISING, _NEAR * self.noise)

    def sums(self) -> None:
        """One sum of curves, under every transform of the target: linear, so each takes a moment, unless it is wide."""
        coarse = self.sum(self.spaces[0], self.grid)
        fine = self.sum(self.spaces[0], FINE) if len(self.used) * FINE <= _FINEST else coarse
        if coarse.error > _BLIND and fine.error < _OSCILLATES * coarse.error and max(self.task.training.grid) > COARSE:
            self.verified(fine, "sum on a fine grid")
        runners: Iterable[Runner] = (coarse if s is self.spaces[0] else self.sum(s, self.grid) for s in self.spaces)
        if self.inputs > WIDEST:  # to verify one takes long
            runners = sorted(runners, key=lambda r: r.error)
        for runner in runners:
            self.seeds.append(runner)
            self.verified(minimal(runner, self.task.clock) if runner.error < PROMISING else runner, "sum")
            if self.over():
                return

    def sum(self, space: Space, grid: int) -> Runner:
        shape = graph(self.inputs, ["sum"], [(i, self.inputs) for i in self.used])
        kan = starts(shape, space.data.everything, grid=grid, order=self.task.network.order, count=1, seed=0)
        rows, clock = space.data.train, self.task.clock
        kan = levenberg(kan, rows, steps=_LINEAR_STEPS, clock=clock, damping=_HARDLY).kan
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

    def look(self) -> None:
        """What the gradients of dense networks show; their error says how good a graph has to be."""
        if 1 < self.inputs <= WIDEST:
            task = self.task
            self.probe = probe(self.spaces[0], order=task.network.order, seed=task.seed, clock=task.clock)

    def read(self) -> None:
        """The trees that the gradients show."""
        if self.probe is None or len(self.used) <= 2:
            return  # all trees of two are tried already, and one input is no tree
        readings = [*((flat, self.probe.doubt) for flat in _FLAT), (_FLAT[0], None)]
        trees = (agglomerate(self.probe.tensor, self.used, flat, doubt) for flat, doubt in readings)
        self.trees = tuple(dict.fromkeys(trees))
        self.climb_trees(self.read_out)
        if not self.over():
            self.climb_trees(self.raced)

    def reread(self) -> None:
        """Trees again where networks leave much, from more starts; then dense blocks for what does not split."""
        if self.noise > _NOISY:
            self.climb_trees(partial(self.raced, count=_STARTS[1]))
        if not self.over():
            self.blocks()

    def climb_trees(self, runners_of: Callable[[Node], list[Runner]]) -> None:
        for tree in self.trees:
            runners = runners_of(tree)
            self.seeds += runners
            self.climb(mixed(runners)[:_CLIMBED] if tree.splits else [], "tree")
            if self.over():
                return

    def joined(self) -> None:
        """The same search with coordinates such as `a - b` in the place of the inputs that enter as one."""
        task = self.task
        if self.probe is None or task.named is None or self.spaces[0].logs or self.within:
            return
        ways = coordinates(self.probe.symmetries, self.probe.slopes, self.used, rows=task.data.all, error=self.noise)
        for own in ways:
            behind = partial(self.behind, own, task.named)
            data = own.data(task.data)
            clock = task.clock.part(_JOINED if data.train.x.shape[-1] == 1 else _NARROWED)
            keep = partial(self.keep, own, task.named)
            inner = replace(task, data=data, clock=clock, enough=partial(self.ask, behind), keep=keep)
            self.inner.append(_Inner(_Hunt(inner, within=True), behind))
            self.from_inner(self.inner[-1], slow=False)
            if self.over():
                return

    def ask(self, behind: Callable[[Found], Found], found: Sequence[Found]) -> bool:
        """Whether graphs that were found with coordinates are enough: one that leaves what only inputs tell is not."""
        settled = [f for f in map(behind, found) if f.settled]
        return bool(settled) and self.task.enough(settled)

    def keep(self, own: Coordinates | Twice, named: Named, found: Found) -> None:
        """Keep a graph that was found with coordinates as one of the inputs."""
        kan = own.in_front(found.trained.kan, named, self.task.data.everything)
        self.task.keep(replace(found, trained=replace(found.trained, kan=kan)))

    def deepened(self) -> None:
        """The slow passes of the searches with coordinates."""
        for inner in self.inner:
            self.from_inner(inner, slow=True)
            if self.over():
                return

    def from_inner(self, inner: _Inner, *, slow: bool) -> None:
        """Let a search with coordinates go on, and take what it finds."""
        hunt, known = inner.hunt, len(inner.hunt.found)
        (hunt.slow if slow else hunt.quick)()
        self.found += [inner.behind(f) for f in hunt.found[known:]]
        self.enough = self.enough or hunt.enough

    def layered(self) -> None:
        """Sums of all inputs beside a function or a product of them, and that times all: what is not asked for is cut.

        Laws in which columns occur twice are mostly such: interference, x^2 / (e^(x/y) - 1), velocities that add.
        """
        if not 1 < len(self.used) <= _LAYERED:
            return
        products = self.task.structure.products
        entries = [
            Entry(space, g)
            for space in self.spaces
            if space.name in _LAYERS
            for g in layers(self.inputs, self.used, factors=space.name == "y")
            if products or "product" not in g.kinds
            if len(self.used) > 2 or "product" in g.kinds  # of two inputs, sums of sums fit nearly anything
        ]
        raced = [self.finer(r) for r in self.race(entries, keep=_CLIMBED, count=_LAID)]
        for runner in sorted((r for r in raced if r.error < self.hope), key=lambda r: r.error):
            less = minimal(runner, self.task.clock)
            self.seeds.append(less)
            self.verified(less, "layers")
            if self.over():
                return

    def behind(self, own: Coordinates | Twice, named: Named, found: Found) -> Found:
        """Put a graph behind the coordinates that it was found with."""
        data, trained = self.task.data, found.trained
        kan = own.in_front(trained.kan, named, data.everything)
        settled = found.verdict.right or (found.settled and not unexplained(kan, data.train))
        return replace(found, trained=replace(trained, kan=kan), settled=settled, way=f"coordinates, {found.way}")

    def blocks(self) -> None:
        """Dense blocks for the groups of inputs that no tree splits."""
        trees = [tree for tree in self.trees if not tree.splits][:1]
        ways = [(s, s.name != "log(y)") for s in self.spaces if s.name in USUAL]
        entries = [Entry(space, blocks(tree, self.inputs, outer=outer)) for tree in trees for space, outer in ways]
        runners = self.race(entries, keep=len(entries), count=_STARTS[1])
        self.climb([minimal(r, self.task.clock) for r in runners if r.error < self.hope], "block")

    def read_out(self, tree: Node) -> list[Runner]:
        """The curves of a tree as the gradients of the dense networks tell them, trained for some steps."""
        if self.probe is None:
            return []
        order, products = self.task.network.order, self.task.structure.products
        read = readout(tree, self.probe.slopes, self.spaces, grid=self.grid, order=order, products=products)
        found = []
        for ways in read[:_READ]:
            trained = [w.trained(w.kan, rows=_READ_ROWS, steps=_READ_STEPS, clock=self.task.clock) for w in ways]
            limit = EARNED * min(w.error for w in trained)
            found.append(next(w for w in trained if w.error <= limit))
        return sorted(found, key=liking)

    def raced(self, tree: Node, count: int = _STARTS[0]) -> list[Runner]:
        return self.race(self.entries(tree), keep=2 * _CLIMBED, count=count)

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
        if not self.task.structure.products or self.inputs < 2 or self.floor < PROMISING:
            return
        clock = self.task.clock
        named = None if self.spaces[0].logs else self.task.named
        runners = [self.coarser(r) for r in monomials(self.spaces[0], self.used, clock=clock, named=named)]
        self.climb([minimal(r, clock) for r in runners if r.error < _OSCILLATING], "monomial")
        self.seeds += runners[:1]

    def coarser(self, runner: Runner) -> Runner:
        """Lay a network on the coarse grid where that is fine enough: its staircase has more steps from there."""
        kan, clock = extend(runner.kan, self.grid), self.task.clock
        coarse = runner.trained(kan, rows=_READ_ROWS, steps=_READ_STEPS, clock=clock)
        return coarse if coarse.error < PROMISING else runner

    def finer(self, runner: Runner) -> Runner:
        """Lay a network on a finer grid where the error is high: a coarse one says little of curves that turn often."""
        if runner.error < self.hope:
            return runner
        kan = extend(runner.kan, 2 * self.grid)
        return runner.trained(kan, rows=_READ_ROWS, steps=_READ_STEPS, clock=self.task.clock)

    def grown(self) -> None:
        """Graphs that grow from the sums, a product and the trees, part by part."""
        clock, n = self.task.clock.part(_GROWN), self.inputs
        edges = [(i, n) for i in self.used]
        entries = [Entry(self.spaces[0], graph(n, ["sum", "sum"], [*edges, (n, n + 1)]))]
        if self.task.structure.products:
            entries.append(Entry(self.spaces[0], graph(n, ["product"], edges)))
        seeds = [*diverse(self.seeds), *(self.race(entries, keep=2) if n > 1 else [])]
        best, noise = math.inf, self.noise
        rows = ROWS if noise < _NOISY else self.task.data.train.count
        for runner in grow(seeds, rounds=_ROUNDS, clock=clock, rows=rows):
            self.count()
            self.say(f"grown to {len(runner.kan.graph.edges)} edges", runner.error)
            if runner.error < min(self.hope, (_MUCH if best > 2 * noise else _LITTLE) * best):
                best = runner.error
                self.verified(minimal(runner, clock), "grown")
            if self.over():
                return

    def dense(self) -> None:
        """The dense network of the paper, pruned: what is left when nothing else fits at all."""
        if 1 < self.inputs <= _NARROW and self.floor > _POOR:
            self.found += pruned(self.task, (self.inputs, min(2 * self.inputs + 1, 7), 1))

    def race(self, entries: Sequence[Entry], keep: int, count: int = _STARTS[0]) -> list[Runner]:
        task, order = self.task, self.task.network.order
        return race(entries, grid=self.grid, order=order, seed=task.seed, keep=keep, clock=task.clock, starts=count)

    def climb(self, runners: Sequence[Runner], way: str) -> None:
        for runner in runners:
            self.verified(runner, way)
            if self.over():
                return

    def verified(self, runner: Runner, way: str) -> None:
        """Train a graph up the ladder as far as its error falls, and judge it.

        A settled one is also written otherwise: products as sums of logs, and leaner where noise is left. The best of
        these is trimmed, and then it is asked whether that is enough.
        """
        trained = self.trained(runner)
        if trained is None:
            return
        found = [found_of(self.task, runner.space, trained, way, self.floor)]
        if found[0].settled:
            right = found[0].verdict.right
            logs = [f for f in _logs(self.task, found[0]) if right or self.as_good(f, found[0])]
            lean = [] if right else self.leaner(runner.space, trained, found[0])
            best, *others = sorted([*logs, *rank([*lean, *found])], key=lambda f: right and not f.verdict.right)
            found = [trimmed(self.task, best), *others]
            self.enough = self.enough or self.task.enough(found)
        self.found += found

    @staticmethod
    def as_good(one: Found, other: Found) -> bool:
        """Whether a graph leaves noise only, and no more of it than another one."""
        return one.settled and one.verdict.floor <= ALIKE * other.verdict.floor

    def trained(self, runner: Runner) -> Trained | None:
        """Train a graph up the ladder; none where that was done from as good a start."""
        task, space = self.task, runner.space
        key = space.name, runner.kan.graph
        if runner.error > _BETTER * self.judged.get(key, math.inf):
            return None
        self.judged[key] = runner.error
        self.count()
        kan = levenberg(runner.kan, space.data.train, steps=task.training.steps, clock=task.clock).kan
        finer = [g for g in task.training.grid if g > kan.grid] or [2 * kan.grid, 4 * kan.grid] * (kan.grid == FINE)
        trained = climb(kan, space.data, task.training, grids=finer[:1], clock=task.clock)
        if not finer or not falls(trained):
            return trained
        rest = climb(trained.kan, space.data, task.training, grids=finer[1:], clock=task.clock)
        return replace(rest, history=(*trained.history, *rest.history[1:]))

    def leaner(self, space: Space, trained: Trained, found: Found) -> list[Found]:
        """The same graph without what the noise does not ask for, if it leaves noise only, too."""
        runner = Runner(trained.rmse_validation, space, trained.kan)
        less = minimal(runner, self.task.clock, noise=True)
        again = None if less is runner else self.trained(less)
        best = min(self.floor, found.verdict.floor)
        lean = [] if again is None else [found_of(self.task, space, again, found.way, best)]
        return [f for f in lean if f.settled]

    def say(self, message: str, error: float) -> None:
        self.task.report(Event(stage="graph", message=message, loss=error, seconds_left=self.task.clock.left()))


class _Inner(NamedTuple):
    """A search with coordinates in the place of inputs, and what puts its graphs behind them."""

    hunt: _Hunt
    behind: Callable[[Found], Found]


def _logs(task: Search, found: Found) -> list[Found]:
    """Write products as sums of logs: a graph that is easier to read, if it is as good."""
    trained = found.trained
    if trained.graph.kinds.count("product") == 0:
        return []
    sums = as_sums(extend(trained.kan, trained.history[0].grid), task.data.everything)
    if sums is None:
        return []
    kan, _ = optimise(sums, task.data.train, task.training, steps=task.training.steps, clock=task.clock)
    logs = climb(kan, task.data, task.training, grids=task.training.grid, clock=task.clock, report=task.report)
    return [found_of(task, Space(data=task.data, plain=task.data), logs, f"{found.way}, as logs")]
