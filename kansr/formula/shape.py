"""The shape that a law must have: whether it rises or falls with a column, and between which numbers it lies.

A formula is tested as it is printed, on points drawn from the box of the columns: its slopes there, which are exact
(`kansr.formula.evaluate.gradient`), and the difference between two points that only one column tells apart. The second
test sees jumps and poles that no slope tells of. It is a test on some thousand points and no proof. Points at which a
formula has no value are passed over: the box may have corners in which there is no law either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sympy

from kansr.formula.evaluate import evaluate, gradient
from kansr.formula.functions import Array
from kansr.formula.spec import Bounds, Course

POINTS = 2000
"""Points of the box on which a formula is tested."""

_ROUNDING = 1e-9  # share of the values' size up to which a step the wrong way is rounding
_SHOWN = 3  # significant digits of the place that is named


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape:
    """What a formula must obey, and where.

    Parameters
    ----------
    target
        The name of what the formula gives.
    monotone
        Symbol of a column -> whether the target rises or falls with it; a stretch of no slope is allowed.
    low, high
        The formula's values must lie between these; None: no bound.
    points
        Columns [n] by symbol: rows of the table, and as many drawn from the box. `moved` are others of the same box.
    """

    target: str
    monotone: Mapping[str, Course]
    low: float | None
    high: float | None
    points: Mapping[str, Array]
    moved: Mapping[str, Array]


def box(
    columns: Mapping[str, Array], wider: Mapping[str, Bounds], *, seed: int = 0, count: int = POINTS
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Draw points from the box of some columns [n]: first rows of the table, then points drawn evenly; and the others.

    `wider` replaces ends of a column's range.

    >>> points, moved = box({"x": np.array([0.0, 1.0])}, {"x": (None, 4.0)}, count=6)
    >>> points["x"][:2], bool(points["x"].max() > 1.0), moved["x"].shape
    (array([0., 1.]), True, (8,))
    """
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(next(iter(columns.values()))))[:count]
    points, moved = {}, {}
    for name, column in columns.items():
        own = float(column.min()), float(column.max())
        low, high = (e if b is None else b for e, b in zip(own, wider.get(name, (None, None)), strict=True))
        drawn = rng.uniform(low, high, (2, count))
        points[name] = np.concatenate([column[np.sort(rows)], drawn[0]])
        moved[name] = np.concatenate([rng.uniform(low, high, len(rows)), drawn[1]])
    return points, moved


def broken(expr: sympy.Expr, shape: Shape) -> str:
    """Say which wish a formula breaks and where, such as `falls with x at x = 2.1`; empty where it obeys all.

    >>> x = np.linspace(0.0, 1.0, 50)
    >>> points, moved = box({"x": x}, {})
    >>> rule = Shape(target="y", monotone={"x": "rising"}, low=None, high=2.0, points=points, moved=moved)
    >>> symbol = sympy.Symbol("x", real=True)
    >>> broken(symbol**2, rule), broken(1 - symbol, rule)[:12], broken(5 * symbol, rule)[-7:]
    ('', 'falls with x', 'above 2')
    """
    values = np.broadcast_to(evaluate(expr, shape.points), _count(shape.points).shape)
    return _beyond(values, shape) or _turning(expr, values, shape)


def _beyond(values: Array, shape: Shape) -> str:
    """Say where values lie outside the bounds."""
    size = _ROUNDING * _spread(values)
    for word, bound, sign in (("below", shape.low, 1.0), ("above", shape.high, -1.0)):
        if bound is not None:
            excess = np.nan_to_num(sign * (bound - values), nan=-math.inf)
            worst = int(np.argmax(excess))
            if excess[worst] > size:
                return f"is {values[worst]:.{_SHOWN}g} at {_place(shape.points, worst)}: {word} {bound:g}"
    return ""


def _turning(expr: sympy.Expr, values: Array, shape: Shape) -> str:
    """Say with which column the values run the wrong way, and where."""
    wanted = [name for name in shape.monotone if any(s.name == name for s in expr.free_symbols)]
    if not wanted:
        return ""
    symbols = [sympy.Symbol(name, real=True) for name in wanted]
    _, slopes = gradient(expr, symbols, shape.points, np.array([shape.points[name] for name in wanted]))
    for name, slope in zip(wanted, slopes.T, strict=True):
        sign, column = (1.0 if shape.monotone[name] == "rising" else -1.0), shape.points[name]
        width = float(np.ptp(column)) or 1.0
        other = shape.moved[name]
        far = np.broadcast_to(evaluate(expr, {**shape.points, name: other}), values.shape)
        with np.errstate(all="ignore"):
            steps = sign * np.stack([slope * width, (far - values) * np.sign(other - column)])
        steps = np.nan_to_num(steps, nan=0.0)
        if steps.min() < -_ROUNDING * _spread(values):
            word = "falls" if sign > 0 else "rises"
            return f"{word} with {name} at {_place(shape.points, int(steps.min(0).argmin()))}"
    return ""


def _spread(values: Array) -> float:
    """Size of the values that are finite: what rounding is measured by."""
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max()) if finite.size else 0.0


def _count(points: Mapping[str, Array]) -> Array:
    return next(iter(points.values()))


def _place(points: Mapping[str, Array], row: int) -> str:
    return ", ".join(f"{name} = {column[row]:.{_SHOWN}g}" for name, column in points.items())
