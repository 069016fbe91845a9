"""Leave-one-out cross-validation of a formula whose decimals were fitted, from one fit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sympy as sp

from kansr.formula.constants import parametrised
from kansr.formula.evaluate import gradient
from kansr.formula.functions import Array

_SEEN = 1e-9  # singular values below this share of the largest are directions that the rows do not see


def left_out(
    expr: sp.Expr, columns: Mapping[str, Array], y: Array, *, deviation: Array | None = None, free: int | None = None
) -> Array:
    """Give for each row what the formula would say of it, fitted without that row: values [n].

    The residual of a row that is left out is `r / (1 - h)`, with h its leverage: exact where the formula is linear in
    its constants, to first order elsewhere (Allen's PRESS, Technometrics 16, 1974). `deviation` [n] is the standard
    deviation of each row, up to a factor. Where more constants were fitted than the formula has decimals (`free`),
    the others count evenly on all rows. A row that alone determines a constant is taken to be missed by 2 n times.

    >>> x = sp.Symbol("x", real=True)
    >>> left_out(sp.Float(2.0) + 0 * x, {"x": np.arange(3.0)}, np.array([1.0, 2.0, 3.0])).round(9).tolist()
    [2.5, 2.0, 1.5]
    """
    values, leverage = leverages(expr, columns, y, deviation=deviation, free=free)
    return np.asarray(y - (y - values) / (1 - leverage))


def leverages(
    expr: sp.Expr, columns: Mapping[str, Array], y: Array, *, deviation: Array | None = None, free: int | None = None
) -> tuple[Array, Array]:
    """Give the values [n] of a formula and the leverage [n] of each row on its own value, at most 1 - 1/(2 n)."""
    template, symbols, at = parametrised(expr)
    n = len(y)
    f, slopes = gradient(template, symbols, columns, at)
    f = np.array(np.broadcast_to(f, (n,)))
    slopes = np.broadcast_to(slopes, (n, len(symbols)))
    basis = _basis(slopes if deviation is None else slopes / deviation[:, None])
    hidden = max((free or 0) - len(symbols), 0)
    leverage = (basis**2).sum(1) + hidden / n
    return f, np.minimum(leverage, 1 - 1 / (2 * n))


def _basis(slopes: Array) -> Array:
    with np.errstate(all="ignore"):
        slopes = np.nan_to_num(slopes, posinf=0.0, neginf=0.0)
        size = np.abs(slopes).max(0, initial=0.0)
        kept = slopes[:, size > 0] / size[size > 0]
    if not kept.shape[1]:
        return np.zeros((len(slopes), 0))
    u, s, _ = np.linalg.svd(kept / np.linalg.norm(kept, axis=0), full_matrices=False)
    return np.asarray(u[:, s > _SEEN * s[0]])
