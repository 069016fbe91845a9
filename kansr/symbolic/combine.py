"""The search for sums and products of functions on one edge.

A dictionary holds the functions of the library, and functions of these, each with many constants inside. What the best
sum or product of two of its entries leaves of the curve has a closed form in a few matrices of their moments, so that
all pairs are seen at once. The best of them are refined by Levenberg-Marquardt over all constants, and get a third part
where two do not suffice. Polynomials, and functions times a power of x,
come first: they take a moment.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from kansr.progress import Clock
from kansr.symbolic.chain import Chain, powered, refit_composed, seen_of
from kansr.symbolic.combination import Combination, Kind
from kansr.symbolic.curve import Candidate, Curves, Function
from kansr.symbolic.dictionary import Dictionary, dictionary_of, ends
from kansr.symbolic.library import Primitive
from kansr.symbolic.over_x import fit_over_x
from kansr.symbolic.polynomials import laurent, of_polynomials, of_powers, polynomial
from kansr.symbolic.sums import HALVING, ROUNDING, best_first, fit_sums, price
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch

_SEEN = 96  # points on which pairs are ranked
_PAIRS, _STARTS = 120, 3  # pairs that are refined, and starts of one form among them
_HEATS = ((16, 12), (5, 60), (0, 300))  # steps of each heat, and how many go on to the next
_LONGER, _THIRDS = 3, 6  # pairs that get a third part, and functions that are tried as one
_LOOKED = 100  # pairs of entries that are looked at for each form that is wanted
_PAIR = 2  # functions that are no long sum
_INDEPENDENT = 1e-7  # 1 - squared cosine of two entries below which their sum says no more than one
_TINY = 1e-300


def fit_combinations(
    curve: Curves, library: Sequence[Primitive], *, enough: float = 0.0, clock: Clock | None = None
) -> list[Candidate]:
    """Fit sums and products of functions of the library to one curve [m]: candidates, best first.

    A polynomial, a function times a power of x or a pair whose error is at most `enough` ends the search.
    Errors are shares of the curve's spread.
    """
    found: list[Candidate] = []
    for closed in (polynomial, laurent, of_powers, of_polynomials):
        found += closed(curve, library, enough=enough)
    for fit in (fit_over_x, fit_sums):
        if not any(c.error <= enough for c in found):
            found += fit(curve, library, enough=enough, clock=clock)
    found = best_first(found, enough)
    if found and found[0].error <= enough and not _is_long(found[0]):
        return found
    seen = seen_of(curve, _SEEN)
    entries = dictionary_of(library, seen)
    race = partial(_race, curve=curve, enough=enough, clock=clock)
    pairs = race(_promising(entries, seen))
    if pairs and not any(c.error <= enough for c in [*found, *pairs]):
        longer = (start for c in sorted(pairs, key=price)[:_LONGER] for start in _longer(c, entries, seen))
        pairs += race(longer)
    return best_first([*found, *pairs], enough)


def _is_long(candidate: Candidate) -> bool:
    """Whether a fit is a sum of many functions with constants inside: two may do for them."""
    form = candidate.symbol
    return isinstance(form, Combination) and sum(part.size > 1 for part in form.parts) > _PAIR


def over_power(
    curve: Curves, library: Sequence[Primitive], rates: Sequence[float], *, enough: float, clock: Clock | None = None
) -> list[Candidate]:
    """Fit sums and products to one curve [m] over exp(rate x), for each rate: candidates, best first."""
    found: list[Candidate] = []
    for rate in rates:
        exp, over = powered(curve, library, rate)
        if exp is None:
            continue
        first = Symbol(replace(exp, free="ac"))
        own = curve.x.new_tensor([rate, math.exp(-rate * float(curve.x.mean()))])
        inside = fit_combinations(over, library, enough=enough, clock=clock)
        found += [replace(c, symbol=Chain(first, c.symbol), p=torch.cat([own, c.p])) for c in inside]
    return sorted(found, key=lambda c: c.error)


def _race(
    starts: Iterable[tuple[Combination, Tensor]], *, curve: Curves, enough: float, clock: Clock | None
) -> list[Candidate]:
    """Fit all constants of each form from its starts, with ever more steps for ever fewer: best first."""
    found: list[Candidate] = []
    for count, steps in _HEATS:
        found = _refined(starts, curve, steps, enough, clock)
        if not found or found[0].error <= enough:
            break
        starts = [(c.symbol, c.p[None]) for c in sorted(found, key=price)[:count] if isinstance(c.symbol, Combination)]
    return found


def _free(symbol: Symbol, free: str) -> Symbol:
    """The same function with other free parameters."""
    return Symbol(replace(symbol.primitive, free=free), symbol.sign)


def _promising(entries: Dictionary, seen: Curves) -> Iterator[tuple[Combination, Tensor]]:
    """Yield the sums and products of two entries that leave little and are short, each with its best starts."""
    length = torch.tensor([float(f.complexity + f.size) for f in entries.functions], dtype=seen.x.dtype)
    for kind in KINDS:
        left = _LEFT[kind](entries.values, entries.values, seen).clamp(min=ROUNDING)
        ranked = (HALVING * left.log2() + length[:, None] + length).flatten().argsort()[: _LOOKED * _PAIRS]
        starts: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for i, j in zip((ranked // len(left)).tolist(), (ranked % len(left)).tolist(), strict=True):
            form = entries.functions[i].name, entries.functions[j].name
            if i <= j and (form in starts or len(starts) < _PAIRS):
                starts.setdefault(form, []).append((i, j))
        for some in starts.values():
            joined = [_joined(kind, entries, (i, j), seen) for i, j in some[:_STARTS]]
            yield joined[0][0], torch.stack([p for form, p in joined if form == joined[0][0]])


def _left_by_sums(a: Tensor, b: Tensor, seen: Curves) -> Tensor:
    """Share of the curve's square that the best sum of one of a [s, m] and one of b [t, m] leaves: [s, t]."""
    w = (seen.weight / seen.weight.sum()).sqrt()

    def unit(value: Tensor) -> Tensor:
        centred = (value - (value * w**2).sum(-1, keepdim=True)) * w
        return centred / centred.square().sum(-1, keepdim=True).sqrt().clamp(min=1e-12)

    u, v, y = unit(a), unit(b), unit(seen.y)
    r, q, g = (u @ y)[:, None], v @ y, u @ v.T
    free = 1 - g * g
    told = (r**2 + q**2 - 2 * g * r * q) / free.clamp(min=_INDEPENDENT)
    return torch.where(free > _INDEPENDENT, 1 - told, torch.inf)


def _left_by_products(a: Tensor, b: Tensor, seen: Curves) -> Tensor:
    """The same for products: the moments of all products are products of matrices."""
    w = seen.weight / seen.weight.sum()
    y = seen.y - (seen.y * w).sum()
    mean, with_y, square = (a * w) @ b.T, (a * (w * y)) @ b.T, (a**2 * w) @ (b**2).T
    variance = square - mean**2
    told = with_y**2 / (variance * (w * y * y).sum()).clamp(min=_TINY)
    return torch.where(variance > 1e-10 * square, 1 - told, torch.inf)


KINDS: tuple[Kind, ...] = ("sum", "product")
_LEFT = {"sum": _left_by_sums, "product": _left_by_products}


def _joined(kind: Kind, entries: Dictionary, which: Sequence[int], seen: Curves) -> tuple[Combination, Tensor]:
    """The combination of some entries, and its parameters; c and d come with the first step."""
    if kind == "sum":  # a line has no root there, so it never comes first
        which = sorted(which, key=lambda i: entries.functions[i].name == "x")
    first, *others = which
    p = torch.cat([entries.parameters[first], seen.x.new_tensor([1.0, 0.0])])
    so_far = Combination(kind, (entries.functions[first],)), p, entries.values[first] * entries.sizes[first]
    for i in others:
        so_far = _with_part(so_far, entries, i, seen)
    return so_far[:2]


def _with_part(
    so_far: tuple[Combination, Tensor, Tensor], entries: Dictionary, i: int, seen: Curves
) -> tuple[Combination, Tensor, Tensor]:
    """Add an entry to a combination, given with its parameters and its values without c and d."""
    form, p, value = so_far
    part, own, more = entries.functions[i], entries.parameters[i], entries.values[i] * entries.sizes[i]
    if form.kind == "product":
        grown = Combination(form.kind, (*form.parts, part))
        return grown, torch.cat([p[:-2], own, p[-2:]]), value * more
    w = (seen.weight / seen.weight.sum()).sqrt()
    design = torch.stack([value, more, torch.ones_like(value)], -1) * w[:, None]
    design, scale = design / design.norm(dim=0), design.norm(dim=0)
    solution = torch.linalg.lstsq(design, (seen.y * w)[:, None], driver="gelsd").solution[:, 0] / scale
    ratio = solution[1:2] / solution[0]
    grown = Combination(form.kind, (*form.parts, _scalable(part)))
    inner = own[:0] if part.name == "x" else own
    return grown, torch.cat([p[:-2], inner, ratio, p[-2:]]), value + ratio * more


def _longer(candidate: Candidate, entries: Dictionary, seen: Curves) -> Iterator[tuple[Combination, Tensor]]:
    """Yield a combination with one more part: those that leave the least, each function once."""
    form = candidate.symbol
    assert isinstance(form, Combination)
    plain = candidate.p.clone()
    plain[-2:] = plain.new_tensor([1.0, 0.0])
    value = form.evaluate(seen.x[None], plain[None], *ends(plain[None])).value
    left = _LEFT[form.kind](value, entries.values, seen)[0]
    names: set[str] = set()
    for i in left.argsort().tolist():
        name = entries.functions[i].name
        if name not in names:
            names.add(name)
            grown, p, _ = _with_part((form, candidate.p, value[0]), entries, i, seen)
            yield grown, p[None]
        if len(names) >= _THIRDS:
            return


def _scalable(function: Function) -> Function:
    """The same function with a scale of its own, which comes last."""
    if isinstance(function, Chain) and isinstance(function.then, Symbol):
        return Chain(function.first, _free(function.then, function.then.free + "c"))
    assert isinstance(function, Symbol)
    return _free(function, "c" if function.name == "x" else function.free + "c")


def _refined(
    starts: Iterable[tuple[Combination, Tensor]], curve: Curves, steps: int, enough: float, clock: Clock | None
) -> list[Candidate]:
    """Fit all constants of each form from its starts, until one is good enough: the best of each, best first."""
    found: list[Candidate] = []
    for form, start in starts:
        found += refit_composed(form, start, curve, steps=steps)
        if (found and found[-1].error <= enough) or (clock is not None and clock.over()):
            break
    return sorted(found, key=lambda c: c.error)
