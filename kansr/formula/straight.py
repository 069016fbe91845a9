"""Functions of which the rows see only the first terms: sinh(0.001 x) is x, 1e8 cosh(1e-4 x) - 1e8 is x^2.

Where the argument of a function hardly varies over the rows, the function is a straight line or a parabola there, and a
formula with these in its place says the same with less.
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
