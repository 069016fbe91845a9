"""The kinds of values that the files of a run hold, with their bounds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, InstanceOf

LONGEST = 100_000
"""Characters of a text: as many as a formula may have (`kansr.formula.parse.MAX_LENGTH`)."""


class Record(BaseModel):
    """A mapping with known keys; others are left out."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"should have at most {LONGEST:,} characters, not {len(text):,}")
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("should hold printable characters only")
    return text


# pydantic's own texts are UTF-8; the name of a file, and so that of a table, may be none
Text = Annotated[InstanceOf[str], AfterValidator(_short)]
Printable = Annotated[Text, AfterValidator(_printable)]
Texts = Annotated[list[Text], Field(max_length=LONGEST)]

Number = Annotated[float, Field(allow_inf_nan=False)]
Size = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Maybe = Size | None
"""A size that may have been infinite: no JSON holds that."""

Seconds = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**15)]
Grid = Annotated[int, Field(ge=0, le=10**8)]
Few = Annotated[list[Any], Field(max_length=10_000)]
