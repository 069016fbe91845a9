"""Kinds of noise as likelihoods: what a residual is under each, and how many bits the residuals of all rows take."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kind = Literal["absolute", "relative", "errors", "weights", "counts"]

ROUNDING = 1e-13
"""Share of the size of the target below which a standard deviation is never taken: the last digits of a double."""

_COUNTED = (10.0, 1e7)  # the largest of some numbers that may be counts of events
_LN2 = math.log(2.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Noise:
    """How rows scatter around their law.

    Parameters
    ----------
    kind
        See the table below.
    y
        Target [n].
    sigma
        Standard deviations [n] of the rows: known ones (`errors`), or up to a common factor (`weights`).
    step
        Distance [n] between neighbouring values that the table can write; 0 where it writes all digits.

    | kind     | residual of f                  | standard deviation       | for                                  |
    |----------|--------------------------------|--------------------------|--------------------------------------|
    | absolute | y - f                          | one for all rows, fitted | a reading with a fixed error         |
    | relative | log y - log f                  | one for all rows, fitted | a reading with an error in per cent  |
    | errors   | (y - f) / sigma                | 1                        | a column of measurement errors       |
    | weights  | (y - f) / sigma                | one for all rows, fitted | a column of weights                  |
    | counts   | signed root of the deviance    | 1                        | numbers of events (Poisson)          |

    The bits of kinds can be compared: that of `relative` counts the Jacobian of the logarithm (Box and Cox, Journal of
    the Royal Statistical Society B 26, 1964).
    """

    kind: Kind
    y: Array
    sigma: Array | None = None
    step: Array | None = None

    @property
    def fitted(self) -> bool:
        """Whether the size of the noise is estimated from the residuals."""
        return self.kind in ("absolute", "relative", "weights")

    def residual(self, f: Array) -> Array:
        """Give residuals [n] in which all rows count alike; nan where f has no place under this kind."""
        with np.errstate(all="ignore"):
            return _RESIDUAL[self.kind](self.y, f, self.sigma)

    def slope(self, f: Array) -> Array:
        """Give the slopes [n] of the residuals by f."""
        with np.errstate(all="ignore"):
            return _SLOPE[self.kind](self.y, f, self.sigma)

    def deviation(self, f: Array) -> Array:
        """Give the standard deviation [n] of each row around f, up to the factor that `scale` fits."""
        with np.errstate(all="ignore"):
            return np.abs(1.0 / self.slope(f))

    def spread_of_rows(self) -> Array:
        """Give the standard deviation [n] of each row told from its target alone: that of no events is one event.

        >>> Noise(kind="counts", y=np.array([0.0, 4.0])).spread_of_rows().tolist()
        [1.0, 2.0]
        """
        return self.deviation(np.maximum(self.y, 1.0) if self.kind == "counts" else self.y)

    def floor(self) -> float:
        """Give the least standard deviation of the residuals: what rounding in the table, and in a double, leaves."""
        size = float(np.max(np.abs(self.y))) or 1.0
        unit = self.spread_of_rows()
        rounding = np.zeros(1) if self.step is None else self.step / math.sqrt(12.0) / unit
        double = ROUNDING if self.kind == "relative" else ROUNDING * size / float(np.median(unit))
        return math.hypot(float(np.median(np.minimum(rounding, 1e150))), double)

    def scale(self, f: Array) -> float:
        """Give the root mean square of the residuals around f, at least the floor; inf where f has no value."""
        residual = self.residual(f)
        if not np.isfinite(residual).all():
            return math.inf
        largest = float(np.max(np.abs(residual), initial=0.0)) or 1.0  # squares of very small and large ones are none
        return math.hypot(largest * math.sqrt(float(np.mean((residual / largest) ** 2))), self.floor())

    def bits(self, f: Array) -> float:
        """Give the bits that the rows take beside a formula with values f [n]: minus log2 of their likelihood.

        >>> line = np.linspace(1.0, 2.0, 20)
        >>> off = 1.0 + 0.1 * (-1.0) ** np.arange(20)
        >>> absolute, relative = (Noise(kind=kind, y=line**8 * off) for kind in ("absolute", "relative"))
        >>> relative.bits(line**8) < absolute.bits(line**8)
        True
        """
        scale = self.scale(f)
        if not math.isfinite(scale):
            return math.inf
        n = len(self.y)
        if self.kind == "counts":
            return _poisson_bits(self.y, f)
        jacobian = self._jacobian()
        if self.kind == "errors":
            return n / 2 * (math.log2(2 * math.pi) + scale * scale / _LN2) + jacobian
        return n / 2 * (math.log2(2 * math.pi * math.e) + 2 * math.log2(scale)) + jacobian

    def _jacobian(self) -> float:
        """Give what turns the density of residuals into that of targets, in bits."""
        if self.kind == "absolute":
            return 0.0
        unit = np.abs(self.y) if self.kind == "relative" or self.sigma is None else self.sigma
        return float(np.log2(np.maximum(unit, 1e-300)).sum())


def kinds_for(
    y: Array, sigma: Array | None = None, *, absolute: bool = False, step: Array | None = None
) -> list[Noise]:
    """Give the kinds of noise that a target [n] may have: a column of errors or weights decides it.

    Relative noise needs targets of one sign, at least three and of some range (a factor of 1.5): else nobody can tell.
    Counts are whole numbers from 0 on, some of them well above 0.

    >>> [noise.kind for noise in kinds_for(np.array([3.0, 8.0, 15.0, 24.0]))]
    ['absolute', 'relative', 'counts']
    """
    if sigma is not None:
        return [Noise(kind="errors" if absolute else "weights", y=y, sigma=sigma, step=step)]
    kinds = [Noise(kind="absolute", y=y, step=step)]
    if len(y) >= 3 and ((y > 0).all() or (y < 0).all()):
        size = np.abs(y)
        if size.max() > 1.5 * size.min():
            kinds.append(Noise(kind="relative", y=y, step=step))
    if (y >= 0).all() and (y == np.round(y)).all() and _COUNTED[0] <= y.max() <= _COUNTED[1]:
        kinds.append(Noise(kind="counts", y=y, step=step))
    return kinds


def _root_deviance(y: Array, f: Array, _: Array | None) -> Array:
    ratio = np.where(y > 0, y * np.log(np.where(y > 0, y, 1.0) / f), 0.0)
    deviance = 2 * (ratio - (y - f))
    return np.asarray(np.sign(y - f) * np.sqrt(np.where(f > 0, np.maximum(deviance, 0.0), np.nan)))


def _poisson_bits(y: Array, f: Array) -> float:
    lgamma = np.array([math.lgamma(value + 1.0) for value in y])
    return float(np.sum(f - y * np.log(f) + lgamma)) / _LN2


def _over(values: Array | float, sigma: Array | None) -> Array:
    return np.asarray(values / (1.0 if sigma is None else sigma))


_RESIDUAL: dict[Kind, Callable[[Array, Array, Array | None], Array]] = {
    "absolute": lambda y, f, _: y - f,
    "relative": lambda y, f, _: np.asarray(np.log(y / f)),
    "errors": lambda y, f, sigma: _over(y - f, sigma),
    "weights": lambda y, f, sigma: _over(y - f, sigma),
    "counts": _root_deviance,
}
_SLOPE: dict[Kind, Callable[[Array, Array, Array | None], Array]] = {
    "absolute": lambda y, _f, _: np.full(len(y), -1.0),
    "relative": lambda y, f, _: np.asarray(-1.0 / np.broadcast_to(f, y.shape)),
    "errors": lambda y, _, sigma: np.broadcast_to(_over(-1.0, sigma), y.shape),
    "weights": lambda y, _, sigma: np.broadcast_to(_over(-1.0, sigma), y.shape),
    "counts": lambda y, f, _: np.asarray(-1.0 / np.sqrt(np.broadcast_to(f, y.shape))),
}
