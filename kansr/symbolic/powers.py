"""The power law of all columns, read off logarithms: no network is needed for it, and few rows are enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import sympy as sp

from kansr.formula.names import symbols_of
from kansr.formula.simplify import shortest
from kansr.symbolic.discover import Discovery, Rows, snapped

_COLUMNS = 8  # at most: a longer product is no law that anyone looks for
_ROWS_A_CONSTANT = 2
_PROBE = 60  # rows on which two forms of it are compared
_ONE_SIGN = 0.75  # share of the rows in which the target must have its sign


def power_law(rows: Rows) -> Discovery | None:
    """Give the best `c x1**p1 x2**p2 ..`, where all columns are above zero and the target has one sign; else None.

    Where the target comes near zero noise may give some rows the other sign.

    The logarithm of a power law is a straight line in the logarithms of its columns, so the start is exact where the
    law is. From there its constants are fitted to the target itself, whose errors are those that count.
    """
    columns = list(rows.columns.values())
    constants = len(columns) + 1
    if not 0 < len(columns) <= _COLUMNS or len(rows.y) < _ROWS_A_CONSTANT * constants:
        return None
    sign = float(np.sign(np.median(rows.y)))
    own = sign * rows.y > 0
    if not all((column > 0).all() for column in columns) or np.mean(own) < _ONE_SIGN:
        return None
    weights = np.abs(rows.y[own])  # an error e of the target is one of e / y in its logarithm
    design = np.column_stack([*(np.log(column[own]) for column in columns), np.ones(len(weights))])
    powers, *_ = np.linalg.lstsq(weights[:, None] * design, weights * np.log(weights), rcond=None)
    size = sign * float(np.exp(powers[-1]))
    if not np.isfinite(size) or not np.isfinite(powers).all():
        return None
    symbols = symbols_of(rows.columns).values()
    factors = [s ** sp.Float(float(p)) for s, p in zip(symbols, powers[:-1], strict=True)]
    law = snapped(sp.Mul(sp.Float(size), *factors), rows, "power law")
    return replace(law, expression=shortest(law.expression, dict(rows.head(_PROBE).columns)))
