"""The user's hand on a network: put a function on an edge, or a spline back in its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from kansr.errors import UsageError
from kansr.network.kan import KAN
from kansr.network.sweep import forward
from kansr.symbolic.chain import fit_chain
from kansr.symbolic.context import curve_on
from kansr.symbolic.curve import Candidate, Curves, fit_curves
from kansr.symbolic.held import Held
from kansr.symbolic.library import LIBRARY, Primitive, primitive
from kansr.tensors import torch
from kansr.training.rows import Data

_OFF = 1e-3  # share by which a constant is moved


def named(text: str, custom: Sequence[Primitive] = ()) -> tuple[Primitive, ...]:
    """Read what the user wants on an edge: one row of the library, or two for a function of a function.

    `log(exp)` gives exp and log, in the order in which they are applied; `sin(x)` is sin.

    Raises
    ------
    UsageError
        If there is no such function; the nearest one is named.

    >>> [row.name for row in named("log(exp(x))")]
    ['exp', 'log']
    """
    name = "".join(text.split()).replace("**", "^").replace("(x)", "")
    known = {row.name for row in (*LIBRARY, *custom)}
    if name in known:
        return (primitive(name, custom),)
    opened = [i for i, letter in enumerate(name) if letter == "("] if name.endswith(")") else []
    pairs = [(name[i + 1 : -1], name[:i]) for i in opened]  # names such as x^(3/2) hold brackets of their own
    pair = next((p for p in pairs if known.issuperset(p)), None) or next((p for p in pairs if known & {*p}), (name,))
    rows = tuple(primitive(part, custom) for part in pair)
    if len(rows) > 1 and {"0", "x"} & {*pair}:
        raise UsageError(f"{text!r} is no function of a function", hint="leave 0 and x out: log(exp), or log alone")
    return rows


def placed(kan: KAN, edge: int, rows: Sequence[Primitive], data: Data) -> KAN:
    """Put the function that `named` gave on an edge of a network (b = 1), fitted to the curve there, and hold it.

    Raises
    ------
    UsageError
        If it has no real value on that curve, whatever its constants.
    """
    best = min(_fitted(kan, edge, rows, data), key=lambda c: c.error, default=None)
    if best is None:
        name = rows[0].name if len(rows) == 1 else f"{rows[1].name}({rows[0].name})"
        raise UsageError(f"{name} is real for no constants at all rows", hint="kansr edges shows what fits")
    return min(_near(kan, edge, best, data), key=lambda k: _error(k, edge, data))


def _near(kan: KAN, edge: int, best: Candidate, data: Data) -> Iterator[KAN]:
    """Yield networks with a fitted function, as it is and a bit off: at an end of its domain it may have no slope."""
    curve = Held(best.symbol)
    yield kan.with_curve(edge, curve, best.p[None])
    x = curve_on(kan, edge, data).x
    for i in (i for i, letter in enumerate(best.symbol.free) if letter not in "cd"):
        step = _OFF * max(abs(float(best.p[i])), float(x[-1] - x[0]))
        for sign in (1.0, -1.0):
            p = best.p.clone()
            p[i] += sign * step
            yield kan.with_curve(edge, curve, p[None])


def _error(kan: KAN, edge: int, data: Data) -> float:
    """Error on all rows; infinite where the function on the edge has no slope at one of them."""
    sweep = forward(kan, data.everything)
    y = torch.cat([data.train.y, data.validation.y])
    error = float((sweep.output[0] - y).square().mean())
    return error if math.isfinite(error) and bool(torch.isfinite(sweep.edges[edge].columns).all()) else math.inf


def _fitted(kan: KAN, edge: int, rows: Sequence[Primitive], data: Data) -> list[Candidate]:
    curve = curve_on(kan, edge, data)
    if len(rows) == 1:
        return fit_curves(Curves(x=curve.x[None], y=curve.y[None], weight=curve.weight[None]), rows)[0]
    return fit_chain(curve, *rows)
