"""The closed list of functions that a law may name beside those of a formula.

Special functions are SciPy's. The others have no formula that is short: curves and steps drawn at random by a seed,
sums of many terms, and counts of whole numbers. None is a function that kansr's formulas can hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kansr.later import function_of, later

if TYPE_CHECKING:
    from scipy import interpolate, special
else:
    interpolate, special = later("scipy.interpolate"), later("scipy.special")

Array = NDArray[np.float64]

_EDGE = 2.0  # curves drawn at random are known from -2 to 2
_JUMPS = 12
_KNOTS = 13
_WALK = 800
_LEVELS = 40  # binary or ternary digits of a number that count


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFunction:
    """A function of some numbers, which a law fixes, and some columns [n].

    Parameters
    ----------
    name
        How a law spells it.
    numbers, columns
        How many numbers it takes first, and how many columns after them.
    compute
        Its values [n].
    says
        What it is, in words.
    """

    name: str
    numbers: int
    columns: int
    compute: Callable[..., Array]
    says: str


def _array(values: object) -> Array:
    return np.asarray(values, dtype=np.float64)


def _spline(seed: float, x: Array) -> Array:
    """A natural cubic spline through values drawn at random, at knots a third apart."""
    values = np.random.default_rng(int(seed)).standard_normal(_KNOTS)
    return _array(interpolate.CubicSpline(np.linspace(-_EDGE, _EDGE, _KNOTS), values, bc_type="natural")(x))


def _surface(seed: float, x: Array, y: Array) -> Array:
    """A bicubic spline through values drawn at random, at knots a third apart."""
    knots = np.linspace(-_EDGE, _EDGE, _KNOTS)
    values = np.random.default_rng(int(seed)).standard_normal((_KNOTS, _KNOTS))
    return _array(interpolate.RectBivariateSpline(knots, knots, values).ev(x, y))


def _walk(seed: float, x: Array) -> Array:
    """A random walk of steps 1/200 long, with straight lines between them."""
    steps = np.random.default_rng(int(seed)).standard_normal(_WALK) * math.sqrt(2 * _EDGE / _WALK)
    return _array(np.interp(x, np.linspace(-_EDGE, _EDGE, _WALK + 1), np.concatenate([[0.0], np.cumsum(steps)])))


def _jumps(seed: float) -> tuple[Array, Array]:
    """Sorted places from -1 to 1, and a height for each piece between them."""
    rng = np.random.default_rng(int(seed))
    return np.sort(rng.uniform(-1, 1, _JUMPS)), rng.standard_normal(_JUMPS + 1)


def _steps(seed: float, x: Array) -> Array:
    """A staircase of treads and rises drawn at random."""
    places, heights = _jumps(seed)
    return _array(np.cumsum(heights)[np.searchsorted(places, x, side="right")])


def _teeth(seed: float, x: Array) -> Array:
    """A saw whose teeth differ in width and height, all of them starting from 0."""
    places, heights = _jumps(seed)
    edges = np.concatenate([[-_EDGE], places, [_EDGE]])
    piece = np.searchsorted(places, x, side="right")
    return _array(heights[piece] * (x - edges[piece]) / (edges[piece + 1] - edges[piece]))


def _weierstrass(terms: float, x: Array) -> Array:
    """Sum of cos(3^k pi x)/2^k, continuous and, in the limit, nowhere smooth (Weierstrass 1872)."""
    return _array(sum(0.5**k * np.cos(3.0**k * np.pi * x) for k in range(int(terms))))


def _takagi(terms: float, x: Array) -> Array:
    """Sum of the distance of 2^k x to the nearest whole number, over 2^k (Takagi 1901)."""
    return _array(sum(0.5**k * np.abs(2.0**k * x - np.round(2.0**k * x)) for k in range(int(terms))))


def _cantor(x: Array) -> Array:
    """Cantor's function, the devil's staircase; 0 below 0 and 1 above 1."""
    rest, value, open_ = np.clip(x, 0.0, 1.0), np.zeros_like(x), np.ones(x.shape, bool)
    for k in range(1, _LEVELS + 1):
        digit = np.minimum(np.floor(3 * rest), 2)
        value += np.where(open_ & (digit > 0), 0.5**k, 0.0)
        open_ &= digit != 1
        rest = 3 * rest - digit
    return _array(np.where(x >= 1, 1.0, value))


@lru_cache(maxsize=8)
def _divisors_up_to(largest: int) -> Array:
    counts = np.zeros(largest + 1)
    for d in range(1, largest + 1):
        counts[d::d] += 1
    return counts


def _whole(x: Array) -> NDArray[np.int64]:
    """Whole parts, 0 for what is below 0."""
    return np.maximum(np.floor(x), 0).astype(np.int64)


def _divisors(x: Array) -> Array:
    """How many whole numbers divide the whole part."""
    n = _whole(x)
    return _divisors_up_to(int(n.max(initial=1)))[n]


def _primes(x: Array) -> Array:
    """How many primes there are up to x."""
    n = _whole(x)
    return _array(np.cumsum(_divisors_up_to(int(n.max(initial=1))) == 2)[n])


_special = partial(function_of, special)

_ROWS: tuple[tuple[str, int, int, Callable[..., object], str], ...] = (
    # special functions of two columns
    ("ellipj", 0, 2, lambda u, m: special.ellipj(u, m)[0], "Jacobi's elliptic sn(u | m)"),
    ("ellipkinc", 0, 2, _special("ellipkinc"), "incomplete elliptic integral of the first kind, F(phi | m)"),
    ("ellipeinc", 0, 2, _special("ellipeinc"), "incomplete elliptic integral of the second kind, E(phi | m)"),
    ("jv", 0, 2, _special("jv"), "Bessel function of the first kind, of order v at x"),
    ("yv", 0, 2, _special("yv"), "Bessel function of the second kind, of order v at x"),
    ("kv", 0, 2, _special("kv"), "modified Bessel function of the second kind, of order v at x"),
    ("iv", 0, 2, _special("iv"), "modified Bessel function of the first kind, of order v at x"),
    ("lpmv", 1, 2, _special("lpmv"), "associated Legendre function of order m and degree v at x"),
    ("beta", 0, 2, _special("beta"), "beta function"),
    ("gammainc", 0, 2, _special("gammainc"), "regularised lower incomplete gamma function P(a, x)"),
    ("owens_t", 0, 2, _special("owens_t"), "Owen's T(h, a)"),
    ("voigt", 0, 3, _special("voigt_profile"), "Voigt profile at x, of widths sigma and gamma"),
    # special functions of one column
    ("gamma", 0, 1, _special("gamma"), "gamma function"),
    ("loggamma", 0, 1, _special("gammaln"), "logarithm of the gamma function"),
    ("rgamma", 0, 1, _special("rgamma"), "one over the gamma function"),
    ("digamma", 0, 1, _special("digamma"), "digamma function"),
    ("trigamma", 0, 1, lambda x: special.polygamma(1, x), "trigamma function"),
    ("harmonic", 0, 1, lambda x: special.digamma(x + 1) + np.euler_gamma, "harmonic number 1 + 1/2 + ... + 1/x"),
    ("zeta", 0, 1, _special("zeta"), "Riemann's zeta function"),
    ("airy_ai", 0, 1, lambda x: special.airy(x)[0], "Airy function Ai"),
    ("airy_bi", 0, 1, lambda x: special.airy(x)[2], "Airy function Bi"),
    ("j1", 0, 1, _special("j1"), "Bessel function J1"),
    ("y0", 0, 1, _special("y0"), "Bessel function Y0"),
    ("y1", 0, 1, _special("y1"), "Bessel function Y1"),
    ("i1", 0, 1, _special("i1"), "modified Bessel function I1"),
    ("k0", 0, 1, _special("k0"), "modified Bessel function K0"),
    ("ber", 0, 1, _special("ber"), "Kelvin function ber"),
    ("struve", 1, 1, _special("struve"), "Struve function of an order"),
    ("lambertw", 0, 1, lambda x: special.lambertw(x).real, "Lambert's W, its main branch"),
    ("dawsn", 0, 1, _special("dawsn"), "Dawson's integral"),
    ("sine_integral", 0, 1, lambda x: special.sici(x)[0], "sine integral Si"),
    ("cosine_integral", 0, 1, lambda x: special.sici(x)[1], "cosine integral Ci"),
    ("expi", 0, 1, _special("expi"), "exponential integral Ei"),
    ("fresnel_s", 0, 1, lambda x: special.fresnel(x)[0], "Fresnel integral S"),
    ("fresnel_c", 0, 1, lambda x: special.fresnel(x)[1], "Fresnel integral C"),
    ("ellipk", 0, 1, _special("ellipk"), "complete elliptic integral K(m)"),
    ("ellipe", 0, 1, _special("ellipe"), "complete elliptic integral E(m)"),
    ("spence", 0, 1, _special("spence"), "Spence's function, a dilogarithm"),
    ("pbdv", 1, 1, lambda v, x: special.pbdv(v, x)[0], "parabolic cylinder function D of an order"),
    ("mathieu_cem", 2, 1, lambda m, q, x: special.mathieu_cem(m, q, np.degrees(x))[0], "even Mathieu function ce_m(q)"),
    ("hyp1f1", 2, 1, _special("hyp1f1"), "confluent hypergeometric function 1F1(a; b; x)"),
    ("hyp2f1", 3, 1, _special("hyp2f1"), "hypergeometric function 2F1(a, b; c; x)"),
    # what no short formula holds
    ("first_digit", 0, 1, lambda x: np.floor(10 * x), "first decimal digit of a number between 0 and 1"),
    ("spline", 1, 1, _spline, "cubic spline through random values"),
    ("surface", 1, 2, _surface, "bicubic spline through random values"),
    ("walk", 1, 1, _walk, "random walk, straight between its steps"),
    ("steps", 1, 1, _steps, "staircase of random treads and rises"),
    ("teeth", 1, 1, _teeth, "saw of random teeth"),
    ("weierstrass", 1, 1, _weierstrass, "Weierstrass's sum of so many cosines"),
    ("takagi", 1, 1, _takagi, "Takagi's sum of so many triangle waves"),
    ("cantor", 0, 1, _cantor, "Cantor's staircase"),
    ("primes", 0, 1, _primes, "how many primes there are up to x"),
    ("divisors", 0, 1, _divisors, "how many numbers divide the whole part of x"),
)

FUNCTIONS: dict[str, NamedFunction] = {
    name: NamedFunction(
        name=name, numbers=numbers, columns=columns, compute=lambda *a, f=compute: _array(f(*a)), says=says
    )
    for name, numbers, columns, compute, says in _ROWS
}
"""The functions by name."""
