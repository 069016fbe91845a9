"""What `result.json` may hold (see `kansr.result.Result.to_record`), and the formulas in it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from kansr.progress import Status
from kansr.record.kinds import Count, Grid, Maybe, Number, Printable, Record, Seconds, Size, Text, Texts
from kansr.record.words import Validation, Verdict


class Errors(Record):
    """An error for each part of the rows; null where it is infinite."""

    train: Maybe
    validation: Maybe
    test: Maybe


class Shares(Record):
    """How much of the variance is explained on each part of the rows; null where that is minus infinity."""

    train: Number | None
    validation: Number | None
    test: Number | None


class Template(Record):
    """See `kansr.formula.parts.Filled`."""

    template: Text
    functions: dict[Printable, Text]
    constants: dict[Printable, Text]
    errors: dict[Printable, Maybe]


class Groups(Record):
    """See `kansr.formula.parts.ByGroup`."""

    column: Text
    constants: dict[Printable, dict[Text, Number]]
    errors: dict[Printable, dict[Text, Maybe]]
    rows: dict[Text, Count]

    @model_validator(mode="after")
    def _each_group_has_each_constant(self) -> Self:
        for part in (self.constants, self.errors):
            if set(part) != set(self.constants) or any(set(values) != set(self.rows) for values in part.values()):
                raise ValueError("should have a value and an error of each constant for each group in rows")
        return self


class Formula(Record):
    """See `kansr.formula.formula.Formula`."""

    formula: Printable
    symbols: dict[Printable, Text]
    constants: dict[Printable, Number] | None = None
    complexity: Count
    label: Text
    rmse: Errors
    r2: Shares
    description_length: Number | None
    errors: dict[Printable, Maybe]
    fitted: dict[Printable, Annotated[list[Number], Field(min_length=2, max_length=2)]] = Field(default_factory=dict)
    weighted: Errors | None = None
    chi2: Errors | None = None
    units: dict[Printable, Text] = Field(default_factory=dict)
    template: Template | None = None
    groups: Groups | None = None


class Network(Record):
    """See `kansr.result.NetworkSummary`."""

    width: Annotated[list[Count], Field(max_length=1000)]
    grid: Grid
    rmse_test: Maybe
    lines: Texts


class Stage(Record):
    """See `kansr.result.StageRow`."""

    stage: Text
    grid: Grid
    parameters: Count
    rmse_train: Maybe
    rmse_validation: Maybe
    seconds: Seconds


class Other(Record):
    """A formula that came out of some resamples."""

    formula: Text
    times: Count


class Stability(Record):
    """See `kansr.result.Stability`."""

    repeats: Count
    same: Count
    constants: dict[Printable, Maybe]
    others: list[Other]


class Noise(Record):
    """See `kansr.result.NoiseSummary`."""

    kind: Text
    size: Maybe
    text: Text


class Choice(Record):
    """See `kansr.result.Choice`."""

    same: Count
    rows: Count
    among: Count
    rmse: Maybe


class Result(Record):
    """See `kansr.result.Result`."""

    run: Text
    status: Status
    target: Text
    features: Annotated[Texts, Field(min_length=1)]
    verdict: Verdict
    spread: Size
    exact: bool
    seconds: Seconds
    warnings: Texts
    verdicts: list[Verdict] = Field(default_factory=list)
    hand: Texts = Field(default_factory=list)
    learned: Texts = Field(default_factory=list)
    formula: Formula
    front: Annotated[list[Formula], Field(min_length=1, max_length=10_000)]
    rivals: Annotated[list[Formula], Field(max_length=10_000)] = Field(default_factory=list)
    stability: Stability | None = None
    network: Network
    history: Annotated[list[Stage], Field(max_length=10_000)]
    units: dict[Text, Text] = Field(default_factory=dict)
    rejected: dict[Text, Text] = Field(default_factory=dict)
    noise: Noise | None = None
    validation: Validation = "held out"
    why: Text = ""
    choice: Choice | None = None

    @model_validator(mode="after")
    def _columns_are_known(self) -> Self:
        """A formula reads columns of the table, and constants that it has for each group."""
        for one in (self.formula, *self.front):
            own = {f"{name}[{one.groups.column}]" for name in one.groups.constants} if one.groups else set()
            if missing := set(one.symbols.values()) - {*self.features} - own:
                raise ValueError(f"the formula {one.formula[:40]} reads {min(missing)[:40]}, which is no column of it")
        return self


class Target(Record):
    """What is read of `formula.json`: the rest is for others."""

    target: Text
