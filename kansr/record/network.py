"""What the text beside the numbers of a network may hold: its graph, its curves, and what it was trained on."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kansr.record.kinds import Count, Grid, Number, Record, Seconds, Text
from kansr.record.result import Stage

_LETTERS = "abcdp"  # of the parameters of a function, see kansr.symbolic.library.Primitive
_FINEST = 10**8
_POWER = 1000  # of a column in a group
_LONGEST = 1000  # name of a function


def _power(text: str) -> str:
    try:
        found = Fraction(text) if len(text) <= 20 and "e" not in text.lower() else None
    except (ValueError, ZeroDivisionError):
        found = None
    if found is None or abs(found) > _POWER:
        raise ValueError("should be a fraction, such as -1/2")
    return text


Power = Annotated[Text, AfterValidator(_power)]
Powers = Annotated[list[Power], Field(max_length=100_000)]


class Groups(Record):
    """See `kansr.pipeline.groups.Groups.to_record`."""

    inputs: Annotated[list[Powers], Field(min_length=1, max_length=10_000)]
    factor: Powers


Edge = Annotated[list[Count], Field(min_length=2, max_length=2)]


class Graph(Record):
    """See `kansr.network.graph.Graph`."""

    inputs: Annotated[int, Field(ge=1, le=100_000)]
    kinds: Annotated[list[Literal["sum", "product"]], Field(min_length=1, max_length=100_000)]
    edges: Annotated[list[Edge], Field(min_length=1, max_length=1_000_000)]


class Drawn(Graph):
    """What `graph.json` holds: a graph, and a line of text for each edge."""

    edges_text: Annotated[list[Text], Field(max_length=1_000_000)] = Field(default_factory=list)


def _curve(value: Any, *, alone: bool = True) -> Any:
    """Check the record of a curve: a spline, a function, one that is held, or a function of a function."""
    if isinstance(value, dict) and set(value) == {"held"} and alone:
        _curve(value["held"], alone=False)
    elif isinstance(value, dict) and set(value) == {"first", "then"}:
        for part in value.values():
            _curve(part, alone=False)
    elif not isinstance(value, list) or not (_is_function(value) or (alone and _is_spline(value))):
        raise ValueError('should be a spline, such as [20, 3], or a function, such as ["sin", 1.0, "abcd"]')
    return value


def _is_spline(value: list[Any]) -> bool:
    """Grid, order, and by how many intervals the grid was widened below and above, if it was."""
    if len(value) not in {2, 4} or not all(type(part) is int for part in value):
        return False
    grid, order, *wider = value
    return bool(1 <= grid <= _FINEST and 1 <= order <= 5 and min([0, *wider]) == 0 and sum(wider) < grid)


def _is_function(value: list[Any]) -> bool:
    """Name, sign, and the letters of its parameters."""
    if len(value) not in {2, 3} or not isinstance(value[0], str):
        return False
    letters = value[2] if len(value) == 3 else ""
    sound: bool = isinstance(letters, str) and len({*letters} & {*_LETTERS}) == len(letters)
    signed = type(value[1]) in {int, float} and bool(abs(value[1]) == 1)
    return sound and signed and len(value[0]) <= _LONGEST


Curve = Annotated[Any, BeforeValidator(_curve)]


class Network(Record):
    """What `kansr.pipeline.keep.write_network` writes beside the numbers; a checkpoint has its history, too."""

    features: Annotated[list[Text], Field(min_length=1, max_length=100_000)]
    target: Text
    scale: Annotated[Number, Field(gt=0)] = 1.0
    groups: Groups | None = None
    sha256: Text
    grid: Grid
    curves: Annotated[list[Curve], Field(min_length=1, max_length=1_000_000)]
    graph: Graph
    history: Annotated[list[Stage], Field(max_length=10_000)] = Field(default_factory=list)
    settled: bool = False
    seconds: Seconds = 0.0

    @model_validator(mode="after")
    def _each_edge_has_a_curve(self) -> Self:
        if len(self.curves) != len(self.graph.edges):
            raise ValueError(f"has {len(self.curves)} curves for {len(self.graph.edges)} edges")
        return self
