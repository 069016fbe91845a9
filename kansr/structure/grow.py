"""Growth: graphs that no read-once tree fits are reached by adding, again and again, the part that is missing most.

Several pools start from different graphs (a sum, the same behind a logarithm, a product, the trees that the gradients
show). In each round the best few additions by the score test are trained for a few steps, and the best graphs kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kansr.network.graph import Graph
from kansr.progress import Clock
from kansr.structure.race import Runner
from kansr.structure.score import additions
from kansr.structure.surgery import added

_BEAM = 3  # graphs of a pool that are kept
_TRIED = 8  # additions to each of them that are trained
ROWS = 600
_HEAT, _FINAL = 8, 14  # steps that all new graphs get, and those that the better half gets on top
_FAIR, _BEHIND = 2, 20.0  # rounds after which pools are given up whose error is so many times the best
_FEW_EDGES = 24  # graphs larger than this are not grown further: nobody would read them


def grow(seeds: Sequence[Runner], *, rounds: int, clock: Clock, rows: int = ROWS) -> Iterator[Runner]:
    """Yield the best graph of each pool after each round, the pools in turn, until time or rounds are over.

    Graphs are trained on the first `rows` rows: enough where the target is smooth, too few where it is noisy.
    """
    pools = [[seed] for seed in seeds]
    seen: set[tuple[str, Graph]] = set()
    for done in range(rounds):
        pools.sort(key=lambda pool: pool[0].error)
        ahead = [p for p in pools if p[0].error <= _BEHIND * pools[0][0].error or done < _FAIR]
        pools = []
        for pool in ahead:
            if clock.over():
                return
            grown = _round(pool, seen, rows, clock)
            if grown:
                pools.append(grown)
                yield grown[0]


def _round(pool: Sequence[Runner], seen: set[tuple[str, Graph]], rows: int, clock: Clock) -> list[Runner]:
    grown = [g for runner in pool for g in _grown(runner, seen, rows, clock)]
    grown.sort(key=lambda r: r.error)
    finals = [r.trained(r.kan, rows=rows, steps=_FINAL, clock=clock) for r in grown[: 2 * _BEAM]]
    return sorted(finals, key=lambda r: r.error)[:_BEAM]


def _grown(runner: Runner, seen: set[tuple[str, Graph]], rows: int, clock: Clock) -> Iterator[Runner]:
    if len(runner.kan.graph.edges) >= _FEW_EDGES:
        return
    data = runner.space.data
    for scored in additions(runner.kan, data.train.head(rows))[:_TRIED]:
        if clock.over():
            return
        larger = added(runner.kan, scored.addition, data.everything)
        if (runner.space.name, larger.graph) not in seen:
            seen.add((runner.space.name, larger.graph))
            yield runner.trained(larger, rows=rows, steps=_HEAT, clock=clock)
