"""The closed list of functions and constants that a formula may hold.

One row a function: how it is written, how sympy knows it, how NumPy computes it, what its slope is, how Python
and LaTeX spell it. The reader, the printer, the evaluator and the exports all walk this table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import sympy
from numpy.typing import NDArray

from kansr.formula.corners import Max, Min, step
from kansr.later import function_of, later

if TYPE_CHECKING:
    from scipy import special
else:
    special = later("scipy.special")

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function y = f(x), f(order, x) with a whole-number order, or one of two or more arguments, f(x1, x2, ...).

    Parameters
    ----------
    name
        How text spells it.
    sympy
        The class that sympy's trees hold; for `sqrt`, which sympy holds as a power, the function that makes it.
    numpy
        f on arrays; the order comes first if there is one.
    slope
        (x, f(x)) -> f'(x), or (order, x, f(x)) -> df/dx; of a function of many arguments (which, arguments, f) -> df by
        the argument of that place.
    python
        How Python code spells it, with NumPy as `np` and `scipy.special` as `special`.
    latex
        How LaTeX spells it, before the argument.
    aliases
        Other spellings that are read.
    orders
        How many whole numbers come before the argument.
    many
        Whether it takes two or more arguments, which may change places, and may be taken two at a time.
    unit
        Whether its argument has no unit (`none`), or any, which it passes on (`passed`) or drops (`dropped`).
    same
        Another class of sympy that is printed and computed as this one.
    note
        What a list of functions says of it.
    """

    name: str
    sympy: Any
    numpy: Callable[..., Any]
    slope: Callable[..., Any]
    python: str
    latex: str
    aliases: tuple[str, ...] = ()
    orders: int = 0
    many: bool = False
    unit: Literal["none", "passed", "dropped"] = "none"
    same: Any = None
    note: str = ""


def _j(order: float, x: Array) -> Array:
    """Give the Bessel function of the first kind J_n."""
    if order == 0:
        return np.asarray(special.j0(x))
    return np.asarray(special.j1(x) if order == 1 else special.jv(order, x))


def _j_slope(order: float, x: Array, _: Array) -> Array:
    """J_0' = -J_1, else J_n' = (J_{n-1} - J_{n+1}) / 2."""
    return -_j(1, x) if order == 0 else (_j(order - 1, x) - _j(order + 1, x)) / 2


def _most(*parts: Array) -> Array:
    return np.asarray(reduce(np.maximum, parts))


def _least(*parts: Array) -> Array:
    return np.asarray(reduce(np.minimum, parts))


def _share(which: int, parts: Sequence[Any], value: Any) -> Any:
    """Give 1 where this argument is the largest or smallest one; of arguments that are alike each has its share."""
    return np.where(parts[which] == value, 1.0, 0 * value) / sum(np.where(part == value, 1.0, 0.0) for part in parts)


_ROWS = (
    Function(name="exp", sympy=sympy.exp, numpy=np.exp, slope=lambda _, y: y, python="np.exp", latex=r"\exp"),
    Function(
        name="log",
        sympy=sympy.log,
        numpy=np.log,
        slope=lambda x, _: 1 / x,
        python="np.log",
        latex=r"\ln",
        aliases=("ln",),
    ),
    Function(
        name="sqrt", sympy=sympy.sqrt, numpy=np.sqrt, slope=lambda _, y: 0.5 / y, python="np.sqrt", latex=r"\sqrt"
    ),
    Function(name="sin", sympy=sympy.sin, numpy=np.sin, slope=lambda x, _: np.cos(x), python="np.sin", latex=r"\sin"),
    Function(name="cos", sympy=sympy.cos, numpy=np.cos, slope=lambda x, _: -np.sin(x), python="np.cos", latex=r"\cos"),
    Function(name="tan", sympy=sympy.tan, numpy=np.tan, slope=lambda _, y: 1 + y * y, python="np.tan", latex=r"\tan"),
    Function(
        name="sinh", sympy=sympy.sinh, numpy=np.sinh, slope=lambda x, _: np.cosh(x), python="np.sinh", latex=r"\sinh"
    ),
    Function(
        name="cosh", sympy=sympy.cosh, numpy=np.cosh, slope=lambda x, _: np.sinh(x), python="np.cosh", latex=r"\cosh"
    ),
    Function(
        name="tanh",
        sympy=sympy.tanh,
        numpy=np.tanh,
        slope=lambda x, _: 1 / np.cosh(x) ** 2,  # 1 - y**2 loses all digits for large x
        python="np.tanh",
        latex=r"\tanh",
    ),
    Function(
        name="asin",
        sympy=sympy.asin,
        numpy=np.arcsin,
        slope=lambda x, _: 1 / np.sqrt((1 - x) * (1 + x)),
        python="np.arcsin",
        latex=r"\arcsin",
        aliases=("arcsin",),
    ),
    Function(
        name="acos",
        sympy=sympy.acos,
        numpy=np.arccos,
        slope=lambda x, _: -1 / np.sqrt((1 - x) * (1 + x)),
        python="np.arccos",
        latex=r"\arccos",
        aliases=("arccos",),
    ),
    Function(
        name="atan",
        sympy=sympy.atan,
        numpy=np.arctan,
        slope=lambda x, _: 1 / (1 + x * x),
        python="np.arctan",
        latex=r"\arctan",
        aliases=("arctan",),
    ),
    Function(
        name="asinh",
        sympy=sympy.asinh,
        numpy=np.arcsinh,
        slope=lambda x, _: 1 / np.hypot(x, 1),
        python="np.arcsinh",
        latex=r"\operatorname{arsinh}",
        aliases=("arcsinh", "arsinh"),
    ),
    Function(
        name="acosh",
        sympy=sympy.acosh,
        numpy=np.arccosh,
        slope=lambda x, _: 1 / np.sqrt((x - 1) * (x + 1)),
        python="np.arccosh",
        latex=r"\operatorname{arcosh}",
        aliases=("arccosh", "arcosh"),
    ),
    Function(
        name="atanh",
        sympy=sympy.atanh,
        numpy=np.arctanh,
        slope=lambda x, _: 1 / ((1 - x) * (1 + x)),
        python="np.arctanh",
        latex=r"\operatorname{artanh}",
        aliases=("arctanh", "artanh"),
    ),
    Function(
        name="Abs",
        sympy=sympy.Abs,
        numpy=np.abs,
        slope=lambda x, _: np.sign(x),
        python="np.abs",
        latex=r"\left|\right|",
        aliases=("abs",),
        unit="passed",
    ),
    Function(
        name="sign",
        sympy=sympy.sign,
        numpy=np.sign,
        slope=lambda _, y: 0 * y,
        python="np.sign",
        latex=r"\operatorname{sign}",
        unit="dropped",
    ),
    Function(
        name="step",
        sympy=step,
        numpy=lambda x: np.heaviside(x, 1.0),
        slope=lambda _, y: 0 * y,
        python="np.heaviside({}, 1.0)",
        latex=r"\operatorname{step}",
        aliases=("Heaviside",),
        unit="dropped",
        note="1 from 0 on, 0 below",
    ),
    Function(
        name="max",
        sympy=Max,
        numpy=_most,
        slope=_share,
        python="np.maximum",
        latex=r"\max",
        aliases=("Max",),
        many=True,
        unit="passed",
        same=sympy.Max,
        note="of two or more arguments",
    ),
    Function(
        name="min",
        sympy=Min,
        numpy=_least,
        slope=_share,
        python="np.minimum",
        latex=r"\min",
        aliases=("Min",),
        many=True,
        unit="passed",
        same=sympy.Min,
        note="of two or more arguments",
    ),
    Function(
        name="erf",
        sympy=sympy.erf,
        numpy=function_of(special, "erf"),
        slope=lambda x, _: 2 / np.sqrt(np.pi) * np.exp(-x * x),
        python="special.erf",
        latex=r"\operatorname{erf}",
    ),
    Function(
        name="besselj",
        sympy=sympy.besselj,
        numpy=_j,
        slope=_j_slope,
        python="special.jv",
        latex="J",
        orders=1,
        note="the order comes first, a whole number",
    ),
)

FUNCTIONS: dict[str, Function] = {row.name: row for row in _ROWS}
"""The functions by name."""

SPELLINGS: dict[str, Function] = FUNCTIONS | {alias: row for row in _ROWS for alias in row.aliases}
"""The functions by every spelling that is read."""

BY_CLASS: dict[Any, Function] = {row.sympy: row for row in _ROWS} | {row.same: row for row in _ROWS if row.same}
"""The functions by the class that sympy's trees hold."""

CONSTANTS: dict[str, Any] = {"pi": sympy.pi, "E": sympy.E}
"""The constants with a name, as they are read; a column of that name comes first."""

OF_ORDER: dict[str, tuple[Function, int]] = {f"J{order}": (FUNCTIONS["besselj"], order) for order in (0, 1)}
"""Spellings that name the order too: `J0(x)` is `besselj(0, x)`."""
