"""A penalty on the roughness of splines, so weak that it decides only where rows do not.

Fourth differences of the coefficients of a cubic spline are, like its error, of the order of h^4 times the fourth
derivative, so a small weight changes nothing that rows determine. Coefficients that few rows see, at the ends of the
range of a hidden node above all, are otherwise free, and the next row that falls there finds a wild curve. The idea is
that of P-splines (Eilers and Marx, Statistical Science 11, 1996), with the difference taken one order higher than the
spline.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.training.levenberg import Penalty, Quadratic


def smoothness(weight: float) -> Penalty:
    """Penalty of `weight` times the squared differences, of order k + 1, of the coefficients of each spline."""

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
        if isinstance(curve, Spline) and curve.grid > 1:
            inside = slice(start + 1, start + size)  # the base in front of the coefficients is free
            form[inside, inside] = _differences(curve.grid + curve.order, curve.order + 1)
        start += size
    return form


def _differences(count: int, order: int) -> Tensor:
    d = torch.eye(count, dtype=torch.float64)
    for _ in range(order):
        d = d[1:] - d[:-1]
    return d.T @ d
