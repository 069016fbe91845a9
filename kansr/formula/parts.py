"""What a formula is made of, where its form was partly known, or where it has constants by group: plain records."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A template with what was found for it.

    `functions` is what each unknown function is, such as `{"f(x)": "x**2"}`; `constants` the value of each constant, as
    text, for it may be exact; `errors` the standard errors of those that are not, infinite where the rows do not
    determine one.
    """

    template: str
    functions: Mapping[str, str]
    constants: Mapping[str, str]
    errors: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Give JSON values."""
        return asdict(self) | {"errors": _finite(self.errors)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Filled:
        """Give what `to_json` wrote."""
        return cls(
            template=str(record["template"]),
            functions={str(k): str(v) for k, v in record["functions"].items()},
            constants={str(k): str(v) for k, v in record["constants"].items()},
            errors=_infinite(record["errors"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ByGroup:
    """Constants that have a value for each group.

    `column` holds the groups; `constants` is the value of each constant by label, such as
    `{"c1": {"steel": 2.1, "brass": 1.4}}`, `errors` its standard error; `rows` the number of rows of each label.
    """

    column: str
    constants: Mapping[str, Mapping[str, float]]
    errors: Mapping[str, Mapping[str, float]]
    rows: Mapping[str, int]

    def name(self, constant: str) -> str:
        """Name a constant for people.

        >>> ByGroup(column="sample", constants={}, errors={}, rows={}).name("c1")
        'c1[sample]'
        """
        return f"{constant}[{self.column}]"

    def columns(self, labels: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """Give the columns [n] that the constants are at rows with these labels, by `name`.

        Raises `KeyError` for a label that has no constants.

        >>> ByGroup(column="s", constants={"c": {"a": 1.0, "b": 2.0}}, errors={}, rows={}).columns(["b", "a"])
        {'c[s]': array([2., 1.])}
        """
        rows = self.constants.items()
        return {self.name(constant): np.array([values[label] for label in labels]) for constant, values in rows}

    def to_json(self) -> dict[str, Any]:
        """Give JSON values."""
        return asdict(self) | {"errors": {name: _finite(row) for name, row in self.errors.items()}}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> ByGroup:
        """Give what `to_json` wrote."""
        return cls(
            column=str(record["column"]),
            constants={str(k): {str(g): float(v) for g, v in row.items()} for k, row in record["constants"].items()},
            errors={str(k): _infinite(row) for k, row in record["errors"].items()},
            rows={str(k): int(v) for k, v in record["rows"].items()},
        )


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _infinite(values: Mapping[str, float | None]) -> dict[str, float]:
    return {str(name): math.inf if value is None else float(value) for name, value in values.items()}
