"""The functions that may stand on an edge, as a table: torch and sympy side by side.

Each row is a primitive f(u). On an edge it stands as `c f(u) + d` with `u = a x + b`. Where a is redundant (c or d can
take it over, as in `c (a x)^2`), u is `±(x + b)` instead, and where both are, u is x: `free` lists the parameters
that remain.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import sympy as sp

from kansr.errors import UsageError
from kansr.later import function_of, later
from kansr.tensors import Tensor, torch

if TYPE_CHECKING:
    from scipy import special
else:
    special = later("scipy.special")

_Real = Callable[["Tensor"], "Tensor"]
_TURN = 2 * math.pi
_LINE = (-8.0, -3.0, -1.2, -0.5, 0.0, 0.5, 1.2, 3.0, 8.0)
_PEAK = (-12.0, -6.0, -3.0, -1.2, -0.5, 0.0, 0.5, 1.2, 3.0, 6.0, 12.0)
_POSITIVE = (0.001, 0.03, 0.2, 0.5, 1.0, 2.0, 5.0)
_UNIT = (-1.0, -0.97, -0.8, -0.4, 0.0, 0.4, 0.8, 0.97, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Primitive:
    """One function of the library.

    Parameters
    ----------
    name
        As in recipes and on the command line.
    value, slope
        f(u) and f'(u); nan outside the domain.
    sympy
        The same function of a sympy expression.
    free
        Which of a, b, c, d and (an exponent) p are fitted.
    domain
        Open interval of u on which f is real.
    complexity
        Nodes that f adds to a formula; 2 for one node of a function that is less usual than exp, log and sin.
    arguments
        Values that u may take at the ends of an edge's range: fits start from all pairs of them.
    periodic
        Whether starts are read from a scan of frequencies.
    turn
        After which f repeats: phases are written within half a turn of 0; 0 where f does not repeat.
    alias
        The row that the search tries in this one's stead, when both are the same family.
    handed
        Whether f(-u) is another curve than `c f(u) + d` although f is real everywhere, as in `(u + |u|) / 2`.
    """

    name: str
    value: _Real
    slope: _Real
    sympy: Callable[[sp.Expr], sp.Expr]
    free: str = "abcd"
    domain: tuple[float, float] = (-math.inf, math.inf)
    complexity: int = 1
    arguments: tuple[float, ...] = _LINE
    periodic: bool = False
    turn: float = 0.0
    alias: str | None = None
    handed: bool = False

    @property
    def signs(self) -> tuple[float, ...]:
        """Signs of the argument that make different curves."""
        if "a" in self.free or (self.domain[0] == -math.inf and not self.handed):
            return (1.0,)
        return (1.0, -1.0)

    def starts(self) -> list[tuple[float, float]]:
        """Pairs of arguments at the two ends of a range."""
        return list(permutations(self.arguments, 2))


def power(n: int) -> Primitive:
    """x^n for a whole n, with its pole or root anywhere."""
    near = (-5.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 5.0) if n > 0 else (-5.0, -2.0, -1.0, -0.3, *_POSITIVE[1:])
    return Primitive(
        name=f"x^{n}" if n > 0 else ("1/x" if n == -1 else f"1/x^{-n}"),
        value=lambda u: u**n,
        slope=lambda u: n * u ** (n - 1),
        sympy=lambda u: u**n,
        free="bcd",
        complexity=2 if n > 0 or n == -1 else 4,
        arguments=near,
    )


def _root(name: str, p: sp.Rational, complexity: int) -> Primitive:
    q = float(p)
    return Primitive(
        name=name,
        value=lambda u: u**q,
        slope=lambda u: q * u ** (q - 1),
        sympy=lambda u: u**p,
        free="bcd",
        domain=(0.0, math.inf),
        complexity=complexity,
        arguments=(0.0, *_POSITIVE) if q > 0 else _POSITIVE,
    )


def _torch(name: str) -> _Real:
    """Give a function of torch by its name: torch is loaded with the first curve, not with the names."""
    return function_of(torch, name)


def _bessel(order: int) -> _Real:
    """J_0 or J_1 by SciPy: `torch.special.bessel_j0` is wrong by up to 4e-7 around u = 5 (torch 2.13)."""

    def value(u: Tensor) -> Tensor:
        function = special.j1 if order else special.j0
        return torch.as_tensor(function(u.detach().cpu().numpy())).to(u)

    return value


def _bose_slope(u: Tensor) -> Tensor:
    return -torch.exp(u) / torch.expm1(u) ** 2


LIBRARY: tuple[Primitive, ...] = (
    Primitive(name="0", value=_torch("zeros_like"), slope=_torch("zeros_like"), sympy=lambda _: sp.Integer(0), free="d",
              complexity=0, arguments=(0.0, 1.0)),
    Primitive(name="x", value=lambda u: u, slope=_torch("ones_like"), sympy=lambda u: u, free="cd", complexity=0,
              arguments=(0.0, 1.0)),
    *(power(n) for n in (2, 3, 4, 5, -1, -2, -3, -4, -5)),
    _root("sqrt", sp.Rational(1, 2), 1),
    _root("x^(3/2)", sp.Rational(3, 2), 2),
    _root("1/sqrt", sp.Rational(-1, 2), 3),
    Primitive(name="power", value=_torch("log"), slope=lambda u: 1 / u, sympy=sp.log, free="bcdp",
              domain=(0.0, math.inf), complexity=2, arguments=_POSITIVE),
    Primitive(name="exp", value=_torch("exp"), slope=_torch("exp"), sympy=sp.exp, free="acd",
              arguments=(-12.0, -5.0, -2.0, -0.7, 0.0, 0.3, 0.7)),
    Primitive(name="log", value=_torch("log"), slope=lambda u: 1 / u, sympy=sp.log, free="bcd", domain=(0.0, math.inf),
              arguments=_POSITIVE),
    Primitive(name="sin", value=_torch("sin"), slope=_torch("cos"), sympy=sp.sin, periodic=True, turn=_TURN),
    Primitive(name="cos", value=_torch("cos"), slope=lambda u: -torch.sin(u), sympy=sp.cos, periodic=True, turn=_TURN,
              alias="sin"),
    Primitive(name="tan", value=_torch("tan"), slope=lambda u: 1 + torch.tan(u) ** 2, complexity=2, sympy=sp.tan,
              domain=(-math.pi / 2, math.pi / 2), arguments=(-1.5, -1.3, -0.9, -0.3, 0.3, 0.9, 1.3, 1.5)),
    Primitive(name="sinh", value=_torch("sinh"), slope=_torch("cosh"), complexity=2, sympy=sp.sinh,
              arguments=(-4.0, -2.0, -0.7, 0.7, 2.0)),
    Primitive(name="cosh", value=_torch("cosh"), slope=_torch("sinh"), complexity=2, sympy=sp.cosh,
              arguments=(-4.0, -2.0, -0.7, 0.0, 0.7, 2.0)),
    Primitive(name="tanh", value=_torch("tanh"), slope=lambda u: 1 - torch.tanh(u) ** 2, complexity=2, sympy=sp.tanh),
    Primitive(name="arcsin", value=_torch("asin"), slope=lambda u: (1 - u * u) ** -0.5, complexity=2, sympy=sp.asin,
              domain=(-1.0, 1.0), arguments=_UNIT),
    Primitive(name="arccos", value=_torch("acos"), slope=lambda u: -((1 - u * u) ** -0.5), complexity=2, sympy=sp.acos,
              domain=(-1.0, 1.0), arguments=_UNIT, alias="arcsin"),
    Primitive(name="arctan", value=_torch("atan"), slope=lambda u: 1 / (1 + u * u), complexity=2, sympy=sp.atan),
    Primitive(name="arctanh", value=_torch("atanh"), slope=lambda u: 1 / (1 - u * u), complexity=2, sympy=sp.atanh,
              domain=(-1.0, 1.0), arguments=(-0.9999, *_UNIT[1:-1], 0.9999)),
    Primitive(name="abs", value=_torch("abs"), slope=_torch("sign"), complexity=2, sympy=sp.Abs, free="bcd",
              arguments=power(2).arguments),
    Primitive(name="sign", value=_torch("sign"), slope=_torch("zeros_like"), complexity=2, sympy=sp.sign, free="bcd",
              arguments=(-9.0, -4.0, -2.0, -1.0, -0.5, -0.25, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 9.0)),
    Primitive(name="gaussian", value=lambda u: torch.exp(-u * u), slope=lambda u: -2 * u * torch.exp(-u * u),
              sympy=lambda u: sp.exp(-(u**2)), complexity=4, arguments=_PEAK),
    Primitive(name="lorentzian", value=lambda u: 1 / (1 + u * u), slope=lambda u: -2 * u / (1 + u * u) ** 2,
              sympy=lambda u: 1 / (1 + u**2), complexity=6, arguments=_PEAK),
    Primitive(name="logistic", value=_torch("sigmoid"), slope=lambda u: torch.sigmoid(u) * torch.sigmoid(-u),
              sympy=lambda u: 1 / (1 + sp.exp(-u)), complexity=6, alias="tanh"),
    Primitive(name="1/(e^x-1)", value=lambda u: 1 / torch.expm1(u), slope=_bose_slope,
              sympy=lambda u: 1 / (sp.exp(u) - 1), complexity=5, arguments=(0.03, 0.2, 0.6, 1.5, 4.0, 10.0)),
    Primitive(name="J0", value=_bessel(0), slope=lambda u: -_bessel(1)(u), sympy=lambda u: sp.besselj(0, u),
              complexity=2, periodic=True),
    Primitive(name="erf", value=_torch("erf"), slope=lambda u: 2 / math.pi**0.5 * torch.exp(-u * u), complexity=2,
              sympy=sp.erf),
)  # fmt: skip

_BY_NAME = {p.name: p for p in LIBRARY}


def primitive(name: str, custom: Sequence[Primitive] = ()) -> Primitive:
    """Find a row of the library, or one of the user's own.

    Raises
    ------
    UsageError
        If there is none of that name; the nearest one is named.
    """
    rows = _BY_NAME | {p.name: p for p in custom}
    if name not in rows:
        near = difflib.get_close_matches(name, rows, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(rows)}"
        raise UsageError(f"no function {name!r} in the library", hint=hint)
    return rows[name]


def choose(names: Sequence[str] | None, custom: Sequence[Primitive] = ()) -> tuple[Primitive, ...]:
    """Rows that a search tries: the named ones (None: all), aliases replaced by their family's row.

    The constant, the straight line and the user's own functions are always among them.
    """
    wanted = [primitive(n, custom) for n in names] if names is not None else list(LIBRARY)
    rows = [primitive("0"), primitive("x"), *(primitive(p.alias) if p.alias else p for p in wanted), *custom]
    return tuple(dict.fromkeys(rows))
