"""Cases worked on in processes of their own, each with a limit: a crash and a hang are results, too."""

from __future__ import annotations

import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

from kansr.cluster import hosts
from kansr.cluster.work import work
from kansr.errors import KansrError
from kansr.pipeline.explain import explain
from kansr.progress import Clock
from kansr.recipe import Recipe
from kansr.result import Result
from kansr.table import table_from_frame

Some = TypeVar("Some")

FRAMES = 2  # places of the program that are kept of a crash


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What a fit came to.

    `ended` is `done`, `refused` (an error that kansr raises on purpose) or the type of the exception; `said` its words
    and where it was raised; `warned` the places of NumPy's and SciPy's warnings of numbers that went wrong.
    """

    ended: str
    said: str
    seconds: float
    result: Result | None
    warned: tuple[str, ...]


def fitted(frame: Any, *, budget: float, seed: int = 0) -> Fitted:
    """Fit a data frame by default settings; nothing is raised.

    Warnings are kept, not raised: one that is raised inside of a search may be taken for a candidate that failed, and
    would hide the formula.
    """
    torch.set_num_threads(1)
    started = time.monotonic()
    result, ended, said = None, "done", ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RuntimeWarning)
        try:
            recipe = Recipe(seed=seed, budget=budget)
            result = explain(table_from_frame(frame), recipe, clock=Clock(budget))
        except KansrError as error:
            ended, said = "refused", str(error).splitlines()[0]
        except Exception as error:
            ended, said = type(error).__name__, f"{_places(error)}: {error}"
    warned = {f"{_short(w.filename)}:{w.lineno} {w.message}" for w in caught if issubclass(w.category, RuntimeWarning)}
    seconds = time.monotonic() - started
    return Fitted(ended=ended, said=said, seconds=seconds, result=result, warned=tuple(sorted(warned)))


def _places(error: BaseException) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "kansr" in Path(f.filename).parts]
    return ", ".join(f"{_short(f.filename)}:{f.lineno}" for f in frames[-FRAMES:])


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])


def apart(
    function: Callable[[Some], dict[str, Any]],
    tasks: Sequence[Some],
    *,
    jobs: int,
    limit: float,
    lost: Callable[[Some, str, str], dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    """Give the result of each task as it comes.

    Parameters
    ----------
    function
        A function of a module; what it gives goes from one process to another.
    limit
        Seconds after which a task is killed.
    lost
        The result of a task whose process gave none: from the task, how it ended (`timeout`, `died`, `failed`), and
        what is known of that.
    """
    with hosts(jobs) as starters:
        outcomes = work(once, [(function, task) for task in tasks], hosts=starters, limit=lambda _: limit)
        for outcome in outcomes:
            done = outcome.ended == "done"
            yield outcome.value if done else lost(outcome.task[1], outcome.ended, outcome.message)


def once(task: tuple[Callable[[Some], dict[str, Any]], Some]) -> Iterator[dict[str, Any]]:
    """Do a task, and tell its result."""
    function, given = task
    yield function(given)
