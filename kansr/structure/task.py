"""What a search for graphs is done with."""

from __future__ import annotations

from dataclasses import dataclass

from kansr.network.spec import KANSpec
from kansr.progress import Clock, Report, silent
from kansr.structure.space import Logarithm
from kansr.structure.spec import StructureSpec
from kansr.structure.transform import Transform
from kansr.training.rows import Data
from kansr.training.spec import TrainingSpec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """What a search for graphs is done with.

    `transforms` may be tried on the target; `logarithm` gives the curve for inputs that span decades.
    """

    data: Data
    network: KANSpec
    training: TrainingSpec
    structure: StructureSpec
    seed: int
    clock: Clock
    transforms: tuple[Transform, ...] = ()
    logarithm: Logarithm | None = None
    report: Report = silent
