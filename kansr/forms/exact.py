"""Whole numbers and small fractions in the place of constants, where the rows leave them open."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from kansr.forms.fit import Fitted, errors
from kansr.formula.constants import decimals, substituted
from kansr.formula.text import printed
from kansr.noise.model import Noise

_PARTS = (1, 2, 3, 4)  # denominators that are tried
_LARGEST = 1000  # whole numbers beyond this are not simple
_FAR = 2.0  # standard errors that a constant may be from its simple number
_KNOWN = 3.0  # a constant of which less than its third is uncertain may be a simple number


def plans(fit: Fitted, noise: Noise) -> Iterator[sp.Expr]:
    """Yield a form with one constant made simple, where its error allows: those nearest by their errors first."""
    sigma = errors(fit, noise)
    every = [(i, _simple(float(v), float(s))) for i, (v, s) in enumerate(zip(fit.constants, sigma, strict=True))]
    found = [(abs(fit.constants[i] - float(n)) / sigma[i], i, n) for i, n in every if n is not None]
    for _, i, number in sorted(found, key=lambda one: one[:2]):
        yield substituted(fit.template, decimals(fit.symbols, fit.constants) | {fit.symbols[i]: number})


def _is_exact(number: sp.Rational) -> bool:
    """Whether a number is written as the fraction that it is: 13/2 is written 6.5, and read as a decimal again."""
    leaf = printed(number)
    return isinstance(leaf, tuple) or not leaf.is_Float


def _simple(value: float, error: float) -> sp.Rational | None:
    """Give the plainest number, whole or a small fraction, within two standard errors of a constant that is known."""
    if not error < abs(value) / _KNOWN:
        return None
    for parts in _PARTS:
        nearest = sp.Rational(round(value * parts), parts)
        if nearest and abs(value - float(nearest)) <= _FAR * error and abs(nearest.p) <= _LARGEST:
            return nearest if _is_exact(nearest) else None
    return None
