"""What the user knows of the law before it is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Course = Literal["rising", "falling"]
Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class WishesSpec:
    """What the user knows of the law: a part of its form, how it runs, and between which numbers it lies.

    `template` is the known part of the form, such as `a*exp(-f(x)) + g(y, z)`: functions that kansr does not know are
    found, names that are no columns are constants that are fitted (see `kansr.formula.template`). `monotone` says for
    columns whether the target rises or falls with them; `bounds` gives (low, high), either of which may be None, for
    the target, for a constant of the template, or for a column: there the other wishes must hold, too.
    """

    template: str | None = None
    monotone: Mapping[str, Course] = field(default_factory=dict)
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
