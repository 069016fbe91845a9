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

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.structure.surgery import released
from kansr.symbolic.argument import simplified
from kansr.symbolic.chain import Chain, fit_chains, is_algebra, powered
from kansr.symbolic.choices import ROUNDING, Choice, Search, curve_of, error_of, ranked, rates_of
from kansr.symbolic.curve import Candidate, Curves, Function, fit_curves
from kansr.symbolic.held import held
from kansr.symbolic.library import Primitive
from kansr.symbolic.natural import fit_natural, fit_natural_times
from kansr.symbolic.symbol import Symbol
from kansr.tensors import torch
from kansr.training.levenberg import levenberg_of

_GRIDS, _STEPS = (5, 10, 20), 40  # of the spline that takes a function's place, and of the fit of all with it
_ENDS = 4  # points at each end of a curve that are left out: a spline is least sure there
_SHORT = 10  # and never more than one point in so many
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
    for e, _ in sorted(free, key=lambda p: (_is_factor(kan, p[0]), -p[1].complexity, -p[0]))[:_EDGES]:
        for choice in _on(search, best, e) if not search.clock.over() else ():
            yield choice
            if (score := search.score(choice, ROUNDING)) < shorter:
                shorter, found = score, (choice, e)
    if found and rounds > 1:
        yield from alternatives(search, found[0], rounds=rounds - 1, done=found[1])


def _is_factor(kan: KAN, edge: int) -> bool:
    """Whether an edge is a log among logs, a factor of a product: hardly another function."""
    return bool(rates_of(kan, kan.graph.edges[edge].target, {}))


def _on(search: Search, best: Choice, edge: int) -> Iterator[Choice]:
    """Yield the network with other functions on one of its curves, which is learned anew as a spline."""
    least = _learned(search, best, edge)
    natural = ((kan, c, True) for kan, c in _natural(search, best, least, edge))
    free = ((least.kan, c, False) for c in _free(search, best, least, edge))
    for kan, c, as_it_is in chain(natural, free):
        if search.clock.over():
            return
        other = kan.with_curve(edge, c.symbol, c.p[None])
        after = search.refit(other, best.settled, steps=2 * _STEPS)
        if after.error <= _WORSE * least.error:
            yield replace(after, kan=other) if as_it_is else after


def _learned(search: Search, best: Choice, edge: int) -> Choice:
    """Put a spline on an edge, on the coarsest grid that loses nothing."""
    for grid in _GRIDS:
        spline = _without_line_behind(released(best.kan, edge, search.data.everything, Spline(grid)), edge)
        least = search.refit(spline, best.settled, steps=_STEPS)
        if least.error <= _WORSE * best.error:
            break
    return least


def _free(search: Search, best: Choice, least: Choice, edge: int) -> Iterator[Candidate]:
    """Yield functions with constants of their own that follow the curve on an edge, the longest last."""
    known = search.known(least.kan)[edge]
    curve = _seen(search, least.kan, edge)
    each = Curves(x=curve.x[None], y=curve.y[None], weight=curve.weight[None])
    single = ranked(fit_curves(each, search.library, clock=search.clock)[0], known)
    yield from [c for c in single if c.error <= _NEAR * known][:_SINGLE]
    rates = rates_of(best.kan, best.kan.graph.edges[edge].source, {})
    chains = fit_chains(curve, search.library, rates=rates, clock=search.clock)
    yield from _equal(chains, _NEAR * max(known, min((c.error for c in chains), default=0.0)))
    yield from (c for c in search.combinations(curve, rates, known)[:_LONG] if c.error <= _NEAR * known)


def _seen(search: Search, kan: KAN, edge: int) -> Curves:
    """The curve on an edge, without its ends; of few points hardly any may go."""
    whole = curve_of(kan, edge, search.data.everything)
    ends = min(_ENDS, len(whole[0]) // _SHORT)
    x, y, weight = (part[ends : len(part) - ends] for part in whole)
    return Curves(x=x, y=y, weight=weight)


def _natural(search: Search, best: Choice, least: Choice, edge: int) -> Iterator[tuple[KAN, Candidate]]:
    """Yield functions with natural constants that follow the curve on an edge, with the networks for them.

    Where what stands before the edge can be written simply, that is done first. Of a sum of logs the functions are
    those of the product, too.
    """
    kan, logs = least.kan, False
    spline = kan.curves[edge]
    assert isinstance(spline, Spline)
    simple = simplified(best.kan, edge, search.data.everything, spline)
    if simple is not None:
        bare, into = simple
        bare = _without_line_behind(bare, edge)
        free = [torch.arange(own.start, own.stop) for e, own in enumerate(bare.slices()) if e not in into]
        bare = levenberg_of(bare, search.data.train, torch.cat(free), steps=_STEPS, clock=search.clock).kan
        if error_of(bare, search.data) <= _WORSE * least.error:
            first = bare.curves[into[0]]
            kan, logs = bare, isinstance(first, Symbol) and first.name == "log"
    limit, curve = _NEAR * search.known(kan)[edge], _seen(search, kan, edge)
    for rate in (1.0, -1.0) if logs else ():
        exp, over = powered(curve, search.library, rate, unit=1.0)
        for c in _follow(over, search.library, limit) if exp is not None else ():
            assert exp is not None
            whole = Chain(Symbol(replace(exp, free="a")), c.symbol)
            yield kan, replace(c, symbol=whole, p=torch.cat([curve.x.new_tensor([rate]), c.p]))
    for c in _follow(curve, search.library, limit):
        yield kan, c


def _follow(curve: Curves, library: Sequence[Primitive], limit: float) -> list[Candidate]:
    """The best functions with natural constants for a curve: of each way to lay them, and times a power of x.

    Several pairs are the same function, such as exp(x) and sqrt(exp(2 x)): of these the shortest.
    """
    ways = [fit_natural(curve, library, offset=offset) for offset in (False, True)]
    ways.append(fit_natural_times(curve, library))
    shortest = ({float(f"{c.error:.6e}"): c for c in sorted(way, key=_size, reverse=True)} for way in ways)
    best = (sorted(way.values(), key=lambda c: c.error)[:_NATURAL] for way in shortest)
    return [c for way in best for c in way if c.error <= limit]


def _size(candidate: Candidate) -> int:
    return candidate.symbol.complexity + candidate.symbol.size


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
