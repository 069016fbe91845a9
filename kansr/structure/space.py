"""Where a network is trained: on the table as it is, or on a transform of the target and the logs of some inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kansr.network.curves import Curve
from kansr.network.kan import KAN
from kansr.structure.front import Front, in_front
from kansr.structure.transform import Transform, admitted
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import rmse
from kansr.training.rows import Data, Rows
from kansr.training.stages import Trained

Logarithm = Callable[[float], "tuple[Curve, Tensor]"]
"""Gives the curve log(sign x) and its parameters [1, size]."""

_DECADES = 30.0  # largest over smallest value from which an input may be seen by its log
_CROWDED = 0.15  # where half of its values lie below this share of the largest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """Rows whose target may be transformed and whose inputs `logs` are logs, and the way back to the table as it is."""

    data: Data
    plain: Data
    transform: Transform | None = None
    logs: tuple[int, ...] = ()
    logarithm: Logarithm | None = None

    @property
    def name(self) -> str:
        """How the target is written: `y`, `log(y)`, .."""
        return "y" if self.transform is None else self.transform.name

    def error(self, kan: KAN) -> float:
        """Validation RMSE of a network (b = 1) in this space, in units of y."""
        return float(rmse(kan, self.data.validation)[0])

    def back(self, trained: Trained) -> Trained:
        """Give a network of the table itself: the inverse of the transform and the logs become curves of it."""
        kan = trained.kan
        if self.transform is not None:
            kan = self.transform.behind(kan, replace(self.data, train=replace(self.data.train, y=self.plain.train.y)))
        if self.logs and self.logarithm is not None:
            kan = in_front(kan, self._fronts(self.logarithm), self.plain.everything)
        if kan is trained.kan:
            return trained
        return replace(trained, kan=kan, rmse_validation=float(rmse(kan, self.plain.validation)[0]))

    def _fronts(self, logarithm: Logarithm) -> list[Front | int]:
        x = self.plain.train.x
        return [
            Front("sum", ((i, *logarithm(float(x[0, i].sign()))),)) if i in self.logs else i for i in range(x.shape[-1])
        ]


def spaces(data: Data, transforms: Sequence[Transform], logarithm: Logarithm | None = None) -> list[Space]:
    """Give the target as it is, then under each transform that admits all rows; inputs over decades by their logs."""
    logs = decades(data.everything) if logarithm is not None else ()
    seen = Data(train=_by_logs(data.train, logs), validation=_by_logs(data.validation, logs)) if logs else data
    own = Space(data=seen, plain=data, logs=logs, logarithm=logarithm)
    return [own, *(replace(own, data=t.data(seen), transform=t) for t in admitted(transforms, data))]


def decades(x: Tensor) -> tuple[int, ...]:
    """Inputs of one sign whose values span decades and crowd at the small end: those that a uniform grid would not see.

    >>> decades(torch.stack([torch.logspace(-2, 2, 99), torch.linspace(1, 9, 99)], -1))
    (0,)
    """
    size = x.abs()
    definite = (x > 0).all(0) | (x < 0).all(0)
    low, middle, high = size.amin(0), size.median(0).values, size.amax(0)
    wide = definite & (high > _DECADES * low) & (middle < _CROWDED * high)
    return tuple(torch.nonzero(wide)[:, 0].tolist())


def _by_logs(rows: Rows, logs: Sequence[int]) -> Rows:
    x = rows.x.clone()
    x[..., list(logs)] = x[..., list(logs)].abs().log()
    return replace(rows, x=x)
