"""Choose the functions of all edges in context: each choice is judged after a joint refit of everything else.

First the plainest function is put on every clear edge at once: on a right graph that is mostly the end of it. Where it
is not, a beam of partly symbolic networks is kept, edges that no function fits stay splines, and at the end each choice
may be undone once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from kansr.network.kan import KAN
from kansr.progress import Clock, Report, silent
from kansr.symbolic.beam import beam_search, obvious, undone
from kansr.symbolic.choices import ROUNDING, STEPS, Choice, Search, best_of, curve_of, error_of, open_edges
from kansr.symbolic.curve import Candidate, Curves
from kansr.symbolic.custom import rows_of
from kansr.symbolic.gauge import slid
from kansr.symbolic.library import Primitive, choose
from kansr.symbolic.noisy import alternatives
from kansr.symbolic.plain import plainest
from kansr.symbolic.spec import SymbolicSpec
from kansr.training.levenberg import levenberg
from kansr.training.rows import Data

_USUAL = ("exp", "log", "x", "x^2", "1/x", "sqrt")
_SLIDING = 2  # unclear curves from which curves may slide along each other
_HELD, _HEAT = 12, 40  # usual functions that are put in place, at most, and the steps that the rest gets
_FINALS, _STEADY = 4, 200  # the same for the best of them
_COMBINED = 2  # curves that sums and products are tried on
_FORCED, _NEARER = 6, 0.7  # functions in the place of a spline that stays, and by how much each comes nearer
_BENT = 1e4  # spreads that a function in the place of a spline may be large: 1e-5 tan(1e-5 x - pi/2) shows no tangent
_LAST = 1.0  # seconds that the last refit of a network may take beyond the time limit
_HOLDING = 0.4  # share of the time for that


def symbolise(
    kan: KAN,
    data: Data,
    spec: SymbolicSpec,
    *,
    falling: bool = True,
    deep: bool = True,
    clock: Clock | None = None,
    report: Report = silent,
    enough: Callable[[Choice], bool] = lambda _: False,
) -> list[Choice]:
    """Replace the splines of a trained network (b = 1) by functions of the library.

    `falling` says that the network's error still fell with its last extension: then splines approximate, and small
    differences of error say nothing; else what is left is noise, and they do. Without `deep` only the plainest
    functions are read, which takes seconds: the network that comes of it, or nothing where curves stay open. Under
    noise no error tells that the plainest functions are the law's: `enough` is asked.

    Returns
    -------
    The best networks found, best first, every edge settled: by a function, or as a spline where none fits.
    """
    library = library_of(spec)
    search = Search(kan, data, library, spec, clock=clock or Clock(), falling=falling)
    start = Choice(kan=kan, settled=frozenset(), error=search.error)
    fitted = search.candidates(kan, kan.splines, library)
    plain = plainest(search, start, fitted, report)
    if not falling and not plain.kan.splines and enough(plain):
        return [plain]
    if not search.finished(plain):
        plain, start = _read(search, plain, start, report)
    if search.finished(plain) or not deep:
        return [] if plain.kan.splines else [plain]
    if start.settled:
        fitted = search.candidates(start.kan, start.kan.splines, library)
    fitted = search.composed(start.kan, fitted)
    ahead = obvious(search, start, fitted)
    found = [c for c in (ahead, plain) if c and not open_edges(c)]
    if not any(search.finished(c) for c in found):
        found += beam_search(search, [c for c in (ahead, start) if c], fitted, report)
        found = undone(search, best_of(search, found, final=True), fitted, report)
    if found and all(c.kan.splines for c in found):
        found += _forced(search, best_of(search, found, final=True)[0], fitted)
    return best_of(search, found, final=True)


def further(
    kan: KAN,
    data: Data,
    spec: SymbolicSpec,
    *,
    ranked: Sequence[Choice],
    falling: bool = True,
    clock: Clock | None = None,
) -> Iterator[Choice]:
    """Yield what else may stand in the place of the best of `ranked`, which `symbolise` gave, where noise hides it.

    Nothing where that is exact, or where splines that still fall say more than any function.
    """
    search = Search(kan, data, library_of(spec), spec, clock=clock or Clock(), falling=falling)
    whole = [c for c in ranked if not c.kan.splines]
    if whole and not search.finished(whole[0]) and (not falling or whole[0] is ranked[0]):
        yield from alternatives(search, whole[0])


def library_of(spec: SymbolicSpec) -> tuple[Primitive, ...]:
    """Give the functions that a search tries: those that the settings name, and the user's own."""
    return choose(spec.functions, rows_of(spec.custom))


def curve_on(kan: KAN, edge: int, data: Data) -> Curves:
    """Give points [m] of the curve on an edge of a network (b = 1), weighed by what they do to the output."""
    x, y, weight = curve_of(kan, edge, data.everything)
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
    search = Search(kan, data, library, SymbolicSpec(), clock=clock or Clock(), falling=False)
    fitted = search.candidates(kan, edges, library)
    return search.composed(kan, fitted, most=0) if chains else fitted


def _read(search: Search, plain: Choice, start: Choice, report: Report) -> tuple[Choice, Choice]:
    """Read the curves that are not plain: written otherwise, held where they can slide, as functions of functions.

    Gives the best network that this leads to, and the best one to start a beam from.
    """
    fitted = search.candidates(plain.kan, plain.kan.splines, search.library, plain.error)
    tried = [plain]
    ways = [(plain, 0), *((other, 0) for other in _slid(search, plain)), (plain, 1)]
    holds = ((held, 0) for held in _held(search, plain, fitted))
    last = [(plain, _COMBINED)] if len(plain.kan.splines) > 1 else []
    for other, combined in chain(ways, holds, last):
        again = search.candidates(other.kan, other.kan.splines, search.library, other.error)
        tried.append(plainest(search, other, again, report, composed=combined))
        if search.finished(tried[-1]):
            return tried[-1], other
        if search.clock.over():
            break
        start = min(start, other, key=lambda c: c.error) if other is not plain else start
    return min(tried, key=lambda c: search.score(c, ROUNDING)), start


def _slid(search: Search, start: Choice) -> Iterator[Choice]:
    """Yield the network with straight lines moved from its curves to other edges."""
    for kan in slid(start.kan, search.data.everything):
        functions = frozenset(range(len(kan.curves))) - frozenset(kan.splines)
        other = search.refit(kan, functions, steps=_HEAT)
        if search.stays(other, start) or other.error <= search.error:
            yield other


def _held(search: Search, start: Choice, fitted: dict[int, list[Candidate]]) -> Iterator[Choice]:
    """Yield networks whose curves cannot slide any more: a usual function is on one unclear edge.

    Where a node has several curves, no curve need be a function. Usual functions are put on the open edges, one at a
    time, and everything is fitted again: where the error comes back to what it was, the other curves have become
    clearer, too.
    """
    shape = start.kan.graph
    slides = any(len(shape.out_of(shape.edges[e].source)) > 1 for e in start.kan.splines)
    usual = sorted(((e, c) for e in fitted for c in fitted[e] if c.name in _USUAL), key=lambda pair: pair[1].error)
    clock, heats = search.clock.part(_HOLDING), []
    for e, c in usual[: _HELD if slides and len(fitted) >= _SLIDING else 0]:
        if not clock.over():
            kan = start.kan.with_curve(e, c.symbol, c.p[None])
            heats.append(search.refit(kan, start.settled | {e}, steps=_HEAT))
    for heat in sorted(heats, key=lambda c: c.error)[:_FINALS]:
        if clock.over():
            return
        held = search.refit(heat.kan, heat.settled, steps=_STEADY)
        if search.stays(held, start):
            yield held


def _forced(search: Search, choice: Choice, fitted: dict[int, list[Candidate]]) -> list[Choice]:
    """Put near functions on the edges that stayed splines, so that there are formulas that can be read.

    On the last such edge come those that no other beats in both error and length, on those before it the nearest.
    """
    *others, last = choice.kan.splines
    kan = choice.kan
    for edge in others:
        if fitted[edge]:
            kan = kan.with_curve(edge, fitted[edge][0].symbol, fitted[edge][0].p[None])
    clock = Clock(max(search.clock.left(), _LAST))  # a few steps, whatever the time limit says
    found = []
    for c in _unbeaten(fitted[last])[-_FORCED:]:
        forced = levenberg(kan.with_curve(last, c.symbol, c.p[None]), search.few, steps=2 * STEPS, clock=clock).kan
        found.append(Choice(kan=forced, settled=choice.settled, error=error_of(forced, search.data)))
    return found


def _unbeaten(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep fits to a curve that no shorter one comes as near as, the shortest first; none that only its poles bend."""
    kept: list[Candidate] = []
    for c in sorted(
        (c for c in candidates if c.lever < _BENT), key=lambda c: (c.symbol.complexity + c.symbol.size, c.error)
    ):
        if not kept or c.error < _NEARER * kept[-1].error:
            kept.append(c)
    return kept
