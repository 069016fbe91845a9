"""A law: a formula that is known, where its columns are drawn from, and tables drawn from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kansr.datasets.functions import FUNCTIONS
from kansr.formula.evaluate import evaluate
from kansr.formula.names import safe_names
from kansr.formula.parse import parse

Array = NDArray[np.float64]

ROWS = 2000
"""Rows of a law that says nothing of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A symbol of a law's formula that stands for a function of `kansr.datasets.functions` at some columns."""

    symbol: str
    function: str
    numbers: tuple[float, ...]
    columns: tuple[str, ...]

    @property
    def text(self) -> str:
        """The call as it is written, such as `lpmv(1, v, x)`."""
        return f"{self.function}({', '.join([*(f'{n:g}' for n in self.numbers), *self.columns])})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A formula, and the ranges that its columns are drawn from.

    Parameters
    ----------
    formula
        In safe names of the columns (see `kansr.formula.names`), and in the symbols of `calls`.
    ranges
        Column -> lowest and highest value.
    calls
        What the formula holds beside the functions of `kansr.formula.functions`.
    steps
        For a law that is sampled on a grid: the distance of its lines, by column; empty if rows are drawn at random.
    rows
        How many rows its benchmark takes; for a grid they follow from the steps.
    units
        Column -> unit, also for the target, as far as they are known.
    source
        Paper and year.
    """

    name: str
    target: str
    formula: str
    ranges: dict[str, tuple[float, float]]
    calls: tuple[Call, ...] = ()
    steps: tuple[float, ...] = ()
    rows: int = ROWS
    units: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    @property
    def names(self) -> dict[str, str]:
        """Safe name -> column."""
        return safe_names(tuple(self.ranges))

    @property
    def is_plain(self) -> bool:
        """Whether the formula is one that kansr's formulas can hold."""
        return not self.calls

    @property
    def text(self) -> str:
        """The formula with its calls written out.

        >>> call = Call(symbol="u", function="gamma", numbers=(), columns=("x",))
        >>> Law(name="a", target="y", formula="u**2", ranges={"x": (1, 2)}, calls=(call,)).text
        'gamma(x)**2'
        """
        written = {call.symbol: call.text for call in self.calls}
        return re.sub(r"[A-Za-z_]\w*", lambda word: written.get(word[0], word[0]), self.formula)

    def values(self, x: Array) -> Array:
        """Values [n] of the law at rows x [n, columns]; nan where it has none.

        Raises `FormulaError` if the formula cannot be read.

        >>> Law(name="a", target="y", formula="x**2", ranges={"x": (0, 1)}).values(np.array([[2.0], [3.0]]))
        array([4., 9.])
        """
        given = dict(zip(self.ranges, np.ascontiguousarray(x.T, dtype=np.float64), strict=True))
        columns = {safe: given[column] for safe, column in self.names.items()}
        for call in self.calls:
            parts = [given[column] for column in call.columns]
            columns[call.symbol] = FUNCTIONS[call.function].compute(*call.numbers, *parts)
        return np.broadcast_to(evaluate(parse(self.formula, list(columns)), columns), (len(x),)).copy()

    def sample(self, rows: int | None, seed: int, noise: float = 0.0) -> tuple[Array, Array]:
        """Draw a table: rows x [n, columns], and the target y [n].

        Parameters
        ----------
        rows
            How many, drawn evenly within the ranges; None takes those of the law's benchmark: its number of rows, or
            its grid.
        seed
            The same seed draws the same table.
        noise
            Standard deviation of what is added to the target, as a share of the target's root mean square. That is
            the noise of SRBench (La Cava et al. 2021).
        """
        rng = np.random.default_rng(seed)
        low, high = np.array(list(self.ranges.values())).T
        x = self._grid() if rows is None and self.steps else rng.uniform(low, high, (rows or self.rows, len(low)))
        y = self.values(x)
        return x, y + noise * np.sqrt(np.mean(y**2)) * rng.standard_normal(len(y))

    def _grid(self) -> Array:
        """Every crossing of the grid's lines; both ends belong to it where the step leads there."""
        lines = [
            np.round(low + step * np.arange(int((high - low) / step + 1e-9) + 1), 12)
            for (low, high), step in zip(self.ranges.values(), self.steps, strict=True)
        ]
        return np.column_stack([line.ravel() for line in np.meshgrid(*lines, indexing="ij")])

    def to_json(self) -> dict[str, Any]:
        """Give JSON values."""
        return {
            "name": self.name,
            "target": self.target,
            "formula": self.text,
            "plain": self.is_plain,
            "ranges": {column: list(ends) for column, ends in self.ranges.items()},
            "symbols": {safe: column for safe, column in self.names.items() if safe != column},
            "sampling": "grid" if self.steps else "uniform",
            "rows": len(self._grid()) if self.steps else self.rows,
            "units": dict(self.units),
            "source": self.source,
        }
