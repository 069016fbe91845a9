"""What a fit keeps while it goes on, so that one which was killed is taken up again.

The best graph so far is written as soon as it is trained, beside recipe and rows, which are there from the start. When
the fit has its result, that takes the place of it.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import NamedTuple

from kansr.errors import RunError, UsageError
from kansr.pipeline.keep import load_history, load_network, load_problem, write_network
from kansr.pipeline.kept import load_result
from kansr.pipeline.problem import Problem
from kansr.progress import Clock, Event, Report
from kansr.run import CHECKPOINT, DATA, NETWORK, RECIPE, RESULT, Run
from kansr.structure.found import Found, rank
from kansr.structure.verify import verify
from kansr.training.stages import StageRow, Trained, stage_row

_LEAST = 0.25  # share of the time limit that a fit which is taken up has at least
_ERRORS = ("rmse_train", "rmse_validation")


class Known(NamedTuple):
    """A graph that is known already, the problem that it was trained on, and the seconds that went into it."""

    problem: Problem
    found: Found
    seconds: float


class Checkpoint:
    """Keeps the best graph so far in a run folder; `keep` is told of each that is trained."""

    def __init__(self, run: Run, clock: Clock, report: Report) -> None:
        self.run, self.clock, self.report = run, clock, report
        self.problem: Problem | None = None
        self.best: Found | None = None

    def keep(self, problem: Problem, found: Found) -> None:
        """Write a graph if it is the best so far of its problem. One that cannot be written is said, and no more."""
        if problem is not self.problem:
            self.problem, self.best = problem, None
        if self.best is not None and rank([found, self.best])[0] is self.best:
            return
        self.best = found
        about = {
            "history": [asdict(row) for row in found.trained.history],
            "settled": found.settled,
            "seconds": self.clock.seconds(),
        }
        try:
            write_network(self.run, CHECKPOINT, found.trained.kan, problem, **about)
        except (RunError, TypeError) as error:
            self.report(Event(stage="not kept", message=str(error).splitlines()[0]))

    def drop(self) -> None:
        """Remove the checkpoint: the result is written."""
        self.run.path(CHECKPOINT).unlink(missing_ok=True)


def check_resumable(run: Run) -> None:
    """Raise `UsageError` or `RunError` for a run that has all that its fit could find, or not what it began with."""
    missing = [name for name in (RECIPE, DATA) if not run.has(name)]
    if missing:
        what = f"the run was stopped before it had its {' and '.join(missing)}: there is nothing to go on from"
        raise RunError(what, where=str(run.folder), hint="start again: kansr fit TABLE")
    result = load_result(run) if run.has(RESULT) and not run.has(CHECKPOINT) else None
    if result is not None and (result.status == "done" or result.hand):
        what = "functions of this run were set by hand" if result.hand else "the fit of this run came to its end"
        hint = "kansr extend goes on from its network"
        raise UsageError(f"{what}: there is nothing to take up", where=str(run.folder), hint=hint)


def known_of(run: Run) -> Known | None:
    """Read the graph that a fit had found before it was stopped; None where it had none yet, or it is damaged."""
    problem = load_problem(run)
    for name in (CHECKPOINT, NETWORK):
        if run.has(name):
            try:
                return _read(run, problem, name)
            except (RunError, KeyError, TypeError, ValueError):
                continue
    return None


def seconds_left(run: Run, budget: float | None) -> float | None:
    """Give what is left of a time limit for a fit that is taken up: a quarter of it at least."""
    if budget is None or not run.has(CHECKPOINT):
        return budget
    used = run.read_network(CHECKPOINT)[0].get("seconds")
    used = float(used) if isinstance(used, (int, float)) and used > 0 else 0.0
    return max(budget - used, _LEAST * budget)


def _read(run: Run, problem: Problem, name: str) -> Known:
    """Read a graph and the stages that it went through; errors inside are shares of the target's spread."""
    kan, seen = load_network(run, problem, name)
    metadata, _ = run.read_network(name)
    records = metadata["history"] if name == CHECKPOINT else [asdict(row) for row in load_history(run)]
    unit = 1.0 if name == CHECKPOINT else seen.unit
    history = tuple(StageRow(**record | {key: record[key] / unit for key in _ERRORS}) for record in records)
    last = stage_row("taken up", kan, seen.data, Clock())
    trained = Trained(kan=kan, history=history or (last,), rmse_validation=last.rmse_validation)
    found = Found(trained=trained, verdict=verify(trained.history), way="taken up")
    found = replace(found, settled=found.verdict.right or metadata.get("settled") is True)
    return Known(seen, found, float(metadata.get("seconds", 0.0)))
