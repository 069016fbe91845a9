"""Index laws: a monomial of the columns times a curve of one index, y = x^p ... F(u), whatever F is.

Sorted by u, rows beside each other share F: what a row's logarithm is off the line between its neighbours holds no F,
and the exponents p come from a small linear least squares (partially linear regression by differencing: Yatchew,
Economics Letters 57, 1997; the line in the place of one neighbour leaves F out to its second order). What that leaves
tells whether u is right. Then y over the monomial is a curve of one column, and the forms of one column name it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.forms.differences import Sized, are_real, grams, left_of, sized_of, without_index
from kansr.forms.part import Part
from kansr.forms.search import Candidate, fitted_form, forms, is_exact, never
from kansr.forms.settings import Settings
from kansr.noise.model import Array, Noise

_SCREENED, _FACTORS = 300, 120  # rows on which all indices are compared, and all with each part as a factor
_ROWS = 2000  # rows that tell the best of them apart
_INDICES, _BESIDE, _INSIDE = 800, 120, 250  # indices of columns that are compared, with a part as a factor, around one
_TWICE = 4  # columns up to which 2 is an exponent of an index from the start
_STEPS = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)  # exponents in an index that are tried in the place of one
_CLOSELY, _BEST = 12, 2  # indices that are looked at on all rows, and whose curves are named
_EXPLAINED, _GAIN = 0.9, 30.0  # share of what monomials leave that a curve may leave, and bits that it has to save
_CLEAN = 1e-3  # share of the spread that the best index leaves where the rows have no noise
_CURVE, _GATHERED, _NAMED = 150, 500, 4  # points of a curve without noise and with it; names of it that are fitted
_FAR = 3.0  # standard errors that an exponent may be from a simple one
_NEAR = 2e-3  # and so far in any case: what differences leave of F is no noise
_LARGEST = 8.0  # exponents beyond this are chance
_BITS, _PART = 2.0, 12.0  # bits of a column in an index; of a part, of which there are up to a few hundred, in a law
_PLAIN = Settings(exact=True, entries=500, terms=2, others=12, kept=8, simple=2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Index:
    """An index u of some parts, its exponents q [k], and the bits of what it leaves."""

    chosen: tuple[int, ...]
    powers: tuple[float, ...]
    left: float
    bits: float


def index_laws(
    columns: Mapping[str, Array], noise: Noise, *, over: Callable[[], bool] = never, find: Settings = _PLAIN
) -> list[Candidate]:
    """Give index laws of columns [n] by name under a kind of noise, the smallest bill first; none where there is none.

    A law that leaves nothing but rounding ends the search. `over` ends it with what there is; `find` says how much is
    tried for a curve.

    >>> rng = np.random.default_rng(0)
    >>> a, b, c = rng.uniform(1.0, 3.0, (3, 200))
    >>> law = index_laws({"a": a, "b": b, "c": c}, Noise(kind="absolute", y=a**1.5 / (np.exp(b / c) + 0.7)))[0]
    >>> law.noise.scale(law.values) < 1e-9
    True
    """
    sized = sized_of(columns, noise)
    if sized is None:
        return []
    found: list[Candidate] = []
    for index in _indices_of(sized):
        if over():
            break
        found += _laws(sized.only(index.chosen), index, columns, noise, find)
        if any(map(is_exact, found)):
            break
    return sorted(found, key=lambda one: one.bits)


def _indices_of(sized: Sized) -> list[_Index]:
    """Give the best indices: of columns alone, where one of these leaves all but nothing, else with parts beside."""
    found = _of_columns(sized)
    if not any(_is_clean(one, sized) for one in found):
        found = sorted([*found, *_with_parts(sized)], key=lambda one: one.bits)
    return found[:_BEST]


def _is_clean(index: _Index, sized: Sized) -> bool:
    """Whether an index leaves no more than the bend of F between neighbours: the further apart, the more that is."""
    return math.sqrt(index.left) < _CLEAN * max(1.0, _ROWS / len(sized.target)) * min(1.0, sized.spread)


def _grid(width: int, *, least: int, twice: bool = True) -> Array:
    """Give indices of so many columns [d, width] of at least some, one of each pair u and 1/u, the shortest first.

    Exponents are 1 and -1, of few columns also 2 and -2.
    """
    sizes = (1.0, -1.0, 2.0, -2.0) if twice and width <= _TWICE else (1.0, -1.0)
    every = [
        (sum(map(abs, powers)), some, powers)
        for count in range(least, width + 1)
        for some in combinations(range(width), count)
        for powers in islice(product(sizes, repeat=count), 4 * _INDICES)
        if not least or (powers[0] > 0 and (_plain(np.array(powers)) == powers).all())
    ]
    every = sorted(every, key=lambda one: one[0])[:_INDICES]
    found = np.zeros((len(every), width))
    for row, (_, some, powers) in zip(found, every, strict=True):
        row[list(some)] = powers
    return found


def _of_columns(sized: Sized) -> list[_Index]:
    """Give the best indices of columns alone, and of those with one part as a further factor."""
    ones = [i for i, one in enumerate(sized.parts) if one.is_column]
    few = sized.only(ones).head(_SCREENED)
    every = list(range(len(ones)))
    grid = np.concatenate([_grid(len(ones), least=1), _bent(sized.only(ones).head(_ROWS))])
    found = list(_indices(few, grid, every))
    return _closely(sized, found, ones)


def _bent(sized: Sized) -> Array:
    """Give the indices [d, k] along which the logarithm of y is bent: q is the one direction in which F is.

    They are told from a parabola in all logarithms (principal Hessian directions: Li, Journal of the American
    Statistical Association 87, 1992), so that indices of many columns need no grid.
    """
    k = sized.logs.shape[1]
    i, j = np.triu_indices(k)
    if len(sized.target) < 2 * (len(i) + k + 1):
        return np.zeros((0, k))
    x, weight = sized.logs - sized.logs.mean(0), 1 / np.sqrt(sized.variance)
    design = np.column_stack([x[:, i] * x[:, j], x, np.ones(len(x))]) * weight[:, None]
    c, *_ = np.linalg.lstsq(design, sized.target * weight, rcond=1e-10)
    bend = np.zeros((k, k))
    bend[i, j] = c[: len(i)] / 2
    size, directions = np.linalg.eigh(bend + bend.T)
    main = directions[:, int(np.argmax(np.abs(size)))]
    units = np.sort(np.abs(main))[::-1][: max(k - 1, 1)]
    found = np.array([_plain(np.round(main / unit)) for unit in units if unit > 0]).reshape(-1, k)
    return np.asarray(found[(found != 0).any(1) & (np.abs(found) <= max(_STEPS)).all(1)])


def _with_parts(sized: Sized) -> list[_Index]:
    """Give the best indices of columns with one part beside them, as a factor or in the index."""
    ones = [i for i, one in enumerate(sized.parts) if one.is_column]
    parts = [i for i, one in enumerate(sized.parts) if not one.is_column]
    few = sized.head(_SCREENED)
    base = few.only(ones)
    found = [
        _Index(chosen=(*range(len(ones)), parts[o]), powers=(*q, 0.0), left=left, bits=bits)
        for q, o, left, bits in _beside(
            base.head(_FACTORS), _grid(len(ones), least=1)[:_BESIDE], few.logs[:_FACTORS, parts]
        )
    ]
    for part in parts:
        free = [i for i in ones if sized.parts[i].names.isdisjoint(sized.parts[part].names)]
        grid = _grid(len(free), least=0, twice=False)[:_INSIDE]
        q = np.zeros((len(grid), len(ones) + 1))
        q[:, free], q[:, -1] = grid, 1.0
        found += list(_indices(few.only([*ones, part]), q, [*ones, part]))
    return _closely(sized, found, ones)


def _bits(left: Array | float, q: Array, rows: int) -> Array:
    size = np.where(q % 1 == 0, np.abs(q), 2 * np.abs(q) + 1)
    return np.asarray(rows / 2 * np.log2(left) + (_BITS * (q != 0) + np.log2(1 + size)).sum(-1))


def _indices(sized: Sized, q: Array, chosen: Sequence[int]) -> Iterator[_Index]:
    """Yield the best of some indices."""
    q = q[are_real(sized, q)]
    rows, rest = len(sized.target), np.column_stack([sized.target, sized.logs])
    if not len(q):
        return
    left = np.concatenate([left_of(g, w, sized.logs.shape[1], rows)[:, 0] for g, w in grams(sized, q, rest)])
    bits = _bits(left, q, rows) + _PART * any(not one.is_column for one in sized.parts)
    for i in np.argsort(bits, kind="stable")[:_CLOSELY].tolist():
        yield _Index(chosen=tuple(chosen), powers=tuple(q[i].tolist()), left=float(left[i]), bits=float(bits[i]))


def _beside(sized: Sized, q: Array, others: Array) -> list[tuple[tuple[float, ...], int, float, float]]:
    """Give the best indices with one of the other columns [n, m] as a factor."""
    q = q[are_real(sized, q)]
    rows, rest = len(sized.target), np.column_stack([sized.target, sized.logs, others])
    if not len(q) or not others.shape[1]:
        return []
    left = np.concatenate([left_of(g, w, sized.logs.shape[1], rows)[:, 1:] for g, w in grams(sized, q, rest)])
    bits = _bits(left, q[:, None], rows) + _PART
    best = np.argsort(bits, axis=None, kind="stable")[: 2 * _CLOSELY]
    at = [np.unravel_index(i, bits.shape) for i in best]
    return [(tuple(q[d].tolist()), int(o), float(left[d, o]), float(bits[d, o])) for d, o in at]


def _closely(sized: Sized, found: Sequence[_Index], ones: Sequence[int]) -> list[_Index]:
    """Give the few best indices on more rows, each of their exponents changed while that leaves less."""
    few, rows = sized.head(_SCREENED), sized.head(_ROWS)
    begun = sorted(found, key=lambda i: i.bits)[:_CLOSELY]
    best = [next(_indices(few.only(i.chosen), np.array([i.powers]), i.chosen), i) for i in begun]
    climbed = sorted((_climbed(few.only(i.chosen), i) for i in best), key=lambda i: i.bits)
    unique = {(i.chosen, i.powers): i for i in reversed(climbed)}
    again = [one for i in unique.values() for one in _indices(rows.only(i.chosen), np.array([i.powers]), i.chosen)]
    least, n = without_index(rows.only(ones)), len(rows.target)
    worth = min(_EXPLAINED, 2.0 ** (-2 * _GAIN / n)) * least
    return sorted((i for i in again if i.left < worth), key=lambda i: i.bits)[:_BEST]


def _climbed(sized: Sized, index: _Index) -> _Index:
    """Change one exponent after the other while that leaves less."""
    while True:
        q = np.array(index.powers)
        near = np.array([_plain(_changed(q, i, p)) for i in range(len(q)) for p in _STEPS if p != q[i]])
        better = next(_indices(sized, near[(near != 0).any(1)], index.chosen), index)
        if better.bits >= index.bits:
            return index
        index = better


def _plain(q: Array) -> Array:
    """Give an index with its first exponent above 0, and the smallest one 1 where all are multiples of it."""
    used = q[q != 0]
    if not len(used):
        return q
    unit = float(np.abs(used).min()) * float(np.sign(used[0]))
    return q / unit if (used % unit == 0).all() else q * float(np.sign(used[0]))


def _changed(q: Array, i: int, power: float) -> Array:
    new = q.copy()
    new[i] = power
    return new


def _laws(sized: Sized, index: _Index, columns: Mapping[str, Array], noise: Noise, find: Settings) -> list[Candidate]:
    """Give laws of an index: its curve is named, and all constants are fitted to the target together."""
    found: list[Candidate] = []
    for settings, p, q in _tries(sized, index, find):
        front, inside = _monomial(sized.parts, p), _monomial(sized.parts, q)
        if front is None or inside is None:
            continue
        clean = _is_clean(index, sized)
        for name, curve in _curves(front[0], inside[0], noise, settings, clean=clean):
            expr = front[1] * curve.xreplace({_U: inside[1]})
            found += fitted_form(f"index {name} of {inside[1]}", expr, noise, columns)
            if any(map(is_exact, found)):
                return found
    return found


def _tries(sized: Sized, index: _Index, find: Settings) -> Iterator[tuple[Settings, Array, Array]]:
    """Yield settings, exponents of the factors and of the index, u or 1/u: what takes the least time for all first."""
    q = np.array(index.powers)
    gauges = 2 if _is_clean(index, sized) else 1  # under noise a curve is as well named with u beside it
    every = list(islice(_exponents(sized.head(_ROWS), q), gauges))
    for p in every:
        yield replace(find, entries=0), p, q
        yield replace(find, entries=0), p, -q
    for p in every[:1]:
        yield find, p, q
        if gauges > 1:
            yield find, p, -q


_U = sp.Symbol("u", real=True)


def _exponents(sized: Sized, q: Array) -> Iterator[Array]:
    """Yield exponents of the factors, simple where their errors allow: u's own power is F's, so one of u has none."""
    rest = np.column_stack([sized.target, sized.logs])
    ((gram, _),) = grams(sized, q[None], rest)
    first = int(np.argmax(np.abs(q)))
    free = [i for i in range(len(q)) if i != first]
    xx = gram[0][1:, 1:][np.ix_(free, free)]
    inverse = np.linalg.pinv(xx, rcond=1e-12, hermitian=True)
    p, error = np.zeros(len(q)), np.zeros(len(q))
    p[free] = inverse @ gram[0][1:, 0][free]
    square = max(float(gram[0][0, 0] - p[free] @ gram[0][1:, 0][free]), 0.0) / max(len(sized.target) - len(q), 1)
    error[free] = np.sqrt(np.maximum(np.diag(inverse), 0.0) * square)
    if np.abs(p).max() > _LARGEST:
        return
    p = _simple(p, error, np.asarray((sized.signs < 0).any(0)))
    gauges = [p - p[i] / q[i] * q for i in np.flatnonzero(q)]
    unique = {tuple((np.round(g, 9) + 0.0).tolist()): g for g in gauges}
    yield from map(np.array, sorted(unique, key=lambda g: (sum(map(abs, g)), g)))


def _simple(p: Array, error: Array, mixed: NDArray[np.bool_]) -> Array:
    """Give exponents as halves or thirds where their errors allow, as whole ones for columns of both signs."""
    found = p.copy()
    for i, value in enumerate(p.tolist()):
        for parts in (1,) if mixed[i] else (1, 2, 3):
            nearest = round(value * parts) / parts
            if abs(value - nearest) <= max(_FAR * error[i], _NEAR):
                found[i] = nearest
                break
    return found


def _monomial(parts: Sequence[Part], powers: Array) -> tuple[Array, sp.Expr] | None:
    """Give the values and the formula of a monomial of parts, None where it has no values."""
    with np.errstate(all="ignore"):
        values = np.prod([one.values ** float(p) for one, p in zip(parts, powers, strict=True) if p], axis=0)
    expr = sp.Mul(*(one.expression ** _number(float(p)) for one, p in zip(parts, powers, strict=True) if p))
    return (np.broadcast_to(values, parts[0].values.shape), expr) if not np.isnan(values).any() else None


def _number(power: float) -> sp.Expr:
    for parts in (1, 2, 3):
        if abs(power * parts - round(power * parts)) < 1e-9:
            return sp.Rational(round(power * parts), parts)
    return sp.Float(power)


def _curves(front: Array, u: Array, noise: Noise, find: Settings, *, clean: bool) -> Iterator[tuple[str, sp.Expr]]:
    """Yield the names and formulas of the curve that y over a monomial is."""
    with np.errstate(all="ignore"):
        v, sigma = noise.y / front, noise.spread_of_rows() / np.abs(front)
    used = np.isfinite(v) & np.isfinite(u) & (sigma > 0) & np.isfinite(sigma)
    u, v, sigma = u[used], v[used], sigma[used]
    if len(v) < 5 or np.ptp(u) == 0:
        return
    if len(v) > _CURVE:
        u, v, sigma = (a[:_CURVE] for a in (u, v, sigma)) if clean else _gathered(u, v, sigma)
    sigma = np.maximum(sigma, 1e-9 * sigma.max())
    for one in forms({"u": u}, [Noise(kind="weights", y=v, sigma=sigma / np.median(sigma))], find)[:_NAMED]:
        yield one.key, one.expression


def _gathered(u: Array, v: Array, sigma: Array) -> tuple[Array, Array, Array]:
    """Give weighted means of rows beside each other along u: under noise they say more than some of the rows."""
    order = np.argsort(u, kind="stable")
    weight = sigma[order] ** -2.0
    at = np.linspace(0, len(u), min(_GATHERED, len(u)) + 1).astype(int)[:-1]
    total = np.add.reduceat(weight, at)
    means = [np.add.reduceat(weight * a[order], at) / total for a in (u, v)]
    return means[0], means[1], total**-0.5
