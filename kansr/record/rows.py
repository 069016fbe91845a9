"""What may stand beside the rows of a run in `data.parquet` (see `kansr.table.parquet`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kansr.record.kinds import Count, Record, Text


class Axis(Record):
    """See `kansr.table.table.Axis`."""

    sort: Literal["dates", "months", "months of the year", "times of day"]
    format: Text
    unit: Literal["seconds", "hours", "days", "months", "years"]
    origin: Text
    wraps: bool = False


class Remark(Record):
    """See `kansr.table.table.TableWarning`."""

    kind: Text
    message: Text
    column: Text | None = None
    row: Count | None = None


class About(Record):
    """What is known of the rows; `absolute` and `group` say that there are columns of errors and of labels."""

    source: Text
    sha256: Text
    warnings: Annotated[list[Remark], Field(max_length=100_000)]
    units: dict[Text, Text] = Field(default_factory=dict)
    axes: dict[Text, Axis] = Field(default_factory=dict)
    absolute: bool | None = None
    group: Literal[True] | None = None
    of: Count | None = None
