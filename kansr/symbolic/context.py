"""Choose the functions of all edges in context: each choice is judged after a joint refit of everything else.

Isolated fits only rank; what decides is the validation error of the whole network after a few Levenberg-Marquardt
steps over all constants and all remaining splines. A beam of partly symbolic networks is kept, edges that no function
fits stay splines, and at the end each choice may be undone once more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.network.sweep import backward, forward
from kansr.progress import Clock, Event, Report, silent
from kansr.symbolic.chain import fit_chains, refit_composed
from kansr.symbolic.combination import fit_combinations
from kansr.symbolic.curve import Candidate, Curves, Function, fit_curves
from kansr.symbolic.library import Primitive
from kansr.symbolic.spec import SymbolicSpec
from kansr.symbolic.symbol import Symbol
from kansr.training.levenberg import levenberg, mean_square
from kansr.training.prune import attribution
from kansr.training.rows import Data

_UNCLEAR = 5.0  # a curve is unclear when the best function is off by more than so many errors of the network
_COMPOSED, _CHAINS = 6, 3  # unclear curves that functions of functions are tried on, and how many of these are kept ..
_USUAL = ("exp", "log", "x", "x^2", "1/x", "sqrt")
_SLIDING = 2  # unclear curves from which curves may slide along each other
_HELD, _STEADY = 3, 60  # usual functions that are put in place first, at most, and the steps that the rest gets
_RETURNED = 3.0  # the error comes back when it is at most so many times what it was
_LOG = 1e-3  # error up to which an edge is taken for a log
_COMBINED, _COMBINING = 2, 0.3  # unclear curves that sums and products are tried on, and the share of time for each
_BETTER = 0.3  # .. where they lower the error to this share
_POINTS = 256  # points of a curve that a function is fitted to
_ROWS = 800  # rows of a joint refit while choices are compared
_STEPS = 15
_FINAL_STEPS = 120
_OBVIOUS = 30.0  # a function is obvious when every other family fits this many times worse
_FEW = 6  # open edges up to which the beam has its full width: each further one makes a round dearer
_SAME = 3.0  # isolated fits whose errors are this close are ranked by simplicity alone
_KNOWN = 4.0  # and so are those below so many times what is known of the curve
_DOUBLING = 8.0  # bits that an isolated fit pays for each doubling of its error
_ALIKE = 0.1  # relative error up to which a sibling's function is tried on an edge, too
_MANY = 8  # like edges above which they are no longer settled one by one
_ROUNDING = 1e-11  # relative error below which nothing is left to explain
_SPLINE_BITS = 40.0  # what a spline costs beyond its coefficients: nobody can read it
_SLACK = 1.5  # errors this many times apart count as equal: an approximating spline blurs them
_BITS = 6.0  # price of one node of a formula when networks are compared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """A partly symbolic network (b = 1), the edges that are settled, and its errors."""

    kan: KAN
    settled: frozenset[int]
    error: float

    @property
    def key(self) -> tuple[str, ...]:
        """Function on each edge, to tell choices apart."""
        return tuple(c.name if isinstance(c, Function) else "spline" for c in self.kan.curves)


class _Search:
    """What stays the same during one search."""

    def __init__(
        self, kan: KAN, data: Data, library: Sequence[Primitive], spec: SymbolicSpec, *, clock: Clock, slack: float
    ):
        self.data, self.library, self.spec, self.clock, self.slack = data, tuple(library), spec, clock, slack
        self.error = _error(kan, data)
        self.few = data.train.head(_ROWS)

    def score(self, choice: Choice, floor: float) -> float:
        """Description length in bits; errors below the floor count as equal."""
        rows = self.data.train.count
        return rows * math.log2(max(choice.error, floor, 1e-300)) + _structure_bits(choice.kan, rows)

    def refit(self, kan: KAN, settled: frozenset[int], *, steps: int = _STEPS) -> Choice:
        """Refit all constants and splines together."""
        rows = self.few if steps == _STEPS else self.data.train
        kan = levenberg(kan, rows, steps=steps, clock=self.clock, gain=1e-2).kan
        return Choice(kan=kan, settled=settled, error=_error(kan, self.data))

    def candidates(self, kan: KAN, edges: Sequence[int], library: Sequence[Primitive]) -> dict[int, list[Candidate]]:
        """Functions fitted to the present curves of some edges."""
        points = [_curve_of(kan, e, self.data.everything) for e in edges]
        if not points:
            return {}
        x, y, weight = (torch.stack(part) for part in zip(*points, strict=True))
        fitted = fit_curves(Curves(x=x, y=y, weight=weight), library, clock=self.clock)
        known = self.known(kan)
        return {e: _ranked(c, known[e]) for e, c in zip(edges, fitted, strict=True)}

    def known(self, kan: KAN) -> list[float]:
        """How well each curve is known, as a share of its spread: the splines' error over what the curve does."""
        return (self.error / attribution(kan, self.data.train.x).clamp(min=1e-300)).tolist()

    def unclear(self, kan: KAN, fitted: dict[int, list[Candidate]]) -> list[int]:
        """Edges whose curve no function comes near, the best known curves first."""
        known = self.known(kan)
        unclear = (e for e, c in fitted.items() if min((f.error for f in c), default=math.inf) > _UNCLEAR * known[e])
        return sorted(unclear, key=lambda e: known[e])

    def composed(
        self, kan: KAN, fitted: dict[int, list[Candidate]], most: int = _COMBINED
    ) -> dict[int, list[Candidate]]:
        """Add functions of functions where no single one comes near, and sums and products on `most` curves."""
        known = self.known(kan)
        for n, e in enumerate(self.unclear(kan, fitted)[:_COMPOSED]):
            if self.clock.over():
                break
            x, y, weight = _curve_of(kan, e, self.data.everything)
            curve = Curves(x=x, y=y, weight=weight)
            rates = _rates(kan, kan.graph.edges[e].source, fitted)
            composed = _nearer(fitted[e], fit_chains(curve, self.library, rates=rates, clock=self.clock), known[e])
            if n < most and composed[0].error > _UNCLEAR * known[e]:
                enough, clock = max(known[e], _ROUNDING), self.clock.part(_COMBINING)
                combined = fit_combinations(curve, self.library, enough=enough, clock=clock)
                composed = _nearer(composed, combined, known[e])
            fitted[e] = composed
        return fitted

    def finished(self, choice: Choice) -> bool:
        """Whether nothing is left to explain: the error fell to rounding, far below what splines can reach."""
        return choice.error <= max(_ROUNDING, self.error / 1000)


def _nearer(fitted: Sequence[Candidate], more: Sequence[Candidate], known: float) -> list[Candidate]:
    """Add the best few of more fits to a curve where they come much nearer to it."""
    best = min((c.error for c in fitted), default=math.inf)
    more = _ranked([c for c in more if c.error < _BETTER * best], known)
    return _ranked([*fitted, *more[:_CHAINS]], known)


def _structure_bits(kan: KAN, rows: int) -> float:
    """Price of the functions on the edges: a function that a sibling has too is cheap, a spline dear."""
    bits, seen = 0.5 * kan.parameters * math.log2(rows), set()
    for edge, curve in zip(kan.graph.edges, kan.curves, strict=True):
        if not isinstance(curve, Function):
            bits += _SPLINE_BITS
            continue
        family = curve.name, edge.target
        bits += _BITS * (1 if family in seen else 2 + curve.complexity)
        seen.add(family)
    return bits


def symbolise(
    kan: KAN,
    data: Data,
    library: Sequence[Primitive],
    spec: SymbolicSpec,
    *,
    falling: bool = True,
    clock: Clock | None = None,
    report: Report = silent,
) -> list[Choice]:
    """Replace the splines of a trained network (b = 1) by functions of the library.

    `falling` says that the network's error still fell with its last extension: then splines approximate, and small
    differences of error say nothing; else what is left is noise, and they do.

    Returns
    -------
    The best networks found, best first, every edge settled: by a function, or as a spline where none fits.
    """
    search = _Search(kan, data, library, spec, clock=clock or Clock(), slack=_SLACK if falling else 1.0)
    start = Choice(kan=kan, settled=frozenset(), error=_error(kan, data))
    start, fitted = _held(search, start, search.candidates(kan, kan.splines, library), report)
    fitted = search.composed(start.kan, fitted)
    ahead = _obvious(search, start, fitted)
    found = [ahead] if ahead and not _open(ahead) else []
    if not found or not search.finished(found[0]):
        found += _beam(search, [c for c in (ahead, start) if c], fitted, report)
        found = _undone(search, _best(search, found, final=True), fitted, report)
    if found and all(c.kan.splines for c in found):
        found.append(_forced(search, _best(search, found, final=True)[0], fitted))
    return _best(search, found, final=True)


def curve_on(kan: KAN, edge: int, data: Data) -> Curves:
    """Give points [m] of the curve on an edge of a network (b = 1), weighed by what they do to the output."""
    x, y, weight = _curve_of(kan, edge, data.everything)
    return Curves(x=x, y=y, weight=weight)


def fits(
    kan: KAN,
    edges: Sequence[int],
    data: Data,
    library: Sequence[Primitive],
    *,
    chains: bool = False,
    clock: Clock | None = None,
) -> dict[int, list[Candidate]]:
    """Fit functions to the present curves of some edges, in the order in which a search would try them.

    With `chains` functions of functions are tried, too, where no single one comes near.
    """
    search = _Search(kan, data, library, SymbolicSpec(), clock=clock or Clock(), slack=1.0)
    fitted = search.candidates(kan, edges, library)
    return search.composed(kan, fitted, most=0) if chains else fitted


def _held(
    search: _Search, start: Choice, fitted: dict[int, list[Candidate]], report: Report
) -> tuple[Choice, dict[int, list[Candidate]]]:
    """Hold a network whose curves can slide: where a column stands in several branches, no curve need be a function.

    Usual functions are put on the unclear edges, one at a time, and everything is fitted again: when the error comes
    back to what it was, the other curves have become clearer, too.
    """
    goal = _RETURNED * start.error
    for _ in range(_HELD):
        unclear = search.unclear(start.kan, fitted)
        if len(unclear) < _SLIDING or search.clock.over():
            break
        usual = sorted(((e, c) for e in unclear for c in fitted[e] if c.name in _USUAL), key=lambda pair: pair[1].error)
        tried: list[Choice] = []
        for e, c in usual:
            if search.clock.over() or (tried and tried[-1].error <= start.error):
                break
            tried.append(search.refit(start.kan.with_curve(e, c.symbol, c.p[None]), start.settled | {e}, steps=_STEADY))
        best = min(tried, key=lambda t: t.error, default=start)
        if not tried or not best.error <= goal:
            break
        report(_event("held", best))
        start, fitted = best, search.candidates(best.kan, best.kan.splines, search.library)
    return start, fitted


def _rates(kan: KAN, node: int, fitted: dict[int, list[Candidate]]) -> list[float]:
    """Powers that make a product of a node whose edges are all logs: exp(rate u) has whole exponents; else none."""
    sizes = []
    for e in kan.graph.into(node):
        log = next((c for c in fitted.get(e, ()) if c.name == "log" and c.error < _LOG), None)
        if log is None or not isinstance(log.symbol, Symbol):
            return []
        sizes.append(abs(float(log.p[log.symbol.primitive.free.index("c")])))
    return [sign / min(sizes) for sign in (1.0, -1.0)] if sizes else []


def _forced(search: _Search, choice: Choice, fitted: dict[int, list[Candidate]]) -> Choice:
    """Put the nearest function on each edge that stayed a spline, so that there is a formula to read at all."""
    kan = choice.kan
    for edge in kan.splines:
        if fitted[edge]:
            kan = kan.with_curve(edge, fitted[edge][0].symbol, fitted[edge][0].p[None])
    kan = levenberg(kan, search.few, steps=2 * _STEPS).kan  # a few steps, whatever the clock says
    return Choice(kan=kan, settled=choice.settled, error=_error(kan, search.data))


def _obvious(search: _Search, start: Choice, fitted: dict[int, list[Candidate]]) -> Choice | None:
    """Settle every edge that has one fitting function and no other, all at once; None where no edge has."""
    clear = {e: c[0] for e, c in fitted.items() if c and _rivals(c) == 1}  # no other family comes near
    if not clear:
        return None
    kan = start.kan
    for edge, candidate in clear.items():
        kan = kan.with_curve(edge, candidate.symbol, candidate.p[None])
    steps = _FINAL_STEPS if len(clear) == len(fitted) else 2 * _STEPS
    return search.refit(kan, frozenset(clear), steps=steps)


def _rivals(candidates: Sequence[Candidate]) -> int:
    """Number of functions that fit a curve nearly as well as the best one."""
    limit = max(_OBVIOUS * candidates[0].error, 1e-14)
    return sum(c.error <= limit for c in candidates)


def _beam(search: _Search, beam: list[Choice], fitted: dict[int, list[Candidate]], report: Report) -> list[Choice]:
    """Settle one edge (or a node's like edges) after the other in the best few networks."""
    width = max(1, search.spec.beam * _FEW // max(_FEW, len(_open(beam[-1]))))
    while any(_open(c) for c in beam) and not search.clock.over():
        grown = [g for c in beam for g in (_settle(search, c, fitted) if _open(c) else [c])]
        beam = _best(search, grown)[:width]
        report(_event(f"{len(_open(beam[0])) or 'no'} curves open", beam[0]))
    return [search.refit(c.kan, c.settled, steps=_FINAL_STEPS) for c in beam]


def _open(choice: Choice) -> list[int]:
    return [e for e in choice.kan.splines if e not in choice.settled]


def _settle(search: _Search, choice: Choice, fitted: dict[int, list[Candidate]]) -> list[Choice]:
    """Settle the clearest open edge of a network in every promising way, alone and with its like; or keep it."""
    edge = min(_open(choice), key=lambda e: fitted[e][0].error if fitted[e] else math.inf)
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
    near = [e for e in _open(choice) if e != edge and edges[e].target == edges[edge].target]
    fits = {e: next((c for c in fitted[e] if c.name == name), None) for e in near}
    return {e: c for e, c in fits.items() if c is not None and c.error < max(_ALIKE, 5 * fitted[e][0].error)}


def _fresh(search: _Search, kan: KAN, edge: int, before: Sequence[Candidate]) -> list[Candidate]:
    """Fit the promising functions to the curve as it is now; few when one of them is obvious."""
    count = search.spec.candidates
    rows = [c.symbol.primitive for c in before[: count + 2] if isinstance(c.symbol, Symbol)]
    rows += [p for p in search.library if p.name in ("x", "0") and p not in rows]
    x, y, weight = _curve_of(kan, edge, search.data.everything)
    curve = Curves(x=x, y=y, weight=weight)
    composed = [c for c in before[: count + 2] if not isinstance(c.symbol, Symbol)]
    again = [f for c in composed for f in refit_composed(c.symbol, c.p[None], curve)]
    candidates = _ranked([*search.candidates(kan, [edge], rows)[edge], *again], search.known(kan)[edge])
    keep = max(_rivals(candidates), 2) if candidates else 0
    return candidates[: min(keep, count)]


def _ranked(candidates: list[Candidate], known: float) -> list[Candidate]:
    """Order fits to a curve that is known so well by error and simplicity together."""
    floor = max(_SAME * min((c.error for c in candidates), default=0.0), _KNOWN * known, _ROUNDING)
    return sorted(candidates, key=lambda c: _price(c, floor))


def _price(candidate: Candidate, floor: float) -> float:
    """Order near-equal fits by simplicity: with one parameter more, almost any function can mimic a straight line."""
    worse = max(candidate.error, floor) / floor
    bits = _BITS * (candidate.symbol.size + candidate.symbol.complexity)
    return _DOUBLING * math.log2(worse) + bits + math.log2(max(candidate.lever, 1.0))


def _undone(search: _Search, found: list[Choice], fitted: dict[int, list[Candidate]], report: Report) -> list[Choice]:
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
                if search.score(tried, _ROUNDING) < search.score(best, _ROUNDING) - 1:
                    best, better = tried, True
                    report(_event("a better choice", best))
        found = [best, *found]
    return found


def _best(search: _Search, choices: Sequence[Choice], *, final: bool = False) -> list[Choice]:
    """Choices that are not broken, one for each assignment of functions, best first.

    Errors that are only `slack` times apart count as equal while splines are left that approximate.
    """
    sound = [c for c in choices if math.isfinite(c.error)]
    floor = _ROUNDING if final else max(_ROUNDING, search.slack * min([search.error, *(c.error for c in sound)]))
    ranked = sorted(sound, key=lambda c: search.score(c, floor))
    return list({c.key: c for c in reversed(ranked)}.values())[::-1]


def _error(kan: KAN, data: Data) -> float:
    """RMSE over the rows to fit and to choose by together."""
    n, m = data.train.count, data.validation.count
    square = n * mean_square(kan, data.train) + m * mean_square(kan, data.validation)
    return float((square / (n + m)).sqrt()[0])


def _curve_of(kan: KAN, edge: int, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Points of the curve on an edge where rows lie, both ends included, weighed by what they do to the output."""
    sweep = forward(kan, x)
    value = sweep.nodes[kan.graph.edges[edge].source][0]
    order = value.argsort()
    pick = order[torch.linspace(0, len(order) - 1, min(_POINTS, len(order))).round().long()]
    delta = backward(kan, sweep)[edge][0, pick].square()
    weight = delta + 0.05 * delta.mean() + 1e-30
    return value[pick], sweep.edges[edge].value[0, pick], weight


def _event(message: str, choice: Choice) -> Event:
    return Event(stage="symbols", message=f"{message}: {' '.join(choice.key)}", loss=choice.error)


__all__ = ["Choice", "Spline", "symbolise"]
