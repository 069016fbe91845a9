"""Replace decimals by simple numbers where the error allows: 3.1415926 by pi, 0.49999 by 1/2.

A constant known to within sigma carries log2(|value| / sigma) bits. A simple number inside its error bars that takes
fewer bits says the same with less, and the formula with it is kept when its description length does not rise. All
constants are tried together first; when that fails, halves of them, down to single ones. `nsimplify` and the like,
which look at one number without its error, give wrong answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import sympy as sp

from kansr.formula.complexity import constant_bits, description_length
from kansr.formula.constants import ROUNDING, Refit, decimals, refit, substituted
from kansr.formula.decimals import clean
from kansr.formula.evaluate import evaluate
from kansr.formula.functions import Array
from kansr.formula.named import Named
from kansr.formula.simplify import canonical
from kansr.formula.weighing import Weighing, weighed

_SIGMAS = 3.0  # how far from its value a constant may be moved, in standard errors
_MARGIN = 2.0  # bits that a simple number must save
_LARGEST = 10**7  # whole numbers and denominators beyond this are not simple
_HARMLESS = 1e-3  # share by which rounding the constants may raise the mean square error
_ROUNDS = 12
_HIDDEN = 2  # redundant constants that are tried in each round
_STEPS = 20  # steps that the other constants get to make up for one that was moved within its error

# How a constant may hide a fraction: v = make(r), with r = find(v), its slope for the error, and the extra bits.
_FORMS: tuple[tuple[Callable[[float], float], Callable[[sp.Rational], sp.Expr], float], ...] = (
    (lambda v: v, lambda r: r, 0.0),
    (lambda v: v / math.pi, lambda r: r * sp.pi, 2.0),
    (lambda v: v * math.pi, lambda r: r / sp.pi, 2.5),
    (lambda v: v * abs(v), lambda r: sp.sign(r) * sp.sqrt(abs(r)), 2.5),
    (lambda v: v * abs(v) / math.pi, lambda r: sp.sign(r) * sp.sqrt(abs(r) * sp.pi), 4.0),
    (lambda v: v * abs(v) * math.pi, lambda r: sp.sign(r) * sp.sqrt(abs(r) / sp.pi), 4.0),
    (lambda v: v / math.pi**2, lambda r: r * sp.pi**2, 4.0),
    (lambda v: v * math.pi**2, lambda r: r / sp.pi**2, 4.5),
    (lambda v: v * math.pi**3, lambda r: r / sp.pi**3, 5.5),
    (lambda v: v / math.e, lambda r: r * sp.E, 4.0),
    (lambda v: math.log(abs(v)), sp.exp, 4.0),
)

# A multiple of a named constant: v**root = r * constant**power * pi**pis, with a small fraction r, and the extra bits.
_SMALL = 20
_MULTIPLES = (
    *(
        (1, power, pis, a + b)
        for power, a in ((1, 0.0), (-1, 1.0), (2, 2.0), (-2, 2.0))
        for pis, b in ((0, 0.0), (1, 2.5), (-1, 2.5))
    ),
    *((2, power, pis, a + b) for power, a in ((1, 1.0), (-1, 1.5)) for pis, b in ((0, 0.0), (2, 2.5), (-2, 3.0))),
)


def snap(
    expr: sp.Expr,
    columns: Mapping[str, Array],
    y: Array,
    named: Sequence[Named] = (),
    weighing: Weighing | None = None,
) -> Refit:
    """Refit the constants of an expression and fix those that are simple numbers.

    Parameters
    ----------
    expr
        A formula whose free constants are decimals.
    columns
        Values [n] of each symbol that is a column.
    y
        Target [n].
    named
        Constants with a name that are tried beside simple numbers.
    weighing
        What each row counts; None: all alike.

    Returns
    -------
    The shortest description found; constants that stay free are decimals.
    """
    best = refit(canonical(expr), columns, y, weighing=weighing)
    for _ in range(_ROUNDS):
        tried = (_some(best, wishes, columns, y, weighing) for wishes in _plans(best, named))
        fixed = next((f for f in tried if f is not None), None)
        if fixed is None:
            break
        best = fixed
    return rounded(refit(best.expression, columns, y, weighing=weighing), columns, y, weighing)


def rounded(fit: Refit, columns: Mapping[str, Array], y: Array, weighing: Weighing | None = None) -> Refit:
    """Cut the constants that stay free to the digits that the data can tell: what is printed is what is known."""
    limit = fit.mse * (1 + _HARMLESS) + (ROUNDING * float(np.std(y))) ** 2
    for share in (0.1, 0.01, 0.001):
        values = np.array([_cut(float(v), float(share * s)) for v, s in zip(fit.values, fit.sigma, strict=True)])
        expression = clean(substituted(fit.template, decimals(fit.symbols, values))) if len(values) else fit.expression
        with np.errstate(all="ignore"):
            mse = float(np.mean(weighed(evaluate(expression, columns) - y, weighing) ** 2))
        if mse <= limit:
            return replace(fit, expression=expression, values=values, mse=mse)
    return fit


def _cut(value: float, error: float) -> float:
    """Return the decimal of fewest digits that is no further than `error` from a value."""
    digits = (float(f"{value:.{d}e}") for d in range(17))
    return next((d for d in digits if abs(d - value) <= error), value)


def length(fit: Refit, y: Array, weighing: Weighing | None = None) -> float:
    """Give the description length of a refitted formula in bits."""
    if not math.isfinite(fit.mse):
        return math.inf
    noise = None if weighing is None else weighing.noise
    variance, free = float(np.var(y)), len(fit.values)
    return description_length(fit.expression, rows=len(y), mse=fit.mse, variance=variance, free=free, noise=noise)


def _some(
    best: Refit, wishes: dict[int, sp.Expr], columns: Mapping[str, Array], y: Array, weighing: Weighing | None
) -> Refit | None:
    """Fix as many of the wished constants as the error allows: all, else the better of two halves, else none."""
    if not wishes:
        return None
    tried = refit(canonical(best.fixed(wishes)), columns, y, steps=_STEPS, weighing=weighing)
    if length(tried, y, weighing) <= length(best, y, weighing) + 1e-9:
        return tried
    if len(wishes) == 1:
        return None
    keys = list(wishes)
    for half in (keys[: (len(keys) + 1) // 2], keys[(len(keys) + 1) // 2 :]):
        found = _some(best, {k: wishes[k] for k in half}, columns, y, weighing)
        if found is not None:
            return found
    return None


def _plans(fit: Refit, named: Sequence[Named]) -> Iterator[dict[int, sp.Expr]]:
    """Yield what to fix next: redundant constants one at a time (one fixed, the others are known), then the others."""
    hidden = [i for i in range(len(fit.values)) if not math.isfinite(fit.sigma[i])]
    yield from ({i: _nearest_of(fit.values[i])} for i in hidden[:_HIDDEN])
    yield _wishes(fit, named)


def _wishes(fit: Refit, named: Sequence[Named]) -> dict[int, sp.Expr]:
    """Return the simplest number inside the error bars of each constant, if there is one.

    The surest come first: the more bits a simple number saves, the less it is chance.
    """
    found = []
    for i, (value, sigma) in enumerate(zip(fit.values, fit.sigma, strict=True)):
        if not math.isfinite(sigma):
            continue
        candidates = [*simple_numbers(float(value), float(sigma)), *multiples(float(value), float(sigma), named)]
        best = min(candidates, default=None, key=lambda c: c[0])
        if best is not None:
            worth = math.log2(abs(value) / sigma + 1) if sigma > 0 else 52.0
            found.append((best[0] - worth, i, best[1]))
    return {i: number for gain, i, number in sorted(found, key=lambda f: f[:2]) if gain < -_MARGIN or number == 0}


def _nearest_of(value: float) -> sp.Expr:
    """Choose for a redundant constant, which may be anything: 0 for one that is small, else 1 with its sign."""
    return sp.Integer(0) if abs(value) < 0.1 else sp.Integer(1 if value > 0 else -1)


def simple_numbers(value: float, sigma: float) -> Iterator[tuple[float, sp.Expr]]:
    """Yield (bits, number) for the simple numbers within the error bars of a constant.

    >>> min(simple_numbers(3.1415926, 1e-6))[1], min(simple_numbers(0.33333, 1e-4))[1]
    (pi, 1/3)
    """
    reach = max(_SIGMAS * sigma, 1e-14 * abs(value))
    if abs(value) <= reach:
        yield 1.0, sp.Integer(0)
        return
    for find, make, extra in _FORMS:
        ends = sorted((find(value - reach), find(value + reach)))
        simplest = _simplest(*ends)
        if simplest is None or simplest == 0:
            continue
        number = make(sp.Rational(simplest.numerator, simplest.denominator))
        if float(number) * value < 0:
            number = -number
        yield constant_bits(sp.Rational(simplest.numerator, simplest.denominator)) + extra, number
    yield from _decimal(value, sigma)


def multiples(value: float, sigma: float, named: Sequence[Named]) -> Iterator[tuple[float, sp.Expr]]:
    """Yield (bits, number) for simple multiples of named constants, and their roots, within the error of a constant.

    >>> g = Named("g", 9.81)
    >>> [min(multiples(v, 1e-4 * v, [g]))[1] for v in (9.81, 4.905, 1 / 9.81, 2 * math.pi / math.sqrt(9.81))]
    [g, g/2, 1/g, 2*pi/sqrt(g)]
    """
    reach = max(_SIGMAS * sigma, 1e-14 * abs(value))
    if abs(value) <= reach:
        return
    for constant in named:
        if sigma > abs(value) * 10.0**-constant.digits:
            continue
        for root, power, pis, extra in _MULTIPLES:
            unit = constant.value**power * math.pi**pis
            ends = sorted(math.copysign(abs(v) ** root, v) / unit for v in (value - reach, value + reach))
            simplest = _simplest(*ends)
            if simplest is None or not 0 < abs(simplest.numerator) <= _SMALL or simplest.denominator > _SMALL:
                continue
            size = sp.Rational(abs(simplest.numerator), simplest.denominator)
            number = sp.Pow(size * constant**power * sp.pi**pis, sp.Rational(1, root))
            yield constant.bits + constant_bits(size) - 1 + extra, number if value > 0 else -number


def _decimal(value: float, sigma: float) -> Iterator[tuple[float, sp.Expr]]:
    """Yield a decimal of few digits that is as good as the value: 9.81, as a fraction of powers of ten."""
    for digits in range(1, 8):
        text = f"{value:.{digits - 1}e}"
        if abs(float(text) - value) <= sigma * _SIGMAS:
            yield 1 + digits * math.log2(10) + 2 * math.log2(1 + abs(math.log10(abs(value)))) + 1, sp.Rational(text)
            return


def _simplest(low: float, high: float) -> Fraction | None:
    """Return the fraction of smallest denominator in [low, high] (Stern-Brocot), None when it is not simple."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        mirrored = _simplest(-high, -low)
        return None if mirrored is None else -mirrored
    if not math.isfinite(high) or high > _LARGEST or low < 1 / _LARGEST:
        return None
    found = _between(Fraction(low), Fraction(high))
    return found if found.denominator <= _LARGEST else None


def _between(low: Fraction, high: Fraction) -> Fraction:
    whole = low.numerator // low.denominator
    if low == whole:
        return Fraction(whole)
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / _between(1 / (high - whole), 1 / (low - whole))


__all__: Sequence[str] = ["length", "multiples", "simple_numbers", "snap"]
