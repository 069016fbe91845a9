"""Features that are functions of each other: their sum is constant, one is a line of another, a product or a ratio.

Two columns are compared to the digits that they are written with: a number may be off by half of its last one. Formulas
in such features can be written in several ways, and the rows cannot tell which is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from kansr.table.check import is_constant
from kansr.table.names import listed
from kansr.table.table import Floats, Table, TableWarning

_COLUMNS = 15  # that are compared; the number of pairs and triples grows fast
_ROWS = 300  # that are looked at first, and whose digits are counted
_LEAST = 5  # rows and different values below which anything fits
_SHARP = 2e-3  # half of the last digit as a share of the spread, above which columns agree by chance
_LARGE = 1e70  # size of numbers beyond which columns are not compared
_TERMS = 5  # of a sum
_LUCK = -8  # power of ten of the chance above which columns sum to a constant by rounding
_EPS = 8 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Digits:
    """A column [rows] and by how much each number may be off [rows]."""

    name: str
    values: Floats
    off: Floats


def related(table: Table) -> Iterator[TableWarning]:
    """Yield a warning for each relation between features; what follows from one that was said is left out.

    >>> s, i = np.linspace(0.9, 0.2, 20).round(4), np.linspace(0.05, 0.3, 20).round(4) ** 2
    >>> x = np.column_stack([s, i, 1 - s - i])
    >>> table = Table(features=("S", "I", "R"), target="y", x=x, y=s * i, source="<frame>", sha256="")
    >>> [str(warning).partition(":")[0] for warning in related(table)]
    ['features S, I, R sum to 1 in every row']
    """
    count = min(len(table.features), _COLUMNS)
    if len(table) < _LEAST or count < 2:
        return
    names = (*table.features[:count], table.target)
    every = {name: one for name, one in zip(names, (*table.x.T[:count], table.y), strict=True) if _is_moderate(one)}
    step = max(1, len(table) // _ROWS)
    told: list[frozenset[str]] = []
    for found, message in _relations({name: values[::step] for name, values in every.items()}, table):
        known = any(len(found & other) > 1 and (found <= other or other <= found) for other in told)
        if not known and found in dict(_relations({name: every[name] for name in names if name in found}, table)):
            told.append(found)
            yield TableWarning(kind="related", column=next(name for name in names if name in found), message=message)


def _is_moderate(values: Floats) -> bool:
    """Whether products of columns, and their squares, are numbers that float64 holds."""
    size = np.abs(values[values != 0])
    return bool(size.size and size.max() < _LARGE and size.min() > 1 / _LARGE)


_SO = "formulas can be written in several ways; -x names those that are meant"
_FIRST = "a fit finds that before any other law; -x leaves one of them out"

Relation = tuple[frozenset[str], str]


def _relations(every: Mapping[str, Floats], table: Table) -> Iterator[Relation]:
    """Yield what holds between features, and sums with the target where other features are left beside them."""
    columns = [_digits(name, values) for name, values in every.items()]
    features = [one for one in columns if one.name != table.target]
    for terms, value in _sums(columns):
        names = [one.name for one in terms if one.name != table.target]
        if len(names) == len(terms):
            yield frozenset(names), f"features {listed(names)} sum to {value:.6g} in every row: {_SO}"
        elif 2 <= len(names) < len(table.features):
            message = f'target "{table.target}" and features {listed(names)} sum to {value:.6g} in every row: {_FIRST}'
            yield frozenset((*names, table.target)), message
    yield from ((names, f"{message}: {_SO}") for names, message in (*_lines(features), *_products(features)))


def _digits(name: str, values: Floats) -> _Digits:
    """Tell the digits of a column from those of its first rows: as many behind the point, or as many in all."""
    if (values == np.floor(values)).all():
        return _Digits(name=name, values=values, off=_EPS * np.abs(values))  # whole numbers are counts: exact
    behind, in_all = zip(*map(_count, map(repr, np.abs(values[:_ROWS]).tolist())), strict=True)
    with np.errstate(divide="ignore"):
        size = np.where(values == 0, -np.inf, np.floor(np.log10(np.abs(values))))
    last = np.maximum(size + 1 - max(in_all), -float(max(behind)))
    return _Digits(name=name, values=values, off=0.5 * 10.0 ** np.maximum(last, -300.0) + _EPS * np.abs(values))


def _count(text: str) -> tuple[int, int]:
    """Count the digits of a number behind the point, and those in all that tell something.

    >>> _count("0.0125"), _count("1e-05"), _count("120.0")
    ((4, 3), (5, 1), (0, 3))
    """
    mantissa, _, power = text.partition("e")
    whole, _, part = mantissa.partition(".")
    part = part.rstrip("0")
    behind = max(0, len(part) - int(power or 0))
    return behind, max(1, len((whole + part).lstrip("0")))


def _is_sharp(off: Floats, values: Floats) -> bool:
    """Whether numbers are written finely enough for their agreement to say something."""
    return bool(np.median(off) <= _SHARP * np.std(values))


def _sums(columns: Sequence[_Digits]) -> Iterator[tuple[tuple[_Digits, ...], float]]:
    """Find columns whose sum is the same in all rows, and tell it."""
    varied = [one for one in columns if not is_constant(one.values)]
    spreads = {one.name: float(np.std(one.values)) for one in varied}
    for terms in (n for size in range(2, min(_TERMS, len(varied)) + 1) for n in combinations(varied, size)):
        total, off = np.sum([one.values for one in terms], axis=0), np.sum([one.off for one in terms], axis=0)
        value = float(np.median(total))
        if np.all(np.abs(total - value) <= 1.5 * off):
            sure = np.median(off) / min(spreads[one.name] for one in terms)
            if float(np.log10(np.clip(sure, 1e-6, 1.0))) * len(total) <= _LUCK:
                yield terms, value + 0.0


def _lines(columns: list[_Digits]) -> Iterator[tuple[frozenset[str], str]]:
    """Find columns that are a multiple, or a straight line, of another."""
    for one, other in combinations(columns, 2):
        if len(np.unique(one.values)) < _LEAST or len(np.unique(other.values)) < _LEAST:
            continue
        slope = float(np.std(other.values) / np.std(one.values))
        centred, against = one.values - one.values.mean(), other.values - other.values.mean()
        slope = float(centred @ against / (centred @ centred)) if np.isfinite(slope) else 0.0
        off = _allowed(one, other, slope)
        if slope and np.all(np.abs(against - slope * centred) <= off):
            rest = float(other.values.mean() - slope * one.values.mean())
            multiple = abs(rest) <= float(np.median(off))
            yield (
                frozenset((one.name, other.name)),
                f'feature "{other.name}" is {slope:.6g} times "{one.name}"{"" if multiple else f" and {rest:.6g}"}',
            )


def _allowed(one: _Digits, other: _Digits, slope: float) -> Floats:
    """Give by how much two columns [rows] may miss a line: half of their last digits, where those tell something."""
    off = other.off + abs(slope) * one.off
    exact = _EPS * (np.abs(other.values) + abs(slope) * np.abs(one.values)).max()
    return np.asarray(2 * off if _is_sharp(off, other.values) else np.full(len(off), exact))


def _products(columns: list[_Digits]) -> Iterator[tuple[frozenset[str], str]]:
    """Find columns that are the product of two others, but for a factor; a ratio is one of them turned round."""
    usable = [one for one in columns if (one.values != 0).all() and len(np.unique(one.values)) >= _LEAST]
    relative = {one.name: one.off / np.abs(one.values) for one in usable}
    for a, b in combinations(usable, 2):
        product, apart = a.values * b.values, relative[a.name] + relative[b.name]
        for c in (one for one in usable if one not in (a, b)):
            ratio, off = c.values / product, apart + relative[c.name]
            low, high = (
                float(end) for end in (np.max(ratio - np.abs(ratio) * off), np.min(ratio + np.abs(ratio) * off))
            )
            if low <= high and _is_sharp(off * np.abs(c.values), c.values):
                yield frozenset((a.name, b.name, c.name)), _product(a.name, b.name, c.name, (low + high) / 2)


def _product(a: str, b: str, c: str, factor: float) -> str:
    """Say which column is the product of which, with the factor where there is one."""
    times = "" if abs(factor - 1) < 1e-3 else f" times {factor:.4g}"
    return f'feature "{c}" is "{a}" times "{b}"{times}'
