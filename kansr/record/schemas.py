"""Which schema each file of a run has, and those of the small ones."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from kansr.record.kinds import Count, Number, Record, Size, Text, Texts
from kansr.record.network import Drawn, Network
from kansr.record.result import Result, Stage, Target
from kansr.record.rows import About
from kansr.record.structure import Structure


class Mark(Record):
    """What says that a folder is a run."""

    kansr: Text = ""
    format: Annotated[int, Field(ge=1, le=1_000_000)]


class Column(Record):
    """A column at a glance."""

    name: Text
    role: Literal["feature", "target"]
    unit: Text | None
    min: Number
    max: Number
    mean: Number | None
    sd: Size | None
    distinct: Count


class Split(Record):
    """How many rows do what."""

    train: Count
    validation: Count
    test: Count


class Card(Record):
    """See `kansr.table.card`; `parts` counts the rows of each table that was put into the run."""

    source: Text
    sha256: Text
    rows: Count
    of: Count | None = None
    target: Text
    features: Texts
    columns: Annotated[list[Column], Field(max_length=100_000)]
    groups: dict[Text, Count] = Field(default_factory=dict)
    split: Split
    parts: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=100_000)] = Field(default_factory=list)


SCHEMAS: tuple[tuple[str, type[BaseModel]], ...] = (
    (r"run\.json", Mark),
    (r"data\.json", Card),
    (r"data\.parquet", About),
    (r"graph\.json", Drawn),
    (r"formula\.json", Target),
    (r"structure\.json", Structure),
    (r"result(-before.*)?\.json", Result),
    (r"metrics(-before.*)?\.jsonl", Stage),
    (r"(network|checkpoint).*\.safetensors", Network),
)
"""Names of files, as patterns, with their schemas; kansr reads no other."""
