"""Sparsity: L1 and entropy of the activations (Liu et al. 2024, section 2.5), in a form that fits Levenberg-Marquardt.

The size m_e of an activation is its standard deviation over the rows; the share of an edge in its layer is
p_e = m_e / sum m. The penalty of a layer is `sum_e m_e + S`, S = - sum_e p_e log p_e. Near the present parameters m_e
is replaced by a quadratic with the same value and slope (iteratively reweighted least squares).
"""

from __future__ import annotations

from kansr.network.curves import CurveValues
from kansr.network.kan import KAN
from kansr.network.sweep import forward
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import Penalty, Quadratic

_SMALLEST = 1e-4  # size at which an activation counts as gone: keeps the weights of the quadratic bounded


def sparsity(weight: float, rows: int = 1024) -> Penalty:
    """Penalty of `weight` times L1 and entropy of the activations, measured on the first rows."""

    def penalty(kan: KAN, x: Tensor) -> Quadratic:
        sweep = forward(kan, x[:rows])
        sizes = torch.stack([_size(e.value) for e in sweep.edges], -1)  # [b, e]
        value, slope = _layers(kan, sizes)
        gradient, blocks = [], []
        for i, (edge, where) in enumerate(zip(sweep.edges, kan.slices(), strict=True)):
            spread = _spread(edge) * (weight * slope[:, i] / sizes[:, i])[:, None, None]  # [b, g, g]
            blocks.append(spread)
            gradient.append((spread @ kan.theta[:, where, None])[..., 0])
        # The loss is a mean of squares, whose normal equations hold half its gradient: so does the penalty.
        return Quadratic(weight * value, torch.cat(gradient, -1) / 2, _block_diagonal(blocks) / 2)

    return penalty


def _size(value: Tensor) -> Tensor:
    return (value.var(-1, correction=0) + _SMALLEST**2).sqrt()


def _spread(edge: CurveValues) -> Tensor:
    """Covariance of the columns of one edge over the rows: [b, g, g]."""
    centred = edge.columns - edge.columns.mean(1, keepdim=True)
    return centred.mT @ centred / centred.shape[1]


def _layers(kan: KAN, sizes: Tensor) -> tuple[Tensor, Tensor]:
    """Penalty [b] and its (never negative) derivative by each size [b, e]."""
    layers = [kan.graph.layer(e.target) for e in kan.graph.edges]
    value, slope = sizes.new_zeros(sizes.shape[0]), torch.ones_like(sizes)
    for at in sorted(set(layers)):
        members = [i for i, layer in enumerate(layers) if layer == at]
        inside = sizes[:, members]
        total = inside.sum(-1, keepdim=True)
        share = inside / total
        entropy = -(share * share.log()).sum(-1, keepdim=True)
        value = value + (total + entropy)[:, 0]
        slope[:, members] = (1 - (share.log() + entropy) / total).clamp(min=0.05)
    return value, slope


def _block_diagonal(blocks: list[Tensor]) -> Tensor:
    ends = [0]
    for block in blocks:
        ends.append(ends[-1] + block.shape[-1])
    matrix = blocks[0].new_zeros(blocks[0].shape[0], ends[-1], ends[-1])
    for block, a, b in zip(blocks, ends[:-1], ends[1:], strict=True):
        matrix[:, a:b, a:b] = block
    return matrix
