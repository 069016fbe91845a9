"""What the run folders in `runs` say of themselves; folders of others are passed over, damaged ones are named so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kansr.errors import RunError
from kansr.run import DATA_CARD, RESULT, RUNS, Run, latest_name

_MARK = "run.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """One run at a glance.

    `status` is done, timeout, interrupted, `unfinished` (no result yet) or `damaged`; what is not known is None.
    `rmse_test` is in the target's unit, `share` the same by the target's spread; `when` is the time of the last result.
    """

    name: str
    latest: bool
    status: str
    when: str
    table: str | None = None
    rows: int | None = None
    target: str | None = None
    verdict: str | None = None
    formula: str | None = None
    rmse_test: float | None = None
    share: float | None = None
    seconds: float | None = None


def runs_in(folder: Path = RUNS) -> tuple[RunFacts, ...]:
    """List the runs in a folder, the newest first."""
    marked = [path for path in folder.iterdir() if (path / _MARK).is_file()] if folder.is_dir() else []
    last = latest_name(folder)
    return tuple(_facts(path, path.name == last) for path in sorted(marked, key=_time, reverse=True))


def _time(path: Path) -> tuple[float, str]:
    """Give when a run got its last result, or else was started."""
    found = path / RESULT if (path / RESULT).is_file() else path / _MARK
    return found.stat().st_mtime, path.name


def _facts(path: Path, latest: bool) -> RunFacts:
    when = datetime.fromtimestamp(_time(path)[0], tz=UTC).isoformat(timespec="seconds")
    try:
        run = Run.open(path)
        card = run.read_json(DATA_CARD) if run.has(DATA_CARD) else {}
        result = run.read_json(RESULT) if run.has(RESULT) else None
        return RunFacts(name=path.name, latest=latest, when=when, **_of_card(card), **_of_result(result))
    except (RunError, OSError, KeyError, TypeError, ValueError, AttributeError):
        return RunFacts(name=path.name, latest=latest, when=when, status="damaged")


def _of_card(card: Mapping[str, Any]) -> dict[str, Any]:
    return {"table": card.get("source"), "rows": card.get("rows")}


def _of_result(result: Mapping[str, Any] | None) -> dict[str, Any]:
    """Take what is shown from the record of a result (see `kansr.result`)."""
    if result is None:
        return {"status": "unfinished"}
    error, spread = result["formula"]["rmse"]["test"], result["spread"]
    return {
        "status": str(result["status"]),
        "target": str(result["target"]),
        "verdict": str(result["verdict"]),
        "formula": str(result["formula"]["formula"]),
        "rmse_test": None if error is None else float(error),
        "share": None if error is None or not spread else float(error) / float(spread),
        "seconds": float(result["seconds"]),
    }
