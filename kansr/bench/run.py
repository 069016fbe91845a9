"""All cases of a run: those that a file of results holds are left out, the others go to worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kansr.bench import results
from kansr.bench.attempt import Record, attempt, record
from kansr.bench.case import Case
from kansr.cluster import hosts
from kansr.cluster.process import Outcome
from kansr.cluster.work import work

_LONGER, _MORE = 1.5, 30.0
"""An engine is killed after so many times its budget and so many seconds more: loading, and a last step, take time."""


def limit(case: Case) -> float:
    """Give the seconds after which a case is ended from outside."""
    return _LONGER * case.budget + _MORE


def bench(
    cases: Sequence[Case],
    *,
    workers: int = 1,
    cluster: str | None = None,
    out: Path | None = None,
    over: Callable[[], bool] = lambda: False,
) -> Iterator[Record]:
    """Do cases, and give their records as they come.

    Parameters
    ----------
    workers
        Processes at a time, each with one thread.
    cluster
        The scheduler of a Dask cluster whose workers do the cases (see `kansr.cluster.executor`).
    out
        A file that gets each record as a line as soon as it is there. Its cases are not done again, nor given.
    over
        When it becomes true, what runs is ended and forgotten; what is done stays in the file.

    Raises `RunError` when the file holds something else, or cannot be written, `UsageError` without the cluster.
    """
    done = {} if out is None else results.read(out)
    left = [case for case in cases if case.key not in done]
    with hosts(workers, cluster) as starters:
        for outcome in work(attempt, left, hosts=starters, limit=limit, over=over):
            found = _record(outcome)
            if out is not None:
                results.add(out, found)
            yield found


def _record(outcome: Outcome[Case]) -> Record:
    """Give the last record that was told; an engine that failed or died after it is named in it."""
    told: Record = outcome.value or record(outcome.task, "timeout")
    if outcome.ended in {"failed", "died"}:
        return {**told, "status": "error", "message": outcome.message}
    return {**told, "message": outcome.message}
