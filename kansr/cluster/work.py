"""Many tasks that tell what they have so far, each in a process of its own; their outcomes as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import islice
from typing import Any, TypeVar

from kansr.cluster.process import Outcome, told
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
    waiting, running = iter(tasks), set[Future[Outcome[Some]]]()
    while not over():
        for task in islice(waiting, width(hosts) - len(running)):
            running.add(hosts.submit(told, function, task, None if limit is None else limit(task)))
        if not running:
            return
        done, running = wait(running, LOOK, FIRST_COMPLETED)
        for future in done:
            yield future.result()
    for future in running:
        future.cancel()
