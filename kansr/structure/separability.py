"""Which inputs enter together: read from the gradient and Hessian of a small dense network.

For inputs i, j and a third one k,

    T[i, j, k] = mean |H_ik g_j - g_i H_jk| sd(x_k) / mean |g_i g_j|

is zero exactly when g_i / g_j does not depend on x_k. Inputs i and j enter through a common inner node if and only if
T[i, j, k] is zero for every k outside the node: weak separability (Leontief 1947; overlapping groups: Gorman 1968).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from kansr.network.derivatives import derivatives
from kansr.network.kan import KAN

_ROWS = 500  # rows that the averages are taken over


def separability(kan: KAN, x: Tensor) -> Tensor:
    """The tensor T of a trained network (b = 1) over the first rows x [n, i]: [i, i, i], without units.

    Rows in the tails of the first derivatives are left out: splines are least sure at the ends of their ranges.
    """
    few = x[:_ROWS]
    d = derivatives(kan, few)
    g, h = d.gradient[0], d.hessian[0]  # [n, i], [n, i, i]
    inside = _inside(few)
    g, h = g[inside], h[inside]
    cross = h[:, :, None, :] * g[:, None, :, None]  # H_ik g_j: [n, i, j, k]
    rows = (cross - cross.transpose(1, 2)).abs()
    size = (g[:, :, None] * g[:, None, :]).abs().mean(0).clamp(min=1e-30)
    return rows.mean(0) * x.std(0) / size[:, :, None]


def influence(kan: KAN, x: Tensor) -> Tensor:
    """How far each input moves the output: mean |g_i| sd(x_i), [i]."""
    return derivatives(kan, x[:_ROWS]).gradient[0].abs().mean(0) * x.std(0)


def alignment(kan: KAN, x: Tensor) -> Tensor:
    """Whether inputs move the output the same way: mean g_i g_j / mean |g_i g_j|, from -1 to 1, [i, i].

    Siblings of a sum node whose curves are monotonic have +1 or -1: the signs of their curves.
    """
    g = derivatives(kan, x[:_ROWS]).gradient[0]
    pairs = g[:, :, None] * g[:, None, :]
    return pairs.mean(0) / pairs.abs().mean(0).clamp(min=1e-30)


class Symmetry(NamedTuple):
    """Two inputs that enter as one coordinate, such as `{} - {}`: exactly so when `misfit` is 0."""

    coordinate: str
    inputs: tuple[int, int]
    misfit: float


def symmetries(kan: KAN, x: Tensor, used: Sequence[int]) -> list[Symmetry]:
    """Test each pair of inputs for translation, scale and rotation symmetry of the output.

    Only `a - b` enters when g_a = -g_b, only `a + b` when g_a = g_b, only `a b` when a g_a = b g_b, only `a / b` when
    a g_a = -b g_b, only `a^2 + b^2` when b g_a = a g_b. The best coordinate of each pair, the surest pair first.
    """
    few = x[:_ROWS]
    g = derivatives(kan, few).gradient[0]
    inside = _inside(few)
    few, g = few[inside], g[inside]
    found = []
    for n, i in enumerate(used):
        for j in used[n + 1 :]:
            a, b, ga, gb = few[:, i], few[:, j], g[:, i], g[:, j]
            tests = (
                ("{} - {}", ga, -gb), ("{} + {}", ga, gb), ("{} * {}", a * ga, b * gb), ("{} / {}", a * ga, -b * gb),
                ("{}^2 + {}^2", b * ga, a * gb),
            )  # fmt: skip
            misfit, name = min((_misfit(u, v), name) for name, u, v in tests)
            found.append(Symmetry(name, (i, j), misfit))
    return sorted(found, key=lambda s: s.misfit)


def _misfit(u: Tensor, v: Tensor) -> float:
    return float((u - v).abs().mean() / (u.abs() + v.abs()).mean().clamp(min=1e-30) * 2)


def _inside(x: Tensor, share: float = 0.02) -> Tensor:
    """Rows [n] that lie inside the middle of every column's range; all of them when few would be left."""
    low, high = torch.quantile(x, share, dim=0), torch.quantile(x, 1 - share, dim=0)
    rows = ((x >= low) & (x <= high)).all(-1)
    return rows if int(rows.sum()) >= 50 else torch.ones_like(rows)
