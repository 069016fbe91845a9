"""The bill of a formula on rows: what is left over, its form, its constants."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sympy

from kansr.bill.names import names_bits
from kansr.bill.numbers import numbers_bits, told_bits
from kansr.formula.constants import parametrised
from kansr.formula.evaluate import gradient
from kansr.noise.model import Array, Noise

_DOUBLE = 52.0  # bits of a constant that nothing bounds: the digits of a double


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Bits of a formula: of the rows beside it, of its form, of its fitted constants."""

    rows: float
    names: float
    numbers: float

    @property
    def total(self) -> float:
        """All bits: of two formulas the one with fewer is to be preferred."""
        total = float(self.rows + self.names + self.numbers)
        return total if not math.isnan(total) else math.inf


def bill(expr: sympy.Expr, columns: Mapping[str, Array], noise: Noise, *, free: int | None = None) -> Bill:
    """Give the bill of a formula on columns [n] by name, under a kind of noise.

    Its decimals count as fitted, or `free` constants where it has others.

    >>> x = sympy.Symbol("x", real=True)
    >>> rows = np.arange(8.0)
    >>> noise = Noise(kind="absolute", y=3.0 * rows + 0.1 * (-1.0) ** rows)
    >>> line, mean = (bill(e, {"x": rows}, noise) for e in (sympy.Float(3.0) * x, sympy.Float(10.5)))
    >>> line.total < mean.total
    True
    """
    template, symbols, at = parametrised(expr)
    f, slopes = gradient(template, symbols, columns, at)
    f = np.array(np.broadcast_to(f, noise.y.shape))
    return bill_of(expr, f, np.broadcast_to(slopes, (len(f), len(symbols))), at, noise, columns=len(columns), free=free)


def bill_of(
    expr: sympy.Expr, f: Array, slopes: Array, constants: Array, noise: Noise, *, columns: int, free: int | None = None
) -> Bill:
    """Give the bill of a formula whose values f [n], slopes [n, p] and constants [p] are known already."""
    rows, known = noise.bits(f), not noise.fitted
    count = len(constants) if free is None else free
    if not math.isfinite(rows):
        numbers = numbers_bits(len(f), count, known=known)
    else:
        numbers = told_bits(len(f), count, tuple(_told(f, slopes, constants, noise).tolist()), known=known)
    return Bill(rows=rows, names=names_bits(expr, columns), numbers=numbers)


def _told(f: Array, slopes: Array, constants: Array, noise: Noise) -> Array:
    """Give the bits that the rows tell of the constants, in each direction in which these may move by their size."""
    if not len(constants):
        return np.zeros(0)
    scale = noise.scale(f) if noise.fitted else 1.0
    with np.errstate(all="ignore"):
        moved = slopes * np.abs(constants) / (noise.deviation(f) * scale)[:, None]
    moved = np.clip(np.nan_to_num(moved, posinf=0.0, neginf=0.0), -1e150, 1e150)
    lengths = np.linalg.svd(moved, compute_uv=False)
    return np.asarray(np.clip(np.log2(np.maximum(lengths, 1.0)), 0.0, _DOUBLE))
