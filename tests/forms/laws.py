"""What tests of forms share: a search that is cut short, and what a formula says beside a law."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.forms import Candidate, Settings, forms
from kansr.formula.evaluate import evaluate
from kansr.noise.model import Noise

Array = NDArray[np.float64]

ONE_TERM = Settings(terms=1, each=2, others=15, kept=12, simple=3)
"""All entries, but one at a time."""

FEW_TERMS = Settings(entries=500, beam=10, branches=2, plain=20, each=2, others=15, kept=12, simple=3)


def found(columns: Mapping[str, Array], y: Array, settings: Settings = FEW_TERMS) -> list[Candidate]:
    return forms(columns, [Noise(kind="absolute", y=y)], settings)


def values(expr: sp.Expr, columns: Mapping[str, Array]) -> Array:
    return np.array(np.broadcast_to(evaluate(expr, columns), next(iter(columns.values())).shape), dtype=float)


def between(columns: Mapping[str, Array]) -> dict[str, Array]:
    """Give rows between those of a table: a law that was found holds there, too."""
    rng = np.random.default_rng(0)
    n = len(next(iter(columns.values())))
    one, two, share = rng.integers(0, n, 50), rng.integers(0, n, 50), rng.random(50)
    return {name: share * c[one] + (1 - share) * c[two] for name, c in columns.items()}


def off(expr: sp.Expr, law: Callable[[Mapping[str, Array]], Array], columns: Mapping[str, Array]) -> float:
    """Give the largest error of a formula at and between the rows, as a share of the spread of the law."""
    every = {name: np.concatenate([columns[name], c]) for name, c in between(columns).items()}
    truth = law(every)
    return float(np.max(np.abs(values(expr, every) - truth))) / float(np.std(truth))
