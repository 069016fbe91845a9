"""Who does the tasks: this process, processes on this machine, or the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any, TypeVar

from kansr.cluster.process import HERE, told
from kansr.errors import KansrError, UsageError
from kansr.tasks import Here

Some = TypeVar("Some")

_FILES, _FILES_EACH = 24, 8  # descriptors of this process, and of what it holds of each other
_TRIES = 3  # a process that is ended from outside is started again; one that ends so often does it by itself


@contextmanager
def executor(workers: int = 1, cluster: str | None = None) -> Iterator[Executor]:
    """Give an executor for the length of a `with` block: tasks are functions of modules, and what they take is pickled.

    Parameters
    ----------
    workers
        Tasks at a time; one is done in this process, more in processes of their own, of one thread each.
    cluster
        The scheduler of a Dask cluster, such as `tcp://10.0.0.1:8786`, or its scheduler file; its workers then do the
        tasks, each in a process of its own.

    Raises
    ------
    UsageError
        If the cluster cannot be reached or its workers have another version of kansr.

    >>> with executor() as here:
    ...     here.submit(divmod, 7, 2).result()
    (3, 1)
    """
    if workers == 1 and cluster is None:
        yield Here()
        return
    with hosts(workers, cluster) as starters:
        yield Alone(starters)


@contextmanager
def hosts(workers: int = 1, cluster: str | None = None) -> Iterator[Executor]:
    """Give an executor of threads, here or on a cluster, each of which may start a process (see `process.told`).

    When the block ends, what still runs is ended.
    """
    if cluster is None:
        with Threads(workers) as threads:
            yield threads
    else:
        from kansr.cluster.dask_ import connected  # noqa: PLC0415  (an extra)

        with connected(cluster) as workers_of_it:
            yield workers_of_it


class Threads(ThreadPoolExecutor):
    """Threads of this process; their processes are killed when this ends."""

    def __init__(self, workers: int) -> None:
        _check_files(workers)
        self.width, self._stopped = workers, Event()
        super().__init__(workers, initializer=_stop_by, initargs=(self._stopped,))

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self.shutdown(cancel_futures=True)


class Alone(Executor):
    """Does each task in a process of its own, started by a thread of another executor."""

    def __init__(self, starters: Executor) -> None:
        self.starters, self.width = starters, int(getattr(starters, "width", 1))

    def submit(self, fn: Callable[..., Some], /, *args: Any, **kwargs: Any) -> Future[Some]:
        """Start a task as soon as a thread is free."""
        return self.starters.submit(alone, fn, args, kwargs)


def alone(function: Callable[..., Some], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Some:
    """Call a function in a process of its own.

    Raises
    ------
    KansrError
        If the process ended by itself, again and again, or what it was given cannot be told to it.
    Exception
        Whatever the function raises.
    """
    for _ in range(_TRIES):
        outcome = told(_call, (function, args, kwargs))
        if outcome.ended == "done":
            value: Some = outcome.value[0]
            if outcome.value[1] is not None:
                raise outcome.value[1]
            return value
        if outcome.ended != "died":
            break
    raise KansrError(f"a task of {function.__name__} did not end well: {outcome.message}", hint="try --workers 1")


def _call(call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]) -> Iterator[tuple[Any, Exception | None]]:
    """Tell what a function gives, or the error that it raises."""
    function, args, kwargs = call
    try:
        value = function(*args, **kwargs)
    except Exception as error:
        yield None, error
    else:
        yield value, None


def _check_files(workers: int) -> None:
    """Raise `UsageError` where so many processes cannot be talked to: what starts them fails with words of its own."""
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _FILES + _FILES_EACH * workers
    if most != resource.RLIM_INFINITY and most < needed:
        what = f"{workers} workers need {needed} open files, and {most} are allowed"
        raise UsageError(what, hint=f"fewer --workers, or ulimit -n {needed}")


def _stop_by(stopped: Event) -> None:
    HERE.stopped = stopped
