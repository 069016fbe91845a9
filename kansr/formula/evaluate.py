"""A formula's values on rows, and its slopes by its constants.

The tree becomes a tape once: each distinct subexpression is one step, parts without columns are folded. Values are one
pass over the tape; the slopes by all constants are one pass back (reverse accumulation), whatever their number.
Outside a function's domain a value is nan, silently: which rows these are is for the caller to say.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import sympy

from kansr.errors import FormulaError
from kansr.formula.functions import BY_CLASS, Array

_BLOCK = 16_384  # rows at a time: all steps of a block stay in the cache, and millions of rows need little memory


def evaluate(expr: sympy.Expr, columns: Mapping[str, Array]) -> Array:
    """Give the values [n] of a formula on columns [n] by name, in float64.

    A formula without columns is constant over the rows (one row if there are no columns at all).
    Raises `FormulaError` when a column is missing or a part has no place in `kansr.formula.functions`.

    >>> x = sympy.Symbol("x", real=True)
    >>> evaluate(sympy.sqrt(x) + 1, {"x": np.array([4.0, -1.0])})
    array([ 3., nan])
    """
    tape = _tape(expr, ())
    used, n = _used(tape, columns, ())
    values = np.empty(n)
    with np.errstate(all="ignore"):
        for rows in _blocks(n):
            values[rows] = _forward(tape, {name: column[rows] for name, column in used.items()})[-1]
    return values


def gradient(
    expr: sympy.Expr, parameters: Sequence[sympy.Symbol], columns: Mapping[str, Array], values: Sequence[float] | Array
) -> tuple[Array, Array]:
    """Give a formula's values f [n] and its slopes J [n, p] by its p constants.

    `parameters` are the symbols of the constants and `values` [p] what they stand at; [p, n] where that differs by row,
    as for the constants of a group of rows or the values of a function. At a base of 0 the slope by an exponent is 0;
    at a negative base there is none (nan).

    >>> x, a, b = (sympy.Symbol(name, real=True) for name in "xab")
    >>> f, J = gradient(a * sympy.exp(b * x), [a, b], {"x": np.array([0.0, 1.0])}, [2.0, 0.0])
    >>> f, J
    (array([2., 2.]), array([[1., 0.],
           [1., 2.]]))
    """
    names = tuple(parameter.name for parameter in parameters)
    tape = _tape(expr, names)
    used, n = _used(tape, columns, names)
    constants = dict(zip(names, np.asarray(values, dtype=np.float64), strict=True))
    own = {name: value for name, value in constants.items() if np.ndim(value)}
    n = next((len(value) for value in own.values()), n)
    f, slopes = np.empty(n), np.zeros((len(names), n))  # slopes by rows of constants: each is written whole
    with np.errstate(all="ignore"):
        for rows in _blocks(n):
            part = {name: column[rows] for name, column in (used | own).items()}
            steps = _forward(tape, constants | part)
            f[rows] = steps[-1]
            _backward(tape, steps, slopes[:, rows])
    return f, slopes.T


def sensitivity(expr: sympy.Expr, columns: Mapping[str, Array]) -> Array:
    """Give the sum [n] over all steps of |df/dstep * step|: what a value f rests on.

    It is a few times |f| where nothing cancels, and larger where terms do. Times 1.1e-16 it is how far roundings alone
    may move the value, to first order: two right ways to compute a formula differ by as much.

    >>> x = sympy.Symbol("x", real=True)
    >>> sensitivity(x - sympy.pi, {"x": np.array([3.14])}).round(3)  # of -0.0016: pi itself is rounded
    array([3.143])
    """
    tape = _tape(expr, ())
    steps = tuple(step._replace(active=_is_rounded(step)) for step in tape.steps)
    tape = tape._replace(steps=steps)
    used, n = _used(tape, columns, ())
    with np.errstate(all="ignore"):
        values = _forward(tape, used)
        pairs = [(w, v) for w, v in zip(_weights(tape, values), values, strict=True) if w is not None]
        total = sum((np.abs(weight * value) for weight, value in pairs), np.zeros(n))
    return np.asarray(np.where(np.isfinite(total), total, np.abs(values[-1])))


def _is_rounded(step: _Step) -> bool:
    """Whether rounding enters a step: columns are as they are, and so are whole numbers."""
    return step.kind != "name" and not (step.kind == "number" and float(step.payload).is_integer())


class _Step(NamedTuple):
    """One distinct subexpression: what it does, to which earlier steps, and whether it depends on a constant."""

    kind: str  # number, name, sum, product, power or call
    inputs: tuple[int, ...]
    payload: Any
    active: bool


class _Tape(NamedTuple):
    """The steps in order, and where each constant's step is."""

    steps: tuple[_Step, ...]
    parameters: tuple[int | None, ...]
    names: frozenset[str]


@lru_cache(maxsize=512)
def _tape(expr: sympy.Expr, parameters: tuple[str, ...]) -> _Tape:
    """Write a tree as a tape."""
    steps: list[_Step] = []
    places: dict[Any, int] = {}

    def place(node: Any) -> int:
        if node not in places:
            kind, parts, payload = _described(node)
            inputs = tuple(place(part) for part in parts)
            active = payload in parameters if kind == "name" else any(steps[i].active for i in inputs)
            steps.append(_folded(_Step(kind, inputs, payload, active), steps))
            places[node] = len(steps) - 1
        return places[node]

    place(expr)
    named = {step.payload: i for i, step in enumerate(steps) if step.kind == "name"}
    return _Tape(tuple(steps), tuple(named.get(name) for name in parameters), frozenset(named))


_HEADS = {sympy.Add: "sum", sympy.Mul: "product", sympy.Pow: "power"}


def _described(node: Any) -> tuple[str, tuple[Any, ...], Any]:
    """Give the kind of a node, the parts to be computed before it, and what else its step needs."""
    if isinstance(node, sympy.Symbol):
        return "name", (), node.name
    if isinstance(node, sympy.Expr) and node.is_Atom:
        return "number", (), _double(node)
    head = _HEADS.get(node.func)
    if head is not None:
        return head, node.args, None
    function = BY_CLASS.get(node.func)
    if function is None:
        raise FormulaError(
            f"a formula cannot hold {type(node).__name__}", hint="see kansr.formula.functions for the list"
        )
    orders = node.args[: function.orders]
    return "call", node.args[function.orders :], (function, tuple(_double(order) for order in orders))


def _double(number: Any) -> np.float64:
    """Give the double nearest to a number: nan if it is not real, inf if it is too large."""
    try:
        return np.float64(float(number))
    except OverflowError:
        return np.float64(np.inf if number > 0 else -np.inf)
    except TypeError:  # sympy's imaginary unit, its complex infinity, or an order with a column in it
        return np.float64(np.nan)


def _folded(step: _Step, steps: Sequence[_Step]) -> _Step:
    """Replace a step whose inputs are all numbers by its number."""
    if not step.inputs or any(steps[i].kind != "number" for i in step.inputs):
        return step
    with np.errstate(all="ignore"):
        number = _COMPUTE[step.kind]([steps[i].payload for i in step.inputs], step.payload)
    return _Step("number", (), np.float64(number), active=False)


def _used(tape: _Tape, columns: Mapping[str, Array], parameters: Sequence[str]) -> tuple[dict[str, Array], int]:
    """Give the columns that the tape needs as doubles, and the number of rows."""
    used: dict[str, Array] = {}
    for name in sorted(tape.names.difference(parameters)):
        if name not in columns:
            near = difflib.get_close_matches(name, [str(column) for column in columns], 1)
            raise FormulaError(
                f"the formula needs a column '{name}'",
                hint=f"did you mean '{near[0]}'?" if near else "there is none of that name",
            )
        used[name] = np.asarray(columns[name], dtype=np.float64)
    some = next(iter(used.values()), None) if used else next(iter(columns.values()), None)
    return used, 1 if some is None else len(some)


def _blocks(n: int) -> Iterator[slice]:
    """Cut n rows into blocks."""
    return (slice(start, min(start + _BLOCK, n)) for start in range(0, n, _BLOCK))


# -- one pass over the tape: values -----------------------------------------------------------------------------------


def _forward(tape: _Tape, names: Mapping[str, Any]) -> list[Any]:
    """Compute every step: arrays [n], or numbers where no column enters."""
    values: list[Any] = []
    for step in tape.steps:
        if step.kind == "number":
            values.append(step.payload)
        elif step.kind == "name":
            values.append(names[step.payload])
        else:
            values.append(_COMPUTE[step.kind]([values[i] for i in step.inputs], step.payload))
    return values


def _sum(parts: Sequence[Any], _: object = None) -> Any:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _product(parts: Sequence[Any], _: object = None) -> Any:
    total = parts[0]
    for part in parts[1:]:
        total = total * part
    return total


_SHORT_POWERS: dict[float, Callable[[Any], Any]] = {
    1.0: lambda x: x,
    2.0: lambda x: x * x,
    3.0: lambda x: x * x * x,
    -1.0: lambda x: 1.0 / x,
    -2.0: lambda x: 1.0 / (x * x),
    0.5: np.sqrt,
    -0.5: lambda x: 1.0 / np.sqrt(x),
}


def _raised(base: Any, exponent: Any) -> Any:
    """Give base**exponent; a negative base has a power only where the exponent is a whole number."""
    short = _SHORT_POWERS.get(float(exponent)) if np.ndim(exponent) == 0 else None
    return np.power(base, exponent) if short is None else short(base)


def _power(parts: Sequence[Any], _: object = None) -> Any:
    return _raised(parts[0], parts[1])


def _call(parts: Sequence[Any], payload: Any) -> Any:
    function, orders = payload
    return function.numpy(*orders, *parts)


_COMPUTE: dict[str, Callable[[Sequence[Any], Any], Any]] = {
    "sum": _sum,
    "product": _product,
    "power": _power,
    "call": _call,
}


# -- one pass back: slopes by the constants ---------------------------------------------------------------------------


def _backward(tape: _Tape, values: Sequence[Any], slopes: Array) -> None:
    """Write df/dconstant into slopes [p, n]."""
    weights = _weights(tape, values)
    for row, place in enumerate(tape.parameters):
        if place is not None and weights[place] is not None:
            slopes[row] = weights[place]


def _weights(tape: _Tape, values: Sequence[Any]) -> list[Any]:
    """Give df/dstep for each active step, from the last to the first; None where there is none."""
    weights: list[Any] = [None] * len(values)
    weights[-1] = 1.0
    for index in range(len(values) - 1, -1, -1):
        step, weight = tape.steps[index], weights[index]
        if not step.active or weight is None or step.kind == "name":
            continue
        parts = [values[i] for i in step.inputs]
        for which, i in enumerate(step.inputs):
            if tape.steps[i].active:
                share = _SHARE[step.kind](which, parts, values[index], step.payload)
                share = weight if share is None else weight * share
                weights[i] = share if weights[i] is None else weights[i] + share
    return weights


def _sum_share(*_: Any) -> None:
    """Each term counts once."""


def _product_share(which: int, parts: Sequence[Any], _value: Any, _payload: object) -> Any:
    """Give the product of the other factors."""
    return _product([part for i, part in enumerate(parts) if i != which])


def _power_share(which: int, parts: Sequence[Any], value: Any, _payload: object) -> Any:
    """By the base: e b**(e-1). By the exponent: b**e log b, which tends to 0 at a base of 0."""
    base, exponent = parts
    if which == 0:
        return np.where(exponent == 0, 0.0, exponent * _raised(base, exponent - 1))
    return np.where(base == 0, 0.0, value * np.log(base))


def _call_share(which: int, parts: Sequence[Any], value: Any, payload: Any) -> Any:
    function, orders = payload
    if function.many:
        return function.slope(which, parts, value)
    return function.slope(*orders, *parts, value)


_SHARE: dict[str, Callable[..., Any]] = {
    "sum": _sum_share,
    "product": _product_share,
    "power": _power_share,
    "call": _call_share,
}
