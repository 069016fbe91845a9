"""Laws to be found: the formula collections of `datasets/collections`, sampled as tables."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kansr.formula.evaluate import evaluate
from kansr.formula.names import safe_names
from kansr.formula.parse import parse

COLLECTIONS = Path(__file__).parents[1] / "datasets" / "collections"


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A formula in safe names, and the range that each column is drawn from."""

    name: str
    target: str
    formula: str
    ranges: dict[str, tuple[float, float]]

    @property
    def names(self) -> dict[str, str]:
        """Safe name -> column."""
        return safe_names(tuple(self.ranges))

    def values(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values [n] of the law at rows x [n, columns]."""
        safe = list(self.names)
        values = evaluate(parse(self.formula, safe), dict(zip(safe, x.T, strict=True)))
        return np.broadcast_to(values, (len(x),)).copy()

    def sample(self, rows: int, seed: int, noise: float = 0.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Rows x [n, columns] drawn evenly, and the target with noise of that share of its RMS."""
        rng = np.random.default_rng(seed)
        low, high = np.array(list(self.ranges.values())).T
        x = rng.uniform(low, high, (rows, len(low)))
        y = self.values(x)
        return x, y + noise * np.sqrt(np.mean(y**2)) * rng.standard_normal(rows)


def collection(path: Path) -> list[Law]:
    """Read a collection: name, target, formula and `column low high; ...` in each row."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_law(row) for row in csv.DictReader(file)]


def _law(row: dict[str, str]) -> Law:
    ranges = {c: (float(a), float(b)) for c, a, b in (part.split() for part in row["ranges"].split(";"))}
    return Law(name=row["name"], target=row["target"], formula=row["formula"], ranges=ranges)
