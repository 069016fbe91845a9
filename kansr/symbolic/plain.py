"""Put the plainest function on every clear edge at once.

On the right graph most curves are clear: one function comes as near as the curve is known, and what else comes near is
longer. All of these are put in place together. Where the error of the whole network stays what it was, none of them was
wrong. What is left are the curves of a smaller network, which its rows determine on a finer grid: they are known better
than before, and are read again, until none is left or none is clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kansr.network.knots import extend
from kansr.progress import Report
from kansr.symbolic.choices import FINAL_STEPS, ROUNDING, STEPS, Choice, Search, error_of, event
from kansr.symbolic.curve import Candidate
from kansr.symbolic.gauge import with_simple_powers
from kansr.training.levenberg import levenberg

_CLEAR = 20.0  # a curve is clear when a function is off by at most so many times what is known of it
_CLEARER = 4.0  # the same where a function that is clear so does not do
_ROUNDS = 6
_FINER, _ROWS_EACH = 2, 8  # extensions of what is left, at most, and the rows that each parameter then needs
_UNSURE, _TRIED = 2, 4  # edges that are not clear, and functions on each, that are tried one by one ..
_FAR = 0.1  # .. and the share that the error must come down to
_LONG, _RIGHT = 6, 1e-3  # constants from which a function can follow nearly any curve, and the share of a right one
_PROMISING = 30.0  # it gets more steps where it is at most so many times what it was
_LOWER = 0.5  # share that an extension has to bring the error down to

Fitted = Mapping[int, list[Candidate]]


def plainest(search: Search, start: Choice, fitted: Fitted, report: Report, *, composed: int | None = None) -> Choice:
    """Give the network with all functions in place that fit in this way; edges that stay open keep their splines.

    With `composed`, functions of functions are tried where no single one is clear, and sums and products on so many
    curves.
    """
    choice = start
    for n in range(_ROUNDS):
        if not choice.kan.splines or search.clock.over():
            break
        if n:
            fitted = search.candidates(choice.kan, choice.kan.splines, search.library, choice.error)
        after = _with_clear(search, choice, fitted)
        if after is None and composed is not None:
            fitted = search.composed(choice.kan, dict(fitted), composed, choice.error)
            ways = ((_CLEAR, False), (_CLEAR, True), (_CLEARER, True))
            tried = (_with_clear(search, choice, fitted, clear, longer=longer) for clear, longer in ways)
            after = next((other for other in tried if other is not None), None)
            if after is None and search.falling:  # noise would stay, whatever function stood there
                after = _with_one(search, choice, fitted)
        if after is None:
            break
        choice = _finer(search, _with_simple_powers(search, after))
        report(event("plain", choice))
    return choice if choice.kan.splines else search.refit(choice.kan, choice.settled, steps=FINAL_STEPS)


def _with_clear(
    search: Search, choice: Choice, fitted: Fitted, clear: float = _CLEAR, *, longer: bool = False
) -> Choice | None:
    """Put the best function on each clear edge; where the error does not stay, on the clearer half of them.

    With `longer`, functions count that are clear although a shorter one, which is not, ranks before them.
    """
    known = search.known(choice.kan, choice.error)
    limit = {e: clear * max(known[e], ROUNDING) for e in fitted}
    best = {
        e: next((c for c in (some if longer else some[:1]) if c.error <= limit[e]), None) for e, some in fitted.items()
    }
    found = {e: c for e, c in best.items() if c is not None}
    edges = sorted(found, key=lambda e: found[e].error / limit[e])
    while edges and not search.clock.over():
        kan = choice.kan
        for e in edges:
            kan = kan.with_curve(e, found[e].symbol, found[e].p[None])
        after = search.refit(kan, choice.settled | set(edges), steps=4 * STEPS)
        if search.stays(after, choice) and not _mimics(search, after, choice, [found[e] for e in edges]):
            return after
        edges = edges[: len(edges) // 2]
    return None


def _mimics(search: Search, after: Choice, before: Choice, placed: Iterable[Candidate]) -> bool:
    """Whether long functions only follow the curves: without splines, right ones leave far less than splines did."""
    if after.kan.splines or not search.falling or after.error <= max(_RIGHT * before.error, ROUNDING):
        return False
    return any(c.symbol.size >= _LONG for c in placed)


def _with_one(search: Search, choice: Choice, fitted: Fitted) -> Choice | None:
    """Put one of the best few functions on an edge that is not clear, where that brings the error down by far.

    At the steep end of its range a spline is not as good as everywhere else, and no function comes as near as it seems
    to be known. The right function shows when it is in place.
    """
    for e in sorted((e for e, c in fitted.items() if c), key=lambda e: fitted[e][0].error)[:_UNSURE]:
        for c in (*fitted[e][:_TRIED], *search.heard(choice.kan, e, choice.error)[:_TRIED]):
            if search.clock.over():
                return None
            kan = choice.kan.with_curve(e, c.symbol, c.p[None])
            after = search.refit(kan, choice.settled | {e}, steps=4 * STEPS)
            if after.error <= _PROMISING * choice.error:
                after = search.refit(after.kan, after.settled, steps=FINAL_STEPS)
            if after.error <= max(_FAR * choice.error, ROUNDING):
                return after
    return None


def _with_simple_powers(search: Search, choice: Choice) -> Choice:
    kan = with_simple_powers(choice.kan, search.data.everything)
    if kan is choice.kan:
        return choice
    after = search.refit(kan, choice.settled, steps=4 * STEPS)
    return after if search.stays(after, choice) or after.error <= search.error else choice


def _finer(search: Search, choice: Choice) -> Choice:
    """Lay the splines that are left on finer grids while the rows determine them and the error falls.

    All rows are fitted here: at the end of a range a fine spline has too few to do without those to choose by.
    """
    rows = search.data.all
    for _ in range(_FINER):
        if not choice.kan.splines or not search.falling or search.clock.over():
            break
        kan = extend(choice.kan, 2 * choice.kan.grid)
        if _ROWS_EACH * kan.parameters > rows.count:
            break
        kan = levenberg(kan, rows, steps=2 * STEPS, clock=search.clock).kan
        finer = Choice(kan=kan, settled=choice.settled, error=error_of(kan, search.data))
        if not finer.error < _LOWER * choice.error:
            break
        choice = finer
    return choice
