"""kansr: give it a table, get back the formula. Symbolic regression with Kolmogorov-Arnold Networks."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kansr.estimator import KANSymbolicRegressor as KANSymbolicRegressor

__version__ = "0.1.0"
__all__ = ["KANSymbolicRegressor", "__version__"]


def __getattr__(name: str) -> object:
    """Load the estimator when it is asked for: scikit-learn takes a second, and the command line never needs it."""
    if name == "KANSymbolicRegressor":
        return getattr(import_module("kansr.estimator"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
