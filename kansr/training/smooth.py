"""A penalty on the roughness of splines, so weak that it decides only where rows do not.

Coefficients that few rows see, at the ends of the range of a hidden node above all, are free without it, and the next
row that falls there finds a wild curve. Differences of the coefficients of a smooth curve, of order k + 3, are of the
order of h^(k+3) on a grid of step h, two powers below the error of the spline: a small weight on their squares changes
nothing that rows determine, and continues the curve smoothly where they do not. These are the P-splines of Eilers and
Marx (Statistical Science 11, 1996) with differences of a higher order.
"""

from __future__ import annotations

from functools import lru_cache

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import Penalty, Quadratic

_HIGHER = 3  # orders of the differences above that of the spline


def smoothness(weight: float) -> Penalty:
    """Penalty of `weight` times the squared differences, of order k + 3, of the coefficients of each spline."""

    def penalty(kan: KAN, _x: Tensor) -> Quadratic:
        curvature = _matrix(kan.curves, kan.parameters).to(kan.theta) * weight
        gradient = kan.theta @ curvature
        value = (gradient * kan.theta).sum(-1)
        return Quadratic(value, gradient, curvature.expand(kan.batch, -1, -1))

    return penalty


@lru_cache(maxsize=8)
def _matrix(curves: tuple[object, ...], parameters: int) -> Tensor:
    """Sum of the squares of the differences as a quadratic form of all parameters: [P, P]."""
    form = torch.zeros(parameters, parameters, dtype=torch.float64)
    start = 0
    for curve in curves:
        size: int = curve.size  # type: ignore[attr-defined]
        if isinstance(curve, Spline):
            inside = slice(start + 1, start + size)  # the base in front of the coefficients is free
            form[inside, inside] = _differences(curve.grid + curve.order, curve.order + _HIGHER)
        start += size
    return form


def _differences(count: int, order: int) -> Tensor:
    """Squared differences of `count` coefficients as a quadratic form; of a lower order where there are too few."""
    d = torch.eye(count, dtype=torch.float64)
    for _ in range(min(order, count - 1)):
        d = d[1:] - d[:-1]
    return d.T @ d
