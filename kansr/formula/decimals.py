"""Decimals without the last bits of the arithmetic that they come from: 3 * 0.319 is 0.957, not 0.9570000000000001.

Constants are cut to the digits that the data can tell. When a formula is then written in another form, products and
sums of these decimals are made in doubles, which are off by a bit or two: the digits come back.
"""

from __future__ import annotations

import sys

import sympy as sp

_DIGITS = 12  # a decimal that has more is no rounded one
_BITS = 4 * sys.float_info.epsilon  # how far a few operations take a rounded decimal, as a share of it


def clean(expr: sp.Expr) -> sp.Expr:
    """Give an expression with each decimal that is a rounded one but for its last bits as that rounded one.

    Others, such as 0.1234567890123456, stay to the bit.

    >>> x = sp.Symbol("x")
    >>> str(clean(3 * sp.Float(0.319) * x)), str(3 * sp.Float(0.319) == sp.Float(0.957))
    ('0.957*x', 'False')
    """
    numbers = {n: sp.Float(short) for n in expr.atoms(sp.Float) if (short := rounded_off(float(n))) != float(n)}
    return expr.xreplace(numbers) if numbers else expr


def rounded_off(value: float) -> float:
    """Give the decimal of at most 12 digits that a double is but for its last bits; another one is itself.

    >>> rounded_off(0.1 + 0.2), rounded_off(1 / 3)
    (0.3, 0.3333333333333333)
    """
    short = float(f"{value:.{_DIGITS - 1}e}")
    return short if abs(short - value) <= _BITS * abs(value) else value
