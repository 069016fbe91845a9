"""Constants with a name and a value: the user's own, such as g = 9.81, and those of physics.

In a formula such a constant is a number, as pi is: it is no column, needs no rows to have a value, and prints its name.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sympy
from sympy.core.expr import AtomicExpr
from sympy.core.numbers import NumberSymbol

from kansr.errors import FormulaError, UsageError
from kansr.formula.functions import CONSTANTS
from kansr.formula.names import is_safe
from kansr.later import later

if TYPE_CHECKING:
    from scipy import constants
else:
    constants = later("scipy.constants")

_OWN, _PHYSICAL = 2.0, 8.0  # bits of a constant that the user named, and of one out of the table below
_DIGITS = 3  # significant digits from which a fitted number may be a constant of physics

_OF_PHYSICS = {
    "c": "c",
    "G": "G",
    "h": "h",
    "hbar": "hbar",
    "e": "e",
    "k_B": "k",
    "N_A": "N_A",
    "R": "R",
    "epsilon_0": "epsilon_0",
    "mu_0": "mu_0",
    "sigma_SB": "sigma",
    "m_e": "m_e",
    "m_p": "m_p",
    "m_u": "m_u",
    "alpha": "alpha",
}  # symbol -> its name in scipy.constants


class Named(NumberSymbol):  # type: ignore[misc]  # sympy has no types
    """A positive number with a name.

    Two are equal when name and value are. `bits` is what one costs in a description; `digits` how many significant
    digits a fitted number must have to be taken for it.

    Raises `FormulaError` for a name that a formula cannot hold and a value that is not above zero.

    >>> x, g = sympy.Symbol("x", real=True), Named("g", 9.81)
    >>> g * x**2 / 2, float(2 * g), sympy.sqrt(g).is_real, g == Named("g", 9.81)
    (g*x**2/2, 19.62, True, True)
    """

    __slots__ = ("bits", "digits", "name", "value")
    is_real = True
    is_positive = True

    def __new__(cls, name: str, value: float, bits: float = _OWN, digits: int = 0) -> Named:  # noqa: D102
        if not is_safe(name) or name in CONSTANTS:
            raise FormulaError(f"a constant cannot be called '{name}'", hint="take letters, digits and underscores")
        if not 0 < float(value) < math.inf:
            raise FormulaError(f"the constant {name} is {value}", hint="it must be a number above zero")
        one = AtomicExpr.__new__(cls)
        one.name, one.value, one.bits, one.digits = name, float(value), bits, digits
        return one  # type: ignore[no-any-return]

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.name, self.value, self.bits, self.digits

    def _hashable_content(self) -> tuple[Any, ...]:
        return self.name, self.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self._hashable_content() == other._hashable_content()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Named, self.name, self.value))

    def _as_mpf_val(self, precision: int) -> Any:
        return sympy.Float(self.value)._as_mpf_val(precision)

    def _sympystr(self, _printer: Any) -> str:
        return str(self.name)

    _sympyrepr = _sympystr


def named_in(expr: sympy.Expr) -> dict[str, float]:
    """Give the names and values of the named constants of an expression, in the order of the alphabet."""
    return {one.name: one.value for one in sorted(expr.atoms(Named), key=lambda one: str(one.name))}


def named_constants(own: Mapping[str, float], physical: bool, columns: Collection[str]) -> tuple[Named, ...]:
    """Give the constants that a formula may hold beside these columns: the user's own, and those of physics.

    Constants of physics are those of CODATA in SI units (as `scipy.constants` has them); one whose symbol is the name
    of a column, or of one of the user's own, is left out.

    Raises `UsageError` where a constant of the user has the name of a column, or no name or value of a constant.
    """
    for name in own:
        if name in columns:
            raise UsageError(f"the constant {name} has the name of a column", hint=f"call it {name}_0")
    try:
        chosen = [Named(name, value) for name, value in own.items()]
    except FormulaError as error:
        raise UsageError(error.what, hint=error.hint) from error
    others = [one for one in _physical() if one.name not in columns and one.name not in own] if physical else []
    return (*chosen, *others)


@lru_cache(maxsize=1)
def _physical() -> tuple[Named, ...]:
    return tuple(Named(name, getattr(constants, known), _PHYSICAL, _DIGITS) for name, known in _OF_PHYSICS.items())
