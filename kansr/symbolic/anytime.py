"""A formula that is there at once: the quadratic that a few terms make, in case that nothing better is found in time.

It is no law and is not read from a network: an answer for when the time is over, and something to look at meanwhile.
"""

from __future__ import annotations

import math

import numpy as np
import sympy as sp

from kansr.formula.constants import refit
from kansr.formula.functions import Array
from kansr.formula.snap import length, rounded
from kansr.formula.weighing import weighed
from kansr.symbolic.discover import Discovery, Rows
from kansr.symbolic.monomials import monomials

_COLUMNS = 12  # more of them have too many products
_TERMS = 10
_TERM_BITS = 16.0  # what a further term costs, about: its columns and the digits of its number
_NOTHING = 1e-11  # share of the target below which a term is rounding
_ROWS = 3000  # rows that choose the terms; all of them fit the numbers


def polynomial(rows: Rows) -> Discovery | None:
    """Give a sum of columns, their squares and products, the few that matter most; None for many columns.

    Terms are added one after the other, each the one that explains most of what is left (orthogonal matching pursuit:
    Pati, Rezaiifar and Krishnaprasad 1993), as long as the description gets shorter.
    """
    if len(rows.columns) > _COLUMNS or len(rows.y) <= 2 * _TERMS:
        return None
    few = rows.head(_ROWS)
    products = list(monomials(few, 2))
    chosen, weights = _pursued([values for _, values in products], few)
    least, sizes = _NOTHING * float(np.abs(few.y).max()), [float(np.abs(values).max()) for _, values in products]
    seen = [(i, float(w)) for i, w in zip(chosen, weights, strict=True) if abs(w) * sizes[i] > least]
    terms = [sp.Float(w) * products[i][0] for i, w in seen]
    if not terms or not all(math.isfinite(w) for w in weights):
        return None
    fit = refit(sp.Add(*terms), rows.columns, rows.y, weighing=rows.weighing)
    fit = rounded(fit, rows.columns, rows.y, rows.weighing)
    bits = length(fit, rows.y, rows.weighing)
    return Discovery(expression=fit.expression, fit=fit, bits=bits, label="polynomial")


def _pursued(columns: list[Array], rows: Rows) -> tuple[list[int], Array]:
    """Choose terms, the constant first; gives them and their numbers."""
    design = np.column_stack([weighed(values, rows.weighing) for values in columns])  # [n, terms]
    size = np.abs(design).max(0)
    target = weighed(rows.y, rows.weighing)
    scaled = design / np.where(size > 0, size, 1.0)
    chosen, best = [0], math.inf
    kept = (chosen, np.zeros(1))
    while len(chosen) <= _TERMS:
        weights, *_ = np.linalg.lstsq(scaled[:, chosen], target, rcond=None)
        left = target - scaled[:, chosen] @ weights
        bits = len(target) / 2 * math.log2(max(float(np.mean(left**2)), 1e-300)) + _TERM_BITS * len(chosen)
        if bits >= best:
            break
        best, kept = bits, (list(chosen), weights / size[chosen])
        following = _next(scaled, chosen, left)
        if following is None:
            break
        chosen = [*chosen, following]
    return kept


def _next(scaled: Array, chosen: list[int], left: Array) -> int | None:
    """Give the term that, beside those chosen, goes along with what is left most."""
    basis, _ = np.linalg.qr(scaled[:, chosen])
    rest = scaled - basis @ (basis.T @ scaled)
    norm = np.sqrt((rest**2).sum(0))
    fresh = norm > 1e-9 * np.sqrt((scaled**2).sum(0))
    fresh[chosen] = False
    if not fresh.any():
        return None
    along = np.where(fresh, np.abs(left @ rest) / np.where(fresh, norm, 1.0), -1.0)
    return int(along.argmax())
