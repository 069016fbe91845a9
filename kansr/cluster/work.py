"""Many tasks that tell what they have so far, each in a process of its own; their outcomes as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import islice
from typing import Any, TypeVar, get_args

from kansr.cluster.process import SAME, Ended, Outcome, told
from kansr.errors import ClusterError
from kansr.tasks import LOOK, width

Some = TypeVar("Some")


def work(
    function: Callable[[Some], Iterator[Any]],
    tasks: Iterable[Some],
    *,
    hosts: Executor,
    limit: Callable[[Some], float] | None = None,
    over: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome[Some]]:
    """Give the outcomes of tasks as they come.

    Parameters
    ----------
    function
        A generator that tells what it has so far; a function of a module, since it goes to another process.
    hosts
        What starts the processes (see `kansr.cluster.hosts`); as many run at a time as it has threads. Those that run
        when the caller stops are killed when it ends.
    limit
        Seconds for a task, from its start and again from each thing that it tells; None: no limit.
    over
        Asked now and then; when it is true, nothing more is started, and what runs is not waited for.
    """
    waiting, running = iter(tasks), dict[Future[Any], Some]()
    while not over():
        for task in islice(waiting, width(hosts) - len(running)):
            running[hosts.submit(told, function, task, None if limit is None else limit(task))] = task
        if not running:
            return
        for future in wait(running, LOOK, FIRST_COMPLETED).done:
            yield _outcome(running.pop(future), future.result())
    for future in running:
        future.cancel()


def _outcome(task: Some, heard: Any) -> Outcome[Some]:
    """Put a task beside what became of it: a `Told`, or the list that it is after its way over a network."""
    if not isinstance(heard, (list, tuple)) or len(heard) != 3 or heard[1] not in get_args(Ended):
        raise ClusterError("a worker gave no answer of kansr", hint=SAME)
    value, ended, message = heard
    return Outcome(task=task, value=value, ended=ended, message=str(message))
