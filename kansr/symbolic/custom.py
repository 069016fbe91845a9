"""Functions that the user adds to the library: read as formulas, probed, and made rows like any other.

Nothing is executed: the expression is read by `kansr.formula.parse`, its slope is sympy's derivative, and both are
computed by `kansr.formula.evaluate`. What would mislead a search is refused with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.errors import FormulaError, UsageError
from kansr.formula.complexity import complexity
from kansr.formula.evaluate import evaluate
from kansr.formula.functions import CONSTANTS, OF_ORDER, SPELLINGS
from kansr.formula.names import is_safe, symbols_of
from kansr.formula.own import Own
from kansr.formula.parse import parse
from kansr.symbolic.library import LIBRARY, Primitive
from kansr.symbolic.spec import CustomFunction
from kansr.tensors import Tensor, torch

Array = NDArray[np.float64]
_Real = Callable[[Array], Array]

_WIDE = 10.0  # how far from 0, or from its end, an unbounded domain is probed
_POINTS = 2001
_OFF = 0.381966  # no probe falls on a round number, where a quotient such as sin(x)/x may have a hole
_HALVINGS = 44
_JUMP = 0.01  # share of a step that is left after so many halvings, where a function jumps
_POLE = 1e6  # growth around a peak that is a pole
_SAME = 1e-9  # relative error below which two curves are one
_STEEP, _MOSTLY = 1e-4, 0.95  # error of a slope that counts, and the share of points that must be right
_WAVES = 6  # turns over the probed range that make a function oscillate
_INSIDE = 1e-3  # share of a finite domain by which starts keep away from its ends
_LINE = next(p for p in LIBRARY if p.name == "tanh").arguments
_ABOVE = next(p for p in LIBRARY if p.name == "log").arguments


def rows_of(custom: Sequence[CustomFunction]) -> tuple[Primitive, ...]:
    """Make rows of the library from the user's functions of one variable; those of more are checked and left out.

    Of a, b, c, d, those are free that make different curves: found from the rank of `u f'(u), f'(u), f(u), 1`.

    Raises
    ------
    UsageError
        With the reason, when a function cannot be read or misbehaves: its name is taken, it is not a function of its
        one variable, not real and finite on its domain, a constant, a straight line, it jumps, or has no slope.

    >>> (row,) = rows_of([CustomFunction(name="softplus", expression="log(1 + exp(x))")])
    >>> row.free, row.complexity, row.value(torch.zeros(1, dtype=torch.float64))
    ('abcd', 4, tensor([0.6931], dtype=torch.float64))
    """
    several = [one for one in custom if len(one.variables) > 1]
    written_out(several)
    return tuple(_row(one) for one in custom if one not in several)


def written_out(custom: Sequence[CustomFunction]) -> tuple[Own, ...]:
    """Give the user's functions, of any number of variables, as formulas and templates may call them.

    Raises `UsageError` with the reason, when one cannot be read or is not a function of its variables.

    >>> (hyp,) = written_out([CustomFunction(name="hyp", variable="a, b", expression="sqrt(a^2 + b^2)")])
    >>> hyp.variables, hyp.expression
    ((a, b), sqrt(a**2 + b**2))
    """
    return tuple(_own(one) for one in custom)


@lru_cache(maxsize=64)
def _own(custom: CustomFunction) -> Own:
    try:
        _check_name(custom.name)
        variables, f = _expression(custom)
    except FormulaError as error:
        raise _refused(custom, error) from error
    return Own(name=custom.name, variables=variables, expression=f)


def _refused(custom: CustomFunction, error: FormulaError) -> UsageError:
    where = f"symbolic.custom, {custom.name}" + (f", {error.where}" if error.where else "")
    return UsageError(error.what, where=where, hint=error.hint)


@lru_cache(maxsize=64)
def _row(custom: CustomFunction) -> Primitive:
    try:
        with np.errstate(all="ignore"):
            return _made(custom)
    except FormulaError as error:
        raise _refused(custom, error) from error


def _made(custom: CustomFunction) -> Primitive:
    _check_name(custom.name)
    (x,), f = _expression(custom)
    slope = sp.diff(f, x).replace(sp.DiracDelta, lambda *_: sp.Integer(0))  # where f has a corner
    values = partial(_computed, f, x.name)
    domain = _checked_domain(custom.domain) if custom.domain is not None else _found_domain(values)
    u = _probes(*domain)
    _check_values(values, u)
    slopes = _slopes(slope, x, values, u)
    free, centre = _free(u, values(u), slopes, domain)
    if centre:
        move = {x: x + (sp.Integer(int(centre)) if centre == int(centre) else sp.Float(centre))}
        f, slope = f.xreplace(move), slope.xreplace(move)
        domain = (domain[0] - centre, domain[1] - centre)
    values = partial(_computed, f, x.name)
    unbounded = domain == (-np.inf, np.inf)
    return Primitive(
        name=custom.name,
        value=partial(_on_tensors, f, x.name),
        slope=partial(_on_tensors, slope, x.name),
        sympy=lambda argument: f.xreplace({x: argument}),
        free=free,
        domain=domain,
        complexity=complexity(f) - 1 if custom.complexity is None else custom.complexity,
        arguments=_arguments(*domain),
        periodic=unbounded and int(np.sum(np.diff(np.sign(slopes)) != 0)) >= _WAVES,
        handed=unbounded and "a" not in free and _is_handed(values),
    )


def _on_tensors(expr: sp.Expr, name: str, u: Tensor) -> Tensor:
    flat = _computed(expr, name, u.detach().cpu().numpy().reshape(-1))
    return torch.from_numpy(flat).reshape(u.shape).to(u)


def _computed(expr: sp.Expr, name: str, u: Array) -> Array:
    """Values [n] of an expression of one variable at u [n]."""
    return np.array(np.broadcast_to(evaluate(expr, {name: u}), u.shape))


def _check_name(name: str) -> None:
    taken = {p.name for p in LIBRARY} | set(SPELLINGS) | set(OF_ORDER) | set(CONSTANTS)
    if name in taken:
        raise FormulaError(f"the name {name!r} is taken: kansr knows a function of that name", hint="choose another")
    if not re.fullmatch(r"[A-Za-z]\w{0,39}", name, flags=re.ASCII):
        raise FormulaError(f"{name!r} is no name for a function", hint="letters, digits and _, such as softplus")


def _expression(custom: CustomFunction) -> tuple[tuple[sp.Symbol, ...], sp.Expr]:
    """Read the expression: its variables, and what it is."""
    wanted = custom.variables
    for name in wanted:
        if not is_safe(name):
            raise FormulaError(f"{name!r} is no name for a variable", hint="take a word such as x")
    f = parse(custom.expression)
    names = sorted(s.name for s in f.free_symbols)
    if not names:
        raise FormulaError(f"it is the constant {f}", hint="the library has constants already")
    if names != sorted(wanted):
        said = ", ".join(names)
        raise FormulaError(
            f"it is a function of {said}, not of {', '.join(wanted)}",
            hint=f"say variable: {said}" if len(names) == 1 else f"say them: {custom.name}({said})={custom.expression}",
        )
    return tuple(symbols_of(wanted).values()), f


def _checked_domain(domain: tuple[float, float]) -> tuple[float, float]:
    low, high = domain
    if not low < high:
        raise FormulaError(f"its domain [{low:g}, {high:g}] is empty", hint="the lower end comes first: [0, .inf]")
    return low, high


def _found_domain(f: _Real) -> tuple[float, float]:
    """Find the interval on which f is real and finite; only as far as it is probed."""
    u = _probes(-np.inf, np.inf)
    real = np.isfinite(f(u))
    if not real.any():
        raise FormulaError(
            "it is nowhere real and finite between -10 and 10", hint="give it a domain, such as [20, 30]"
        )
    first, last = int(real.argmax()), len(u) - 1 - int(real[::-1].argmax())
    if not real[first : last + 1].all():
        gap = u[first : last + 1][~real[first : last + 1]][0]
        raise FormulaError(f"it is not real and finite around {gap:.3g}", hint=_give_domain(gap))
    low = -np.inf if first == 0 else _end(f, u[first - 1], u[first])
    high = np.inf if last == len(u) - 1 else _end(f, u[last + 1], u[last])
    return low, high


def _give_domain(at: float) -> str:
    return f"give it a domain that leaves this out, such as [{at:.3g}, .inf]"


def _end(f: _Real, outside: float, inside: float) -> float:
    """The end of a domain between two points."""
    for _ in range(_HALVINGS):
        middle = (outside + inside) / 2
        if np.isfinite(f(np.array([middle])))[0]:
            inside = middle
        else:
            outside = middle
    return round(float(inside), 9) + 0.0


def _probes(low: float, high: float) -> Array:
    """Points of a domain, its ends left out."""
    if np.isinf(low) and np.isinf(high):
        low, high = -_WIDE, _WIDE
    elif np.isinf(low):
        low = high - 2 * _WIDE
    elif np.isinf(high):
        high = low + 2 * _WIDE
    return low + (high - low) * (np.arange(_POINTS) + _OFF) / _POINTS


def _check_values(f: _Real, u: Array) -> None:
    """Refuse what is not real, a constant, a straight line, a jump or a pole."""
    y = f(u)
    if not np.isfinite(y).all():
        at = u[~np.isfinite(y)][0]
        raise FormulaError(f"it is not real and finite at {at:.3g}, inside its domain", hint="give it a smaller domain")
    if np.ptp(y) <= _SAME * np.abs(y).max() * 1e-3:
        raise FormulaError("it is a constant on its domain", hint="the library has constants already")
    jump = _jump(f, u, y)
    if jump is not None:
        raise FormulaError(f"it jumps, or has a pole, at {jump:.3g}", hint=_give_domain(jump))
    if _is_combination(y, [u, np.ones_like(u)]):
        raise FormulaError("it is a straight line on its domain", hint="the library has x already")


def _jump(f: _Real, u: Array, y: Array) -> float | None:
    """Find a place where values change although their arguments hardly do, or where a peak has no top."""
    a, b, fa, fb = u[:-1].copy(), u[1:].copy(), y[:-1].copy(), y[1:].copy()
    first = np.abs(fb - fa)
    for _ in range(_HALVINGS):
        middle = (a + b) / 2
        fm = f(middle)
        left = ~(np.abs(fb - fm) > np.abs(fm - fa))
        a, fa = np.where(left, a, middle), np.where(left, fa, fm)
        b, fb = np.where(left, middle, b), np.where(left, fm, fb)
    rest = np.abs(fb - fa)
    jumps = ~np.isfinite(rest) | ((rest > _JUMP * first) & (first > _SAME * np.abs(y).max()))
    if jumps.any():
        return round(float(a[jumps][0]), 9) + 0.0
    return _pole(f, u, np.abs(y))


def _pole(f: _Real, u: Array, size: Array) -> float | None:
    peaks = 1 + np.flatnonzero((size[1:-1] >= size[:-2]) & (size[1:-1] >= size[2:]))
    at, step, top = u[peaks], u[1] - u[0], size[peaks]
    for _ in range(_HALVINGS):
        tried = at + step * np.linspace(-1, 1, 9)[:, None]  # [9, peaks]
        found = np.abs(f(tried.reshape(-1))).reshape(tried.shape)
        best = np.where(np.isfinite(found), found, np.inf).argmax(0)[None]
        at, top = (np.take_along_axis(part, best, 0)[0] for part in (tried, found))
        step /= 3
    poles = ~np.isfinite(top) | (top > _POLE * size[peaks].clip(min=1e-300))
    return round(float(at[poles][0]), 9) + 0.0 if poles.any() else None


def _slopes(slope: sp.Expr, x: sp.Symbol, f: _Real, u: Array) -> Array:
    """Values of the slope, which must be those of a difference quotient of sixth order."""
    try:
        values = _computed(slope, x.name, u)
    except FormulaError as error:
        raise FormulaError("its slope is no formula", hint=f"sympy gives {str(slope)[:60]}") from error
    if np.count_nonzero(values) < len("abcd"):
        raise FormulaError("it is flat but for a step", hint="a search cannot follow what has no slope")
    h = 1e-2 * (u[1] - u[0])
    d = [f(u + k * h) - f(u - k * h) for k in (1, 2, 3)]
    quotient = (45 * d[0] - 9 * d[1] + d[2]) / (60 * h)
    size = np.abs(values) + np.abs(quotient) + 1e-9 * np.abs(f(u)) / h
    right = np.abs(values - quotient) <= _STEEP * size
    if np.mean(right) < _MOSTLY:
        at = u[~right][0]
        raise FormulaError(
            f"its slope does not match its values, at {at:.3g} for one",
            hint=f"the slope is {values[~right][0]:.3g}, the values rise by {quotient[~right][0]:.3g}",
        )
    return values


def _free(u: Array, f: Array, slope: Array, domain: tuple[float, float]) -> tuple[str, float]:
    """Which of a, b, c, d make different curves, and the centre that a redundant a scales about.

    Where `alpha u f' + beta f' + gamma f + delta = 0`, the curves with a, b, c, d are a family of three dimensions:
    with alpha = 0 shifting does what scaling and raising do (e^x), else scaling about -beta / alpha does (x^n, log).
    On a domain with two ends a scale stays: it brings rows into it.
    """
    columns = np.stack([u * slope, slope, f, np.ones_like(u)], -1)
    columns = columns[np.isfinite(columns).all(-1)]
    columns /= np.abs(columns).max(-1, keepdims=True)
    length = np.linalg.norm(columns, axis=0)
    _, singular, right = np.linalg.svd(columns / length, full_matrices=False)
    if singular[-1] > _SAME * singular[0]:
        return "abcd", 0.0
    alpha, beta = right[-1, 0] / length[0], right[-1, 1] / length[1]
    if abs(right[-1, 0]) < 1e-6:
        return "acd", 0.0
    if np.isfinite(domain).all():
        return "abcd", 0.0
    return "bcd", round(float(-beta / alpha), 9) + 0.0


def _is_handed(f: _Real) -> bool:
    """Whether f(-u) is no `c f(u) + d`."""
    u = _probes(-np.inf, np.inf)
    return not _is_combination(f(-u), [f(u), np.ones_like(u)])


def _is_combination(y: Array, columns: Sequence[Array]) -> bool:
    """Whether y [n] is a linear combination of columns [n]."""
    design, y = np.stack([c / np.abs(c).max() for c in columns], -1), y / np.abs(y).max()
    weights, *_ = np.linalg.lstsq(design, y, rcond=None)
    return bool(np.std(y - design @ weights) <= _SAME * np.std(y))


def _arguments(low: float, high: float) -> tuple[float, ...]:
    """Arguments that the ends of a curve's range start from."""
    if np.isinf(low) and np.isinf(high):
        return _LINE
    if np.isinf(high):
        return tuple(low + u for u in _ABOVE)
    if np.isinf(low):
        return tuple(high - u for u in _ABOVE)
    shares = np.linspace(_INSIDE, 1 - _INSIDE, len(_LINE))
    return tuple((low + (high - low) * shares).tolist())
