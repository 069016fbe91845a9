"""Under noise a curve is known to a percent, and many functions follow it so closely: which is the law's shows last.

With its constants snapped the right one has hardly any left, and is the shortest description by far: 1 / sqrt(1 - u^2)
has none, a (e^(b u) + c) has three. So functions of functions, which a search without noise tries only where no single
function fits, are put on the curves of the best network one at a time, those with natural constants before all, and
then their constants are snapped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

import torch

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.structure.surgery import released
from kansr.symbolic.chain import Chain, fit_chains, is_algebra, powered
from kansr.symbolic.choices import ROUNDING, Choice, Search, curve_of, ranked, rates_of
from kansr.symbolic.curve import Candidate, Curves, Function, fit_curves
from kansr.symbolic.gauge import unscaled
from kansr.symbolic.held import held
from kansr.symbolic.library import Primitive
from kansr.symbolic.natural import fit_natural, fit_natural_times
from kansr.symbolic.symbol import Symbol

_GRID, _STEPS = 5, 40  # of the spline that takes a function's place, and of the fit of all with it
_ENDS = 4  # points at each end of a curve that are left out: a spline is least sure there
_EDGES = 4  # curves on which functions of functions are tried
_NEAR = 4.0  # errors of curves up to so many times the least, or what is known of the curve, may all be noise
_NATURAL, _SINGLE, _FEW = 6, 4, (4, 2)  # with natural constants, single ones, of algebra, others, put on a curve
_LONG = 2  # sums and products
_ROUNDS = 2  # times that curves are read again beside a function that was found so
_WORSE = 1.02  # a network with another function may leave so much more
_LINES = ("x", "0", "spline")


def alternatives(search: Search, best: Choice, *, rounds: int = _ROUNDS, done: int | None = None) -> Iterator[Choice]:
    """Yield the network with functions of functions on one of its curves, everything refitted.

    Those with natural constants keep these: the noise would move them, and move what they come with. Where another
    function on a curve makes the network shorter, the other curves are read again beside it; `done` is such a curve.
    """
    kan, own = best.kan, held(best.kan)
    free = [(e, c) for e, c in enumerate(kan.curves) if isinstance(c, Function) and c.size and e not in own]
    free = [(e, c) for e, c in free if c.name not in _LINES and e != done]
    shorter, found = search.score(best, ROUNDING), None
    for e, _ in sorted(free, key=lambda p: -p[1].complexity)[:_EDGES]:
        for choice in _on(search, best, e) if not search.clock.over() else ():
            yield choice
            if (score := search.score(choice, ROUNDING)) < shorter:
                shorter, found = score, (choice, e)
    if found and rounds > 1:
        yield from alternatives(search, found[0], rounds=rounds - 1, done=found[1])


def _on(search: Search, best: Choice, edge: int) -> Iterator[Choice]:
    """Yield the network with other functions on one of its curves, which is learned anew as a spline."""
    free = _without_line_behind(released(best.kan, edge, search.data.everything, Spline(_GRID)), edge)
    least = search.refit(free, best.settled, steps=_STEPS)
    x, y, weight = (part[_ENDS:-_ENDS] for part in curve_of(least.kan, edge, search.data.everything))
    curve = Curves(x=x, y=y, weight=weight)
    rates = rates_of(best.kan, best.kan.graph.edges[edge].source, {})
    chains = fit_chains(curve, search.library, rates=rates, clock=search.clock)
    known = search.known(least.kan)[edge]
    limit = _NEAR * max(known, min((c.error for c in chains), default=0.0))
    each = Curves(x=x[None], y=y[None], weight=weight[None])
    single = [c for c in ranked(fit_curves(each, search.library, clock=search.clock)[0], known) if c.error <= limit]
    bare, at = unscaled(least.kan, edge, x)
    natural = [(bare, c, True) for c in _natural(Curves(x=at, y=y, weight=weight), search.library, rates, limit)]
    others = ((least.kan, c, False) for c in (*single[:_SINGLE], *_equal(chains, limit)))
    longer = (c for c in search.combinations(curve, rates, known)[:_LONG] if c.error <= limit)
    for kan, c, as_it_is in chain(natural, others, ((least.kan, c, False) for c in longer)):
        if search.clock.over():
            return
        other = kan.with_curve(edge, c.symbol, c.p[None])
        after = search.refit(other, best.settled, steps=2 * _STEPS)
        if after.error <= _WORSE * least.error:
            yield replace(after, kan=other) if as_it_is else after


def _natural(curve: Curves, library: Sequence[Primitive], rates: Sequence[float], limit: float) -> list[Candidate]:
    """Functions with natural constants that follow a curve, and where its argument is a sum of logs, of the product."""
    ways = [fit_natural(curve, library, offset=offset) for offset in (False, True)]
    ways.append(fit_natural_times(curve, library))
    for rate in rates:
        exp, over = powered(curve, library, rate, unit=1.0)
        if exp is not None:
            first, own = Symbol(replace(exp, free="a")), curve.x.new_tensor([rate])
            found = [*fit_natural(over, library, offset=True), *fit_natural(over, library, offset=False)]
            found = sorted((*found, *fit_natural_times(over, library)), key=lambda c: c.error)
            ways.append([replace(c, symbol=Chain(first, c.symbol), p=torch.cat([own, c.p])) for c in found])
    return [c for way in ways for c in way[:_NATURAL] if c.error <= limit]


def _without_line_behind(kan: KAN, edge: int) -> KAN:
    """Let the spline on an edge take the straight line that follows it: then it has its own scale and offset."""
    shape, node = kan.graph, kan.graph.edges[edge].target
    out = shape.out_of(node)
    if shape.into(node) != [edge] or len(out) != 1:
        return kan
    line = kan.curves[out[0]]
    if not isinstance(line, Symbol) or line.name != "x":
        return kan
    own = dict(zip(line.free, kan.of_edge(out[0])[0].tolist(), strict=True))
    p, curve = kan.of_edge(edge), kan.curves[edge]
    p = curve.scaled(p, p.new_full((1, 1), own.get("c", line.sign)))
    p = curve.raised(p, p.new_full((1, 1), own.get("d", 0.0)))
    same = Symbol(replace(line.primitive, free=""))
    return kan.with_curve(edge, curve, p).with_curve(out[0], same, p[:, :0])


def _equal(chains: Sequence[Candidate], limit: float) -> list[Candidate]:
    """The fits that nothing tells apart, the simplest of each kind."""
    near = sorted((c for c in chains if c.error <= limit), key=lambda c: c.symbol.complexity + c.symbol.size)
    kinds = ([c for c in near if is_algebra(c.symbol) is own] for own in (True, False))
    return [c for kind, few in zip(kinds, _FEW, strict=True) for c in kind[:few]]
