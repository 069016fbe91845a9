"""Sums on one edge whose parts show one by one: waves, peaks on a line, a jump on a background, ..

Waves of different frequencies, peaks in different places and what they stand on stand apart: each part is fitted to
what those before it leave of the curve, and then all constants together. (Where they do not, pairs are seen at once by
`kansr.symbolic.combine`.)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from kansr.progress import Clock
from kansr.symbolic.chain import refit_composed
from kansr.symbolic.combination import Combination
from kansr.symbolic.curve import Candidate, Curves, fit_curves
from kansr.symbolic.library import Primitive
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch

_PEAKS = ("sin", "gaussian", "lorentzian")  # waves and peaks
_BESIDE = ("x", "x^2", "exp", "tanh", "log", "sqrt", "1/x")  # what these may stand on
_PARTS = 3  # of a sum, at most
_BEAM = 3  # sums of a kind that go on, and functions of a kind that are added to each
_HEAT, _REFINED, _STEPS = 40, 12, 100  # steps of each, how many get more, and how many these get
_WORTH = 0.7  # a part has to lower the error to this share
_LOWER = 6.0  # nodes that a part may be longer for half the error

HALVING, ROUNDING = 0.3, 1e-20
"""Nodes that a sum or product may be longer for half the square that it leaves, and the square that counts as none."""


def fit_sums(
    curve: Curves, library: Sequence[Primitive], *, enough: float = 0.0, clock: Clock | None = None
) -> list[Candidate]:
    """Fit sums of up to three functions of the library to one curve [m]: candidates, best first.

    One whose error is at most `enough` (a share of the curve's spread) ends the search; of several such the shortest.
    """
    rows = [row for row in library if row.name in _PEAKS + _BESIDE]
    first = fit_curves(_as_one([curve]), rows, clock=clock)[0]
    beam = [_alone(c) for kind in (_PEAKS, _BESIDE) for c in _best(c for c in first if c.name in kind)]
    found: list[Candidate] = []
    least = math.inf
    for _ in range(_PARTS - 1):
        if not beam or (clock is not None and clock.over()):
            break
        more = fit_curves(_as_one([_left(c, curve) for c in beam]), rows, clock=clock)
        heats = [
            refit_composed(*_with(c, part), curve, steps=_HEAT)
            for c, parts in zip(beam, more, strict=True)
            for part in _chosen(parts)
        ]
        grown = [
            one
            for c in sorted((c for heat in heats for c in heat), key=_promise)[:_REFINED]
            for one in refit_composed(c.symbol, c.p[None], curve, steps=_STEPS)
        ]
        found, beam = [*found, *grown], _best(grown)
        least, before = min((c.error for c in grown), default=math.inf), least
        if least <= enough or least > _WORTH * before:
            break
    return best_first(found, enough)


def best_first(candidates: Iterable[Candidate], enough: float) -> list[Candidate]:
    """Order fits by error; before all come those that are good enough, the shortest first."""
    return sorted(candidates, key=lambda c: (c.symbol.size, c.error) if c.error <= enough else (math.inf, c.error))


def _best(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The most promising few: error above all, as what is not yet explained hides how good a part is."""
    return sorted(candidates, key=_promise)[:_BEAM]


def _chosen(parts: Sequence[Candidate]) -> list[Candidate]:
    """The functions that are added to a sum: the most promising of each kind, and a line."""
    kinds = (_best(c for c in parts if c.name in kind) for kind in (_PEAKS, _BESIDE))
    line = (c for c in parts if c.name == "x")
    return list(dict.fromkeys([*chain(*kinds), *line]))


def _promise(candidate: Candidate) -> float:
    return _LOWER * math.log2(max(candidate.error, ROUNDING)) + candidate.symbol.complexity


def price(candidate: Candidate) -> float:
    """Order fits by error and length."""
    error = max(candidate.error**2, ROUNDING)
    return HALVING * math.log2(error) + candidate.symbol.complexity + candidate.symbol.size


def _as_one(curves: Sequence[Curves]) -> Curves:
    x, y, weight = (torch.stack(part) for part in zip(*((c.x, c.y, c.weight) for c in curves), strict=True))
    return Curves(x=x, y=y, weight=weight)


def _left(candidate: Candidate, curve: Curves) -> Curves:
    """What a fit leaves of a curve."""
    ends = candidate.p.new_zeros(1)
    value = candidate.symbol.evaluate(curve.x[None], candidate.p[None], ends, ends).value[0]
    return replace(curve, y=curve.y - value)


def _alone(candidate: Candidate) -> Candidate:
    """The same fit as a sum of one part."""
    part, own, scale, offset = _parted(candidate, "")
    p = torch.cat([own, own.new_tensor([scale, offset])])
    return replace(candidate, symbol=Combination("sum", (part,)), p=p)


def _with(candidate: Candidate, part: Candidate) -> tuple[Combination, Tensor]:
    """The form of a sum with one part more, and its start [1, size]."""
    form = candidate.symbol
    assert isinstance(form, Combination)
    more, own, scale, offset = _parted(part, "c")
    *_, c, d = candidate.p.tolist()
    p = torch.cat([candidate.p[:-2], own, own.new_tensor([scale / c, c, d + offset])])
    return Combination("sum", (*form.parts, more)), p[None]


def _parted(candidate: Candidate, scale: str) -> tuple[Symbol, Tensor, float, float]:
    """A function without offset and with a scale of its own or none, its other parameters, c and d."""
    symbol = candidate.symbol
    assert isinstance(symbol, Symbol)
    own = dict(zip(symbol.free, candidate.p.tolist(), strict=True))
    inner = "".join(k for k in symbol.free if k not in "cd")
    part = Symbol(replace(symbol.primitive, free=inner + scale), symbol.sign)
    return part, candidate.p.new_tensor([own[k] for k in inner]), own.get("c", 1.0), own.get("d", 0.0)
