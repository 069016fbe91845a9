"""Formulas as the rows see them: |u| is u where u is above 0, exp(u)^p is exp(p u), and log(u^p) is p log(u)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from kansr.errors import FormulaError
from kansr.formula.corners import Max, Min, step
from kansr.formula.evaluate import evaluate
from kansr.formula.functions import Array

_PLAIN = 12  # numerators and denominators up to this are powers that people write inside a logarithm


def as_seen(expr: sp.Expr, columns: Mapping[str, Array]) -> sp.Expr:
    """Give a formula with |u|, max, min and steps as the rows [n] see them: one side of each, where they see no other.

    Columns are real, so a power of an exponential is written as one exponential, and fitted powers inside a logarithm
    as factors before it.

    >>> import numpy as np
    >>> x = sp.Symbol("x", real=True)
    >>> as_seen(sp.Abs(x - 1.5) + Max(x, 3.0) + 1 / sp.sqrt(sp.exp(x)), {"x": np.array([0.5, 1.0])})
    -x + 4.5 + exp(-x/2)
    """
    return _walk(expr, columns)


def _walk(node: Any, columns: Mapping[str, Array]) -> Any:
    if node.is_Atom:
        return node
    args = [_walk(a, columns) for a in node.args]
    if node.is_Pow and isinstance(args[0], sp.exp) and args[1].is_number:
        return sp.exp(args[1] * args[0].args[0])
    if isinstance(node, sp.log):
        return _log(args[0])
    if node.func in (sp.Abs, Max, Min, step):
        side = _side(node.func, args, columns)
        return node.func(*args) if side is None else side
    return node if tuple(args) == node.args else node.func(*args)


def _log(inside: Any) -> Any:
    """Write a logarithm, powers with a decimal or a column in them before it; those to one power stay together."""
    together: dict[Any, list[Any]] = {}
    for part in sp.Mul.make_args(inside):
        base, power = part.as_base_exp()
        if _is_plain(power):
            together.setdefault(sp.Integer(1), []).append(part)
        elif power.is_number:
            together.setdefault(abs(power), []).append(base ** sp.sign(power))
        else:
            together.setdefault(power, []).append(base)
    if list(together) == [sp.Integer(1)]:
        return sp.log(inside)
    return sp.Add(*(power * sp.log(sp.Mul(*bases)) for power, bases in together.items()))


def _is_plain(power: Any) -> bool:
    return bool(power.is_Rational and abs(power.p) <= _PLAIN and power.q <= _PLAIN)


def _side(function: Any, args: list[Any], columns: Mapping[str, Array]) -> Any:
    """Give the side of a corner that all rows are on; None where they are on both, or where there are no values."""
    try:
        values = [evaluate(a, columns) for a in args]
    except FormulaError:
        return None
    if function in (Max, Min):
        sign = 1.0 if function is Max else -1.0
        ahead = (all((sign * (v - other) >= 0).all() for other in values) for v in values)
        return next((a for a, first in zip(args, ahead, strict=True) if first), None)
    above, below = bool((values[0] >= 0).all()), bool((values[0] < 0).all())
    if function is step:
        return sp.Integer(int(above)) if above or below else None
    return args[0] if above else -args[0] if below else None
