"""Beam search over the edges of a network: one curve is settled after the other, in the best few networks side by side.

Each choice is judged after a joint refit of everything else; at the end each may be undone once more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kansr.network.kan import KAN
from kansr.progress import Report
from kansr.symbolic.chain import refit_composed
from kansr.symbolic.choices import (
    FINAL_STEPS,
    ROUNDING,
    STEPS,
    Choice,
    Search,
    best_of,
    curve_of,
    event,
    open_edges,
    ranked,
)
from kansr.symbolic.curve import Candidate, Curves
from kansr.symbolic.symbol import Symbol

_OBVIOUS = 30.0  # a function is obvious when every other family fits this many times worse
_FEW = 6  # open edges up to which the beam has its full width: each further one makes a round dearer
_ALIKE = 0.1  # relative error up to which a sibling's function is tried on an edge, too
_MANY = 8  # like edges above which they are no longer settled one by one


def obvious(search: Search, start: Choice, fitted: dict[int, list[Candidate]]) -> Choice | None:
    """Settle every edge that has one fitting function and no other, all at once; None where no edge has."""
    clear = {e: c[0] for e, c in fitted.items() if c and rivals_of(c) == 1}  # no other family comes near
    if not clear:
        return None
    kan = start.kan
    for edge, candidate in clear.items():
        kan = kan.with_curve(edge, candidate.symbol, candidate.p[None])
    steps = FINAL_STEPS if len(clear) == len(fitted) else 2 * STEPS
    return search.refit(kan, frozenset(clear), steps=steps)


def beam_search(search: Search, beam: list[Choice], fitted: dict[int, list[Candidate]], report: Report) -> list[Choice]:
    """Settle one edge (or a node's like edges) after the other in the best few networks."""
    width = max(1, search.spec.beam * _FEW // max(_FEW, len(open_edges(beam[-1]))))
    while any(open_edges(c) for c in beam) and not search.clock.over():
        grown = [g for c in beam for g in (_settle(search, c, fitted) if open_edges(c) else [c])]
        beam = best_of(search, grown)[:width]
        if not beam:  # no network has a finite error
            break
        report(event(f"{len(open_edges(beam[0])) or 'no'} curves open", beam[0]))
    return [search.refit(c.kan, c.settled, steps=FINAL_STEPS) for c in beam]


def undone(search: Search, found: list[Choice], fitted: dict[int, list[Candidate]], report: Report) -> list[Choice]:
    """Replace single choices of the best network while that helps; networks with all edges settled, so no slack."""
    better = True
    while better and found and not search.clock.over() and not search.finished(found[0]):
        best, better = found[0], False
        for edge in range(len(best.kan.curves)):
            for other in fitted.get(edge, [])[: search.spec.candidates]:
                if search.clock.over() or other.name == best.key[edge]:
                    continue
                tried = search.refit(best.kan.with_curve(edge, other.symbol, other.p[None]), best.settled, steps=60)
                found.append(tried)
                if search.score(tried, ROUNDING) < search.score(best, ROUNDING) - 1:
                    best, better = tried, True
                    report(event("a better choice", best))
        found = [best, *found]
    return found


def _settle(search: Search, choice: Choice, fitted: dict[int, list[Candidate]]) -> list[Choice]:
    """Settle the clearest open edge of a network in every promising way, alone and with its like; or keep it."""
    edge = min(open_edges(choice), key=lambda e: fitted[e][0].error if fitted[e] else math.inf)
    options = [Choice(kan=choice.kan, settled=choice.settled | {edge}, error=choice.error)]
    for c in _fresh(search, choice.kan, edge, fitted[edge]):
        if search.clock.over():
            break
        kan = choice.kan.with_curve(edge, c.symbol, c.p[None])
        alike = _siblings(choice, edge, c.name, fitted)
        if alike:
            together = kan
            for e, other in alike.items():
                together = together.with_curve(e, other.symbol, other.p[None])
            options.append(search.refit(together, choice.settled | {edge, *alike}))
        if len(alike) < _MANY:
            options.append(search.refit(kan, choice.settled | {edge}))
    return options


def _siblings(choice: Choice, edge: int, name: str, fitted: dict[int, list[Candidate]]) -> dict[int, Candidate]:
    """Open edges into the same node that the same function fits, too."""
    edges = choice.kan.graph.edges
    near = [e for e in open_edges(choice) if e != edge and edges[e].target == edges[edge].target]
    fits = {e: next((c for c in fitted[e] if c.name == name), None) for e in near}
    return {e: c for e, c in fits.items() if c is not None and c.error < max(_ALIKE, 5 * fitted[e][0].error)}


def _fresh(search: Search, kan: KAN, edge: int, before: Sequence[Candidate]) -> list[Candidate]:
    """Fit the promising functions to the curve as it is now; few when one of them is obvious."""
    count = search.spec.candidates
    rows = [c.symbol.primitive for c in before[: count + 2] if isinstance(c.symbol, Symbol)]
    rows += [p for p in search.library if p.name in ("x", "0") and p not in rows]
    x, y, weight = curve_of(kan, edge, search.data.everything)
    curve = Curves(x=x, y=y, weight=weight)
    composed = [c for c in before[: count + 2] if not isinstance(c.symbol, Symbol)]
    again = [f for c in composed for f in refit_composed(c.symbol, c.p[None], curve)]
    candidates = ranked([*search.candidates(kan, [edge], rows)[edge], *again], search.known(kan)[edge])
    keep = max(rivals_of(candidates), 2) if candidates else 0
    return candidates[: min(keep, count)]


def rivals_of(candidates: Sequence[Candidate]) -> int:
    """Number of functions that fit a curve nearly as well as the best one."""
    limit = max(_OBVIOUS * candidates[0].error, 1e-14)
    return sum(c.error <= limit for c in candidates)
