"""What each key of a recipe may hold: one row a key."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from kansr.errors import UsageError
from kansr.symbolic.spec import CustomFunction
from kansr.table.spec import TableSpec


@dataclass(frozen=True, slots=True)
class Rule:
    """What a key may hold, in words and as a test. The type has been checked before the test is asked."""

    key: str
    allowed: str
    test: Callable[[Any], bool] = lambda _: True


def _within(low: float, high: float) -> Callable[[float], bool]:
    return lambda value: low <= value <= high


def _or_none(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or test(value)


def _names(values: Sequence[str]) -> bool:
    """Different names, at least one, none empty."""
    return 0 < len(values) == len(set(values)) and all(value.strip() for value in values)


def _custom(values: Sequence[CustomFunction]) -> bool:
    complexities = [value.complexity for value in values if value.complexity is not None]
    names = [value.name for value in values]
    return (not names or _names(names)) and all(0 <= number <= 1000 for number in complexities)


def _grid(values: Sequence[int]) -> bool:
    rising = all(before < after for before, after in pairwise(values))
    return bool(values) and rising and values[0] >= 1 and values[-1] <= 100_000


def _width(values: Sequence[int]) -> bool:
    return len(values) >= 2 and all(1 <= value <= 10_000 for value in values)


def _constants(values: Mapping[str, float]) -> bool:
    return all(name.isidentifier() and 0 < value < math.inf for name, value in values.items())


def _bounds(values: Mapping[str, tuple[float | None, float | None]]) -> bool:
    """Each low end below its high end, at least one of them given."""
    ends = [(-math.inf if low is None else low, math.inf if high is None else high) for low, high in values.values()]
    return all(low < high and (math.isfinite(low) or math.isfinite(high)) for low, high in ends)


def _encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except (LookupError, ValueError):
        return False


def _accepted(spec: Callable[..., object], name: str) -> Callable[[Any], bool]:
    """Ask the spec itself."""

    def test(value: Any) -> bool:
        try:
            spec(**{name: value})
        except UsageError:
            return False
        return True

    return test


RULES = (
    Rule("seed", "a whole number from 0 to 2147483647", _within(0, 2**31 - 1)),
    Rule("budget", "seconds above 0, or null for no limit", _or_none(lambda value: 0 < value < math.inf)),
    Rule("device", "cpu, cuda or cuda:N", lambda value: bool(re.fullmatch(r"cpu|cuda(:\d{1,3})?", value))),
    Rule("select", "best, accuracy or simple"),
    Rule("stability", "a whole number from 0 to 1000", _within(0, 1000)),
    Rule("table.target", "the name of a column, or null for the last one", _or_none(bool)),
    Rule("table.features", "a list of different columns, or null for all", _or_none(_names)),
    Rule("table.units", "a unit for each column, such as {v: m/s, t: s}, or null for no units at all"),
    Rule(
        "table.delimiter",
        "one sign such as ';', or tab, comma, semicolon, pipe, whitespace, or null to find out",
        _accepted(TableSpec, "delimiter"),
    ),
    Rule("table.decimal", "'.' or ',', or null to find out"),
    Rule("table.encoding", "an encoding that Python knows, such as utf-8 or latin-1", _encoding),
    Rule("table.sheet", "the name of a sheet, or null for the first one", _or_none(bool)),
    Rule("table.query", "a query that begins with SELECT, or null", _or_none(bool)),
    Rule("table.name", "the name of a table in the database, or null for the only one", _or_none(bool)),
    Rule("table.header", "true or false"),
    Rule("table.skip_lines", "a whole number from 0 to 1000000", _within(0, 1_000_000)),
    Rule("table.null_values", "a list of texts that stand for a missing value"),
    Rule("table.missing", "drop or fail"),
    Rule("table.limits", "fail or drop"),
    Rule("table.time", "seconds, hours, days, months or years, or null to go by what they are"),
    Rule("table.split", "three shares above 0", _accepted(TableSpec, "split")),
    Rule("table.sigma", "the name of a column, or null", _or_none(bool)),
    Rule("table.weights", "the name of a column, or null", _or_none(bool)),
    Rule("table.group", "the name of a column, or null", _or_none(bool)),
    Rule("table.sample", "a whole number from 100 to 1000000000, or null", _or_none(_within(100, 10**9))),
    Rule("network.width", "two or more numbers of nodes from 1 to 10000, or null", _or_none(_width)),
    Rule("network.order", "a whole number from 1 to 5", _within(1, 5)),
    Rule("training.grid", "rising whole numbers from 1 to 100000", _grid),
    Rule("training.starts", "a whole number from 1 to 10000", _within(1, 10_000)),
    Rule("training.steps", "a whole number from 1 to 1000000", _within(1, 1_000_000)),
    Rule("training.optimiser", "lm or lbfgs"),
    Rule("training.penalty", "a number from 0 to 1000", _within(0, 1000)),
    Rule("training.prune", "true or false"),
    Rule("training.tolerance", "a number from 0 to 1000", _within(0, 1000)),
    Rule("training.block", "a whole number from 1 to 100000000", _within(1, 100_000_000)),
    Rule("training.loss", "squares or huber"),
    Rule("structure.search", "true or false"),
    Rule("structure.products", "true or false"),
    Rule("symbolic.functions", "a list of different functions, or null for all", _or_none(_names)),
    Rule(
        "symbolic.custom",
        "a list of mappings with different names, each {name, expression} and, if need be, "
        "variable, domain [low, high], complexity (a whole number from 0 to 1000)",
        _custom,
    ),
    Rule("symbolic.beam", "a whole number from 1 to 1000", _within(1, 1000)),
    Rule("symbolic.candidates", "a whole number from 1 to 1000", _within(1, 1000)),
    Rule("symbolic.snap", "true or false"),
    Rule("symbolic.constants", "names with numbers above 0, such as {g: 9.81}", _constants),
    Rule("symbolic.physical", "true or false"),
    Rule(
        "wishes.template",
        "a formula with functions to be found, such as a*exp(-f(x)) + g(y, z), or null",
        _or_none(lambda value: bool(value.strip())),
    ),
    Rule("wishes.monotone", "rising or falling for columns, such as {x: rising}"),
    Rule(
        "wishes.bounds",
        "[low, high] for names, low below high, one of them may be null, such as {y: [0, null]}",
        _bounds,
    ),
)
RULE_OF = {rule.key: rule for rule in RULES}
