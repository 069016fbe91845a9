"""Where a network is trained: on the target as it is, or on a transform of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kansr.network.kan import KAN
from kansr.structure.transform import Transform, admitted
from kansr.training.levenberg import rmse
from kansr.training.rows import Data
from kansr.training.stages import Trained


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """Rows whose target may be transformed, and the way back to the target as it is."""

    data: Data
    plain: Data
    transform: Transform | None = None

    @property
    def name(self) -> str:
        """How the target is written: `y`, `log(y)`, .."""
        return "y" if self.transform is None else self.transform.name

    def columns(self, keep: list[int]) -> Space:
        """Give some of the inputs only."""
        return replace(self, data=self.data.columns(keep), plain=self.plain.columns(keep))

    def error(self, kan: KAN) -> float:
        """Validation RMSE of a network (b = 1) in this space, in units of y."""
        return float(rmse(kan, self.data.validation)[0])

    def back(self, trained: Trained) -> Trained:
        """Give a network of y itself: the inverse of the transform becomes its last curve."""
        if self.transform is None:
            return trained
        kan = self.transform.behind(trained.kan, self.plain)
        return replace(trained, kan=kan, rmse_validation=float(rmse(kan, self.plain.validation)[0]))


def spaces(data: Data, transforms: Sequence[Transform]) -> list[Space]:
    """Give the target as it is, then under each transform that admits all rows."""
    own = Space(data=data, plain=data)
    return [own, *(Space(data=t.data(data), plain=data, transform=t) for t in admitted(transforms, data))]
