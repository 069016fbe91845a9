"""Which inputs enter together: read from the gradients and Hessians of a few small dense networks.

For inputs i, j and a third one k,

    T[i, j, k] = mean |H_ik g_j - g_i H_jk| sd(x_k) / mean |g_i g_j|

is zero exactly when g_i / g_j does not depend on x_k. Inputs i and j enter through a common inner node if and only if
T[i, j, k] is zero for every k outside the node: weak separability (Leontief 1947; overlapping groups: Gorman 1968).

A network's own wiggles, and the noise that it learned, make such a mean of sizes positive where it should be zero: 0.3
for siblings, with noise of a tenth. Networks from different starts wiggle differently. Where there are several, each
|a| is sqrt(a a'), with the sign of a a', of two of them: what only one of them says averages out, and siblings have
0.00 to 0.05 again.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from kansr.network.derivatives import derivatives
from kansr.network.kan import KAN
from kansr.tensors import Tensor, torch

_ROWS = 500  # rows that the averages are taken over
_BLURRED, _DIM, _GAP = 0.02, 0.15, 0.33  # where networks are blurred, a singular value up to _DIM may count as zero ..
# .. when the next one is so many times larger
_TINY = 1e-30


class Symmetry(NamedTuple):
    """Two inputs that enter as one coordinate, such as `{} - {}`: exactly so when `misfit` is 0."""

    coordinate: str
    inputs: tuple[int, int]
    misfit: float


class Slopes(NamedTuple):
    """Gradients [b, n, i] and Hessians [b, n, i, i] of b networks at rows x [n, i], and their values [b, n].

    Rows in the tails of the columns are left out: splines are least sure at the ends of their ranges. `freedom` is the
    number of parameters of each network: about as many values of its error are independent.
    """

    x: Tensor
    gradient: Tensor
    hessian: Tensor
    freedom: int
    value: Tensor | None = None

    @staticmethod
    def of(kan: KAN, x: Tensor) -> Slopes:
        """Take the derivatives of networks [b] at the first rows of x."""
        few = x[:_ROWS]
        few = few[_inside(few)]
        d = derivatives(kan, few)
        return Slopes(few, d.gradient, d.hessian, kan.parameters, d.value)

    def separability(self) -> tuple[Tensor, Tensor]:
        """The tensor T and its standard error, both [i, i, i] and without units.

        The error is the networks' disagreement, over the root of the number of independent values; 0 for one network.
        """
        g, h = self.gradient, self.hessian
        cross = h[:, :, :, None, :] * g[:, :, None, :, None]  # H_ik g_j: [b, n, i, j, k]
        rows = cross - cross.transpose(2, 3)
        unit = self.x.std(0) / _size(g[:, :, :, None] * g[:, :, None, :])[:, :, None]
        doubt = torch.stack([(a - b).abs().mean(0) for a, b in _pairs(rows)]).mean(0)
        return _agreed(rows) * unit, doubt * unit / min(self.freedom, len(self.x)) ** 0.5

    def influence(self) -> Tensor:
        """How far each input moves the output: mean |g_i| sd(x_i), [i]."""
        return _agreed(self.gradient) * self.x.std(0)

    def alignment(self) -> Tensor:
        """Whether inputs move the output the same way: mean g_i g_j / mean |g_i g_j|, from -1 to 1, [i, i].

        Siblings of a sum node whose curves are monotonic have +1 or -1: the signs of their curves.
        """
        pairs = self.gradient[..., :, None] * self.gradient[..., None, :]
        return (pairs.mean(1) / pairs.abs().mean(1).clamp(min=_TINY)).mean(0)

    def symmetries(self, used: Sequence[int]) -> list[Symmetry]:
        """Test each pair of inputs for translation, scale and rotation symmetry of the output.

        Only `a - b` enters when g_a = -g_b, only `a + b` when g_a = g_b, only `a b` when a g_a = b g_b, only `a / b`
        when a g_a = -b g_b, only `a^2 + b^2` when b g_a = a g_b. The best coordinate of each pair, the surest first.
        """
        found = []
        for i, j in combinations(used, 2):
            a, b, ga, gb = self.x[:, i], self.x[:, j], self.gradient[..., i], self.gradient[..., j]
            tests = (
                ("{} - {}", ga, -gb), ("{} + {}", ga, gb), ("{} * {}", a * ga, b * gb), ("{} / {}", a * ga, -b * gb),
                ("{}^2 + {}^2", b * ga, a * gb),
            )  # fmt: skip
            misfit, name = min((_misfit(u, v), name) for name, u, v in tests)
            found.append(Symmetry(name, (i, j), misfit))
        return sorted(found, key=lambda s: s.misfit)

    def scalings(self, used: Sequence[int], tolerance: float) -> Tensor:
        """Powers of the inputs used, then of the output, that leave the law as it is: a basis [d, inputs + 1].

        Where the inputs may be multiplied by s^q and the output then by s^p, `sum q_i x_i g_i = p y` everywhere
        (Euler). Such (q, p) are the null space of a matrix with a row for each value; as far as the networks can tell:
        singular values are taken for zero up to a share of the largest. Its square is made from pairs of different
        networks: what only one of them says averages out, and under noise what is zero comes out half as large.
        """
        if self.value is None:
            return self.x.new_zeros(0, len(used) + 1)
        terms = [self.x[:, i] * self.gradient[..., i] for i in used]
        columns = torch.stack([*terms, -self.value], -1)  # [b, n, inputs + 1]
        size = columns.square().mean((0, 1)).sqrt().clamp(min=_TINY)
        both = torch.stack([a.mT @ b for a, b in _pairs(columns / size)]).mean(0) / columns.shape[1]
        square, v = torch.linalg.eigh((both + both.mT) / 2)
        s = (square / square[-1]).clamp(min=0).sqrt()
        sure = s <= tolerance
        if tolerance > _BLURRED:  # networks of noisy rows: a wide gap tells as much
            after = torch.cat([s[1:], s.new_ones(1)])
            sure = sure | ((s <= _DIM) & (s <= _GAP * after)).flip(0).cummax(0).values.flip(0)
        basis: Tensor = v.mT[sure] / size
        return basis


def _misfit(u: Tensor, v: Tensor) -> float:
    return float(_agreed(u - v) / _size(u.abs() + v.abs()) * 2)


def _pairs(field: Tensor) -> list[tuple[Tensor, Tensor]]:
    """All pairs of different networks; the only one with itself."""
    return list(combinations(field, 2)) or [(field[0], field[0])]


def _agreed(field: Tensor) -> Tensor:
    """Mean size over rows of what networks [b, n, ..] say alike: [..]."""
    products = (a * b for a, b in _pairs(field))
    return torch.stack([(p.sign() * p.abs().sqrt()).mean(0) for p in products]).mean(0).clamp(min=0)


def _size(field: Tensor) -> Tensor:
    """Mean size over rows and networks [b, n, ..]: [..]."""
    return field.abs().mean((0, 1)).clamp(min=_TINY)


def _inside(x: Tensor, share: float = 0.02) -> Tensor:
    """Rows [n] that lie inside the middle of every column's range; all of them when few would be left."""
    low, high = torch.quantile(x, share, dim=0), torch.quantile(x, 1 - share, dim=0)
    rows = ((x >= low) & (x <= high)).all(-1)
    return rows if int(rows.sum()) >= 50 else torch.ones_like(rows)
