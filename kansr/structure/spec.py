"""How the graph is searched for when no width is given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureSpec:
    """Limits of the search over graphs.

    `products` allows nodes that multiply their edges.
    """

    products: bool = True
