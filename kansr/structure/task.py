"""What a search for graphs is done with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kansr.network.spec import KANSpec
from kansr.progress import Clock, Report, silent
from kansr.structure.coordinates import Named
from kansr.structure.space import Logarithm
from kansr.structure.spec import StructureSpec
from kansr.structure.transform import Transform
from kansr.training.rows import Data
from kansr.training.spec import TrainingSpec

if TYPE_CHECKING:
    from kansr.structure.found import Found

FINE = 1e-4
"""Error of a right graph that ends a search which nobody else ends."""


def nobody(found: Found) -> None:
    """Keep nothing."""


def fine(found: Sequence[Found]) -> bool:
    """Whether a graph leaves noise, or next to nothing."""
    return any(not f.verdict.right or f.verdict.floor <= FINE for f in found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """What a search for graphs is done with.

    `transforms` may be tried on the target; `logarithm` gives the curve for inputs that span decades, `named` those of
    coordinates. `enough` is asked of each graph that is settled, and of the same graph written otherwise, best first:
    whether the search may end. `keep` gets each graph as soon as it is trained to the end, in case that the search is
    ended by force.
    """

    data: Data
    network: KANSpec
    training: TrainingSpec
    structure: StructureSpec
    seed: int
    clock: Clock
    transforms: tuple[Transform, ...] = ()
    logarithm: Logarithm | None = None
    named: Named | None = None
    report: Report = silent
    enough: Callable[[Sequence[Found]], bool] = fine
    keep: Callable[[Found], None] = nobody
