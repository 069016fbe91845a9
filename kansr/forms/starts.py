"""Forms before all their constants are fitted: subsets of the dictionary behind links, ratios, and factors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import numpy as np
import sympy as sp

from kansr.bill import bill, numbers_bits
from kansr.forms import subset
from kansr.forms.argument import inner, singles
from kansr.forms.dictionary import Entry, dictionary, waves
from kansr.forms.factor import factors
from kansr.forms.link import LINKS, Link
from kansr.forms.ratio import ratios
from kansr.forms.relation import relations
from kansr.forms.scaled import scaled
from kansr.forms.settings import Settings
from kansr.forms.subset import Sets, Space
from kansr.forms.written import free, key, written
from kansr.noise.model import Array, Noise

_TWICE = 2  # starts of one form that are kept: the constants inside may begin in two places
_EACH = 5  # forms of a group that are collected, for each that is fitted
_ROUNDING = 1e-10  # share of the spread of the target that is rounding
_THREE = 3  # terms of which all sets of the plainest entries are compared, too
_ENTRIES = 1200  # monomials in factors, at most, where no entries are asked for
_EFFORT = 5e8  # multiplications that relations may take: those of a fifth of a second
_TERM = 1.0  # bits of the product and the sum that a term brings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Start:
    """A form to begin with.

    Parameters
    ----------
    key, group
        Its name without its constants; what it is compared within: its link, noise and number of terms.
    noise
        The kind of noise that it is fitted under.
    rows, form
        Bits of the rows beside it as it stands, and of the form itself.
    expression
        Gives the form, its constants as decimals.
    """

    key: str
    group: str
    noise: Noise
    rows: float
    form: float
    expression: Callable[[], sp.Expr]

    @property
    def bits(self) -> float:
        """The bill as it stands."""
        return self.rows + self.form


def starts(
    columns: Mapping[str, Array], noise: Noise, settings: Settings, over: Callable[[], bool]
) -> Iterator[list[Start]]:
    """Yield forms of columns [n] by name under a kind of noise, those together that are found together.

    What takes the least time comes first; it ends where it is over.
    """
    for group in _groups(columns, noise, settings):
        found = []
        for start in group:
            if over():
                break
            found.append(start)
        yield found
        if over():
            return


def _groups(columns: Mapping[str, Array], noise: Noise, settings: Settings) -> Iterator[Iterator[Start]]:
    """Yield ways to find forms, those that take the least time first."""
    y, places = noise.y, len(np.unique(np.column_stack(list(columns.values())), axis=0))
    yield _written(factors(columns, y, most=settings.entries or _ENTRIES), "factor", columns, noise)
    if settings.exact:
        yield _written(relations(columns, y, effort=_EFFORT), "relation", columns, noise)
    if len(columns) == 1:
        yield _written(chain.from_iterable(scaled(u, noise) for u in singles(columns)), "scaled", columns, noise)
    arguments = [*singles(columns), *(inner(columns) if len(columns) == 2 else [])]
    every = chain.from_iterable(ratios(u, noise, most=max(places // 2, 3)) for u in arguments)
    yield _written(every, "ratio", columns, noise)
    if not settings.entries:
        return
    sign = -1 if (y < 0).all() else 1
    entries = dictionary(columns, y, most=settings.entries)
    few = replace(settings, terms=min(settings.terms, _THREE - 1))
    for own in (few, settings) if settings.exact and settings.terms >= _THREE else (settings,):
        for link in LINKS:
            turned = sign if link.name else 1
            behind = _behind(link, turned, entries, columns, y)
            yield _linked(link, turned, behind, noise, own, most=max(places // 2, 2))


def _behind(link: Link, sign: int, entries: list[Entry], columns: Mapping[str, Array], y: Array) -> list[Entry]:
    """Give the entries behind a link: the smooth ones, and waves of the frequencies that the target shows there."""
    z = link.behind(sign * y) if link.name else None
    return entries if z is None else [*(e for e in entries if e.smooth), *waves(columns, z)]


def _linked(
    link: Link, sign: int, entries: list[Entry], noise: Noise, settings: Settings, *, most: int
) -> Iterator[Start]:
    """Yield the best sets of entries behind a link, with a constant beside them and without."""
    for constant in (True, False):
        behind = _Behind.of(link, sign, entries, noise, constant=constant)
        if behind is not None:
            yield from _subsets(behind, settings, most)


def _written(
    made: Iterator[tuple[str, sp.Expr]], group: str, columns: Mapping[str, Array], noise: Noise
) -> Iterator[Start]:
    """Yield formulas that come written, with their bills."""
    for name, expr in made:
        yield from _whole(name, group, expr, columns, noise)


def exact_bits(noise: Noise) -> float:
    """Give the bits of rows that are met to rounding."""
    size = float(np.std(noise.y)) or float(np.max(np.abs(noise.y))) or 1.0
    least = (noise.floor() + _ROUNDING * size) / max(noise.scale(noise.y + size), 1e-300)
    return noise.bits(noise.y + size) + len(noise.y) * math.log2(least) if noise.fitted else -math.inf


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Behind:
    """What stands behind a link: its target [n], the weight of each row [n], the entries and their table [n, k]."""

    link: Link
    sign: int
    target: Array
    weight: Array
    entries: list[Entry]
    table: Array
    noise: Noise
    constant: bool

    @classmethod
    def of(cls, link: Link, sign: int, entries: list[Entry], noise: Noise, *, constant: bool) -> _Behind | None:
        """Go behind a link, if targets and weights have a place there."""
        z = link.behind(sign * noise.y)
        if z is None or not entries:
            return None
        with np.errstate(all="ignore"):
            weight = np.abs(link.slope(np.abs(noise.y), z)) / noise.spread_of_rows()
        if not np.isfinite(weight).all() or not (weight > 0).all():
            return None
        table = np.column_stack([e.values for e in entries])
        return cls(
            link=link, sign=sign, target=z, weight=weight / weight.max(), entries=entries, table=table, noise=noise,
            constant=constant,
        )  # fmt: skip

    def space(self) -> Space:
        """Give the least squares of this link, each entry at its price."""
        rows = max(len(self.target), 3)
        inside = numbers_bits(rows, 2) - numbers_bits(rows, 1)
        cost = np.array([e.bits + inside * e.inside + _TERM for e in self.entries])
        return Space.of(self.table, self.target, self.weight, cost, intercept=self.constant)

    def factors(self, chosen: list[int]) -> tuple[Array, Array]:
        """Give the best factors of some entries, the constant last, and the values [n] of the target."""
        ones = [np.ones(len(self.target))] if self.constant else []
        design = np.column_stack([self.table[:, chosen], *ones])
        with np.errstate(all="ignore"):
            c, *_ = np.linalg.lstsq(design * self.weight[:, None], self.target * self.weight, rcond=1e-13)
            values = np.asarray(self.sign * self.link.apply(design @ c))
        return np.asarray(c, dtype=float), values


def _subsets(behind: _Behind, settings: Settings, most: int) -> Iterator[Start]:
    """Yield the best sets of entries behind a link, with at most so many constants."""
    space = behind.space()
    sets, _ = subset.singles(space)
    for terms in range(1, settings.terms + 1):
        if terms == 2:
            sets, _ = subset.pairs(space)
        elif terms > 2:
            sets, bits = subset.larger(space, sets[: settings.beam], settings.branches)
        if terms == _THREE:
            more, others = subset.triples(space, settings.plain)
            sets = np.concatenate([sets, more])[np.argsort(np.concatenate([bits, others]), kind="stable")]
        yield from _kept(behind, sets, _EACH * settings.each, most)
        if terms + 1 + behind.constant > most:
            return


def _kept(behind: _Behind, sets: Sets, forms: int, most: int) -> Iterator[Start]:
    """Yield the best sets of so many different forms."""
    seen: dict[str, int] = {}
    for chosen in sets.tolist():
        entries = [behind.entries[i] for i in chosen]
        name = key(behind.link, entries, behind.constant, behind.sign)
        known = seen.get(name, 0)
        if known < _TWICE and free(entries, behind.constant) <= most and (known or len(seen) < forms):
            seen[name] = known + 1
            yield from _started(behind, name, chosen, entries)


def _started(behind: _Behind, name: str, chosen: list[int], entries: list[Entry]) -> Iterator[Start]:
    factors_, values = behind.factors(chosen)
    noise, constant = behind.noise, behind.constant
    rows, count = noise.bits(values), free(entries, constant)
    if math.isfinite(rows):
        form = behind.link.bits + sum(e.bits + _TERM for e in entries)
        offset = float(factors_[-1]) if constant else None
        yield Start(
            key=name,
            group=f"{behind.link.name} {noise.kind} {len(chosen)} {constant}",
            noise=noise,
            rows=rows,
            form=form + numbers_bits(len(values), count, known=not noise.fitted),
            expression=partial(written, behind.link, entries, factors_[: len(entries)], offset, behind.sign),
        )


def _whole(name: str, group: str, expr: sp.Expr, columns: Mapping[str, Array], noise: Noise) -> Iterator[Start]:
    """Yield a formula that came written, if it has values."""
    own = bill(expr, columns, noise)
    if math.isfinite(own.total):
        yield Start(
            key=name, group=f"{group} {noise.kind}", noise=noise, rows=own.rows, form=own.names + own.numbers,
            expression=partial(_same, expr),
        )  # fmt: skip


def _same(expr: sp.Expr) -> sp.Expr:
    return expr
