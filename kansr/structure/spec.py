"""How the graph is searched for when no width is given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureSpec:
    """Limits of the search over graphs.

    `search` trains networks to find a graph where the rows alone gave no law; `products` allows nodes that multiply
    their edges.
    """

    search: bool = True
    products: bool = True
