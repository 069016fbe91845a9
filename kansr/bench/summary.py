"""What the records of a run say together: a row for each noise level and engine."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Record = dict[str, Any]

RULES = ("exact", "rounded", "srbench", "close")
"""What is counted (see `kansr.bench.score`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One engine at one noise level.

    Parameters
    ----------
    runs
        How many tables it was given.
    exact, rounded, srbench, close
        On how many of them each rule holds.
    complexity
        Median nodes of its formulas; None without any.
    seconds, longest
        Median and largest time of those that ended; None if none did.
    failed
        How many ended without an answer: killed, or by an error of the engine.
    """

    engine: str
    noise: float
    runs: int
    exact: int
    rounded: int
    srbench: int
    close: int
    complexity: float | None
    seconds: float | None
    longest: float | None
    failed: int

    def to_json(self) -> dict[str, Any]:
        """Give JSON values."""
        return asdict(self)


def summary(records: Iterable[Record]) -> list[Row]:
    """Count by noise and engine, in the order in which these come first."""
    groups: dict[tuple[float, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record["noise"], record["engine"]), []).append(record)
    return [_row(noise, engine, some) for (noise, engine), some in groups.items()]


def _row(noise: float, engine: str, records: Sequence[Record]) -> Row:
    seconds = [r["seconds"] for r in records if r["seconds"] is not None]
    sizes = [r["complexity"] for r in records if r["complexity"] is not None]
    return Row(
        engine=engine,
        noise=noise,
        runs=len(records),
        complexity=statistics.median(sizes) if sizes else None,
        seconds=statistics.median(seconds) if seconds else None,
        longest=max(seconds, default=None),
        failed=sum(r["seconds"] is None for r in records),
        **{rule: sum(bool(r[rule]) for r in records) for rule in RULES},
    )


_HEAD = (
    "noise", "engine", "runs", "exact", "rounded", "SRBench", "R2>0.999", "size", "median s", "longest s", "failed",
)  # fmt: skip


def table(rows: Sequence[Row]) -> str:
    """Write the rows as text, numbers under their heads.

    >>> print(table([Row(engine="mlp", noise=0.01, runs=2, exact=0, rounded=0, srbench=0, close=2, complexity=None,
    ...                  seconds=9.96, longest=10.1, failed=0)]))
    noise  engine  runs  exact  rounded  SRBench  R2>0.999  size  median s  longest s  failed
    0.01   mlp        2      0        0        0         2     -      10.0       10.1       0
    """
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(_HEAD))]
    return "\n".join("  ".join(_placed(cell, widths[i], i) for i, cell in enumerate(line)) for line in cells)


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.runs, row.exact, row.rounded, row.srbench, row.close)
    size = "-" if row.complexity is None else f"{row.complexity:g}"
    times = ("-" if value is None else f"{value:.1f}" for value in (row.seconds, row.longest))
    return (f"{row.noise:g}", row.engine, *map(str, counts), size, *times, str(row.failed))


def _placed(cell: str, width: int, place: int) -> str:
    return cell.ljust(width) if place < 2 else cell.rjust(width)
