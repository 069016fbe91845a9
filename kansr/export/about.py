"""What is known of a formula beyond itself: the table that it comes from, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kansr.formula.formula import Formula
from kansr.result import Result

_VERDICTS = {
    "exact": "right to rounding on rows that were kept for the test",
    "noise": "what it leaves over looks like noise",
    "approximation": "an approximation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The target, all features in the order of the table, the units of columns, and what to say of the formula.

    Names and units are the user's data: whoever writes them into code quotes them (see `kansr.export.quoting`).
    """

    features: tuple[str, ...]
    target: str | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    verdict: str | None = None

    @classmethod
    def of(cls, result: Result) -> About:
        """Give what a run knows."""
        verdict = _VERDICTS.get(result.verdict)
        if result.verdict == "approximation":
            verdict = f"an approximation: it is off by {float(result.formula.rmse.test):.3g} (RMSE on test rows)"
        return cls(features=result.features, target=result.target, units=result.units, verdict=verdict)

    @classmethod
    def alone(cls, formula: Formula) -> About:
        """Give what a formula says of itself: the columns that stand in it."""
        return cls(features=tuple(formula.names.values()))
