"""What kind of KAN to build."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KANSpec:
    """The shape of a KAN.

    `width` counts the nodes of each layer, inputs and output included, such as `(2, 5, 1)`; None lets the data
    decide (see `kansr.structure`). `order` is the order k of the splines: 3 is cubic.
    """

    width: tuple[int, ...] | None = None
    order: int = 3
