"""Make a graph minimal: leave out every edge and every node whose loss the error does not notice.

Of very many edges only the weakest few are tried in turn.

On a coarse grid, where splines approximate, small rises of the error say nothing. Where the error is noise they do, and
the criterion of Bayes decides: an edge has to lower n log(mean square) by its number of parameters times log(n)
(Schwarz 1978).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from kansr.network.kan import KAN
from kansr.progress import Clock
from kansr.structure.race import Runner
from kansr.structure.surgery import contracted, merged
from kansr.training.levenberg import mean_square
from kansr.training.prune import attribution, cut

_ROWS, _EACH = 600, 8  # rows, at least and for each parameter
_STEPS = 60
_ALL, _WEAKEST = 40, 4  # edges up to which each is left out in turn; of more, only so many of the weakest
_ALIKE = 1.25  # errors on a coarse grid up to this much larger are those of splines, not of a missing part


def minimal(runner: Runner, clock: Clock, *, noise: bool = False) -> Runner:
    """Give the smallest graph that single cuts and merges lead to, with an error that is about the same or lower.

    `noise` says that the error is noise, and not what splines on a coarse grid leave.
    """
    rows = runner.space.data.train.count
    best = runner
    while not clock.over():
        smaller = []
        for kan in _smaller(best):
            if clock.over():
                break
            few = rows if noise else max(_ROWS, _EACH * kan.parameters)
            smaller.append(best.trained(kan, rows=few, steps=_STEPS, clock=clock))
        found = min(smaller, key=_information if noise else lambda r: r.error, default=None)
        if found is None:
            return best
        if noise and _information(found) > _information(best):
            return best
        if not noise and found.error > _ALIKE * max(runner.error, best.error):
            return best
        best = found
    return best


def _information(runner: Runner) -> float:
    """The criterion of Bayes: what the rows to fit tell against a network, lower is better."""
    rows = runner.space.data.train
    square = max(float(mean_square(runner.kan, rows)[0]), 1e-300)
    return rows.count * math.log(square) + runner.kan.parameters * math.log(rows.count)


def _smaller(runner: Runner) -> Iterator[KAN]:
    """Networks without one edge, then without one node that does what the node behind it does, too."""
    kan, x = runner.kan, runner.space.data.train.x
    edges = range(len(kan.graph.edges))
    for edge in edges if len(edges) <= _ALL else attribution(kan, x).argsort()[:_WEAKEST].tolist():
        less = cut(kan, [edge], x)
        if less is not None:
            yield contracted(less)
    for node in range(kan.graph.inputs, kan.graph.output):
        less = merged(kan, node, x)
        if less is not None:
            yield contracted(less)
