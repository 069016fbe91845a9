"""The bill of a formula on rows: what is left over, its form, its constants."""

from __future__ import annotations

import math
from dataclasses import dataclass

import sympy

from kansr.bill.names import names_bits
from kansr.bill.numbers import numbers_bits
from kansr.noise.model import Array, Noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Bits of a formula: of the rows beside it, of its form, of its fitted constants."""

    rows: float
    names: float
    numbers: float

    @property
    def total(self) -> float:
        """All bits: of two formulas the one with fewer is to be preferred."""
        total = self.rows + self.names + self.numbers
        return total if not math.isnan(total) else math.inf


def bill(expr: sympy.Expr, values: Array, noise: Noise, *, columns: int, free: int | None = None) -> Bill:
    """Give the bill of a formula with these values [n] under a kind of noise.

    `columns` is how many the table has; `free` how many constants were fitted: by default the decimals of the formula.

    >>> import numpy as np
    >>> x = sympy.Symbol("x", real=True)
    >>> rows = np.arange(8.0)
    >>> y = 3.0 * rows + 0.1 * (-1.0) ** rows
    >>> noise = Noise(kind="absolute", y=y)
    >>> line, mean = sympy.Float(3.0) * x, sympy.Float(y.mean())
    >>> bill(line, 3.0 * rows, noise, columns=1).total < bill(mean, np.full(8, y.mean()), noise, columns=1).total
    True
    """
    count = len(expr.atoms(sympy.Float)) if free is None else free
    return Bill(
        rows=noise.bits(values),
        names=names_bits(expr, columns),
        numbers=numbers_bits(len(noise.y), count, known=not noise.fitted),
    )
