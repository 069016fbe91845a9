"""What `structure.json` may hold (see `kansr.structure.account`)."""

from __future__ import annotations

import math
from types import NoneType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from kansr.record.kinds import Maybe, Number, Record, Text, Texts

_Many = Field(max_length=10_000)


def _step(value: list[Any]) -> list[Any]:
    grid, error = value
    sound = type(grid) is int and grid >= 0 and type(error) in {int, float, NoneType}
    if not sound or not 0 <= (error or 0) < math.inf:
        raise ValueError("should be a grid and the error on it, such as [5, 0.01]")
    return value


Step = Annotated[list[Any], Field(min_length=2, max_length=2), AfterValidator(_step)]


class Node(Record):
    """A node of the graph with what enters it."""

    node: Text
    kind: Literal["sum", "product"] | None = None
    into: Annotated[list[Node], _Many] = Field(default_factory=list)


class Input(Record):
    """How far a column moves the target."""

    column: Text
    influence: Maybe
    used: bool


class Coordinate(Record):
    """Columns that enter as one."""

    coordinate: Text
    misfit: Maybe


class Join(Record):
    """Columns that enter together, and what speaks against it."""

    columns: Texts
    largest_t: Number | None
    error_of_t: Number | None = None


class Reading(Record):
    """A tree that the gradients show."""

    tree: Text
    joins: Annotated[list[Join], _Many]


class Tried(Record):
    """A graph that was trained; a step of its staircase is a grid and the error on it."""

    way: Text
    target: Text
    graph: Text
    staircase: Annotated[list[Step], Field(max_length=1000)]
    slope: Number | None
    floor: Maybe
    verdict: Literal["right", "noise", "wrong"]
    chosen: bool


class Structure(Record):
    """Why a network has its graph."""

    graph: Text
    tree: Node
    inputs: Annotated[list[Input], Field(max_length=100_000)]
    error_of_dense_network: Maybe = None
    coordinates: Annotated[list[Coordinate], _Many] = Field(default_factory=list)
    trees: Annotated[list[Reading], _Many]
    tried: Annotated[list[Tried], Field(min_length=1, max_length=10_000)]
