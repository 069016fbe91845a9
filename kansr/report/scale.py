"""Axes: from numbers to places on a picture, and the round numbers that stand beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_MARGIN = 0.04  # of the range, left free at both ends
_POWERS = 307  # of ten that a double holds
_LARGEST = 1e300  # number that an axis is made for: twice of it is still a number


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high`, which are drawn at `start` and `end`."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    @classmethod
    def around(
        cls, values: Iterable[float | None], start: float, end: float, *, log: bool = False, least: float = 0.0
    ) -> Axis:
        """Give an axis that holds all values that can be drawn on it, with a margin; `least` is the least half of it.

        >>> Axis.around([0.0, 1.0, None], 0, 100).ticks()
        [0.0, 0.5, 1.0]
        """
        known = [v for v in values if v is not None and abs(v) <= _LARGEST and (v > 0 or not log)]
        low, high = min(known, default=1.0), max(known, default=1.0)
        if log:
            low, high = math.log10(low), math.log10(high)
        alone = 0.5 if low == high else 1e-9
        least = max(least, 0.15 if log else alone * max(abs(low), abs(high))) or 1.0
        middle, half = (low + high) / 2, max((high - low) / 2, least)
        low, high = middle - half * (1 + 2 * _MARGIN), middle + half * (1 + 2 * _MARGIN)
        if log:
            return cls(10 ** max(low, -_POWERS), 10 ** min(high, _POWERS), start, end, log)
        return cls(low, high, start, end)

    def at(self, value: float) -> float:
        """Give the place of a number. What lies outside is drawn at the nearer end.

        >>> Axis(1, 100, 0, 50, log=True).at(10.0)
        25.0
        """
        low, high, v = (math.log10(n) if self.log else n for n in (self.low, self.high, self._held(value)))
        return self.start + (self.end - self.start) * (v - low) / (high - low)

    def _held(self, value: float) -> float:
        return min(max(value, self.low), self.high)

    def ticks(self, count: int = 5) -> list[float]:
        """Give about so many round numbers between the ends."""
        return _decades(self.low, self.high, count) if self.log else _round_steps(self.low, self.high, count)


def _round_steps(low: float, high: float, count: int) -> list[float]:
    """Steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if rough <= power * n * 1.0001)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, 1 - math.floor(math.log10(step)))
    return [round(n * step, digits) + 0.0 for n in range(first, last + 1)]


def _decades(low: float, high: float, count: int) -> list[float]:
    """Powers of ten; with fewer than two of them also their multiples."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, math.ceil((last - first + 1) / count))
    powers = [10.0**n for n in range(first, last + 1) if n % every == 0]
    if len(powers) > 1:
        return powers
    for parts in ((1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        near = [part * 10.0**n for n in range(first - 1, last + 1) for part in parts]
        powers = [v for v in near if low <= v <= high] or powers
        if len(powers) > 2:
            break
    return powers


def tick_text(value: float, ticks: Sequence[float] = (), *, log: bool = False) -> str:
    """Write a number beside an axis, with as many digits as its neighbours ask for.

    >>> tick_text(1e-5, log=True), tick_text(0.25, [0.0, 0.25]), tick_text(2000000.0), tick_text(0.0)
    ('10⁻⁵', '0.25', '2e6', '0')
    """
    power = round(math.log10(value)) if log and value > 0 else 0
    if log and (power > 3 or power < -2) and math.isclose(value, 10.0**power):
        return f"10{str(power).translate(_RAISED)}"
    size = max((abs(t) for t in (*ticks, value)), default=0.0)
    if size and not 1e-3 <= size < 1e5:
        mantissa, _, exponent = f"{value:.3g}".partition("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−") if exponent else mantissa.replace("-", "−")
    return f"{value:.6g}".replace("-", "−")
