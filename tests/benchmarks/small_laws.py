"""Laws of small tables, drawn at random: those that a library of functions holds, those outside of it, and no law.

A family writes a law in the columns `x1`, `x2`, ... for the ranges that these are drawn from: its constants are drawn
so that the law bends within the ranges. Every law tells its own values, so that a judge needs no formula of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.interpolate import CubicSpline

from kansr.formula.evaluate import evaluate
from kansr.formula.parse import parse

Array = NDArray[np.float64]
Ranges = Sequence[tuple[float, float]]
Draw = np.random.Generator

KNOTS = 7  # of a smooth curve
TERMS = 12  # of a rough one
LINES = ("{f}*{x}", "{f}/{x}", "{f} + {b}*{x}", "{f} - {b}*{x}")  # how a law takes one column more


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What a table is drawn from.

    `text` says it; `formula` is None where kansr's formulas cannot hold it; `jumps` are the places on `x1` where it
    jumps: which side of a jump a row between two others is on, no table says.
    """

    text: str
    formula: str | None
    values: Callable[[Array], Array]  # rows [n, columns] -> [n]
    jumps: tuple[float, ...] = ()

    def times(self, factor: float) -> Law:
        """Give the law in another unit."""
        text = f"{factor!r}*({self.text})"
        formula = None if self.formula is None else f"{factor!r}*({self.formula})"
        return replace(self, text=text, formula=formula, values=lambda x: factor * self.values(x))


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of laws: how one is drawn, and what columns it needs.

    `group` is `inside` for what is a short formula in common functions, `outside`, or `none`; `positive` says that it
    needs columns above zero, `wide` that it keeps bending when these span many decades.
    """

    group: str
    make: Callable[[Draw, Ranges], Law]
    least: int = 1
    positive: bool = False
    wide: bool = False


def written(text: str) -> Law:
    """Give the law that a formula in `x1`, `x2`, ... is."""
    expression = parse(text)

    def values(x: Array) -> Array:
        columns = {f"x{i + 1}": np.ascontiguousarray(column) for i, column in enumerate(x.T)}
        return np.broadcast_to(evaluate(expression, columns), (len(x),)).copy()

    return Law(text=text, formula=text, values=values)


def n(value: float) -> str:
    """Give three digits of a number, as they stand in a formula."""
    return f"({value:.3g})" if value < 0 else f"{value:.3g}"


# -- laws of one column, as texts: a size, and a shape whose constants are taken from the range ------------------------

Shape = Callable[[Draw, float, float], str]


def _power(rng: Draw, _low: float, _high: float) -> str:
    drawn = rng.choice([-2, -1.5, -1, -0.5, 0.5, 0.75, 1.5, 2, 3]) if rng.random() < 0.6 else rng.uniform(-2, 2.5)
    return f"x1**{n(float(drawn))}"


def _exponential(rng: Draw, low: float, high: float) -> str:
    return f"exp({n(rng.choice([-1, 1]) * rng.uniform(0.5, 3) / (high - low))}*x1)"


def _saturation(rng: Draw, low: float, high: float) -> str:
    half = n(np.sqrt(max(low, high / 100) * high) * rng.uniform(0.3, 3))
    return f"x1/({half} + x1)" if rng.random() < 0.5 else f"(1 - exp(-x1/{half}))"


def _logistic(rng: Draw, low: float, high: float) -> str:
    rate, middle = rng.uniform(4, 14) / (high - low), low + (high - low) * rng.uniform(0.3, 0.7)
    return f"1/(1 + exp(-{n(rate)}*(x1 - {n(middle)})))"


def _peak(rng: Draw, low: float, high: float) -> str:
    width, middle = (high - low) * rng.uniform(0.06, 0.3), low + (high - low) * rng.uniform(0.2, 0.8)
    return f"exp(-((x1 - {n(middle)})/{n(width)})**2/2)"


def _sine(rng: Draw, low: float, high: float) -> str:
    return f"sin({n(2 * np.pi * rng.uniform(0.4, 3) / (high - low))}*x1 + {n(rng.uniform(0, 6))})"


def _logarithm(rng: Draw, low: float, high: float) -> str:
    near = n(np.sqrt(max(low, high / 100) * high))
    return "log(x1)" if rng.random() < 0.5 else f"log(1 + x1/{near})"


def _rational(rng: Draw, low: float, high: float) -> str:
    scale, slope = max(abs(low), abs(high)), rng.uniform(-3, 3)
    return f"(1 + {n(slope / scale)}*x1)/(1 + (x1/{n(scale * rng.uniform(0.3, 1))})**2)"


def _damped(rng: Draw, low: float, high: float) -> str:
    decay = n(rng.uniform(0.5, 3) / (high - low))
    return f"exp(-{decay}*x1)*{_sine(rng, low, high)}"


def _parabola(rng: Draw, low: float, high: float) -> str:
    scale = max(abs(low), abs(high))
    return f"(1 + {n(rng.uniform(-2, 2) / scale)}*x1 + {n(rng.uniform(-3, 3) / scale**2)}*x1**2)"


def _root(rng: Draw, low: float, high: float) -> str:
    return f"sqrt(x1**2 + {n((max(abs(low), abs(high)) * rng.uniform(0.2, 1)) ** 2)})"


def of_one(shape: Shape) -> Callable[[Draw, Ranges], Law]:
    """Give laws of a shape in `x1`, joined with the other columns by one sign each, and at times an offset."""

    def make(rng: Draw, ranges: Ranges) -> Law:
        size = rng.uniform(0.5, 5) * 10.0 ** int(rng.integers(-1, 3))
        text = f"{n(size)}*{shape(rng, *ranges[0])}"
        for i, (low, high) in enumerate(ranges[1:], 2):
            way = LINES[int(rng.integers(0 if low > 0 else 2, len(LINES)))]
            text = way.format(f=f"({text})", x=f"x{i}", b=n(size * rng.uniform(0.3, 1.5) / max(abs(low), abs(high))))
        return written(f"{text} + {n(size * rng.uniform(-2, 2))}" if rng.random() < 0.3 else text)

    return make


def _line(rng: Draw, ranges: Ranges) -> Law:
    terms = [f"{n(rng.uniform(0.3, 3) * rng.choice([-1, 1]))}*x{i + 1}" for i in range(len(ranges))]
    return written(" + ".join([*terms, n(rng.uniform(-5, 5))]))


def _sum(rng: Draw, ranges: Ranges) -> Law:
    """Two terms, of two columns where there are two; a third column stands in front of one of them."""
    shapes = (_power, _exponential, _logarithm, _saturation, _sine)
    first, second = rng.choice(len(shapes), 2, replace=False)
    other = 2 if len(ranges) > 1 else 1
    terms = [shapes[first](rng, *ranges[0]), shapes[second](rng, *ranges[other - 1]).replace("x1", f"x{other}")]
    more = "".join(f"*x{i}" for i in range(3, len(ranges) + 1))
    return written(f"{n(rng.uniform(0.5, 5))}*{terms[0]} + {n(rng.uniform(0.5, 5))}*{terms[1]}{more}")


def _ratio(rng: Draw, ranges: Ranges) -> Law:
    powers = [float(rng.choice([-2, -1, -0.5, 0.5, 1, 2])) for _ in ranges]
    return written("*".join([n(rng.uniform(0.2, 9)), *(f"x{i}**{n(p)}" for i, p in enumerate(powers, 1))]))


def _quotient(rng: Draw, ranges: Ranges) -> Law:
    """Products over a sum: reduced masses, lenses, competing rates."""
    top = "*".join(f"x{i}" for i in range(1, len(ranges) + 1))
    return written(f"{n(rng.uniform(0.5, 5))}*{top}/(x1 + {n(rng.uniform(0.3, 3) * ranges[0][1] / ranges[1][1])}*x2)")


def _rate(rng: Draw, ranges: Ranges) -> Law:
    """A factor and exp(-b/x2), as of Arrhenius."""
    low, high = ranges[1]
    more = "".join(f"*x{i}" for i in range(3, len(ranges) + 1))
    return written(f"{n(rng.uniform(0.5, 5))}*x1*exp(-{n(rng.uniform(0.5, 3) / (1 / low - 1 / high))}/x2){more}")


# -- outside ----------------------------------------------------------------------------------------------------------


def of_mix(name: str, function: Callable[[Array], Array], low: float, high: float) -> Callable[[Draw, Ranges], Law]:
    """Give laws that are a function, not of the library, of a weighted sum of columns that runs from low to high."""

    def make(rng: Draw, ranges: Ranges) -> Law:
        weights = rng.dirichlet(np.ones(len(ranges))) if len(ranges) > 1 else np.ones(1)
        lows, highs = np.array(ranges, dtype=float).T
        size = float(f"{rng.uniform(0.5, 5):.3g}")

        def values(x: Array) -> Array:
            return size * function(low + (high - low) * ((x - lows) / (highs - lows)) @ weights)

        return Law(text=f"{size:g}*{name}(a mix of {len(ranges)} columns)", formula=None, values=values)

    return make


def _smooth(rng: Draw, ranges: Ranges) -> Law:
    heights = rng.standard_normal(KNOTS)
    return of_mix("curve", CubicSpline(np.linspace(0, 1, KNOTS), heights), 0, 1)(rng, ranges)


def _rough(rng: Draw, ranges: Ranges) -> Law:
    start = rng.uniform(0, 1)
    orders = np.arange(TERMS)

    def weierstrass(t: Array) -> Array:
        return np.cos(np.pi * 3.0**orders * (t[:, None] + start)) @ 0.6**orders

    return of_mix("weierstrass", weierstrass, 0, 1)(rng, ranges)


def _bessel(rng: Draw, ranges: Ranges) -> Law:
    order = float(rng.choice([0.5, 1.5, 2.5, 1 / 3]))
    return of_mix(f"jv{order:.2g}", lambda t: special.jv(order, t), 0.3, rng.uniform(4, 14))(rng, ranges)


NESTS = ("sin({u})", "exp(-({u})**2)", "tanh({u})", "log(1 + ({u})**2)", "sqrt(1 + ({u})**2)", "cos({u})")


def _nested(rng: Draw, ranges: Ranges) -> Law:
    """Functions of functions, four deep, each column taken in on the way."""
    scaled = [f"x{i}/{n(max(abs(low), abs(high)))}" for i, (low, high) in enumerate(ranges, 1)]
    text = f"{n(rng.uniform(1, 4))}*{scaled[0]}"
    for depth in range(4):
        text = str(rng.choice(NESTS)).format(u=text)
        text = f"{n(rng.uniform(0.7, 2.5))}*{text} + {n(rng.uniform(0.3, 2))}*{scaled[depth % len(scaled)]}"
    return written(text)


# -- no law -----------------------------------------------------------------------------------------------------------


def _constant(rng: Draw, _ranges: Ranges) -> Law:
    return written(str(rng.choice(["0", "1", "3.7", "-1200.5", "2.5e-7"])))


def _step(rng: Draw, ranges: Ranges) -> Law:
    low, high = ranges[0]
    place = float(n(low + (high - low) * rng.uniform(0.3, 0.7)).strip("()"))
    law = written(f"{n(rng.uniform(-3, 3))} + {n(rng.uniform(0.5, 5))}*sign(x1 - {n(place)})")
    return replace(law, jumps=(place,))


ONE: dict[str, tuple[Shape, bool, bool]] = {
    "power": (_power, True, True),
    "exponential": (_exponential, False, False),
    "saturation": (_saturation, True, True),
    "logistic": (_logistic, False, False),
    "peak": (_peak, False, False),
    "sine": (_sine, False, False),
    "logarithm": (_logarithm, True, True),
    "rational": (_rational, False, False),
    "damped": (_damped, False, False),
    "parabola": (_parabola, False, False),
    "root": (_root, False, False),
}
"""Shape, whether it needs positive columns, whether it bends over decades."""

FAMILIES: dict[str, Family] = {
    **{
        name: Family(group="inside", make=of_one(shape), positive=positive, wide=wide)
        for name, (shape, positive, wide) in ONE.items()
    },
    "line": Family(group="inside", make=_line, wide=True),
    "sum": Family(group="inside", make=_sum, positive=True),
    "ratio": Family(group="inside", make=_ratio, least=2, positive=True, wide=True),
    "quotient": Family(group="inside", make=_quotient, least=2, positive=True, wide=True),
    "rate": Family(group="inside", make=_rate, least=2, positive=True),
    "bessel": Family(group="outside", make=_bessel),
    "gamma": Family(group="outside", make=of_mix("gamma", special.gamma, 0.3, 4.5)),
    "erf": Family(group="outside", make=of_mix("erf", special.erf, -2.5, 2.5)),
    "nested": Family(group="outside", make=_nested),
    "smooth": Family(group="outside", make=_smooth),
    "rough": Family(group="outside", make=_rough),
    "constant": Family(group="none", make=_constant),
    "step": Family(group="none", make=_step),
    "chance": Family(group="none", make=_constant),
}
"""The families by name."""
