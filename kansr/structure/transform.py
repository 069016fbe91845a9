"""Transforms of the target: a law that is a sum behind log, a square or a reciprocal is trained as that sum.

With u = T(y) the network learns u, and the curve T^-1 is put behind it. The free outer curve of a network could learn
T^-1 too, but not where it is steep without end (the square root at 0) or spans decades (exp). Rows are weighed by
1 / T'(y)^2, so that errors are counted in units of y whatever the transform.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kansr.network.curves import Curve
from kansr.network.graph import Graph, graph
from kansr.network.kan import KAN
from kansr.network.knots import ranges
from kansr.tensors import Tensor, torch
from kansr.training.rows import Data, Rows

_HEAVIEST = 100.0  # weight of a row, in units of the median: rows where T is flat would outweigh all others


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """One transform of the target.

    Parameters
    ----------
    name
        T as it is written, such as `log(y)`.
    value, slope
        T(y) and T'(y).
    admits
        Whether T is one-to-one on targets y [n], so that `inverse` gives them back.
    inverse
        The curve T^-1 and its parameters [1, size], for targets of this sign.
    """

    name: str
    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    admits: Callable[[Tensor], bool]
    inverse: Callable[[float], tuple[Curve, Tensor]]

    def data(self, data: Data) -> Data:
        """Give the rows with transformed targets, weighed so that errors stay in units of y."""
        return Data(train=self._rows(data.train), validation=self._rows(data.validation))

    def _rows(self, rows: Rows) -> Rows:
        weight = self.slope(rows.y).square().clamp(min=1e-30).reciprocal()
        weight = weight.clamp(max=_HEAVIEST * float(weight.median()))
        own = weight if rows.weight is None else weight * rows.weight
        return replace(rows, y=self.value(rows.y), weight=own)

    def behind(self, kan: KAN, data: Data) -> KAN:
        """Put T^-1 behind a network of T(y): a network of y, for the rows of y."""
        curve, p = self.inverse(float(data.train.y.sign().median()))
        lower, upper = ranges(kan, data.everything)
        one = torch.ones_like(lower[:, :1])
        return replace(
            kan,
            graph=_with_curve(kan.graph),
            curves=(*kan.curves, curve),
            theta=torch.cat([kan.theta, p.to(kan.theta).expand(kan.batch, -1)], -1),
            lower=torch.cat([kan.lower[:, :-1], lower[:, -1:], -one], -1),
            upper=torch.cat([kan.upper[:, :-1], upper[:, -1:], one], -1),
        )


def _with_curve(shape: Graph) -> Graph:
    return graph(shape.inputs, [*shape.kinds, "sum"], [*shape.edges, (shape.output, shape.output + 1)])


def admitted(transforms: Sequence[Transform], data: Data) -> list[Transform]:
    """Keep the transforms that fit all targets."""
    y = torch.cat([data.train.y, data.validation.y])
    return [t for t in transforms if t.admits(y)]
