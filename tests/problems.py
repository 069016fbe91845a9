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


_UNARY = ("sin({})", "cos({})", "exp({})", "tanh({})", "({})**2", "sqrt(1 + ({})**2)", "arctan({})", "log(2 + ({})**2)")
_BINARY = ("({} + {})", "({} - {})", "({}*{})", "({}/(1.5 + {}**2))")
_BRANCHES = 0.25  # how often a column that was used is used again
_LARGEST = 1e9
_WILD = 50.0  # largest value, in units of the spread, that a law may reach


def random_laws(count: int, seed: int, inputs: tuple[int, int] = (2, 8)) -> list[Law]:
    """Draw laws: a random tree over all columns, functions of one column or node at random, ranges with both signs.

    Laws that a column hardly moves, or that are dominated by a few rows, are drawn again.
    """
    rng = np.random.default_rng(seed)
    laws: list[Law] = []
    while len(laws) < count:
        columns = inputs[0] + len(laws) % (inputs[1] - inputs[0] + 1)
        law = _drawn(f"random-{len(laws) + 1}", columns, rng)
        if _is_fair(law):
            laws.append(law)
    return laws


def _drawn(name: str, columns: int, rng: np.random.Generator) -> Law:
    names = [f"x{i + 1}" for i in range(columns)]
    parts = [*names, *(n for n in names if columns < 4 and rng.random() < _BRANCHES)]
    while len(parts) > 1:
        a, b = (parts.pop(int(rng.integers(len(parts)))) for _ in range(2))
        joined = str(rng.choice(_BINARY)).format(a, b)
        parts.append(str(rng.choice(_UNARY)).format(joined) if rng.random() < 0.4 else joined)
    ranges = [(-2.0, 2.0) if rng.random() < 0.5 else (0.5, 3.0) for _ in names]
    return Law(name=name, target="y", formula=parts[0], ranges=dict(zip(names, ranges, strict=True)))


def _is_fair(law: Law) -> bool:
    with np.errstate(over="ignore"):
        x, y = law.sample(2000, 1)
    if not np.isfinite(y).all() or np.abs(y).max() > _LARGEST or y.std() == 0:
        return False
    if np.abs(y - y.mean()).max() > _WILD * y.std():
        return False
    moved = []
    for i in range(x.shape[1]):
        other = x.copy()
        other[:, i] = np.random.default_rng(2).permutation(x[:, i])
        moved.append(float(np.std(law.values(other) - y)))
    return min(moved) > 0.03 * float(y.std())
