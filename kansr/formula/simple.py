"""Simple numbers near a fitted constant, and which of them the rows tell from their neighbours.

A constant known to within sigma carries log2(|value| / sigma) bits. A number that takes fewer says the same with less.
But there are many numbers: 3.3 +- 0.2 has 3, 7/2, pi and 2*sqrt(3) within its error, and which of these is the shortest
is chance. Whole numbers, fractions and decimals are what a reader takes a rounded number for anyway. Others, such as
pi, e, roots and constants with a name, say something about the law; such a one is taken only where the window of the
error bars, 2 * 3 sigma wide, would hold one of numbers as long as it once in some hundred times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from kansr.formula.complexity import constant_bits
from kansr.formula.named import Named
from kansr.formula.text import to_text

_SIGMAS = 3.0  # how far from its value a constant may be moved, in standard errors
_SURE = 2.0  # bits that a plain number must save
_RARE = 4.0  # bits that another one must save beside the width of the window: one in sixteen, and its price is a guess
_LARGEST = 10**7  # whole numbers and denominators beyond this are not simple
_EXPONENT = -1.0  # bits that an exponent must save
_SHORT = 4  # denominators of exponents that are plain, at most
_DOUBLE = 52.0  # bits of a constant without an error

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

# How the rate k of exp(k x) may hide a base that people write: exp(k x) = 2**(r x)
_BASES: tuple[tuple[Callable[[float], float], Callable[[sp.Rational], sp.Expr], float], ...] = (
    (lambda v: v / math.log(2), lambda r: r * sp.log(2), 1.0),
    (lambda v: v / math.log(10), lambda r: r * sp.log(10), 1.0),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a constant stands: as an exponent of its own (x**k), or as a rate in an exponential (exp(k*x))."""

    exponent: bool = False
    rate: bool = False


def places(template: sp.Expr, symbols: Sequence[sp.Symbol]) -> tuple[Place, ...]:
    """Say of each constant of a template where it stands.

    >>> x, a, b = sp.symbols("x a b", real=True)
    >>> [(p.exponent, p.rate) for p in places(x**a * sp.exp(b * x), (a, b))]
    [(True, False), (False, True)]
    """
    exponents, rates = set(), set()
    for node in sp.preorder_traversal(template):
        if isinstance(node, sp.exp):
            terms = [term for term in sp.Add.make_args(node.args[0]) if term.is_Mul]
            rates |= {factor for term in terms for factor in term.args}
        elif node.is_Pow:
            exponents.add(node.exp)
    return tuple(Place(exponent=s in exponents, rate=s in rates) for s in symbols)


def wish(
    value: float, sigma: float, named: Sequence[Named] = (), place: Place | None = None
) -> tuple[float, Any] | None:
    """Give (bits saved, number) for the simplest number that may stand for a constant; None where none may.

    Zero may wherever it is within the error. Whole and half exponents may as soon as they are not much longer than
    what is known of the constant: laws have such exponents.

    >>> wish(3.3, 0.2), wish(3.1415927, 1e-6)[1], wish(0.6931475, 1e-6, place=Place(rate=True))[1]
    (None, pi, log(2))
    """
    if not math.isfinite(sigma):
        return None
    place = place or Place()
    worth = math.log2(abs(value) / sigma + 1) if sigma > 0 else _DOUBLE
    candidates = [*simple_numbers(value, sigma, place), *multiples(value, sigma, named)]
    allowed = [(worth - bits, number) for bits, number in candidates if _is_told(worth - bits, number, place)]
    return max(allowed, default=None, key=lambda found: found[0])


def written(number: Any, value: float, sigma: float) -> tuple[str, float, float] | None:
    """Give the text of a number as a formula shows it, without sign, and what was fitted there with its error.

    A rate log(2) is shown as the base 2 that it makes. None for what is not shown by itself: 0, 1, other rates, and a
    number without an error.

    >>> written(sp.Integer(-2), -2.0044, 0.0034), written(sp.log(2), 0.7, 0.01)[:1], written(sp.Integer(1), 1.1, 0.2)
    (('2', 2.0044, 0.0034), ('2',), None)
    """
    size = abs(number)
    if number in (0, 1, -1) or not math.isfinite(sigma):
        return None
    if not number.has(sp.log):
        return to_text(size), abs(value), sigma
    base = sp.exp(size)
    return (str(base), math.exp(abs(value)), math.exp(abs(value)) * sigma) if base.is_Integer else None


def _is_told(saved: float, number: Any, place: Place) -> bool:
    """Whether a number saves enough to be more than chance."""
    if number == 0:
        return True
    if not number.is_Rational:
        return saved > _RARE + math.log2(2 * _SIGMAS)
    return saved > (_EXPONENT if place.exponent and number.q <= _SHORT else _SURE)


def simple_numbers(value: float, sigma: float, place: Place | None = None) -> Iterator[tuple[float, sp.Expr]]:
    """Yield (bits, number) for the simple numbers within the error bars of a constant; `place` says where it stands.

    >>> min(simple_numbers(3.1415926, 1e-6))[1], min(simple_numbers(0.33333, 1e-4))[1]
    (pi, 1/3)
    """
    reach = max(_SIGMAS * sigma, 1e-14 * abs(value))
    if abs(value) <= reach:
        yield 1.0, sp.Integer(0)
        return
    for find, make, extra in (*_FORMS, *(_BASES if place is not None and place.rate else ())):
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
