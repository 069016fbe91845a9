"""Forms of a table, the best by the bill: subsets behind links, ratios and factors, fitted from cold starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp

from kansr.bill import Bill, bill, bill_of, numbers_bits
from kansr.forms import subset
from kansr.forms.argument import inner, singles
from kansr.forms.dictionary import Entry, dictionary
from kansr.forms.factor import factors
from kansr.forms.fit import Fitted, errors, fitted, is_determined
from kansr.forms.link import LINKS, Link
from kansr.forms.ratio import ratios
from kansr.forms.subset import Space
from kansr.forms.written import free, key, written
from kansr.formula.constants import decimals, substituted
from kansr.noise.model import Array, Noise


_LARGEST = 1000  # whole numbers beyond this are not simple
_FIRST, _LAST = 12, 60  # steps that the constants of a form get at first, and to the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How much is tried: counted, never timed.

    Parameters
    ----------
    entries
        Basis functions in the dictionary.
    terms
        Basis functions in one form.
    beam, branches
        Sets that one more term is added to, and how many such terms for each.
    each
        Forms of one link, kind of noise and number of terms that are fitted with all their constants.
    others
        Further ones, the best of all.
    kept
        Forms that are fitted to the end.
    rows
        Rows on which forms are compared; the constants see all.
    """

    entries: int = 1200
    terms: int = 3
    beam: int = 40
    branches: int = 4
    each: int = 3
    others: int = 60
    kept: int = 40
    rows: int = 300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A form with its constants at their best: its formula, its values [n], its noise and its bill."""

    key: str
    expression: sp.Expr
    values: Array
    noise: Noise
    bill: Bill

    @property
    def bits(self) -> float:
        """The bill in all."""
        return self.bill.total


def never() -> bool:
    """Go on to the end."""
    return False


def forms(
    columns: Mapping[str, Array],
    noises: Sequence[Noise],
    settings: Settings | None = None,
    *,
    over: Callable[[], bool] = never,
) -> list[Candidate]:
    """Give forms of columns [n] by name for a target [n] under each kind of noise, the smallest bill first.

    `noises` hold the target (see `kansr.noise.model.kinds_for`). `over` ends the work with what there is.

    >>> x = np.linspace(1.0, 5.0, 12)
    >>> law = forms({"x": x}, [Noise(kind="absolute", y=3 * x / (2 + x))])[0]
    >>> law.noise.scale(law.values) < 1e-9
    True
    """
    settings = settings or Settings()
    starts = _Starts(columns, settings)
    for noise in noises:
        starts.take(noise, over)
    return _polished(starts, columns, settings, over)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Start:
    """A form before all its constants are fitted."""

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


class _Starts:
    """Collects forms from all rooms, with bills that are those of their starts."""

    def __init__(self, columns: Mapping[str, Array], settings: Settings):
        self.columns, self.settings = columns, settings
        self.places = len(np.unique(np.column_stack(list(columns.values())), axis=0))
        self.found: list[_Start] = []

    def take(self, noise: Noise, over: Callable[[], bool]) -> None:
        """Collect the forms under a kind of noise."""
        y = noise.y
        sign = -1 if (y < 0).all() else 1
        entries = dictionary(self.columns, y, most=self.settings.entries)
        for link in LINKS:
            z = link.behind(sign * y) if link.name else y
            if z is not None and not over():
                self._behind(link, z, sign if link.name else 1, entries, noise)
        self._written(noise, over)

    def _behind(self, link: Link, z: Array, sign: int, entries: list[Entry], noise: Noise) -> None:
        """Collect subsets behind a link, with and without a constant in the sum."""
        used = [e for e in entries if e.smooth or not link.name]
        if not used:
            return
        with np.errstate(all="ignore"):
            weight = np.abs(link.slope(np.abs(noise.y), z)) / noise.deviation(noise.y)
        if not np.isfinite(weight).all() or not (weight > 0).all():
            return
        weight = weight / weight.max()
        table = np.column_stack([e.values for e in used])
        for constant in (True, False):
            self._subsets(link, z, sign, used, table, weight, noise, constant)

    def _subsets(  # noqa: PLR0913, PLR0917
        self,
        link: Link,
        z: Array,
        sign: int,
        used: list[Entry],
        table: Array,
        weight: Array,
        noise: Noise,
        constant: bool,
    ) -> None:
        n, places = len(z), self.places
        price = numbers_bits(max(n, 3), 2) - numbers_bits(max(n, 3), 1)
        cost = np.array([e.bits + price * e.inside + 1.0 for e in used])
        space = Space.of(table, z, weight, cost, intercept=constant, floor=_floor(noise, weight))
        sets, _ = subset.singles(space)
        for terms in range(1, self.settings.terms + 1):
            if terms == 2:
                sets, _ = subset.pairs(space)
            elif terms > 2:
                sets, _ = subset.larger(space, sets[: self.settings.beam], self.settings.branches)
            self._collect(sets.tolist(), link, z, sign, used, table, weight, noise, constant)
            if terms + 1 + constant > places // 2:
                return

    def _collect(  # noqa: PLR0913, PLR0917
        self, sets: list[list[int]], link: Link, z: Array, sign: int, used: list[Entry], table: Array, weight: Array,
        noise: Noise, constant: bool,
    ) -> None:  # fmt: skip
        """Take the best sets of different forms."""
        seen: dict[str, int] = {}
        n = len(z)
        for chosen in sets:
            entries = [used[i] for i in chosen]
            name = key(link, entries, constant, sign)
            count = free(entries, constant)
            if (
                seen.get(name, 0) >= 2
                or count > max(self.places // 2, 2)
                or (name not in seen and len(seen) >= 5 * self.settings.each)
            ):
                continue
            seen[name] = seen.get(name, 0) + 1
            design = np.column_stack([table[:, chosen], *([np.ones(n)] if constant else [])])
            with np.errstate(all="ignore"):
                c, *_ = np.linalg.lstsq(design * weight[:, None], z * weight, rcond=1e-13)
                values = sign * link.apply(design @ c)
            rows = noise.bits(np.asarray(values))
            if not math.isfinite(rows):
                continue
            form = link.bits + sum(e.bits + 1.0 for e in entries) + numbers_bits(n, count, known=not noise.fitted)
            offset = float(c[-1]) if constant else None
            self.found.append(
                _Start(
                    key=name,
                    group=f"{link.name} {noise.kind} {len(chosen)} {constant}",
                    noise=noise,
                    rows=rows,
                    form=form,
                    expression=lambda e=entries, c=c, o=offset: written(link, e, c[: len(e)], o, sign),
                )
            )

    def _written(self, noise: Noise, over: Callable[[], bool]) -> None:
        """Collect ratios and factors: formulas that come written."""
        y, columns = noise.y, self.columns
        arguments = [*singles(columns), *(inner(columns) if len(columns) == 2 else [])]
        for u in arguments:
            for name, expression in ratios(u, noise, most=max(self.places // 2, 3)) if not over() else ():
                self._add(name, "ratio", noise, expression)
        for name, expression in factors(columns, y, most=self.settings.entries) if not over() else ():
            self._add(name, "factor", noise, expression)

    def _add(self, name: str, group: str, noise: Noise, expression: sp.Expr) -> None:
        own = bill(expression, self.columns, noise)
        if math.isfinite(own.total):
            form, group = own.names + own.numbers, f"{group} {noise.kind}"
            self.found.append(
                _Start(key=name, group=group, noise=noise, rows=own.rows, form=form, expression=lambda: expression)
            )


def _floor(noise: Noise, weight: Array) -> float:
    """Give the least mean square in the space behind a link: that of rounding."""
    size = float(np.max(np.abs(noise.y))) or 1.0
    return float((1e-14 * size * weight.max()) ** 2) if noise.kind == "absolute" else 1e-28


def _polished(
    starts: _Starts, columns: Mapping[str, Array], settings: Settings, over: Callable[[], bool]
) -> list[Candidate]:
    """Fit the best starts of each group with all their constants, and the best of these to the end."""
    first = [one for s in _by_group(starts.found, settings) if not over() for one in _fit(s, columns)]
    first.sort(key=lambda one: one[0])
    found: list[Candidate] = []
    for _, start, fit in first[: settings.kept]:
        one = None if over() and found else _candidate(start.key, fit.expression, start.noise, columns)
        found += [] if one is None else [one]
    found += [c for one in sorted(found, key=lambda c: c.bits)[:10] if not over() for c in _with_offset(one, columns)]
    found = _distinct(sorted(found, key=lambda c: c.bits))
    found = [one if over() else _exact(one, columns) for one in found]
    return _distinct(sorted(found, key=lambda c: c.bits))


def _exact(one: Candidate, columns: Mapping[str, Array]) -> Candidate:
    """Put whole numbers and small fractions in the place of constants, the nearest by its error first, while the bill falls."""
    while True:
        fit = fitted(one.expression, columns, one.noise, steps=0)
        plans = [] if fit is None else list(_plans(fit, one.noise))
        tried = (_candidate(one.key, e, one.noise, columns) for e in plans)
        better = next((c for c in tried if c is not None and c.bits < one.bits), None)
        if better is None:
            return one
        one = better


def _plans(fit: Fitted, noise: Noise) -> Iterator[sp.Expr]:
    """Yield a form with one constant made simple, where its error allows: those nearest by their errors first."""
    sigma = errors(fit, noise)
    simple = [_simple(float(v), float(s)) for v, s in zip(fit.constants, sigma, strict=True)]
    far = [(abs(float(v) - float(n)) / s, i) for i, (v, n, s) in enumerate(zip(fit.constants, simple, sigma, strict=True))
           if n is not None]  # fmt: skip
    for _, i in sorted(far):
        numbers = decimals(fit.symbols, fit.constants) | {fit.symbols[i]: simple[i]}
        yield substituted(fit.template, numbers)


def _simple(value: float, error: float) -> sp.Rational | None:
    """Give the plainest number, whole or a small fraction, within two standard errors of a constant that is known at all."""
    if not error < abs(value) / 3:
        return None
    for parts in (1, 2, 3, 4):
        nearest = round(value * parts)
        if nearest and abs(value - nearest / parts) <= 2 * error and abs(nearest) <= _LARGEST:
            return sp.Rational(nearest, parts)
    return None


def _by_group(found: Iterable[_Start], settings: Settings) -> Iterator[_Start]:
    """Yield the best starts of each group, and the best ones of all."""
    groups: dict[str, int] = {}
    others = settings.others
    for start in sorted(found, key=lambda s: s.bits):
        groups[start.group] = groups.get(start.group, 0) + 1
        if groups[start.group] <= settings.each:
            yield start
        elif others:
            others -= 1
            yield start


def _fit(start: _Start, columns: Mapping[str, Array]) -> Iterator[tuple[float, _Start, Fitted]]:
    fit = fitted(start.expression(), columns, start.noise, steps=_FIRST)
    if fit is not None and math.isfinite(rows := start.noise.bits(fit.values)):
        yield rows + start.form, start, fit


def _candidate(name: str, start: sp.Expr, noise: Noise, columns: Mapping[str, Array]) -> Candidate | None:
    fit = fitted(start, columns, noise, steps=_LAST)
    if fit is None:
        return None
    expression = fit.expression
    own = bill_of(expression, fit.values, fit.slopes, fit.constants, noise, columns=len(columns))
    if not math.isfinite(own.total) or not is_determined(fit, noise):
        return None
    return Candidate(key=name, expression=expression, values=fit.values, noise=noise, bill=own)


def _with_offset(one: Candidate, columns: Mapping[str, Array]) -> Iterator[Candidate]:
    """Yield a form that has no constant of its own with one added, if that is worth it."""
    if one.expression.is_Add or len(one.noise.y) < 6:
        return
    start = sp.Float(1e-3 * float(np.std(one.noise.y)) or 1e-3)
    more = _candidate(f"{one.key} + c", one.expression + start, one.noise, columns)
    if more is not None and more.bits < one.bits:
        yield more


def _distinct(found: Iterable[Candidate]) -> list[Candidate]:
    """Keep of forms with the same values the one with the smaller bill; those come sorted."""
    kept: list[Candidate] = []
    seen: set[bytes] = set()
    for one in found:
        size = float(np.max(np.abs(one.values))) or 1.0
        mark = np.round(one.values / size, 5).tobytes() + one.noise.kind.encode()
        if mark not in seen:
            seen.add(mark)
            kept.append(one)
    return kept
