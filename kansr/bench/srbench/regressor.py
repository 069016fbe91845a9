"""kansr as a method of SRBench (La Cava et al. 2021): what its harness imports.

SRBench wants this file and `metadata.yml` in a folder of its own. It takes `est`, sets `max_time` and `random_state` on
it, fits it to at most 10,000 rows, and reads `model(est, X)` with sympy. This is no module of kansr: it stands where
the harness puts it, and kansr itself comes from `pip install "kansr[sklearn]"`.
"""

from __future__ import annotations

from typing import Any

import sympy

from kansr.estimator import KANSymbolicRegressor

est = KANSymbolicRegressor(max_time=3600, random_state=0)
"""The regressor: scikit-learn's fit and predict, on one thread; it ends by itself within `max_time` seconds."""

eval_kwargs: dict[str, Any] = {"scale_x": False, "scale_y": False, "test_params": {"max_time": 60}}
"""What the harness passes to its evaluation: tables as they are, for kansr scales by itself, and short tests."""


def model(est: Any, X: Any = None) -> str:
    """Give the formula of a fitted regressor as a text that plain sympy reads, in the names of the columns of X.

    A regressor that was fitted to an array calls its columns x1, x2, ...; X then says what they are called. A name that
    sympy would take for something else, such as `E`, stays the safe name that the formula has for it.
    """
    names = getattr(X, "columns", None)
    if names is None or hasattr(est, "feature_names_in_"):
        return str(est.formula_)
    expression = est.sympy()
    columns = {symbol: sympy.Symbol(str(names[int(symbol.name[1:]) - 1])) for symbol in expression.free_symbols}
    return str(expression.xreplace(columns))
