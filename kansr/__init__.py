"""kansr: give it a table, get back the formula. Symbolic regression with Kolmogorov-Arnold Networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kansr.later import names_of

if TYPE_CHECKING:
    from kansr.estimator import KANSymbolicRegressor as KANSymbolicRegressor
else:  # scikit-learn takes a second, and the command line never needs it
    __getattr__ = names_of(__name__, {"estimator": ["KANSymbolicRegressor"]})

__version__ = "0.1.0"
__all__ = ["KANSymbolicRegressor", "__version__"]
