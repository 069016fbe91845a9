"""Transforms of the target that the search for the graph may try, each with the function that undoes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kansr.network.curves import Curve
from kansr.structure.transform import Transform
from kansr.symbolic.library import primitive
from kansr.symbolic.symbol import Symbol
from kansr.tensors import Tensor, torch

_AWAY = 1e-9  # share of the largest target that the smallest must have, where T has a pole at 0
_DIGITS = 1e-120  # the same for its log, in which rows count by their size: those near zero hardly do


def _undone_by(name: str, *, signed: bool = True) -> Callable[[float], tuple[Curve, Tensor]]:
    """Give the curve `sign f(u)` without shifts, f the library's function of that name."""

    def inverse(sign: float) -> tuple[Curve, Tensor]:
        symbol = Symbol(primitive(name))
        neutral = {"a": 1.0, "b": 0.0, "c": sign if signed else 1.0, "d": 0.0}
        return symbol, torch.tensor([[neutral[k] for k in symbol.primitive.free]], dtype=torch.float64)

    return inverse


def _definite(away: float) -> Callable[[Tensor], bool]:
    """Whether the targets keep their sign and stay away from 0."""

    def admits(y: Tensor) -> bool:
        size = y.abs()
        return bool((y > 0).all() | (y < 0).all()) and bool(size.min() > away * size.max())

    return admits


def _one_signed(y: Tensor) -> bool:
    return bool((y >= 0).all() | (y <= 0).all())


def _within(low: float, high: float) -> Callable[[Tensor], bool]:
    return lambda y: bool(((y >= low) & (y <= high)).all())


def logarithm(sign: float) -> tuple[Curve, Tensor]:
    """Give the curve log(sign x), for an input of that sign whose values span decades."""
    symbol = Symbol(primitive("log"), 1.0 if sign >= 0 else -1.0)
    neutral = {"b": 0.0, "c": 1.0, "d": 0.0}
    return symbol, torch.tensor([[neutral[k] for k in symbol.primitive.free]], dtype=torch.float64)


def named(name: str, factor: float = 1.0) -> tuple[Curve, Tensor]:
    """Give the library's function of that name times a factor, without shifts.

    Its constants are not fitted, but for the factor where that is not 1 or a sign: the powers of a coordinate are what
    was read, and have no more freedom.
    """
    row = primitive(name)
    if factor == 1 or (factor == -1 and name == "x"):
        return Symbol(replace(row, free=""), factor), torch.zeros(1, 0, dtype=torch.float64)
    return Symbol(replace(row, free="c")), torch.tensor([[factor]], dtype=torch.float64)


TRANSFORMS: tuple[Transform, ...] = (
    Transform(name="log(y)", value=lambda y: y.abs().log(), slope=lambda y: 1 / y, admits=_definite(_DIGITS),
              inverse=_undone_by("exp")),
    Transform(name="1/y", value=lambda y: 1 / y, slope=lambda y: -1 / y**2, admits=_definite(_AWAY),
              inverse=_undone_by("1/x", signed=False)),
    Transform(name="y^2", value=lambda y: y**2, slope=lambda y: 2 * y, admits=_one_signed,
              inverse=_undone_by("sqrt")),
    Transform(name="1/y^2", value=lambda y: y**-2, slope=lambda y: -2 / y**3, admits=_definite(_AWAY),
              inverse=_undone_by("1/sqrt")),
    Transform(name="sqrt(y)", value=lambda y: y.abs().sqrt(), slope=lambda y: 0.5 * y.abs().clamp(min=1e-30).rsqrt(),
              admits=_one_signed, inverse=_undone_by("x^2")),
)  # fmt: skip
"""Those that mean the same in all units of y, from the most to the least usual."""


def transforms(scale: float) -> tuple[Transform, ...]:
    """Give all transforms of a target in units of `scale`: angles and logarithms have a unit of their own."""

    def of(name: str, value: Callable[[Tensor], Tensor], slope: Callable[[Tensor], Tensor],
           admits: Callable[[Tensor], bool], undone: str) -> Transform:  # fmt: skip
        def inverse(_: float) -> tuple[Curve, Tensor]:
            curve, p = _undone_by(undone, signed=False)(1.0)
            return curve, curve.scaled(p, torch.tensor(1 / scale, dtype=p.dtype))

        return Transform(
            name=name,
            value=lambda y: value(scale * y),
            slope=lambda y: scale * slope(scale * y),
            admits=lambda y: admits(scale * y),
            inverse=inverse,
        )

    half = torch.pi / 2
    return (
        *TRANSFORMS,
        of("exp(y)", torch.exp, torch.exp, _within(-30.0, 30.0), "log"),
        of("sin(y)", torch.sin, torch.cos, _within(-half, half), "arcsin"),
        of("cos(y)", torch.cos, lambda y: -torch.sin(y), _within(0.0, torch.pi), "arccos"),
        of("tan(y)", torch.tan, lambda y: 1 / torch.cos(y) ** 2, _within(-0.99 * half, 0.99 * half), "arctan"),
        of("arctanh(y)", torch.atanh, lambda y: 1 / (1 - y**2), _within(-0.99999, 0.99999), "tanh"),
    )
