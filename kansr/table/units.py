"""Units of columns: found in headers, options and recipes, and read.

How a unit is written is read here: symbols with powers, joined by `*`, blanks and `/`. What a symbol means is asked of
pint, which is loaded for the first unit and nowhere else. Numbers are never changed by their unit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from kansr.errors import UsageError
from kansr.table.names import bare, found, nearest, place

Powers = Mapping[str, Fraction]
"""A product of powers: of base dimensions, or of symbols of units."""

NONE = "none"
"""Stands for no unit where one would be read from the header."""

_LONGEST = 80  # letters of a unit
_SHORT = 16  # letters of a text that is taken for a unit because it may be one
_LARGEST = 99  # in a power
_SQUARE, _ROUND = re.compile(r"\[([^\[\]]*)\]\s*$"), re.compile(r"\s\(([^()]*(?:\([^()]*\))?[^()]*)\)\s*$")
_TOKEN = re.compile(r"\s*(?:(?P<symbol>[^\W\d_]+(?:_[^\W\d_]+)*|°[^\W\d_]*|%)|(?P<number>\d+)|(?P<sign>[*/^()\-]))")
_SPELLED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻·⋅×−", "0123456789-***-")
_RAISED = re.compile(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_DIMENSIONLESS = ("", "1", "-", "–")
_CERTAIN = re.compile(
    "[kcmµμn]?m|[mµμn]?s|[kmµμ]?g|m?mol|m?K|[kMG]?Hz|k?N|[hkMG]?Pa|[kM]?J|[kMm]?W|[mk]?V|mA|[kM]?Ω|ohm|rad|[kM]?eV"
)  # symbols that nobody writes in round brackets for anything else, but for single letters by themselves
_ALONE = ("m", "s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit: how it is written, the powers of its symbols and of base dimensions, and its size in SI units.

    >>> unit = read_unit("km/h")
    >>> unit.symbols == {"km": 1, "h": -1}, unit.dimension == {"length": 1, "time": -1}, round(unit.factor, 4)
    (True, True, 0.2778)
    """

    text: str
    symbols: Powers
    dimension: Powers
    factor: float


def units_of(columns: Sequence[str], given: Mapping[str, str] | None) -> dict[str, str]:
    """Give the units of columns, as they are written; a column without one is left out.

    Units that are `given` (by the column's whole or bare name) come before those of the headers: `v [m/s]`, also
    `v (m/s)` where all symbols are certain to be units. `none` stands for no unit; None in place of `given` for none
    at all.

    Raises `UsageError` for a unit that cannot be read, or without pint; and for a unit of a column that is not there.
    """
    if given is None:
        return {}
    asked = {_column(name, columns): text for name, text in given.items()}
    written = {column: asked.get(column, _in_header(column)) for column in columns}
    kept = {column: text.strip() for column, text in written.items() if text is not None and text.strip() != NONE}
    for column, text in kept.items():
        read_unit(text, column)
    return kept


def unreadable(columns: Sequence[str], given: Mapping[str, str] | None) -> list[str]:
    """Give the columns whose headers hold units that nothing here can read: pint is missing, and no unit was given."""
    if given is None or given:
        return []
    written = [column for column in columns if (text := _in_header(column)) and text.strip() not in _DIMENSIONLESS]
    return written if written and _registry()[1] is None else []


def _column(name: str, columns: Sequence[str]) -> str:
    column = found(name, columns)
    if column is None:
        raise UsageError(f'a unit is given for "{name}", and there is no such column', hint=nearest(name, columns))
    return column


def _in_header(column: str) -> str | None:
    """Give the unit that a header holds."""
    if square := _SQUARE.search(column):
        return square[1] if bare(column) else None
    text = match[1] if (match := _ROUND.search(column)) else ""
    symbols = re.findall(r"[^\W\d_]+", text)
    alone = len(symbols) == 1 and len(symbols[0]) == 1 and symbols[0] not in _ALONE
    certain = symbols and not alone and all(map(_CERTAIN.fullmatch, symbols))
    return text if certain and _is_written_well(text) else None


def is_spelled_like_a_unit(text: str) -> bool:
    """Whether a short text is spelled like a unit; whether there is one of this name is another question.

    >>> is_spelled_like_a_unit("m/s^2"), is_spelled_like_a_unit("see the lab book, page 7")
    (True, False)
    """
    return len(text) <= _SHORT and (text.strip() in _DIMENSIONLESS or _is_written_well(text.strip()))


def _is_written_well(text: str) -> bool:
    try:
        _Reader(text).whole()
    except ValueError:
        return False
    return True


def read_unit(text: str, column: str | None = None) -> Unit:
    """Read a unit.

    | written                        | means                                                   |
    |--------------------------------|---------------------------------------------------------|
    | `m/s`, `m s^-1`, `m s-1`, `m·s⁻¹` | one unit                                             |
    | `J/(kg K)`                     | `J/kg/K`; `J/kg K` could mean two things and is refused |
    | `Hz^(1/2)`                     | powers need not be whole                                |
    | `1`, `-` or nothing            | a number without a unit                                 |

    Raises `UsageError` with the column when the unit cannot be read, is an offset unit, or pint is not installed.
    """
    where = None if column is None else place(None, column)
    try:
        symbols = {} if text.strip() in _DIMENSIONLESS else _Reader(text).whole()
        meanings = {symbol: _meaning(symbol) for symbol in symbols}
        factor = _factor(symbols, meanings)
    except ValueError as error:
        name = bare(column or "x")
        hint = f'--units "{name}=m/s^2" gives another one, --units "{name}={NONE}" leaves the column without a unit'
        raise UsageError(f"the unit '{text.strip()}' cannot be used: {error}", where=where, hint=hint) from error
    dimension: dict[str, Fraction] = {}
    for symbol, power in symbols.items():
        base, _ = meanings[symbol]
        for name, exponent in base.items():
            dimension[name] = dimension.get(name, Fraction(0)) + power * exponent
    kept = {name: power for name, power in dimension.items() if power}
    return Unit(text=text.strip(), symbols=symbols, dimension=kept, factor=factor)


def _factor(symbols: Powers, meanings: Mapping[str, tuple[Powers, float]]) -> float:
    """Give the number of base units in one unit. Raises `ValueError` where no number holds it."""
    factor = math.inf
    with suppress(OverflowError):
        factor = math.prod(meanings[symbol][1] ** float(power) for symbol, power in symbols.items())
    if not 0.0 < factor < math.inf:
        raise ValueError("it is larger or smaller than numbers can say")
    return factor


def factor_between(old: str, new: str, column: str, there: str = "the run") -> float:
    """Give what numbers in the unit `old` are multiplied by to be in the unit `new`, that of `there`.

    >>> round(factor_between("km/h", "m/s", "v"), 4)
    0.2778

    Raises `UsageError` when they measure different things.
    """
    one, other = read_unit(old, column), read_unit(new, column)
    if one.dimension != other.dimension:
        raise UsageError(
            f"the column is in {old or '1'} here and in {new or '1'} in {there}: these measure different things",
            where=place(None, column),
            hint="is it the right column? --units says what it is in",
        )
    return 1.0 if one.symbols == other.symbols else one.factor / other.factor


# -- what a symbol means ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _meaning(symbol: str) -> tuple[Powers, float]:
    """Give the dimension and the size of a symbol. Raises `ValueError` for what is no unit, or has its zero elsewhere.

    Numbers stay as they are, so a sum or a ratio of temperatures in degC would mean something else than it says.
    """
    import_error, registry = _registry()
    if registry is None:
        hint = "pip install 'kansr[units]', or go on without units: --units none"
        raise UsageError("units are given, and reading them needs pint", hint=hint) from import_error
    try:
        unit = registry.parse_units(symbol)
        zero, one = (float(registry.Quantity(value, unit).to_base_units().magnitude) for value in (0.0, 1.0))
    except Exception as error:
        raise ValueError(f"'{symbol}' is no unit that is known") from error
    if zero != 0.0:
        advice = "write K, or delta_degC for differences" if "temperature" in str(unit.dimensionality) else "convert it"
        raise ValueError(f"zero {symbol} is not nothing, so ratios of such numbers say nothing; {advice}")
    dimension = {name.strip("[]"): Fraction(power).limit_denominator(99) for name, power in unit.dimensionality.items()}
    return dimension, one


@lru_cache(maxsize=1)
def _registry() -> tuple[ImportError | None, Any]:
    """Load pint, which takes half a second."""
    try:
        import pint  # noqa: PLC0415
    except ImportError as error:
        return error, None
    return None, pint.UnitRegistry()


# -- how a unit is written --------------------------------------------------------------------------------------------


class _Reader:
    """Reads products of powers; raises `ValueError` for anything else."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise ValueError(f"it has more than {_LONGEST} letters")
        raised = _RAISED.sub(lambda match: f"^{match[0]}", text).translate(_SPELLED).replace("**", "^")
        self.tokens = [*_tokens(raised), ("end", "")]

    def whole(self) -> dict[str, Fraction]:
        """Read all of it."""
        powers = self.product()
        if self.tokens[0][0] != "end":
            raise ValueError(f"'{self.tokens[0][1]}' has no place there")
        return {symbol: power for symbol, power in powers.items() if power}

    def product(self) -> dict[str, Fraction]:
        """Read powers with `*`, `/` or nothing between them."""
        powers, over = self.power(), False
        while self.tokens[0][1] in ("*", "/", "(") or self.tokens[0][0] == "symbol":
            sign = self.take() if self.tokens[0][1] in ("*", "/") else ""
            if over and sign != "/":
                raise ValueError("what stands below the line is not clear: put it in brackets, as in J/(kg K)")
            over = over or sign == "/"
            for symbol, power in self.power().items():
                powers[symbol] = powers.get(symbol, Fraction(0)) + (-power if sign == "/" else power)
        return powers

    def power(self) -> dict[str, Fraction]:
        """Read a symbol, a 1 or a bracket, and its power."""
        kind, text = self.tokens[0]
        inner: dict[str, Fraction] = {}
        if kind == "symbol":
            inner[self.take()] = Fraction(1)
        elif text == "(":
            self.take()
            inner = self.product()
            self.expect(")")
        elif self.take() != "1" or self.tokens[0][0] in ("symbol", "number"):
            raise ValueError(f"'{text}' has no place there" if text else "it ends too early")
        raised = self.exponent(inner)
        return {symbol: power * raised for symbol, power in inner.items()}

    def exponent(self, inner: Mapping[str, Fraction]) -> Fraction:
        """Read `^2`, `^-2`, `^(1/2)`; behind a symbol also `2` and `-2`."""
        if self.tokens[0][1] == "^":
            self.take()
        elif not inner or (self.tokens[0][0] != "number" and self.tokens[0][1] != "-"):
            return Fraction(1)
        if self.tokens[0][1] != "(":
            return self.number()
        self.take()
        value = self.number()
        if self.tokens[0][1] == "/":
            self.take()
            value /= self.number() or Fraction(1)
        self.expect(")")
        return value

    def number(self) -> Fraction:
        """Read a whole number."""
        sign = -1 if self.tokens[0][1] == "-" and self.take() else 1
        kind, text = self.tokens[0]
        if kind != "number" or len(text) > 2 or int(text) > _LARGEST:
            raise ValueError("a power is a number such as 2, -1 or (1/2)")
        return Fraction(sign * int(self.take()))

    def take(self) -> str:
        """Take the next token."""
        return self.tokens.pop(0)[1] if len(self.tokens) > 1 else ""

    def expect(self, sign: str) -> None:
        """Take a sign that must be there."""
        if self.take() != sign:
            raise ValueError(f"a '{sign}' is missing")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"'{text[position:].strip()[:10]}' has no place there")
        yield str(match.lastgroup), match[str(match.lastgroup)]
        position = match.end()
