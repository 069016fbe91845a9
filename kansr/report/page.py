"""What a page shows, as plain records of texts and numbers. Whoever has a result fills them in; here they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]

PARTS = ("train", "validation", "test")
"""The parts of the rows, as a scatter names them by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A formula as it is shown: its text, its MathML (empty where it is too long), its size and its errors.

    `mathml` goes into the page as it is: whoever fills it in has escaped the names in it.
    """

    text: str
    mathml: str
    complexity: int
    rmse: tuple[float, float, float]
    """On train, validation and test rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A constant of the formula: as it is printed, its standard error and its unit, None where they are not known."""

    text: str
    error: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the training: what was done, on which grid, and the errors after it in the unit of the target."""

    stage: str
    grid: int
    parameters: int
    train: float
    validation: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """Some rows of the table, [n] each: their part (see `PARTS`), measured, predicted, and the columns by name.

    `of` is how many rows the table has. A prediction may be None: the formula has no value there.
    """

    of: int
    part: Sequence[int]
    measured: Sequence[float]
    predicted: Sequence[float | None]
    columns: Mapping[str, Sequence[float]]

    @property
    def residuals(self) -> list[float | None]:
        """Measured minus predicted, [n]."""
        pairs = zip(self.measured, self.predicted, strict=True)
        return [None if p is None else m - p for m, p in pairs]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """How the formula depends on one column: its mean over the rows at each value of the column, [n] each.

    `low` and `high` are the tenth and the ninetieth of a hundred rows there.
    """

    column: str
    x: Sequence[float]
    mean: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that a page tells of a run.

    Parameters
    ----------
    run, version
        The name of the run, and the version of kansr that made it.
    command, recipe, python
        What makes the run again, its settings, and the formula as a Python function.
    target, units
        The column that is explained; column -> unit.
    verdict, why, noise, crossed, status, seconds
        `exact`, `noise`, `approximation` or `undecided`; what it rests on; what was found of the noise, None where
        nothing is said of it; whether errors are those of cross-validation; why the search ended; how long it took.
    spread, network_error
        Standard deviation of the target and error of the network on test rows.
    r2, chi2
        Of the formula on test rows; chi2 is None without measurement errors.
    symbols, named, fitted
        Safe name -> column; named constants with their values; fitted constants with error and unit.
    stability
        `repeats`, `same`, `constants`, `others` of repeats on resamples; None without.
    front, chosen
        The formulas that no other beats, simplest first, and which of them is shown.
    network
        A drawing: `names`, `inputs`, `layers`, `products` and `edges` (`source`, `target`, `x`, `y`, `label`,
        `attribution`, and `fitted`, the points of the function, or None); None where there is none.
    structure
        The account of the search for the graph; None where there is none.
    card
        The data card: `source`, `sha256`, `rows`, `columns`, `split`.
    """

    run: str
    version: str
    command: str
    recipe: str
    python: str
    latex: str
    target: str
    units: Mapping[str, str]
    verdict: str
    why: str
    noise: str | None
    crossed: bool
    status: str
    seconds: float
    formula: Written
    spread: float
    network_error: float
    r2: float
    chi2: float | None
    symbols: Mapping[str, str]
    named: Mapping[str, float]
    fitted: tuple[Constant, ...]
    stability: Record | None
    rivals: tuple[Written, ...]
    front: tuple[Written, ...]
    chosen: int
    hand: tuple[str, ...]
    learned: tuple[str, ...]
    warnings: tuple[str, ...]
    width: tuple[int, ...]
    grid: int
    network: Record | None
    history: tuple[Stage, ...]
    structure: Record | None
    scatter: Scatter
    dependence: tuple[Dependence, ...]
    card: Record

    def named_with_unit(self, column: str) -> str:
        """Give a column with its unit, if it has one: `period [s]`."""
        unit = self.units.get(column)
        known = unit in (None, "", "1") or column.endswith(f"[{unit}]")
        return column if known else f"{column} [{unit}]"

    @property
    def error_of_front(self) -> str:
        """Name the error that formulas of the front are drawn by."""
        return f"{'RMSE in cross-validation' if self.crossed else 'validation RMSE'}{self.unit_of_target}"

    @property
    def unit_of_target(self) -> str:
        """The unit of the target as it stands behind a word: ` [s]`, or nothing."""
        unit = self.units.get(self.target)
        return "" if unit in (None, "", "1") else f" [{unit}]"
