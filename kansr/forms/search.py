"""Forms of a table, the best by the bill: collected, fitted from cold starts, and their numbers made simple."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import sympy as sp

from kansr.bill import Bill, bill_of
from kansr.forms.exact import plans
from kansr.forms.fit import Fitted, fitted, is_determined, vaguest
from kansr.forms.settings import Settings
from kansr.forms.starts import Start, exact_bits, starts
from kansr.formula.constants import decimals, substituted
from kansr.formula.seen import as_seen
from kansr.noise.model import Array, Noise

_FIRST, _LAST = 12, 60  # steps that the constants of a form get at first, and to the end
_OFFSET = 10  # of the best forms to which a constant is added
_ALIKE = 5  # digits in which the values of two forms agree that count as one


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
    every = chain.from_iterable(starts(columns, noise, settings, over) for noise in noises)
    first = _first(every, columns, settings, over)
    found: list[Candidate] = []
    for _, start, fit in [*first[: settings.kept], *_of_each_size(first[settings.kept :], settings.sizes)]:
        found += [] if over() and found else fitted_form(start.key, fit.expression, start.noise, columns)
    best = sorted(found, key=lambda c: c.bits)[:_OFFSET]
    found += [c for one in best if not over() for c in _with_offset(one, columns)]
    found = _distinct(found)
    found = [one if i >= settings.simple or over() else _simplest(one, columns) for i, one in enumerate(found)]
    return _distinct(found)


def _of_each_size(first: Iterable[tuple[float, Start, Fitted]], sizes: int) -> Iterator[tuple[float, Start, Fitted]]:
    """Yield the best form of each size, from 1 to so many parts."""
    seen: set[int] = set()
    for one in first:
        size = sum(1 for _ in sp.preorder_traversal(one[2].expression))
        if size <= sizes and size not in seen:
            seen.add(size)
            yield one


def _first(
    every: Iterator[list[Start]], columns: Mapping[str, Array], settings: Settings, over: Callable[[], bool]
) -> list[tuple[float, Start, Fitted]]:
    """Give starts with their constants fitted at first; one that is exact may end the search for more."""
    first: list[tuple[float, Start, Fitted]] = []
    others: list[Start] = []

    def fit(some: Iterable[Start]) -> None:
        for s in some:  # the best first, so that some are fitted though it is over
            first.extend([] if over() and first else _begun(s, columns))

    for group in every if settings.exact else iter([list(chain.from_iterable(every))]):
        best, rest = _by_group(group, settings.each)
        fit(best)
        others += rest
        if settings.exact and any(_leaves_nothing(one.values, s.noise) for _, s, one in first):
            others = []
            break
    fit(sorted(others, key=lambda s: s.bits)[: settings.others])
    return sorted(first, key=lambda one: one[0])


def _by_group(found: Iterable[Start], each: int) -> tuple[list[Start], list[Start]]:
    """Give the best starts of each group, and the others."""
    groups: dict[str, int] = {}
    best: list[Start] = []
    rest: list[Start] = []
    for start in sorted(found, key=lambda s: s.bits):
        groups[start.group] = groups.get(start.group, 0) + 1
        (best if groups[start.group] <= each else rest).append(start)
    return best, rest


def _begun(start: Start, columns: Mapping[str, Array]) -> Iterator[tuple[float, Start, Fitted]]:
    fit = fitted(start.expression(), columns, start.noise, steps=_FIRST)
    if fit is not None and math.isfinite(rows := start.noise.bits(fit.values)):
        yield rows + start.form, start, fit


def fitted_form(name: str, start: sp.Expr, noise: Noise, columns: Mapping[str, Array]) -> list[Candidate]:
    """Fit a form to the end, without what rows cannot tell from 0; nothing comes of constants not determined."""
    fit = fitted(as_seen(start, columns), columns, noise, steps=_LAST)
    seen = None if fit is None else as_seen(fit.expression, columns)
    if fit is not None and seen != fit.expression:  # a corner went out of the rows
        fit = fitted(seen, columns, noise, steps=_LAST)
    if fit is None or not is_determined(fit, noise):
        return []
    vague = vaguest(fit, noise)
    if vague is not None:
        less = substituted(fit.template, decimals(fit.symbols, fit.constants) | {vague: sp.Integer(0)})
        return [] if less.has(sp.zoo, sp.nan, sp.oo) else fitted_form(name, less, noise, columns)
    expression = fit.expression
    own = bill_of(expression, fit.values, fit.slopes, fit.constants, noise, columns=len(columns))
    if not math.isfinite(own.total):
        return []
    return [Candidate(key=name, expression=expression, values=fit.values, noise=noise, bill=own)]


def fitted_candidate(one: Candidate, columns: Mapping[str, Array], noise: Noise) -> list[Candidate]:
    """Give a form fitted to other rows: columns [n] by name, with the target and kind of their noise.

    Nothing comes of one that has no value on them, or whose constants they do not determine.
    """
    return fitted_form(one.key, one.expression, noise, columns)


def written_candidate(key: str, expr: sp.Expr, columns: Mapping[str, Array], noise: Noise) -> list[Candidate]:
    """Give a formula fitted to rows, with simple numbers where these are shorter; nothing as above."""
    return [_simplest(one, columns) for one in fitted_form(key, expr, noise, columns)]


def _with_offset(one: Candidate, columns: Mapping[str, Array]) -> list[Candidate]:
    """Give a form that has no constant of its own with one added, if that is worth it."""
    if one.expression.is_Add:
        return []
    start = sp.Float(1e-3 * float(np.std(one.noise.y)) or 1e-3)
    more = fitted_form(f"{one.key} + c", one.expression + start, one.noise, columns)
    return [c for c in more if c.bits < one.bits]


def _simplest(one: Candidate, columns: Mapping[str, Array]) -> Candidate:
    """Put simple numbers in the place of constants, one after the other, while the bill falls."""
    while True:
        fit = fitted(one.expression, columns, one.noise, steps=0)
        tried = [] if fit is None else (fitted_form(one.key, e, one.noise, columns) for e in plans(fit, one.noise))
        better = next((c for made in tried for c in made if c.bits < one.bits), None)
        if better is None:
            return one
        one = better


def is_exact(one: Candidate) -> bool:
    """Whether a form leaves nothing but rounding."""
    return _leaves_nothing(one.values, one.noise)


def _leaves_nothing(values: Array, noise: Noise) -> bool:
    return noise.bits(values) <= exact_bits(noise)


def _distinct(found: Iterable[Candidate]) -> list[Candidate]:
    """Give forms by their bills; of those with the same values the one with the smallest."""
    kept: dict[bytes, Candidate] = {}
    for one in sorted(found, key=lambda c: c.bits):
        size = float(np.max(np.abs(one.values))) or 1.0
        mark = (np.round(one.values / size, _ALIKE) + 0.0).tobytes() + one.noise.kind.encode()
        kept.setdefault(mark, one)
    return list(kept.values())
