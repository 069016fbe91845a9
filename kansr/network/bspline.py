"""B-splines on a uniform grid: what the curve on an edge is made of.

A grid of G intervals carries G + k splines of order k (degree k; 3 is cubic). With `t` the position in intervals,
from 0 at the lower end to G at the upper end, spline i is the cardinal B-spline shifted to `i - k`:

    B_i(t) = M_k(t - i + k),   M_0 = 1 on [0, 1),   M_k(s) = (s M_{k-1}(s) + (k + 1 - s) M_{k-1}(s - 1)) / k

Outside [0, G] a curve continues as a straight line with the value and the slope that it has at the end.
The recursion (de Boor 1978) is the definition; for k = 3 its four pieces are written out, which is what training uses.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Basis(NamedTuple):
    """Values and first two derivatives (by `t`) of all G + k splines, each [..., n, G + k]."""

    value: Tensor
    slope: Tensor
    bend: Tensor | None


def basis(t: Tensor, grid: int, order: int = 3, *, bend: bool = False) -> Basis:
    """All splines of a grid at positions `t` (in intervals), continued as straight lines outside [0, grid].

    Parameters
    ----------
    t
        [..., n], positions in units of one interval.
    grid
        Number of intervals G.
    order
        Degree k of the pieces.
    bend
        Whether second derivatives are wanted.

    >>> b = basis(torch.tensor([0.0, 1.5, 4.0], dtype=torch.float64), grid=4)
    >>> b.value.shape, bool((b.value.sum(-1) - 1).abs().max() < 1e-12)
    (torch.Size([3, 7]), True)
    """
    inside = t.clamp(0, grid)
    cell = inside.detach().floor().nan_to_num().clamp(max=grid - 1)  # nan stays in the weights
    weights = _cubic(inside - cell) if order == 3 else _recursive(inside - cell, order)
    value, slope, *curved = _spread(weights if bend else weights[..., :2, :], cell, grid).unbind(-2)
    beyond = (t - inside)[..., None]
    straight = torch.addcmul(value, beyond, slope)
    return Basis(straight, slope, curved[0] * (beyond == 0) if bend else None)


# The four cubic pieces on one interval, and their derivatives, by the powers 1, f, f^2, f^3 of the share f of it.
_POWERS = torch.tensor(
    [
        [[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]],
        [[-3, 0, 3, 0], [6, -12, 6, 0], [-3, 9, -9, 3], [0, 0, 0, 0]],
        [[6, -12, 6, 0], [-6, 18, -18, 6], [0, 0, 0, 0], [0, 0, 0, 0]],
    ],
    dtype=torch.float64,
).permute(1, 0, 2).reshape(4, 12) / 6  # fmt: skip


def _cubic(f: Tensor) -> Tensor:
    """Return the pieces that live on one interval, their slopes and bends, at the share `f` of it: [..., n, 3, 4]."""
    f2 = f * f
    powers = torch.stack([torch.ones_like(f), f, f2, f2 * f], -1)
    return (powers @ _POWERS.to(f)).reshape(*f.shape, 3, 4)


def _recursive(f: Tensor, order: int) -> Tensor:
    """Return the k + 1 pieces of any order on one interval, slopes and bends, by the recursion: [..., n, 3, k + 1]."""
    pieces = [_pieces(f, degree) for degree in (order, order - 1, order - 2)]
    slope = _difference(pieces[1])
    bend = _difference(_difference(pieces[2])) if order >= 2 else torch.zeros_like(slope)
    return torch.stack([pieces[0], slope, bend], -2)


def _pieces(f: Tensor, degree: int) -> Tensor:
    """Values of the degree + 1 splines that are not zero on the interval (none below degree 0)."""
    row = [torch.ones_like(f)]
    for k in range(1, degree + 1):
        rising = [torch.zeros_like(f), *(row[j] * (f + (k - 1 - j)) for j in range(k))]
        falling = [*(row[j] * (j + 1 - f) for j in range(k)), torch.zeros_like(f)]
        row = [(r + s) / k for r, s in zip(rising, falling, strict=True)]
    return torch.stack(row[: max(degree + 1, 0)], -1) if degree >= 0 else f.new_zeros((*f.shape, 0))


def _difference(row: Tensor) -> Tensor:
    """Apply the derivative rule of cardinal splines: M_k'(s) = M_{k-1}(s) - M_{k-1}(s - 1)."""
    zero = row.new_zeros((*row.shape[:-1], 1))
    return torch.cat([zero, row], -1) - torch.cat([row, zero], -1)


def _spread(weights: Tensor, cell: Tensor, grid: int) -> Tensor:
    """Put the k + 1 weights of each row, and of each derivative, into its G + k columns: [..., n, d, G + k]."""
    local = weights.shape[-1]
    columns = cell.long()[..., None, None] + torch.arange(local, device=cell.device)
    whole = weights.new_zeros((*weights.shape[:-1], grid + local - 1))
    return whole.scatter_(-1, columns.expand_as(weights), weights)


def definition(t: Tensor, grid: int, order: int) -> Tensor:
    """All splines on [0, grid) by the recursion as written in textbooks: slow, and the oracle of the tests."""
    shifted = t[..., None] - torch.arange(grid + order, dtype=t.dtype) + order
    return _cardinal(shifted, order)


def _cardinal(s: Tensor, order: int) -> Tensor:
    if order == 0:
        return ((s >= 0) & (s < 1)).to(s.dtype)
    return (s * _cardinal(s, order - 1) + (order + 1 - s) * _cardinal(s - 1, order - 1)) / order
