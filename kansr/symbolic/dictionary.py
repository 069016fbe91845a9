"""A dictionary of functions for one curve, each with many constants inside: what sums and products are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from kansr.symbolic.chain import INNER, OUTER, Chain
from kansr.symbolic.curve import Curves, Function, frequencies, pairs
from kansr.symbolic.library import Primitive
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch

_OWN, _CHAINED = 60, 8  # entries of one function, and of one function of another, no two of them alike
_ALIKE = 1e-3  # 1 - cosine of two entries that count as one
_FASTEST = 50.0  # radians over the range that a wave may turn
_TINY = 1e-300


class Dictionary(NamedTuple):
    """Functions without scale and offset, their parameters, and their values [s, m] in units of their sizes [s]."""

    functions: list[Function]
    parameters: list[Tensor]
    values: Tensor
    sizes: Tensor


def dictionary_of(library: Sequence[Primitive], seen: Curves) -> Dictionary:
    """Functions, and functions of functions, with many constants inside."""
    rows = {row.name: row for row in library if row.name not in ("0", "sign", "power")}
    found = [_thinned(Symbol(_bare(row), sign), start, seen, _OWN) for row in rows.values()
             for sign in row.signs for start in [_inside(row, seen.x, sign)]]  # fmt: skip
    for first in (rows[n] for n in INNER if n in rows):
        inner = Symbol(_bare(first))
        own = seen.x.new_tensor([[1.0 if k == "a" else 0.0 for k in inner.free]])  # u = x
        value = inner.evaluate(seen.x[None], own, *ends(own)).value[0]
        if not torch.isfinite(value).all():
            continue
        for then in (rows[n] for n in OUTER if n in rows and n != first.name):
            start = _inside(then, value.sort().values, 1.0)
            start = torch.cat([own.expand(len(start), -1), start], -1)
            found.append(_thinned(Chain(inner, Symbol(_bare(then))), start, seen, _CHAINED))
    functions = [f for f, p, *_ in found for _ in p]
    parameters = [q for _, p, *_ in found for q in p]
    return Dictionary(functions, parameters, torch.cat([f[2] for f in found]), torch.cat([f[3] for f in found]))


def _bare(row: Primitive) -> Primitive:
    """A row without scale and offset; the straight line keeps its root."""
    return replace(row, free="b" if row.name == "x" else "".join(k for k in row.free if k in "ab"))


def _inside(row: Primitive, x: Tensor, sign: float) -> Tensor:
    """Starts [s, size] of what stands inside a function."""
    if row.name == "x":
        low, high = x.amin(), x.amax()
        roots = low + (high - low) * torch.linspace(-1, 2, 13, dtype=x.dtype)
        return torch.cat([torch.zeros(1, dtype=x.dtype), -roots])[:, None]
    natural = x.new_tensor([[1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]]) if "a" in row.free else x.new_tensor([[1.0, 0.0, 1.0]])
    start = torch.cat([natural, pairs(row, x, sign)])
    if row.periodic:
        waves = frequencies(row, x)
        slow = waves[waves[:, 0] * (x.amax() - x.amin()) < _FASTEST]
        quarter, eighth = (natural.new_tensor([[0.0, torch.pi / n, 0.0]]) for n in (2, 4))
        start = torch.cat([natural[:1], natural[:1] + quarter, slow, slow + eighth])
    columns = [start[:, "ab".index(k)] for k in row.free if k in "ab"]
    return torch.stack(columns, -1) if columns else start[:, :0]


def _thinned(function: Function, start: Tensor, seen: Curves, most: int) -> tuple[Function, Tensor, Tensor, Tensor]:
    """At most so many starts whose values are finite and no two alike up to a scale: with their values and sizes.

    The first two, which are natural, are kept where they can be.
    """
    value = function.evaluate(seen.x.expand(len(start), -1), start, *ends(start)).value
    w = seen.weight / seen.weight.sum()
    size = (value**2 * w).sum(-1)
    sound = torch.isfinite(size) & (size > _TINY)
    start, size = start[sound], size[sound].sqrt()
    value = value[sound] / size[:, None]
    kept: list[int] = []
    far = torch.full((len(start),), torch.inf, dtype=value.dtype)
    while len(kept) < min(most, len(start)):
        i = 0 if not kept else 1 if len(kept) == 1 and far[1] > _ALIKE else int(far.argmax())
        if far[i] <= _ALIKE:
            break
        kept.append(i)
        far = torch.minimum(far, 1 - ((value * w) @ value[i]).abs())
    return function, start[kept], value[kept], size[kept]


def ends(p: Tensor) -> tuple[Tensor, Tensor]:
    """Stand for the range [s] of a node, which functions do not ask for."""
    none = p.new_zeros(len(p))
    return none, none
