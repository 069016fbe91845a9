"""What a fit gives back: the formula, its rivals, the network behind it and how it was trained.

These are plain records. `Result.to_json` is the contract of `kansr fit --json`; it is kept from version to version.
`Result.to_record` holds everything, and `Result.from_record` gives the same result again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, get_args

from kansr.progress import Status
from kansr.record.words import Validation, Verdict

if TYPE_CHECKING:  # the command line draws results without loading sympy
    from kansr.formula.formula import Formula

__all__ = [
    "Choice", "NetworkSummary", "NoiseSummary", "Result", "Stability", "StageRow", "Validation", "Verdict", "plain",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseSummary:
    """What was found of the noise: its kind, its size, and how that is written.

    `size` is a share of the target where the kind is `relative`, else in the unit of the target; 0 where there is none.
    """

    kind: str
    size: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The choice between formulas made again without each row in turn.

    In `same` of `rows` the formula came out; `rmse` is the error, on the rows left out, of whatever came out; `among`
    says between how many formulas was chosen.
    """

    same: int
    rows: int
    among: int
    rmse: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSummary:
    """The network that was found: its width, its grid, its error, and one line an edge.

    A line names the edge and its function, such as `x1 -> h1   sin(pi*x1)`.
    """

    width: tuple[int, ...]
    grid: int
    rmse_test: float
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One stage of the training: what was done, on which grid, and the errors after it."""

    stage: str
    grid: int
    parameters: int
    rmse_train: float
    rmse_validation: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """What came out when the fit was repeated on resamples of the rows.

    `same` of `repeats` had the form of the formula, which is the formula whatever its constants; `constants` gives the
    standard deviation of each constant over the resamples, by its text; `others` a formula of each other form, and how
    often that form came out.
    """

    repeats: int
    same: int
    constants: Mapping[str, float]
    others: tuple[tuple[str, int], ...]

    def to_json(self) -> dict[str, Any]:
        """Give JSON values."""
        others = [{"formula": formula, "times": times} for formula, times in self.others]
        return {"repeats": self.repeats, "same": self.same, "constants": dict(self.constants), "others": others}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Stability:
        """Give what `to_json` wrote."""
        if not all(text.isprintable() for text in record["constants"]):
            raise ValueError("the record of a stability holds what is no number")
        return cls(
            repeats=int(record["repeats"]),
            same=int(record["same"]),
            constants={text: float(spread) for text, spread in record["constants"].items()},
            others=tuple((str(other["formula"]), int(other["times"])) for other in record["others"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A formula found in a table.

    `spread` is the standard deviation of the target on the test rows, the size that errors are read against;
    `front` holds the formulas that no other beats in both error and complexity, simplest first; `verdicts` those on
    each of them; `rivals` those of another form that the data cannot separate from the formula; `rejected` the best of
    those that break a wish, with how they do; `noise` what was found of the noise; `validation` says how errors on
    "test" rows were had: on rows held out, or by cross-validation of all; `why` what the verdict rests on; `choice` how
    often it came out without a row; `hand` what the user has set on the edges, a sentence each; `learned` what rows
    that were added taught; `units` are those of columns, as far as they are known.
    """

    run: str
    status: Status
    target: str
    features: tuple[str, ...]
    formula: Formula
    front: tuple[Formula, ...]
    verdict: Verdict
    spread: float
    network: NetworkSummary
    history: tuple[StageRow, ...]
    exact: bool
    seconds: float
    warnings: tuple[str, ...] = ()
    hand: tuple[str, ...] = ()
    learned: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    rivals: tuple[Formula, ...] = ()
    rejected: Mapping[str, str] = field(default_factory=dict)
    stability: Stability | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    noise: NoiseSummary | None = None
    validation: Validation = "held out"
    why: str = ""
    choice: Choice | None = None

    def showing(self, formula: Formula) -> Result:
        """Give the same result with another formula of the front in the place of the chosen one.

        Functions on the edges, rivals, stability, what the verdict rests on, the noise and the choice belong to the
        chosen formula and are left out.
        """
        if formula == self.formula:
            return self
        known = dict(zip(map(id, self.front), self.verdicts, strict=False))
        verdict = known.get(id(formula), "approximation")
        network = replace(self.network, lines=())
        return replace(
            self, formula=formula, verdict=verdict, exact=verdict == "exact", network=network, rivals=(),
            stability=None, why="", noise=None, choice=None,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Give the contract of `kansr fit --json`. Numbers that are not finite become null."""
        formula = self.formula
        record = {
            "run": self.run,
            "status": self.status,
            "target": self.target,
            "features": list(self.features),
            "formula": formula.text,
            "symbols": dict(formula.symbols),
            "constants": formula.constants,
            "latex": formula.latex,
            "complexity": formula.complexity,
            "errors": dict(formula.errors),
            "fitted": {number: list(found) for number, found in formula.fitted.items()},
            "rmse": {
                "train": formula.rmse.train,
                "validation": formula.rmse.validation,
                "test": formula.rmse.test,
            },
            "r2": {"test": formula.r2.test},
            "chi2": None if formula.chi2 is None else asdict(formula.chi2),
            "units": {"columns": dict(self.units), "constants": dict(formula.units)},
            "exact": self.exact,
            "verdict": self.verdict,
            "why": self.why,
            "noise": None if self.noise is None else asdict(self.noise),
            "validation": self.validation,
            "choice": None if self.choice is None else asdict(self.choice),
            "network": {
                "width": list(self.network.width),
                "grid": self.network.grid,
                "rmse_test": self.network.rmse_test,
            },
            "front": [_rival(rival) for rival in self.front],
            "rivals": [_rival(rival) for rival in self.rivals],
            "rejected": dict(self.rejected),
            "stability": None if self.stability is None else self.stability.to_json(),
            "template": None if formula.filled is None else formula.filled.to_json(),
            "groups": None if formula.by_group is None else formula.by_group.to_json(),
            "seconds": self.seconds,
        }
        return {key: plain(value) for key, value in record.items()}

    def to_record(self) -> dict[str, Any]:
        """Everything that the result holds, as JSON values."""
        record: dict[str, Any] = {name: getattr(self, name) for name in (*_PLAIN, "hand", "learned")}
        record["formula"] = self.formula.to_json()
        record["front"] = [rival.to_json() for rival in self.front]
        record["rivals"] = [rival.to_json() for rival in self.rivals]
        record["stability"] = None if self.stability is None else self.stability.to_json()
        record["network"] = asdict(self.network)
        record["history"] = [asdict(row) for row in self.history]
        record["units"] = dict(self.units)
        record["rejected"] = dict(self.rejected)
        record |= {"noise": None if self.noise is None else asdict(self.noise), "validation": self.validation}
        record |= {"why": self.why, "choice": None if self.choice is None else asdict(self.choice)}
        return {key: plain(value) for key, value in record.items()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Result:
        """Give the result that `to_record` wrote.

        Raises `KeyError`, `TypeError` or `ValueError` when a part is missing or of another kind.
        """
        from kansr.formula.formula import Formula  # loads sympy  # noqa: PLC0415

        values = {name: record.get(name, ()) if name == "verdicts" else record[name] for name in _PLAIN}
        _check_kinds(values)
        return cls(
            **(values | {name: tuple(values[name]) for name in ("features", "warnings", "verdicts")}),
            formula=Formula.from_json(record["formula"]),
            front=tuple(Formula.from_json(rival) for rival in record["front"]),
            rivals=tuple(Formula.from_json(rival) for rival in record.get("rivals", ())),
            stability=None if record.get("stability") is None else Stability.from_json(record["stability"]),
            network=_network(record["network"]),
            history=tuple(map(_stage, record["history"])),
            hand=tuple(map(str, record.get("hand", ()))),
            learned=tuple(map(str, record.get("learned", ()))),
            units={str(name): str(unit) for name, unit in dict(record.get("units", {})).items()},
            rejected={str(text): str(why) for text, why in dict(record.get("rejected", {})).items()},
            noise=_noise(record.get("noise")),
            validation="cross" if record.get("validation") == "cross" else "held out",
            why=str(record.get("why", "")),
            choice=_choice(record.get("choice")),
        )


_PLAIN = ("run", "status", "target", "features", "verdict", "spread", "exact", "seconds", "warnings", "verdicts")


def _network(record: Mapping[str, Any]) -> NetworkSummary:
    return NetworkSummary(
        width=tuple(int(count) for count in record["width"]),
        grid=int(record["grid"]),
        rmse_test=_error(record["rmse_test"]),
        lines=tuple(map(str, record["lines"])),
    )


def _noise(record: Mapping[str, Any] | None) -> NoiseSummary | None:
    if record is None:
        return None
    size = record["size"]
    return NoiseSummary(kind=str(record["kind"]), size=_error(size), text=str(record["text"]))


def _choice(record: Mapping[str, Any] | None) -> Choice | None:
    if record is None:
        return None
    same, rows, among = (int(record[name]) for name in ("same", "rows", "among"))
    return Choice(same=same, rows=rows, among=among, rmse=_error(record["rmse"]))


def _stage(record: Mapping[str, Any]) -> StageRow:
    return StageRow(
        stage=str(record["stage"]),
        grid=int(record["grid"]),
        parameters=int(record["parameters"]),
        rmse_train=_error(record["rmse_train"]),
        rmse_validation=_error(record["rmse_validation"]),
        seconds=_error(record["seconds"]),
    )


def _error(value: float | None) -> float:
    """Read a number that may have been infinite."""
    return math.inf if value is None else float(value)


def _check_kinds(values: Mapping[str, Any]) -> None:
    """Raise `ValueError` for a value that `to_record` never writes: what is drawn and shown relies on its kind."""
    texts = (values["run"], values["target"], *values["features"], *values["warnings"])
    words = values["status"] in get_args(Status) and {values["verdict"], *values["verdicts"]} <= set(get_args(Verdict))
    numbers = all(isinstance(values[name], (int, float)) for name in ("spread", "seconds"))
    if not (words and numbers and all(isinstance(text, str) for text in texts)):
        raise ValueError("the record of a result holds a value of another kind")


def _rival(formula: Formula) -> dict[str, Any]:
    """One row of the front, or a rival."""
    return {
        "formula": formula.text,
        "complexity": formula.complexity,
        "errors": dict(formula.errors),
        "fitted": {number: list(found) for number, found in formula.fitted.items()},
        "constants": formula.constants,
        "rmse_validation": formula.rmse.validation,
        "rmse_test": formula.rmse.test,
    }


def plain(value: Any) -> Any:
    """Turn a value into what JSON can hold: tuples become lists, numbers that are not finite become None.

    >>> plain({"rmse": (0.5, float("nan"))})
    {'rmse': [0.5, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if hasattr(value, "item"):  # a NumPy number
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
