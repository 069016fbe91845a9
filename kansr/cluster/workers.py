"""The workers of a cluster as an executor, and a look at whether they are still there.

A future of Dask waits as long as nobody tells it otherwise: a scheduler that hangs, a network that is cut without a
word, and a cluster whose last worker is gone would be waited for without end. So the scheduler is asked now and then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any, TypeVar

from kansr.cluster.answer import answered, read, task_of
from kansr.errors import ClusterError, KansrError

Some = TypeVar("Some")

LOOK = 2.0
"""Seconds between two questions to the scheduler."""

SILENT = 30.0
"""Seconds in which a scheduler answers; a longer silence means that it is gone."""

ALONE = 60.0
"""Seconds in which a worker that is started anew comes back, when there is no other."""

_OWN = ("distributed.", "tblib.")  # how Dask packs its own errors
_HINT = "what was found so far is kept; look at the logs of the cluster, and run the same again"


class Workers(Executor):
    """Tasks go to the workers of a cluster, which give text; values are read from it here.

    What the cluster itself ends with an error, and all that waits when it is gone, raises `ClusterError`.
    """

    def __init__(self, client: Any, refused: list[str]) -> None:
        self._client, self._refused = client, refused
        self.width = max(1, sum(client.nthreads().values()))
        self._waiting: set[Future[Any]] = set()
        self._lost: ClusterError | None = None
        self._lock, self._over = Lock(), Event()
        self._watch = Thread(target=self._look, daemon=True)
        self._watch.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        with self._lock:
            waiting = list(self._waiting)
        for future in waiting:
            future.cancel()

    def submit(self, fn: Callable[..., Some], /, *args: Any, **kwargs: Any) -> Future[Some]:
        """Send a task; its value is what JSON can hold."""
        future: Future[Any] = Future()
        with self._lock:
            if self._lost is None:
                self._waiting.add(future)
        if self._lost is not None:
            future.set_exception(self._lost)
            return future
        try:
            inner = self._client.submit(answered, task_of(fn, args, kwargs), pure=False)
            inner.add_done_callback(lambda other: self._take(future, other))
        except Exception as error:  # the connection ended between two tasks
            self._settle(future, error)
        else:
            future.add_done_callback(lambda own: inner.cancel() if own.cancelled() else None)
        return future

    def _take(self, future: Future[Any], inner: Any) -> None:
        """Read what has come for a task, in a thread of Dask's for this."""
        try:
            value = read(inner.result(timeout=SILENT))
        except CancelledError:
            self._settle(future, _gone("the scheduler is gone"))
        except KansrError as error:
            self._settle(future, error)
        except Exception as error:
            self._settle(future, self._explained(error))
        else:
            self._settle(future, None, value)

    def _settle(self, future: Future[Any], error: BaseException | None, value: Any = None) -> None:
        with self._lock:
            self._waiting.discard(future)
        with suppress(InvalidStateError):  # the one who asked has given it up
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error if isinstance(error, KansrError) else self._explained(error))

    def _explained(self, error: BaseException) -> ClusterError:
        """Say what an error of Dask means: kansr's own come as text."""
        if any(name.endswith("KilledWorker") for name in self._refused):
            return _gone("every worker that began a task died of it")
        if self._refused and not self._refused[0].startswith(_OWN):
            what = f"the cluster sent an object, {self._refused[0]}, where data belongs"
            return ClusterError(what, hint="nothing of it was run; is this a cluster of yours?")
        return _gone(f"the cluster failed: {type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]}")

    def _look(self) -> None:
        """Ask the scheduler who is there, until it is over; what waits for one that is gone gets the error."""
        heard = manned = time.monotonic()
        while not self._over.wait(LOOK):
            with suppress(Exception):
                threads = self._client.sync(self._client.scheduler.ncores, callback_timeout=SILENT)
                heard = time.monotonic()
                manned = heard if threads else manned
            now = time.monotonic()
            if now - heard > SILENT:
                self._give_up(_gone(f"the scheduler has said nothing for {now - heard:.0f} s"))
            elif now - manned > ALONE:
                self._give_up(_gone(f"the cluster has had no worker for {now - manned:.0f} s"))

    def _give_up(self, error: ClusterError) -> None:
        with self._lock:
            self._lost = error
            waiting, self._waiting = self._waiting, set()
        for future in waiting:
            self._settle(future, error)


def _gone(what: str) -> ClusterError:
    return ClusterError(what, hint=_HINT)
