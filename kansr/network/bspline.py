"""B-splines on a uniform grid: what the curve on an edge is made of.

A grid of G intervals carries G + k splines of order k (degree k; 3 is cubic). With `t` the position in intervals,
from 0 at the lower end to G at the upper end, spline i is the cardinal B-spline shifted to `i - k`:

    B_i(t) = M_k(t - i + k),   M_0 = 1 on [0, 1),   M_k(s) = (s M_{k-1}(s) + (k + 1 - s) M_{k-1}(s - 1)) / k

Outside [0, G] a curve continues as a straight line with the value and the slope that it has at the end.
The recursion (de Boor 1978) is the definition; for k = 3 its four pieces are written out, which is what training uses.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from kansr.tensors import Tensor, torch


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
    pieces, cell = local(t, grid, order, bend=bend)
    value, slope, *curved = (spread(p, cell, grid + order) for p in pieces)
    nowhere = t.isnan()[..., None]  # of the columns that are zero elsewhere, none is known there
    return Basis(value.masked_fill(nowhere, torch.nan), slope, curved[0] if bend else None)


def local(t: Tensor, grid: int, order: int = 3, *, bend: bool = False) -> tuple[list[Tensor], Tensor]:
    """Give the k + 1 splines that live where `t` [..., n] is, and which is the first: `basis` without zeros.

    Values, slopes and, if wanted, bends, each [..., n, k + 1]; the number of the first of these splines [..., n].
    """
    inside = t.clamp(0, grid)
    cell = inside.detach().floor().nan_to_num().clamp(max=grid - 1)  # nan stays in the weights
    share = inside - cell
    derivatives = 2 if bend else 1
    value, slope, *curved = _cubic(share, derivatives) if order == 3 else _recursive(share, order, derivatives)
    beyond = (t - inside)[..., None]
    found = [torch.addcmul(value, beyond, slope), slope, *(c * (beyond == 0) for c in curved)]
    return found, cell.long()


def spread(pieces: Tensor, first: Tensor, size: int) -> Tensor:
    """Put the pieces [..., n, k + 1] of each row into `size` columns, from the column `first` [..., n] on."""
    columns = first[..., None] + torch.arange(pieces.shape[-1], device=first.device)
    whole = pieces.new_zeros((*pieces.shape[:-1], size))
    return whole.scatter_(-1, columns, pieces)


@cache
def _powers() -> Tensor:
    """Give the four cubic pieces on one interval, and their derivatives, by the powers of its share f."""
    return torch.tensor(
        [
            [[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]],
            [[-3, 0, 3, 0], [6, -12, 6, 0], [-3, 9, -9, 3], [0, 0, 0, 0]],
            [[6, -12, 6, 0], [-6, 18, -18, 6], [0, 0, 0, 0], [0, 0, 0, 0]],
        ],
        dtype=torch.float64,
    ) / 6  # fmt: skip


def _cubic(f: Tensor, derivatives: int) -> list[Tensor]:
    """Return the pieces that live on one interval, and their derivatives, at the share `f` of it: each [..., n, 4]."""
    f2 = f * f
    powers = torch.stack([torch.ones_like(f), f, f2, f2 * f], -1)
    return [powers @ p for p in _powers().to(f)[: derivatives + 1]]


def _recursive(f: Tensor, order: int, derivatives: int) -> list[Tensor]:
    """Return the k + 1 pieces of any order on one interval, and their derivatives, by the recursion."""
    pieces = [_pieces(f, degree) for degree in (order, order - 1, order - 2)]
    slope = _difference(pieces[1])
    bend = _difference(_difference(pieces[2])) if order >= 2 else torch.zeros_like(slope)
    return [pieces[0], slope, bend][: derivatives + 1]


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


def definition(t: Tensor, grid: int, order: int) -> Tensor:
    """All splines on [0, grid) by the recursion as written in textbooks: slow, and the oracle of the tests."""
    shifted = t[..., None] - torch.arange(grid + order, dtype=t.dtype) + order
    return _cardinal(shifted, order)


def _cardinal(s: Tensor, order: int) -> Tensor:
    if order == 0:
        return ((s >= 0) & (s < 1)).to(s.dtype)
    return (s * _cardinal(s, order - 1) + (order + 1 - s) * _cardinal(s - 1, order - 1)) / order
