"""The power law of all columns, read off logarithms: no network is needed for it, and few rows are enough."""

from __future__ import annotations

import numpy as np
import sympy as sp

from kansr.formula.names import symbols_of
from kansr.symbolic.discover import Discovery, Rows, snapped

_COLUMNS = 8  # at most: a longer product is no law that anyone looks for
_ROWS_A_CONSTANT = 2


def power_law(rows: Rows) -> Discovery | None:
    """Give the best `c x1**p1 x2**p2 ..`, where all columns are above zero and the target has one sign; else None.

    The logarithm of a power law is a straight line in the logarithms of its columns, so the start is exact where the
    law is. From there its constants are fitted to the target itself, whose errors are those that count.
    """
    columns = list(rows.columns.values())
    constants = len(columns) + 1
    if not 0 < len(columns) <= _COLUMNS or len(rows.y) < _ROWS_A_CONSTANT * constants:
        return None
    if not all((column > 0).all() for column in columns) or not ((rows.y > 0).all() or (rows.y < 0).all()):
        return None
    design = np.column_stack([*(np.log(column) for column in columns), np.ones(len(rows.y))])
    powers, *_ = np.linalg.lstsq(design, np.log(np.abs(rows.y)), rcond=None)
    size = float(np.exp(powers[-1]) * np.sign(rows.y[0]))
    if not np.isfinite(size) or not np.isfinite(powers).all():
        return None
    symbols = symbols_of(rows.columns).values()
    factors = [s ** sp.Float(float(p)) for s, p in zip(symbols, powers[:-1], strict=True)]
    return snapped(sp.Mul(sp.Float(size), *factors), rows, "power law")
