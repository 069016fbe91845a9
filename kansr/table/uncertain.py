"""Columns of measurement errors, known by their names and by what stands in them: yerr, sigma_y, y ±, d_y.

They are neither target nor features where nobody asks for them. A name alone is no proof: sigma is a stress, u_x a
velocity, dR a derivative, and the error of a network is what somebody may want explained.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from shlex import quote
from typing import TYPE_CHECKING

import numpy as np

from kansr.errors import TableError
from kansr.table.choose import read_columns
from kansr.table.names import bare, found
from kansr.table.spec import TableSpec
from kansr.table.table import Floats, TableWarning

if TYPE_CHECKING:
    import pandas as pd

_WORD = "sigma|σ|errors?|err|uncertainties|uncertainty|unc|stdev|stderr|std|sd|±|[+]/?-"  # longer ones first
_GAP = r"[\s_.\-:]*"
_NAMED = (  # how an error is named after the column whose error it is
    re.compile(rf"(?:{_WORD}){_GAP}(?:of{_GAP})?\(?(?P<of>.+?)\)?", re.IGNORECASE),
    re.compile(rf"\(?(?P<of>.+?)\)?{_GAP}\(?(?:{_WORD})\)?", re.IGNORECASE),
)
_SHORT = re.compile(r"(?:d|u|e|Δ|δ|delta)[\s_]*\(?(?P<of>.+?)\)?", re.IGNORECASE)  # also derivatives and velocities
_ALONE = re.compile(r"err|errors?|unc|uncertainty|uncertainties|measurement errors?|±|[+]/?-", re.IGNORECASE)
_DISTINCT = 0.8  # share of different values from which a column looks measured, and not set
_DIGITS = 2  # that a measurement error is given with, as a rule
_LONG = 80  # letters above which no name is one of an error
_ROUND = re.compile(r"\s*\([^()]*\)\s*$")  # a unit behind a name ..
_APART = re.compile(r"\s+\([^()]*\)\s*$")  # .. and behind a blank: u(y) holds none


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """A column of measurement errors, the column they belong to, and whether all are above zero, as weights need."""

    name: str
    of: str
    above_zero: bool


def error_columns(frame: pd.DataFrame, spec: TableSpec, decimal: str) -> list[Errors]:
    """Find the columns of a frame that hold measurement errors of others; those that are asked for are none.

    A target and a feature are always left over.
    """
    names = [str(name) for name in frame.columns]
    target = None if spec.target is None else found(spec.target, names)
    known = _by_words(names)
    suspects = [name for name in names if name != target and _may_be_error(name, known)]
    if not suspects or spec.features is not None:
        return []
    values = _numbers(frame, spec, decimal)
    before = dict(zip(names[1:], names, strict=False))
    owners = {
        name: of for name in suspects if (of := _owner(name, before.get(name), known, values, target)) is not None
    }
    errors = [Errors(name=name, of=of, above_zero=bool(np.nanmin(values[name]) > 0)) for name, of in owners.items()]
    left = [name for name in values if name not in {one.name for one in errors}]
    return errors if len(left) >= 2 else _without_last(errors, names, values)


def about_errors(errors: Sequence[Errors], target: str, spec: TableSpec) -> list[TableWarning]:
    """Say of each column what it was taken for, and which line weighs the rows by it."""
    given = spec.sigma is not None or spec.weights is not None
    return [
        TableWarning(kind="errors", column=one.name, message=f'column "{one.name}" {_advice(one, target, given)}')
        for one in errors
    ]


def _advice(one: Errors, target: str, given: bool) -> str:
    said = f'looks like measurement errors of "{one.of}": it is neither target nor feature'
    if one.of == target and one.above_zero and not given:
        return f"{said}; --sigma {quote(one.name)} weighs the rows by it (-t or -x take it for what it is not)"
    return f"{said} (-t or -x name it where it is one)"


def _by_words(names: Sequence[str]) -> Mapping[str, list[str]]:
    """Give the columns by each word that may stand for them: a name, without its unit, or cut short as vel is velocity.

    Looking a word up takes the same time however many columns there are.
    """
    known: dict[str, list[str]] = {}
    for name in names:
        whole = _plain(name).casefold()
        short = _ROUND.sub("", whole)
        ends = _letters(short) if len(short) <= _LONG else range(0)
        for word in {whole, short, *(short[:end] for end in ends)}:
            known.setdefault(word, []).append(name)
    return known


def _letters(name: str) -> range:
    """Give where a name may be cut, with letters only behind the cut and three signs or more before it."""
    letters = sum(1 for _ in takewhile(str.isalpha, reversed(name)))
    return range(max(3, len(name) - letters), len(name))


def _may_be_error(name: str, known: Mapping[str, list[str]]) -> bool:
    plain = _plain(name)
    if len(plain) > _LONG:
        return False
    stems = _stems(plain, (*_NAMED, _SHORT))
    return _ALONE.fullmatch(plain) is not None or any(one != name for stem in stems for one in known.get(stem, ()))


def _stems(plain: str, patterns: Sequence[re.Pattern[str]]) -> set[str]:
    """Give the words that a name, as one of an error, is made of."""
    found_ = (match["of"] for pattern in patterns if (match := pattern.fullmatch(plain)))
    return {stem.strip(" _.-:").casefold() for stem in found_} - {""}


def _plain(name: str) -> str:
    """Give a name without its unit."""
    return _APART.sub("", bare(name)).strip() or name


def _numbers(frame: pd.DataFrame, spec: TableSpec, decimal: str) -> dict[str, Floats]:
    """Give the columns that hold numbers, by name."""
    values = {}
    for name in map(str, frame.columns):
        try:
            (one,) = read_columns(frame, [name], spec, decimal)
        except TableError:  # an infinite value: told where the column is used
            continue
        if one.kind == "number" or one.axis is not None:
            values[name] = one.values
    return values


def _owner(
    name: str, before: str | None, known: Mapping[str, list[str]], values: Mapping[str, Floats], target: str | None
) -> str | None:
    """Give the column whose errors stand in the column of this name; None where it holds none."""
    errors = values.get(name)
    if errors is None or np.isnan(errors).all() or np.nanmin(errors) < 0:
        return None
    plain = _plain(name)
    if _ALONE.fullmatch(plain):
        of = before if target is None else target
        return of if of is not None and _are_errors_of(errors, values.get(of)) else None
    own = _named_after(_stems(plain, _NAMED), name, known, values)
    if own is not None:
        return own if _is_smaller(errors, values[own]) else None
    own = _named_after(_stems(plain, (_SHORT,)), name, known, values)
    certain = own is not None and own == before and _is_smaller(errors, values[own]) and _has_few_digits(errors)
    return own if certain else None


def _named_after(
    stems: Collection[str], name: str, known: Mapping[str, list[str]], values: Mapping[str, Floats]
) -> str | None:
    """Give the first column of numbers after which another one is named."""
    after = [
        first
        for stem in stems
        if (first := next((one for one in known.get(stem, ()) if one != name and one in values), None)) is not None
    ]
    return next((one for one in values if one in after), None)


def _are_errors_of(errors: Floats, values: Floats | None) -> bool:
    """Whether numbers could be errors of values that were measured: those differ from row to row, and are larger."""
    if values is None:
        return False
    present = values[~np.isnan(values)]
    return len(np.unique(present)) >= _DISTINCT * len(present) and _is_smaller(errors, values)


def _is_smaller(errors: Floats, values: Floats) -> bool:
    return bool(np.nanmedian(errors) <= 0.5 * max(np.nanmax(np.abs(values)), np.nanmax(values) - np.nanmin(values)))


def _has_few_digits(errors: Floats) -> bool:
    present = errors[~np.isnan(errors)]
    return all(float(f"{value:.{_DIGITS}g}") == value for value in present.tolist())


def _without_last(errors: list[Errors], names: Sequence[str], values: Mapping[str, Floats]) -> list[Errors]:
    """Leave the last column of numbers for a target, where nothing else is left for it."""
    last = [name for name in names if name in values][-1:]
    return [one for one in errors if one.name not in last and len(values) > 2]
