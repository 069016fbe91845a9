"""The table: numbers by row and column, where they come from, and what was odd about them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Kind = Literal[
    "constant",
    "constant-target",
    "counter",
    "date",
    "decimal-comma",
    "duplicate",
    "empty",
    "encoding",
    "errors",
    "few-rows",
    "heavy-tailed",
    "id-like",
    "leaking",
    "limits",
    "missing",
    "no-header",
    "outlier",
    "related",
    "remark",
    "repeated",
    "rounded",
    "sheet",
    "text",
    "thousands",
    "time",
    "trailing-delimiter",
    "two-values",
    "units",
    "unnamed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWarning:
    """Something odd about a table that does not stop the work.

    `message` is a whole sentence that already names the column and the row; `row` counts data rows from 1.
    """

    kind: Kind
    message: str
    column: str | None = None
    row: int | None = None

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What the numbers of a column of dates are: a count of a unit since the origin.

    Attributes
    ----------
    sort
        `dates`, `months` (of a year), `months of the year`, or `times of day`.
    format
        How they were written, as `strptime` has it.
    unit
        `seconds`, `hours`, `days`, `months` or `years`; the last two are those of the calendar.
    origin
        The first of them, which is 0, by ISO 8601; where no year or no day was given, it is in 1900.
    wraps
        Whether the rows ran over the end of a year, or of a day.
    """

    sort: Literal["dates", "months", "months of the year", "times of day"]
    format: str
    unit: Literal["seconds", "hours", "days", "months", "years"]
    origin: str
    wraps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Rows of numbers: features and one target.

    Attributes
    ----------
    features, target
        Column names, as the user wrote them.
    x
        Features, [rows, features], float64, finite.
    y
        Target, [rows], float64, finite.
    source
        The path, `<stdin>` or `<frame>`.
    sha256
        Fingerprint of names and values, the same for the same numbers in CSV and in Parquet.
    warnings
        What was odd.
    sigma
        Measurement error of each target, [rows], above zero; None: all rows count alike.
    absolute
        Whether `sigma` is in the unit of the target; else only its ratios tell something.
    units
        Column -> unit, as it was written; columns without a unit are left out.
    group
        The label of each row, [rows], where a column of groups was named; it is no feature.
    of
        How many rows the source has, where these are a sample of them; None: they are all.
    axes
        Column -> what its numbers count, for columns of dates.
    """

    features: tuple[str, ...]
    target: str
    x: Floats
    y: Floats
    source: str
    sha256: str
    warnings: tuple[TableWarning, ...] = ()
    sigma: Floats | None = None
    absolute: bool = False
    units: Mapping[str, str] = field(default_factory=dict)
    group: npt.NDArray[np.str_] | None = None
    of: int | None = None
    axes: Mapping[str, Axis] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.y)

    def with_columns(self, more: Mapping[str, Floats]) -> Table:
        """Give the same rows with more features [rows], by name."""
        wide = np.column_stack([self.x, *more.values()])
        return replace(self, features=(*self.features, *more), x=wide)


def fingerprint(
    features: tuple[str, ...],
    target: str,
    x: Floats,
    y: Floats,
    *,
    sigma: Floats | None = None,
    group: npt.NDArray[np.str_] | None = None,
) -> str:
    """Give the SHA-256 of names and values: the bits of each column, features first, then target, errors and labels.

    >>> one, two = np.array([[1.0]]), np.array([2.0])
    >>> fingerprint(("x",), "y", one, two) == fingerprint(("z",), "y", one, two)
    False
    """
    digest = hashlib.sha256(json.dumps([*features, target, len(y)]).encode())
    for column in (*x.T, y, *([] if sigma is None else [sigma])):
        digest.update(column.astype("<f8").tobytes())
    if group is not None:
        digest.update(json.dumps(group.tolist()).encode())
    return digest.hexdigest()
