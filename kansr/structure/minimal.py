"""Make a graph minimal: leave out every edge and every node whose loss the error on a coarse grid does not notice."""

from __future__ import annotations

from collections.abc import Iterator

from kansr.network.kan import KAN
from kansr.progress import Clock
from kansr.structure.race import Runner
from kansr.structure.surgery import contracted, merged
from kansr.training.prune import cut

_ROWS, _EACH = 600, 8  # rows, at least and for each parameter
_STEPS = 30
_ALIKE = 1.25  # errors on a coarse grid up to this much larger are those of splines, not of a missing part


def minimal(runner: Runner, clock: Clock) -> Runner:
    """Give the smallest graph that single cuts and merges lead to, with an error that is about the same or lower."""
    best = runner
    while not clock.over():
        tried = (kan for kan in _smaller(best) if not clock.over())
        smaller = [best.trained(k, rows=max(_ROWS, _EACH * k.parameters), steps=_STEPS, clock=clock) for k in tried]
        found = min(smaller, key=lambda r: r.error, default=None)
        if found is None or found.error > _ALIKE * max(runner.error, best.error):
            return best
        best = found
    return best


def _smaller(runner: Runner) -> Iterator[KAN]:
    """Networks without one edge, then without one node that does what the node behind it does, too."""
    kan, x = runner.kan, runner.space.data.train.x
    for edge in range(len(kan.graph.edges)):
        less = cut(kan, [edge], x)
        if less is not None:
            yield contracted(less)
    for node in range(kan.graph.inputs, kan.graph.output):
        less = merged(kan, node, x)
        if less is not None:
            yield contracted(less)
