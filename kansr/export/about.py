"""What is known of a formula beyond itself: the table that it comes from, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kansr.formula.formula import Formula
from kansr.result import Result

_EXACT = "right to rounding on rows that were kept for the test"
_NOISE = "what it leaves over looks like noise"


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
        return cls(features=result.features, target=result.target, units=result.units, verdict=_verdict(result))

    @classmethod
    def alone(cls, formula: Formula) -> About:
        """Give what a formula says of itself: the columns that stand in it."""
        return cls(features=tuple(formula.names.values()))


def _verdict(result: Result) -> str:
    """Say how far the formula can be trusted; what few rows rest on may come from a file, so it is not repeated."""
    crossed = result.validation == "cross"
    if result.verdict == "exact":
        return "right to rounding, or to the digits of the table, on all rows" if crossed else _EXACT
    if result.verdict == "noise":
        return _NOISE
    error = f"{float(result.formula.rmse.test):.3g} (RMSE {'in cross-validation' if crossed else 'on test rows'})"
    return f"{'too few rows to tell' if result.verdict == 'undecided' else 'an approximation'}: it is off by {error}"
