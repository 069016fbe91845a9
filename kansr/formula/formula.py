"""A formula with everything that is known of it: text, symbols, complexity, errors.

The text is the formula. `judge` prints an expression, reads the text back, and measures that: what users see is what
was measured.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import sympy
from numpy.typing import NDArray

from kansr.errors import FormulaError
from kansr.formula.complexity import complexity, description_length
from kansr.formula.evaluate import evaluate
from kansr.formula.functions import CONSTANTS, Array
from kansr.formula.latex import latex_names, to_latex
from kansr.formula.named import named_in
from kansr.formula.names import is_safe
from kansr.formula.parse import parse
from kansr.formula.parts import ByGroup, Filled
from kansr.formula.text import to_text


class Split(Protocol):
    """Which rows belong to which part: arrays of row numbers."""

    @property
    def train(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def validation(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def test(self) -> NDArray[np.int64]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """One number for each part of the rows."""

    train: float
    validation: float
    test: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula in the user's columns and units.

    Parameters
    ----------
    text
        One line that `kansr.formula.parse` reads, and `sympy.sympify` with the symbols given. Named constants are names
        in it.
    expression
        What `parse` makes of the text, with real symbols.
    symbols
        Safe name -> column name, for the columns of the formula whose names cannot stand in it, or are a constant's.
    complexity
        Nodes of the printed tree.
    label
        Where the formula comes from, such as `linear` or `best`.
    rmse, r2
        Errors on the parts of the rows. One value that is not finite makes the rmse of its part inf, its r2 -inf.
    description_length
        Bits, on train and validation rows (see `kansr.formula.complexity`); None where there is none.
    weighted
        Errors with each row weighed by its measurement error or weight; None where all rows count alike.
    chi2
        chi^2 by the rows of each part, where measurement errors are known: near 1 where they explain what is left over.
    errors
        Standard errors of fitted constants, by the constant as it is printed, without its sign; infinite where the
        data do not determine it.
    fitted
        Value and standard error of each constant that was fitted before an exact number took its place, without sign,
        by the number as it is printed: `{"2": (2.0044, 0.0034)}`.
    units
        Units of decimal and named constants, by the constant as it is printed, without its sign; known where the units
        of all columns are.
    filled
        What the formula is made of, where its form was partly known.
    by_group
        Constants that have a value for each group of rows: in the formula these are names, and `symbols` says so.
    """

    text: str
    expression: sympy.Expr = field(compare=False, repr=False)
    symbols: Mapping[str, str]
    complexity: int
    label: str
    rmse: Scores
    r2: Scores
    description_length: float | None = None
    errors: Mapping[str, float] = field(default_factory=dict)
    fitted: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    weighted: Scores | None = None
    chi2: Scores | None = None
    filled: Filled | None = None
    by_group: ByGroup | None = None

    @property
    def choosing(self) -> float:
        """The error that chooses between formulas: on validation rows, weighed where rows are."""
        return self.rmse.validation if self.weighted is None else self.weighted.validation

    @property
    def length(self) -> float:
        """Bits that order formulas: the description length, infinite where there is none."""
        return math.inf if self.description_length is None else self.description_length

    @property
    def names(self) -> dict[str, str]:
        """Symbol -> column name, for all symbols of the formula, in natural order."""
        used = sorted((symbol.name for symbol in self.expression.free_symbols), key=_natural)
        return {name: self.symbols.get(name, name) for name in used}

    @property
    def latex(self) -> str:
        """The formula in LaTeX, its numbers rounded to six digits."""
        return to_latex(self.expression, latex_names(self.names | {name: name for name in self.constants}))

    @property
    def constants(self) -> dict[str, float]:
        """Name -> value, for the named constants of the formula, which are no columns."""
        return named_in(self.expression)

    def to_json(self) -> dict[str, Any]:
        """Give the formula as JSON values. Numbers that are not finite become None."""
        return {
            "formula": self.text,
            "symbols": dict(self.symbols),
            "constants": self.constants,
            "complexity": self.complexity,
            "label": self.label,
            "rmse": {part: _finite(value) for part, value in asdict(self.rmse).items()},
            "r2": {part: _finite(value) for part, value in asdict(self.r2).items()},
            "description_length": self.description_length,
            "errors": {constant: _finite(value) for constant, value in self.errors.items()},
            "fitted": {number: list(found) for number, found in self.fitted.items()},
            "weighted": _scores_record(self.weighted),
            "chi2": _scores_record(self.chi2),
            "units": dict(self.units),
            "template": None if self.filled is None else self.filled.to_json(),
            "groups": None if self.by_group is None else self.by_group.to_json(),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Formula:
        """Give the formula that `to_json` wrote.

        Raises `FormulaError` for a text that cannot be read or a name that no formula has, and `KeyError`, `TypeError`
        or `ValueError` when a part is missing or of another kind.
        """
        _check_names(record)
        length = record["description_length"]
        return cls(
            text=record["formula"],
            expression=parse(record["formula"], constants=record.get("constants"), first=record["symbols"]),
            symbols=dict(record["symbols"]),
            complexity=int(record["complexity"]),
            label=str(record["label"]),
            rmse=_scores(record["rmse"], math.inf),
            r2=_scores(record["r2"], -math.inf),
            description_length=None if length is None else float(length),
            errors={constant: _read(value, math.inf) for constant, value in record["errors"].items()},
            **{key: _scores(record[key], math.inf) for key in ("weighted", "chi2") if record.get(key) is not None},
            fitted={str(n): (float(value), float(error)) for n, (value, error) in record.get("fitted", {}).items()},
            units={str(constant): str(unit) for constant, unit in record.get("units", {}).items()},
            filled=None if record.get("template") is None else Filled.from_json(record["template"]),
            by_group=None if record.get("groups") is None else ByGroup.from_json(record["groups"]),
        )


def _check_names(record: Mapping[str, Any]) -> None:
    """Refuse names that `to_json` never writes: they go into code and onto the screen as they are.

    Only the names of columns, which are quoted everywhere, may hold anything.
    """
    parts = (record["errors"], *(record.get(part) or {} for part in ("units", "fitted", "constants")))
    own = [record["formula"], *(name for part in parts for name in part)]
    safe = all(is_safe(name) and isinstance(column, str) for name, column in record["symbols"].items())
    if not safe or not all(isinstance(text, str) and text.isprintable() for text in own):
        raise FormulaError("the record of a formula holds what is no name", hint="it was not written by kansr")


def judge(
    expr: sympy.Expr,
    names: Mapping[str, str],
    x: Array,
    *,
    y: Array,
    split: Split,
    label: str,
    free: int | None = None,
    errors: Mapping[str, float] | None = None,
) -> Formula:
    """Print an expression, read the text back, and measure what was read.

    Parameters
    ----------
    expr
        The expression, in symbols with safe names.
    names
        Safe name -> column name, in the order of the columns of `x`.
    x, y
        Rows [n, features] and their targets [n].
    split
        The parts of the rows. The test rows enter only the scores on test rows.
    label, free, errors
        Where the formula comes from; how many constants were fitted (see `description_length`); their standard errors.

    Raises `FormulaError` for an expression that cannot be printed.
    """
    text = to_text(expr, names)
    expression = parse(text, names, named_in(expr))
    predicted = evaluate(expression, dict(zip(names, x.T, strict=True)))
    parts = {part: np.asarray(getattr(split, part)) for part in ("train", "validation", "test")}
    scores = {part: _score(predicted[rows], y[rows]) for part, rows in parts.items()}
    return Formula(
        text=text,
        expression=expression,
        symbols=_differing(expression, names),
        complexity=complexity(expression),
        label=label,
        rmse=Scores(**{part: rmse for part, (rmse, _) in scores.items()}),
        r2=Scores(**{part: r2 for part, (_, r2) in scores.items()}),
        description_length=_length(
            expression, predicted, y, np.concatenate([parts["train"], parts["validation"]]), free
        ),
        errors=dict(errors or {}),
    )


def with_fitted(formula: Formula, fitted: Mapping[str, tuple[float, float]]) -> Formula:
    """Give a formula that says what was fitted where an exact number stands, for the numbers that its text holds."""
    return replace(formula, fitted={number: found for number, found in fitted.items() if _holds(formula.text, number)})


def _holds(text: str, number: str) -> bool:
    """Whether a number stands in a formula by itself, and not as a part of a longer one."""
    return re.search(rf"(?<![\w.]){re.escape(number)}(?![\w.])", text) is not None


def predict(formula: Formula, columns: Mapping[str, Array]) -> Array:
    """Give a formula's values [n] on columns by their own names. Outside its domain they are nan.

    Raises `FormulaError` when a column is missing.
    """
    present = {name: columns[column] for name, column in formula.names.items() if column in columns}
    for column in formula.names.values():
        if column not in columns:
            near = difflib.get_close_matches(column, [str(name) for name in columns], 1)
            hint = f"did you mean '{near[0]}'?" if near else f"the columns are {', '.join(map(str, columns))}"
            raise FormulaError(f"the formula needs a column '{column}'", hint=hint)
    return evaluate(formula.expression, present or columns)


def _score(predicted: Array, y: Array) -> tuple[float, float]:
    """Give rmse and r2 of one part. No rows, or a value that is not finite, give inf and -inf."""
    mse = _mse(predicted, y)
    if not math.isfinite(mse):
        return math.inf, -math.inf
    variance = float(np.var(y))
    if variance == 0:
        return math.sqrt(mse), 1.0 if mse == 0 else -math.inf
    return math.sqrt(mse), 1 - mse / variance


def _mse(predicted: Array, y: Array) -> float:
    """Give the mean squared error: inf where it is not a number."""
    with np.errstate(all="ignore"):
        mse = float(np.mean((predicted - y) ** 2)) if len(y) else math.inf
    return mse if math.isfinite(mse) else math.inf


def _length(expr: sympy.Expr, predicted: Array, y: Array, rows: NDArray[Any], free: int | None) -> float | None:
    """Give the description length on the rows that may choose; None where it is not finite."""
    mse = _mse(predicted[rows], y[rows])
    if not math.isfinite(mse):
        return None
    return description_length(expr, rows=len(rows), mse=mse, variance=float(np.var(y[rows])), free=free)


def _differing(expression: sympy.Expr, names: Mapping[str, str]) -> dict[str, str]:
    """Keep the names of the formula's symbols that are not their columns' own names, or could be a constant."""
    used = {symbol.name for symbol in expression.free_symbols}
    return {name: column for name, column in names.items() if name in used and (name != column or name in CONSTANTS)}


def _natural(name: str) -> tuple[Sequence[Any], str]:
    """Order x2 before x10."""
    digits = "".join(letter if letter.isdigit() else " " for letter in name).split()
    letters = "".join(" " if letter.isdigit() else letter for letter in name)
    return [letters, *map(int, digits)], name


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _read(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)


def _scores_record(scores: Scores | None) -> dict[str, float | None] | None:
    return None if scores is None else {part: _finite(value) for part, value in asdict(scores).items()}


def _scores(record: Mapping[str, float | None], otherwise: float) -> Scores:
    return Scores(**{part: _read(value, otherwise) for part, value in record.items()})
