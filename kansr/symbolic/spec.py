"""How curves become functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomFunction:
    """A function that the user adds to the library.

    `expression` is a formula in one `variable`; `domain` the interval on which it is used (None: found out);
    `complexity` what it costs in a formula (None: its nodes). `kansr.symbolic.custom` reads and probes it. With
    variables of its own between commas (`a, b`) it is no curve: it is written out where formulas and templates call it.
    """

    name: str
    expression: str
    variable: str = "x"
    domain: tuple[float, float] | None = None
    complexity: int | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of its variables."""
        return tuple(part.strip() for part in self.variable.split(","))

    __pydantic_config__: ClassVar = {"extra": "forbid"}  # a misspelt key of a recipe is an error


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolicSpec:
    """Which functions may stand on an edge, and how hard they are searched for.

    `functions` names primitives of `kansr.symbolic.library` (None: all of them); `custom` are further ones, which are
    always tried; `beam` is the number of partly symbolic networks kept side by side; `candidates` the functions tried
    on an edge; `snap` replaces constants by simple numbers where the error allows, and by multiples of the `constants`
    (name -> value) and, when `physical`, of those of physics.
    """

    functions: tuple[str, ...] | None = None
    custom: tuple[CustomFunction, ...] = ()
    beam: int = 4
    candidates: int = 6
    snap: bool = True
    constants: Mapping[str, float] = field(default_factory=dict)
    physical: bool = False
