"""The polynomial of all columns that the rows obey to rounding, if there is one: least squares tells it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations_with_replacement
from math import comb

import numpy as np
import sympy as sp

from kansr.formula.functions import Array
from kansr.formula.names import symbols_of
from kansr.formula.simplify import shortest
from kansr.symbolic.discover import Discovery, Rows, snapped

_MOST = 84  # monomials: degree 9 of one column, 5 of three, 3 of six
_DEGREE = 9
_ROWS = 3000  # rows that find the terms
_ROWS_A_TERM = 2
_EXACT = 1e-12  # share of the target's spread that rounding leaves
_LONGEST = 12  # terms
_DECIMALS = 1  # numbers that are no simple ones: more of them make a series, which any smooth law has
_PROBE = 200


def exact_polynomial(rows: Rows) -> Discovery | None:
    """Give the sum of a few monomials that leaves rounding alone; None where there is none, or only a series.

    All monomials up to the highest degree that the columns allow are fitted together, so none hides behind another;
    then the smallest go, one after the other, as long as rounding is all that is left.
    """
    degree = _degree(len(rows.columns), len(rows.y))
    if not degree or rows.weighing is not None:
        return None
    few = rows.head(_ROWS)
    terms = list(monomials(few, degree))
    design = np.column_stack([values for _, values in terms])  # [n, monomials]
    size = np.abs(design).max(0)
    chosen, weights = _few(design / size, few.y)
    if not chosen:
        return None
    parts = (sp.Float(float(w)) * terms[i][0] for i, w in zip(chosen, weights / size[chosen], strict=True))
    law = snapped(sp.Add(*parts), rows, "polynomial law")
    if len(law.expression.atoms(sp.Float)) > _DECIMALS:
        return None
    return replace(law, expression=shortest(law.expression, dict(rows.head(_PROBE).columns)))


def monomials(rows: Rows, degree: int) -> Iterator[tuple[sp.Expr, Array]]:
    """Yield all products of up to `degree` columns with their values [n]; those beyond doubles are left out."""
    symbols = symbols_of(rows.columns)
    yield sp.Integer(1), np.ones(len(rows.y))
    for names in chain.from_iterable(combinations_with_replacement(symbols, d) for d in range(1, degree + 1)):
        with np.errstate(all="ignore"):
            values = np.prod([rows.columns[name] for name in names], axis=0)
        if np.isfinite(values).all() and values.any():
            yield sp.Mul(*(symbols[name] for name in names)), values


def _degree(columns: int, rows: int) -> int:
    """Give the highest degree whose monomials are few enough, and well told by so many rows; below 2 there is none."""
    most = min(_MOST, rows // _ROWS_A_TERM)
    fitting = (d for d in range(_DEGREE, 1, -1) if comb(columns + d, d) <= most)
    return next(fitting, 0)


def _few(design: Array, y: Array) -> tuple[list[int], Array]:
    """Choose the columns of a design [n, p] that y needs, and weigh them.

    None where more than rounding is left, or many are needed.
    """
    bar = _EXACT * float(np.std(y))
    weights, left = _solved(design, y)
    if left > bar:
        return [], weights[:0]
    order = np.argsort(np.abs(weights))
    for start in (int(np.searchsorted(np.abs(weights)[order], 1e-6 * np.abs(weights).max())), 0):
        kept = sorted(order[start:].tolist())
        weights, left = _solved(design[:, kept], y)
        if left <= bar:
            break
    while len(kept) > 1:
        smallest = int(np.abs(weights).argmin())
        fewer = [*kept[:smallest], *kept[smallest + 1 :]]
        lighter, left = _solved(design[:, fewer], y)
        if left > bar:
            break
        kept, weights = fewer, lighter
    return (kept, weights) if len(kept) <= _LONGEST else ([], weights[:0])


def _solved(design: Array, y: Array) -> tuple[Array, float]:
    """Give the weights of least squares, and the root of the mean square that they leave."""
    weights, *_ = np.linalg.lstsq(design, y, rcond=None)
    return np.asarray(weights, dtype=np.float64), float(np.sqrt(np.mean((design @ weights - y) ** 2)))
