"""What measurement errors say of a formula: its weighed errors, chi^2, and the description length that follows."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from kansr.formula.complexity import description_length
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula, Scores, Split
from kansr.formula.functions import Array
from kansr.formula.weighing import Weighing, weighed


def weigh(
    formula: Formula, x: Array, y: Array, *, names: list[str], split: Split, sigma: Array, absolute: bool, free: int
) -> Formula:
    """Give a formula with its weighed errors, and chi^2 where the errors of the rows are absolute.

    Parameters
    ----------
    x, y, names
        Rows [n, features], targets [n], and the symbols of the columns.
    split
        The parts of the rows.
    sigma, absolute
        Measurement errors [n] of the targets, and whether they are in the target's unit.
    free
        How many constants were fitted.
    """
    residual = evaluate(formula.expression, dict(zip(names, x.T, strict=True))) - y
    parts = {part: np.asarray(getattr(split, part)) for part in ("train", "validation", "test")}
    weighings = {part: Weighing.of(sigma[rows], absolute) for part, rows in parts.items()}
    squares = {part: _mean_square(residual[rows], weighings[part]) for part, rows in parts.items()}
    chi2 = {part: squares[part] / one.noise for part, one in weighings.items() if one.noise is not None}
    chosen = np.concatenate([parts["train"], parts["validation"]])
    weighing = Weighing.of(sigma[chosen], absolute)
    mse = _mean_square(residual[chosen], weighing)
    length = description_length(
        formula.expression, rows=len(chosen), mse=mse, variance=float(np.var(y[chosen])), free=free,
        noise=weighing.noise,
    )  # fmt: skip
    return replace(
        formula,
        weighted=Scores(**{part: math.sqrt(square) for part, square in squares.items()}),
        chi2=Scores(**chi2) if chi2 else None,
        description_length=length if math.isfinite(length) else None,
    )


def _mean_square(residual: Array, weighing: Weighing) -> float:
    with np.errstate(all="ignore"):
        square = float(np.mean(weighed(residual, weighing) ** 2))
    return square if math.isfinite(square) else math.inf
