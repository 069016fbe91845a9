"""Tasks that do not need each other: whatever does them, and how many at a time, the results come in order.

`concurrent.futures.Executor` is the seam: `Here` does a task at once, in this process; `kansr.cluster` gives those that
have processes of their own on this machine or on a cluster. A task is a pure function of what it is given, so that its
result is the same wherever it is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any, TypeVar

Task = TypeVar("Task")
Some = TypeVar("Some")

LOOK = 0.2  # seconds between two looks at the clock
_END: Any = object()


class Here(Executor):
    """Does each task when it is submitted, in this process.

    >>> Here().submit(abs, -3).result()
    3
    """

    width = 1

    def submit(self, fn: Callable[..., Some], /, *args: Any, **kwargs: Any) -> Future[Some]:
        """Do a task; its error comes with its result, as from any other executor."""
        future: Future[Some] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def width(executor: Executor) -> int:
    """Give how many tasks an executor does at a time, as far as it tells: 1, if it does not."""
    return int(getattr(executor, "width", 1))


def in_order(
    function: Callable[[Task], Some],
    tasks: Iterable[Task],
    *,
    executor: Executor,
    over: Callable[[], bool] = lambda: False,
) -> Iterator[Some]:
    """Give the results of tasks in the order of the tasks, each as soon as those before it are there.

    Parameters
    ----------
    function
        What is done with a task; a function of a module, since it may go to another process.
    tasks
        Each is asked for when it can be started, so that it can be given what is left of the time.
    executor
        As many tasks run at a time as it does at a time.
    over
        Asked now and then; when it is true, nothing more is started, and what runs is not waited for.

    An error of a task is raised in its place.

    >>> list(in_order(abs, [-1, 2, -3], executor=Here()))
    [1, 2, 3]
    """
    coming, most = iter(tasks), width(executor)
    waiting: deque[Future[Some]] = deque()
    task: Task = _END
    while not over():
        while waiting and waiting[0].done():
            yield waiting.popleft().result()
        running = [future for future in waiting if not future.done()]
        task = next(coming, _END) if len(running) < most else _END
        if task is not _END:
            waiting.append(executor.submit(function, task))
        elif running:
            wait(running, LOOK, FIRST_COMPLETED)
        elif not waiting:
            return
    for future in waiting:
        future.cancel()
