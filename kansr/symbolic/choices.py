"""What a search for functions compares: partly symbolic networks, and the functions that fit their curves.

Isolated fits to curves only rank; what decides between networks is their error after a few Levenberg-Marquardt steps
over all constants and all remaining splines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.network.sweep import backward, forward
from kansr.progress import Clock, Event
from kansr.symbolic.chain import fit_chains
from kansr.symbolic.combine import fit_combinations, over_power
from kansr.symbolic.curve import Candidate, Curves, Function, fit_curves
from kansr.symbolic.library import Primitive
from kansr.symbolic.spec import SymbolicSpec
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import levenberg, mean_square
from kansr.training.prune import attribution
from kansr.training.rows import Data

STEPS, FINAL_STEPS = 15, 120
"""Steps of a joint refit while choices are compared, and of the last one."""

ROUNDING = 1e-11
"""Relative error below which nothing is left to explain."""

_DEAR = ("J0",)  # functions that take as long as ten others: tried where no other comes near
_UNCLEAR = 5.0  # a curve is unclear when the best function is off by more than so many errors of the network
_COMPOSED, _CHAINS = 6, 3  # unclear curves that functions of functions are tried on, and how many of these are kept ..
_COMBINED, _COMBINING = 2, 0.3  # unclear curves that sums and products are tried on, and the share of time for each
_BETTER = 0.3  # .. where they lower the error to this share
_LOG = 1e-3  # error up to which an edge is taken for a log
_POINTS = 256  # points of a curve that a function is fitted to
LEAST, _DEAF = 0.05, 1e-8  # least weight of a point of a curve, and of one that may lie in a tail
_TAIL = 0.2  # median weight, as a share of the mean, below which a curve has one
_ROWS = 800  # rows of a joint refit while choices are compared
_SAME = 3.0  # isolated fits whose errors are this close are ranked by simplicity alone
_KNOWN = 4.0  # and so are those below so many times what is known of the curve
_DOUBLING = 8.0  # bits that an isolated fit pays for each doubling of its error
_SPLINE_BITS = 40.0  # what a spline costs beyond its coefficients: nobody can read it
_RETURNED = 3.0  # the error of a network comes back when it is at most so many times what it was
_SLACK = 1.5  # errors this many times apart count as equal: an approximating spline blurs them
_BITS = 6.0  # price of one node of a formula when networks are compared


Fit = Callable[[Curves, Sequence[float], float, Clock], list[Candidate]]
"""Functions fitted to a curve, given rates of logs, the error that ends the search, and its clock."""


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


class Search:
    """What stays the same during one search.

    `falling` says that splines still limit the error: then small differences of error say nothing.
    """

    def __init__(
        self, kan: KAN, data: Data, library: Sequence[Primitive], spec: SymbolicSpec, *, clock: Clock, falling: bool
    ):
        self.data, self.library, self.spec, self.clock, self.falling = data, tuple(library), spec, clock, falling
        self.error = error_of(kan, data)
        self.few = data.train.head(_ROWS)
        self._fits: dict[tuple[object, ...], list[Candidate]] = {}

    @property
    def slack(self) -> float:
        """How many times apart errors are that count as equal."""
        return _SLACK if self.falling else 1.0

    def score(self, choice: Choice, floor: float) -> float:
        """Description length in bits; errors below the floor count as equal."""
        rows = self.data.train.count
        return rows * math.log2(max(choice.error, floor, 1e-300)) + _structure_bits(choice.kan, rows)

    def refit(self, kan: KAN, settled: frozenset[int], *, steps: int = STEPS) -> Choice:
        """Refit all constants and splines together."""
        rows = self.few if steps == STEPS else self.data.train
        kan = levenberg(kan, rows, steps=steps, clock=self.clock, gain=1e-2).kan
        return Choice(kan=kan, settled=settled, error=error_of(kan, self.data))

    def candidates(
        self,
        kan: KAN,
        edges: Sequence[int],
        library: Sequence[Primitive],
        error: float | None = None,
        *,
        least: float = LEAST,
    ) -> dict[int, list[Candidate]]:
        """Functions fitted to the present curves of some edges; points weigh at least this share of the mean."""
        if not edges:
            return {}
        points = curves_of(kan, edges, self.data.everything, least)
        x, y, weight = (torch.stack(part) for part in zip(*points, strict=True))
        curves, known = Curves(x=x, y=y, weight=weight), self.known(kan, error)
        fitted = fit_curves(curves, [row for row in library if row.name not in _DEAR], clock=self.clock)
        best = [min((c.error for c in found), default=math.inf) for found in fitted]
        far = [i for i, e in enumerate(edges) if best[i] > _UNCLEAR * known[e]]
        if far:
            dear = [row for row in library if row.name in _DEAR]
            more = fit_curves(curves.of(torch.tensor(far)), dear, clock=self.clock)
            for i, found in zip(far, more, strict=True):
                fitted[i] += found
        return {e: ranked(c, known[e]) for e, c in zip(edges, fitted, strict=True)}

    def heard(self, kan: KAN, edge: int, error: float) -> list[Candidate]:
        """Functions fitted to a curve where the output hears of it, if that is a small part of its range; else none.

        Far down the tail of exp(-u) a spline may be anything.
        """
        weight = curve_of(kan, edge, self.data.everything, _DEAF)[2]
        if weight.median() > _TAIL * weight.mean():
            return []
        return self.candidates(kan, [edge], self.library, error, least=_DEAF)[edge]

    def known(self, kan: KAN, error: float | None = None) -> list[float]:
        """How well each curve is known, as a share of its spread: the splines' error over what the curve does.

        Noise averages out: of a network with p parameters on n rows it leaves a share sqrt(p / n) in the curves.
        """
        shares = self.shares(kan, error)
        if self.falling:
            return shares
        told = math.sqrt(min(kan.parameters / (self.data.train.count + self.data.validation.count), 1.0))
        return [share * told for share in shares]

    def shares(self, kan: KAN, error: float | None = None) -> list[float]:
        """The error of the network as a share of what each curve does to the output."""
        unit = self.error if error is None else error
        return (unit / attribution(kan, self.data.train.x).clamp(min=1e-300)).tolist()

    def stays(self, after: Choice, before: Choice) -> bool:
        """Whether a network is as good as the one before: by its error, or where that is noise, by its length."""
        if self.falling:
            return after.error <= _RETURNED * before.error
        return self.score(after, ROUNDING) <= self.score(before, ROUNDING)

    def unclear(self, kan: KAN, fitted: dict[int, list[Candidate]], error: float | None = None) -> list[int]:
        """Edges whose curve no function comes near, the best known curves first."""
        known = self.known(kan, error)
        unclear = (e for e, c in fitted.items() if min((f.error for f in c), default=math.inf) > _UNCLEAR * known[e])
        return sorted(unclear, key=lambda e: known[e])

    def composed(
        self, kan: KAN, fitted: dict[int, list[Candidate]], most: int = _COMBINED, error: float | None = None
    ) -> dict[int, list[Candidate]]:
        """Add functions of functions where no single one comes near, and sums and products on `most` curves.

        Under noise these come only where the rows themselves show that all others miss the curve: noise hides the
        constants of so many, and `kansr.symbolic.noisy` tries them in the end.
        """
        known, noise = self.known(kan, error), self.shares(kan, error)
        unclear = self.unclear(kan, fitted, error)[:_COMPOSED]
        for n, e in enumerate(unclear):
            if self.clock.over():
                break
            x, y, weight = curve_of(kan, e, self.data.everything)
            curve = Curves(x=x, y=y, weight=weight)
            rates = rates_of(kan, kan.graph.edges[e].source, fitted)
            enough = max(known[e], ROUNDING)
            composed = _nearer(fitted[e], self._seen(self._chains, curve, rates, enough, share=1.0), known[e])
            far = _UNCLEAR * known[e] if self.falling else max(_UNCLEAR * known[e], noise[e])
            if n < most and composed[0].error > far:
                share = _COMBINING if len(unclear) > 1 else 2 * _COMBINING
                composed = _nearer(composed, self._seen(self.combinations, curve, rates, enough, share=share), known[e])
            fitted[e] = composed
        return fitted

    def _seen(self, fit: Fit, curve: Curves, rates: Sequence[float], enough: float, *, share: float) -> list[Candidate]:
        """Fit functions to a curve, unless that was done: networks that differ elsewhere come with the same curves.

        What the clock has cut short is done again.
        """
        key = fit.__name__, *(part.numpy().tobytes() for part in (curve.x, curve.y, curve.weight)), *rates
        if key in self._fits:
            return self._fits[key]
        clock = self.clock.part(share)
        found = fit(curve, rates, enough, clock)
        if not clock.over():
            self._fits[key] = found
        return found

    def _chains(self, curve: Curves, rates: Sequence[float], enough: float, clock: Clock) -> list[Candidate]:
        return fit_chains(curve, self.library, rates=rates, enough=enough, clock=clock)

    def combinations(
        self, curve: Curves, rates: Sequence[float], enough: float, clock: Clock | None = None
    ) -> list[Candidate]:
        """Sums and products fitted to a curve, best first; one whose error is at most `enough` ends the search."""
        clock = clock or self.clock.part(_COMBINING)
        found = over_power(curve, self.library, rates[:1], enough=enough, clock=clock)
        if not found or found[0].error > enough:
            found += fit_combinations(curve, self.library, enough=enough, clock=clock)
        return found

    def finished(self, choice: Choice) -> bool:
        """Whether nothing is left to read or to explain: the error fell to rounding, far below that of the splines."""
        return not choice.kan.splines and choice.error <= max(ROUNDING, self.error / 1000)


def _nearer(fitted: Sequence[Candidate], more: Sequence[Candidate], known: float) -> list[Candidate]:
    """Add the best few of more fits to a curve where they come much nearer to it."""
    best = min((c.error for c in fitted), default=math.inf)
    more = ranked([c for c in more if c.error < _BETTER * best], known)
    more = sorted(more, key=lambda c: c.error > _UNCLEAR * known)  # long ones that fit, before short ones that do not
    return ranked([*fitted, *more[:_CHAINS]], known)


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


def rates_of(kan: KAN, node: int, fitted: Mapping[int, Sequence[Candidate]]) -> list[float]:
    """Powers that make a product of a node whose edges are all logs: exp(rate u) has whole exponents; else none."""
    sizes = []
    for e in kan.graph.into(node):
        symbol, p = kan.curves[e], kan.of_edge(e)[0]
        if isinstance(symbol, Spline):
            log = next((c for c in fitted.get(e, ()) if c.name == "log" and c.error < _LOG), None)
            if log is None:
                return []
            symbol, p = log.symbol, log.p
        if not isinstance(symbol, Symbol) or symbol.name != "log":
            return []
        sizes.append(abs(float(p[symbol.free.index("c")])))
    return [sign / min(sizes) for sign in (1.0, -1.0)] if sizes else []


def ranked(candidates: list[Candidate], known: float) -> list[Candidate]:
    """Order fits to a curve that is known so well by error and simplicity together."""
    floor = max(_SAME * min((c.error for c in candidates), default=0.0), _KNOWN * known, ROUNDING)
    return sorted(candidates, key=lambda c: _price(c, floor))


def _price(candidate: Candidate, floor: float) -> float:
    """Order near-equal fits by simplicity: with one parameter more, almost any function can mimic a straight line."""
    worse = max(candidate.error, floor) / floor
    bits = _BITS * (candidate.symbol.size + candidate.symbol.complexity)
    return _DOUBLING * math.log2(worse) + bits + math.log2(max(candidate.lever, 1.0))


def best_of(search: Search, choices: Sequence[Choice], *, final: bool = False) -> list[Choice]:
    """Choices that are not broken, one for each assignment of functions, best first.

    Errors that are only `slack` times apart count as equal while splines are left that approximate.
    """
    sound = [c for c in choices if math.isfinite(c.error)]
    floor = ROUNDING if final else max(ROUNDING, search.slack * min([search.error, *(c.error for c in sound)]))
    best: dict[tuple[str, ...], Choice] = {}
    for choice in sorted(sound, key=lambda c: search.score(c, floor)):
        best.setdefault(choice.key, choice)
    return list(best.values())


def open_edges(choice: Choice) -> list[int]:
    """Splines of a network that may still become functions."""
    return [e for e in choice.kan.splines if e not in choice.settled]


def error_of(kan: KAN, data: Data) -> float:
    """RMSE over the rows to fit and to choose by together."""
    n, m = data.train.count, data.validation.count
    square = n * mean_square(kan, data.train) + m * mean_square(kan, data.validation)
    return float((square / (n + m)).sqrt()[0])


def curve_of(kan: KAN, edge: int, x: Tensor, least: float = LEAST) -> tuple[Tensor, Tensor, Tensor]:
    """Points of the curve on an edge where rows lie, both ends included, weighed by what they do to the output."""
    return curves_of(kan, [edge], x, least)[0]


def curves_of(kan: KAN, edges: Sequence[int], x: Tensor, least: float = LEAST) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Points of the curves on some edges, as `curve_of` gives them for one; the network is swept once for all."""
    sweep = forward(kan, x)
    deltas, found = backward(kan, sweep), []
    for edge in edges:
        value = sweep.nodes[kan.graph.edges[edge].source][0]
        order = value.argsort()
        pick = order[torch.linspace(0, len(order) - 1, min(_POINTS, len(order))).round().long()]
        delta = deltas[edge][0, pick].square()
        weight = delta + least * delta.mean() + 1e-30
        found.append((value[pick], sweep.edges[edge].value[0, pick], weight))
    return found


def event(message: str, choice: Choice) -> Event:
    """What is told of a choice while the search goes on."""
    return Event(stage="symbols", message=f"{message}: {' '.join(choice.key)}", loss=choice.error)
