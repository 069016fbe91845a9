"""Functions of which the rows see only the first terms: sinh(0.001 x) is x, 1e8 cosh(1e-4 x) - 1e8 is x^2.

Where the argument of a function hardly varies over the rows, the function is a straight line or a parabola there, and a
formula with these in its place says the same with less. So does a power of a column, under noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import sympy as sp

from kansr.formula.evaluate import evaluate
from kansr.formula.functions import Array

_NARROW = 0.7  # half of the range of an argument up to which only the first terms of a function may be seen
_FUNCTIONS = (
    sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.asin, sp.acos, sp.atan, sp.asinh, sp.atanh,
    sp.erf,
)  # fmt: skip


def straightened(expr: sp.Expr, columns: Mapping[str, Array]) -> Iterator[sp.Expr]:
    """Yield the formula with the first one or two terms of a series in place of one function, the inner ones first.

    >>> x = sp.Symbol("x", real=True)
    >>> rows = {"x": np.linspace(1.0, 2.0, 5)}
    >>> [round(float(f.coeff(x)), 3) for f in straightened(3.0 + 1000.0 * sp.sinh(0.001 * x), rows)]
    [1.0, 1.0]
    """
    for node in _narrow(expr, columns):
        (inner,) = node.args
        u = np.broadcast_to(evaluate(inner, columns), next(iter(columns.values())).shape)
        middle = float((u.max() + u.min()) / 2)
        for order in (1, 2):
            series = _series(node.func, middle, order)
            yield expr.xreplace({node: sp.expand(series(inner))})


def as_powers(expr: sp.Expr, columns: Mapping[str, Array]) -> Iterator[sp.Expr]:
    """Yield the formula with a power of a column in place of a longer factor of this column alone, one at a time.

    Under noise 1.86 - log(x - 0.77) and 1/x are the same curve, and the power says it with less.

    >>> x, y = sp.symbols("x y", real=True)
    >>> rows = {"x": np.linspace(1.0, 2.0, 9), "y": np.ones(9)}
    >>> [sp.N(f, 3) for f in as_powers(y * (1.86 - sp.log(x - 0.77)), rows)]
    [3.27*y/x**0.994]
    """
    for product in sorted(expr.atoms(sp.Mul), key=str):
        for factor in product.args:
            if len(factor.free_symbols) != 1 or factor.as_base_exp()[0].is_Symbol:
                continue
            (column,) = factor.free_symbols
            x, value = columns[str(column)], evaluate(factor, columns)
            if not np.isfinite(value).all() or x.min() <= 0 or np.ptp(np.sign(value)) > 0 or not value.all():
                continue
            power, size = np.polyfit(np.log(x), np.log(np.abs(value)), 1)
            like = sp.Float(float(np.sign(value[0]) * np.exp(size))) * column ** sp.Float(float(power))
            yield expr.xreplace({product: product / factor * like})


def _narrow(expr: sp.Expr, columns: Mapping[str, Array]) -> list[Any]:
    """The applications of functions whose arguments hardly vary."""
    found = []
    for node in sorted(expr.atoms(*_FUNCTIONS), key=lambda n: int(n.count_ops())):
        if node.args[0].free_symbols:
            u = evaluate(node.args[0], columns)
            if np.isfinite(u).all() and np.ptp(u) < 2 * _NARROW:
                found.append(node)
    return found


def _series(function: Any, middle: float, order: int) -> Callable[[Any], Any]:
    """The polynomial that a function is near a number, with decimals as coefficients."""
    x = sp.Symbol("x")
    terms = [float(sp.N(sp.diff(function(x), x, k).subs(x, middle))) for k in range(order + 1)]
    return lambda u: sum(
        (sp.Float(t / (1 if k < 2 else 2)) * (u - sp.Float(middle)) ** k for k, t in enumerate(terms)), sp.Integer(0)
    )
