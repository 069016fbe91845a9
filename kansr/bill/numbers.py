"""What fitted constants cost: the bits that the rows tell of each, and at least as much as an F test asks of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from kansr.later import later

if TYPE_CHECKING:
    from scipy import special
else:
    special = later("scipy.special")

LEVEL = 0.05
"""Level of the F test that one more constant has to pass on few rows."""

_LN2 = math.log(2.0)


def told_bits(rows: int, free: int, told: Sequence[float], *, known: bool = False) -> float:
    """Give the bits of `free` fitted constants of which the rows tell so many bits in each direction.

    A constant that is known to a thousandth of itself says ten bits, as the digits that it is written with do
    (Rissanen, Automatica 14, 1978; Wallace and Freeman, Journal of the Royal Statistical Society B 49, 1987). It never
    costs less than what `numbers_bits` asks of it.

    >>> round(told_bits(20, 2, [10.0, 1.0]) - numbers_bits(20, 1), 1)
    10.0
    """
    if not known and free >= rows:
        return math.inf
    prices = sorted((numbers_bits(rows, j, known=known) - numbers_bits(rows, j - 1, known=known)
                     for j in range(1, free + 1)), reverse=True)  # fmt: skip
    told = sorted(told, reverse=True)[:free]
    return sum(max(price, bits) for price, bits in zip_longest(prices, told, fillvalue=0.0))


@lru_cache(maxsize=4096)
def numbers_bits(rows: int, free: int, *, known: bool = False) -> float:
    """Give the least bits of `free` fitted constants on so many rows; infinite where no row is left to tell.

    The j-th constant costs what it has to save in `rows/2 log2(residual sum of squares)` to pass an F test with 1 and
    `rows - j` degrees of freedom: `rows/2 log2(1 + F/(rows - j))`. So the bill agrees with the F test on nested pairs.
    The level is 5 %, and from some 50 rows on the one of BIC, whose price `log2(rows)/2` then is the higher one
    (Schwarz, Annals of Statistics 6, 1978). With a known size of the noise it is the chi^2 test in its place.

    >>> [round(numbers_bits(rows, 2) - numbers_bits(rows, 1), 1) for rows in (8, 20, 1000)]
    [4.0, 3.2, 5.0]
    >>> numbers_bits(5, 5)
    inf
    """
    if known:
        return free * max(float(special.chdtri(1, LEVEL)), math.log(max(rows, 2))) / 2 / _LN2
    if free >= rows:
        return math.inf
    level = min(LEVEL, float(special.chdtrc(1, math.log(max(rows, 2)))))
    return sum(_price(rows, rows - j, level) for j in range(1, free + 1))


def _price(rows: int, freedom: int, level: float) -> float:
    """Give the bits of one constant that leaves so many degrees of freedom."""
    quantile = float(special.fdtri(1, freedom, 1 - level))
    return rows / 2 * math.log2(1 + quantile / freedom)
