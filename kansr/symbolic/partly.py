"""A partly known form trained on rows: splines for its unknown functions and its constants, all fitted together.

With T the known form, u_i the values of the unknown functions and c its constants, the Jacobian is in closed form:
`dT/du_i` times the basis of u_i, and `dT/dc`. Levenberg-Marquardt steps (Marquardt 1963) take it from many starts on a
coarse grid, the best of them climb to finer ones, as a network does. What the form leaves open, such as a constant that
can move from f to g in f(x) + g(y), is settled by the damping here and by the constants of the formula later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from kansr.formula.evaluate import evaluate, gradient
from kansr.formula.functions import Array
from kansr.formula.template import Call
from kansr.formula.tied import GroupedRows
from kansr.formula.weighing import weighed
from kansr.progress import Clock
from kansr.symbolic.unknown import UnknownFunction

_FASTER, _SLOWER = 0.25, 4.0
_FLAT, _GAIN = 6, 1e-2
_SMOOTH = {1: 1e-9, 2: 1e-7, 3: 1e-7}  # weight of second differences: where no row lies a function is straight
_STARTS, _SEEN, _KEPT = 24, 400, 3  # starts, the rows that they see, and how many of them go on
_SLOPES = (0.5, 2.0)  # a function may rise little, or through several turns of a sine
_SHORT, _STEPS = 25, 60
_GRIDS = {1: (3, 5, 10, 20, 40), 2: (3, 5, 8, 12, 16), 3: (2, 3, 4, 5, 6)}  # intervals by number of arguments
_FINER = 0.8  # a finer grid goes on while the validation error falls to this share
_SLACK = 1e-3  # share of the target's spread below which errors count as equal when starts are compared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partly:
    """A form, the functions in it that are splines, and its constants with their values.

    `low` and `high` are bounds of constants by symbol.
    """

    form: sp.Expr
    calls: tuple[Call, ...]
    unknown: Mapping[str, UnknownFunction]
    constants: Mapping[sp.Symbol, float]
    bounds: Mapping[str, tuple[float | None, float | None]]

    @property
    def count(self) -> int:
        """Number of parameters."""
        return len(self.constants) + sum(len(f.coefficients) for f in self.unknown.values())

    @property
    def theta(self) -> Array:
        """All parameters: constants, then the coefficients of each function."""
        parts = [np.array(list(self.constants.values())), *(f.coefficients for f in self.unknown.values())]
        return np.concatenate(parts)

    def at(self, theta: Array) -> Partly:
        """Give the same with other parameters; constants stay within their bounds."""
        constants, at = {}, len(self.constants)
        for symbol, value in zip(self.constants, theta[:at].tolist(), strict=True):
            low, high = self.bounds.get(symbol.name, (None, None))
            constants[symbol] = min(max(value, -np.inf if low is None else low), np.inf if high is None else high)
        unknown = {}
        for name, f in self.unknown.items():
            unknown[name] = replace(f, coefficients=theta[at : at + len(f.coefficients)])
            at += len(f.coefficients)
        return replace(self, constants=constants, unknown=unknown)


class Laid:
    """A form at some rows: the designs of its functions there."""

    def __init__(self, partly: Partly, rows: GroupedRows) -> None:
        self.rows, self.size = rows, rows.size
        self.arguments = [arguments_of(call, rows.columns) for call in partly.calls]
        pairs = zip(partly.calls, self.arguments, strict=True)
        self.designs = [partly.unknown[c.function].design(a) for c, a in pairs]

    def values(self, partly: Partly) -> tuple[Array, Array, list[Array]]:
        """Give T [n], its slopes [n, calls + constants], and the values of each call."""
        pairs = zip(partly.calls, self.designs, strict=True)
        called = [design @ partly.unknown[call.function].coefficients for call, design in pairs]
        n = len(self.rows.y)
        symbols = [*(call.symbol for call in partly.calls), *partly.constants]
        standing = np.array([*called, *(np.full(n, v) for v in partly.constants.values())]).reshape(-1, n)
        value, slopes = gradient(partly.form, symbols, self.rows.columns, standing)
        return value, slopes, called

    def normal(self, partly: Partly) -> tuple[float, Array, Array]:
        """Mean square error by the target's, and the normal equations [P, P], [P]; an infinite error for no number."""
        value, slopes, _ = self.values(partly)
        with np.errstate(all="ignore"):
            residual = weighed((value - self.rows.y) / self.size, self.rows.weighing)
            loss = float(np.mean(residual**2))
        if not np.isfinite(loss) or not np.isfinite(slopes).all():
            return np.inf, np.zeros((0, 0)), np.zeros(0)
        columns = [slopes[:, len(partly.calls) :]]
        for name in partly.unknown:
            here = [i for i, call in enumerate(partly.calls) if call.function == name]
            columns.append(np.sum([slopes[:, i, None] * self.designs[i] for i in here], axis=0))
        jacobian = weighed(np.concatenate(columns, axis=1) / self.size, self.rows.weighing)
        return loss, jacobian.T @ jacobian, jacobian.T @ residual

    def error(self, partly: Partly) -> float:
        """RMSE as a share of the target's spread."""
        with np.errstate(all="ignore"):
            residual = weighed((self.values(partly)[0] - self.rows.y) / self.size, self.rows.weighing)
            error = float(np.sqrt(np.mean(residual**2)))
        return error if np.isfinite(error) else np.inf


def arguments_of(call: Call, columns: Mapping[str, Array]) -> Array:
    """Give the arguments [k, n] of a call at rows."""
    n = len(next(iter(columns.values())))
    return np.array([np.broadcast_to(evaluate(a, columns), (n,)) for a in call.arguments])


def descended(partly: Partly, rows: GroupedRows, *, steps: int = _STEPS, clock: Clock | None = None) -> Partly:
    """Fit splines and constants to rows from where they are."""
    laid, bends = Laid(partly, rows), _bends(partly)
    theta = partly.theta
    loss, matrix, vector = laid.normal(partly)
    goal, mu, flat = loss, 1e-2, 0
    for _ in range(steps if np.isfinite(loss) else 0):
        if flat >= _FLAT or mu > 1e12 or loss < 1e-30 or (clock is not None and clock.over()):
            break
        tried = partly.at(theta + _step(matrix, vector, theta, bends, mu=mu, rows=len(rows.y)))
        after = laid.normal(tried)
        if after[0] < loss:
            partly, theta, mu = tried, tried.theta, max(mu * _FASTER, 1e-12)
            loss, matrix, vector = after
        else:
            mu *= _SLOWER
        flat = 0 if loss < goal * (1 - _GAIN) else flat + 1
        goal = min(goal, loss) if flat == 0 else goal
    return partly


def _step(matrix: Array, vector: Array, theta: Array, bends: Array, *, mu: float, rows: int) -> Array:
    """Solve for a damped step; bends are penalised lightly, so that the loss decides where rows lie."""
    smooth = rows * bends
    diagonal = np.diag(matrix)
    damping = np.maximum(diagonal, 1e-10 * max(float(diagonal.max()), 1e-300))
    whole = matrix + smooth + np.diag(mu * damping)
    try:
        return np.asarray(np.linalg.solve(whole, -vector - smooth @ theta), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.zeros_like(theta)


def _bends(partly: Partly) -> Array:
    """Penalty of the second differences of all coefficients, for one row: [P, P]."""
    whole, at = np.zeros((partly.count, partly.count)), len(partly.constants)
    for f in partly.unknown.values():
        bends, size = f.bends(), len(f.coefficients)
        whole[at : at + size, at : at + size] = _SMOOTH[f.arity] * bends.T @ bends
        at += size
    return whole


def trained(partly: Partly, train: GroupedRows, validation: GroupedRows, *, seed: int, clock: Clock) -> list[Partly]:
    """Train a form from many starts and climb to finer grids; gives each grid's form, the best on validation rows last.

    Raises nothing: where no start has a value on all rows, the list is empty.
    """
    best = _started(partly, train, validation, seed=seed, clock=clock)
    if best is None:
        return []
    ladder = [best]
    for level in range(1, len(_GRIDS[1])):
        if clock.over():
            break
        finer = descended(_finer(ladder[-1], level, train), train, clock=clock)
        if not Laid(finer, validation).error(finer) < _FINER * Laid(ladder[-1], validation).error(ladder[-1]):
            break
        ladder.append(finer)
    return ladder


def _started(partly: Partly, train: GroupedRows, validation: GroupedRows, *, seed: int, clock: Clock) -> Partly | None:
    rng, few = np.random.default_rng(seed), head(train, _SEEN)
    found: list[tuple[float, int, Partly]] = []
    for i in range(_STARTS):
        start = descended(_start(partly, few, rng, plain=i == 0), few, steps=_SHORT, clock=clock)
        error = Laid(start, few).error(start)
        if np.isfinite(error):
            found.append((max(error, _SLACK), i, start))
        if clock.over() and found:
            break
    longer = []
    for _, i, start in sorted(found, key=lambda f: f[:2])[:_KEPT]:
        one = descended(start, train, clock=clock)
        longer.append((Laid(one, validation).error(one), i, one))
    return min(longer, key=lambda f: f[:2])[2] if longer else None


def _start(partly: Partly, rows: GroupedRows, rng: np.random.Generator, *, plain: bool) -> Partly:
    """Draw constants around 1 or -1, and lines for the functions; the plain start is 1 for all constants."""
    drawn = [float(np.exp(rng.normal()) * rng.choice([1.0, 1.0, -1.0])) for _ in partly.constants]
    theta = [1.0] * len(drawn) if plain else drawn
    coefficients = []
    for name, f in partly.unknown.items():
        call = next(c for c in partly.calls if c.function == name)
        laid = UnknownFunction.of(arguments_of(call, rows.columns), _GRIDS[f.arity][0])
        laid = replace(f, grid=laid.grid)
        offset = 1.0 if plain else float(rng.choice([0.0, 1.0, rng.normal()]))
        slopes = rng.choice(_SLOPES) * rng.normal(size=f.arity)
        coefficients.append(laid.line(offset, slopes.tolist()))
    unknown = dict(zip(partly.unknown, coefficients, strict=True))
    first = replace(partly, unknown=unknown)
    return first.at(np.concatenate([np.array(theta), *(f.coefficients for f in unknown.values())]))


def _finer(partly: Partly, level: int, rows: GroupedRows) -> Partly:
    """Lay all functions on finer grids, each as near as it can be to what it was at the rows."""
    unknown = {}
    for name, f in partly.unknown.items():
        points = np.concatenate([arguments_of(c, rows.columns) for c in partly.calls if c.function == name], axis=1)
        count = (_GRIDS[f.arity][level] + 3) ** f.arity
        finer = replace(f, grid=_GRIDS[f.arity][level], coefficients=np.zeros(count))
        design, bends = finer.design(points), finer.bends()
        smooth = _SMOOTH[f.arity] * points.shape[1] * bends.T @ bends + 1e-12 * np.eye(count)
        solved = np.linalg.solve(design.T @ design + smooth, design.T @ f.values(points))
        unknown[name] = replace(finer, coefficients=solved)
    return replace(partly, unknown=unknown)


def head(rows: GroupedRows, count: int) -> GroupedRows:
    """Give the first rows only: they are a sample."""
    weighing = None if rows.weighing is None else rows.weighing.head(count)
    columns = {name: column[:count] for name, column in rows.columns.items()}
    return replace(rows, columns=columns, y=rows.y[:count], codes=rows.codes[:count], weighing=weighing)


def laid_on(
    form: sp.Expr, calls: Sequence[Call], constants: Mapping[sp.Symbol, float], *, columns: Mapping[str, Array],
    bounds: Mapping[str, tuple[float | None, float | None]],
) -> Partly:  # fmt: skip
    """Lay a form on the ranges that its functions' arguments have over some columns."""
    unknown = {}
    for name in dict.fromkeys(call.function for call in calls):
        points = np.concatenate([arguments_of(c, columns) for c in calls if c.function == name], axis=1)
        unknown[name] = UnknownFunction.of(points, _GRIDS[len(points)][0])
    return Partly(form=form, calls=tuple(calls), unknown=unknown, constants=dict(constants), bounds=dict(bounds))
