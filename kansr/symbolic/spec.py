"""How curves become functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolicSpec:
    """Which functions may stand on an edge, and how hard they are searched for.

    `functions` names primitives of `kansr.symbolic.library` (None: all of them); `beam` is the number of partly
    symbolic networks kept side by side; `candidates` the functions tried on an edge; `snap` replaces constants by
    simple numbers where the error allows, and by multiples of the `constants` (name -> value) and, when `physical`, of
    those of physics.
    """

    functions: tuple[str, ...] | None = None
    beam: int = 4
    candidates: int = 6
    snap: bool = True
    constants: Mapping[str, float] = field(default_factory=dict)
    physical: bool = False
