"""A case: one engine on one table that is drawn from one law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from kansr.datasets import Collection, Law
from kansr.errors import UsageError

Key = tuple[Any, ...]
IDENTITY = ("engine", "collection", "law", "noise", "seed", "rows", "budget")
"""What tells one case from another, by its names in a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is to be done.

    Parameters
    ----------
    engine
        A name of `kansr.peers.ENGINES`.
    collection, law
        The law, and the name of the collection that it stands in.
    noise
        What is added to the target, as a share of its root mean square (see `Law.sample`).
    seed
        Of the table and of the engine.
    rows
        Rows of the table; None: as many as the law's benchmark takes.
    budget
        Seconds that the engine has.
    """

    engine: str
    collection: str
    law: Law
    noise: float = 0.0
    seed: int = 0
    rows: int | None = None
    budget: float = 30.0

    def identity(self) -> dict[str, Any]:
        """What a record says of its case."""
        values = (self.engine, self.collection, self.law.name, self.noise, self.seed, self.rows, self.budget)
        return dict(zip(IDENTITY, values, strict=True))

    @property
    def key(self) -> Key:
        """The same as something to look up."""
        return key_of(self.identity())


def key_of(record: dict[str, Any]) -> Key:
    """Give the key of the case that a record tells of. Raises `KeyError` where it tells of none."""
    return tuple(record[name] for name in IDENTITY)


def chosen(collection: Collection, *, only: Sequence[str] = (), every: int = 1, limit: int | None = None) -> list[Law]:
    """Choose laws that a formula of kansr can hold: all, or those named, each n-th of them, the first so many of these.

    Raises `UsageError` with the nearest name for a law that is not there.

    >>> from kansr.datasets import collection
    >>> [law.name for law in chosen(collection("nguyen"), every=3, limit=2)]
    ['Nguyen-1', 'Nguyen-4']
    """
    laws = [collection.law(name) for name in only] if only else list(collection.laws)
    plain = [law for law in laws if law.is_plain]
    if not plain:
        raise UsageError(
            f"no law of {collection.name} is left", hint="laws with special functions have no formula to find"
        )
    return plain[::every][:limit]


def plan(
    engines: Sequence[str],
    collection: str,
    laws: Sequence[Law],
    *,
    noises: Sequence[float] = (0.0,),
    seeds: int = 1,
    rows: int | None = None,
    budget: float = 30.0,
) -> list[Case]:
    """Give all cases. Engines change fastest: what is done when a run is stopped compares them on the same laws."""
    return [
        Case(engine=engine, collection=collection, law=law, noise=noise, seed=seed, rows=rows, budget=budget)
        for noise, seed, law, engine in product(noises, range(seeds), laws, engines)
    ]
