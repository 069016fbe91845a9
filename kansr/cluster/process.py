"""A task in a process of its own, which can be ended: some tools do not stop when they are asked to.

It starts from a server that has loaded the libraries (see `kansr.cluster.warm`), which takes some milliseconds, and it
is killed when its time is over. What it had told before that is its answer. It ends with the process that asked for it,
however that ended.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Literal, NamedTuple, TypeVar

Some = TypeVar("Some")
Ended = Literal["done", "timeout", "failed", "died", "stopped"]

_LOOK = 0.2  # seconds between two looks at the clock
_CLEAN = 5.0  # seconds that a process which is done has to clean up
_WARM = "kansr.cluster.warm"

SAME = "install the same version of kansr everywhere"
"""What helps when a worker of a cluster gives what no kansr of this version would."""

_ONE = threading.Lock()
"""How a process ended can be read once, and starting one reads it of all others: threads do so one by one."""

HERE = threading.local()
"""What the thread that asks for a process goes by: its event `stopped`, if it has one, ends the process."""


class Told(NamedTuple):
    """What a process told, and how it ended: data, if what it told is data, since it may come from another machine.

    Parameters
    ----------
    value
        The last thing that was told, None if nothing was.
    ended
        `done`; `timeout`: killed at its limit; `failed`: an error, which `message` names; `died`: the process ended by
        itself, as in a crash of a library; `stopped`: killed since nobody waits for it any more.
    """

    value: Any
    ended: Ended
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[Some]):
    """What became of a task; the rest is as in `Told`."""

    task: Some
    value: Any
    ended: Ended
    message: str = ""


def told(function: Callable[[Some], Iterator[Any]], task: Some, limit: float | None = None) -> Told:
    """Let a process of its own do a task, and give what it told.

    Parameters
    ----------
    function
        A generator that tells what it has so far; a function of a module, since it goes to another process.
    limit
        Seconds, from the start and again from each thing that is told; None: no limit.
    """
    stopped = getattr(HERE, "stopped", None)
    worker = _Worker(_context(), function, task, limit)
    try:
        while True:
            wait([worker.pipe], _LOOK)
            outcome = worker.outcome()
            if outcome is not None:
                return outcome
            if stopped is not None and stopped.is_set():
                return Told(worker.value, "stopped", "stopped")
    finally:
        worker.kill()


class _Worker(Generic[Some]):
    """A process, its task, and what it told so far."""

    def __init__(
        self, context: BaseContext, function: Callable[[Some], Iterator[Any]], task: Some, limit: float | None
    ) -> None:
        self.limit, self.value = limit, None
        self.pipe, theirs = context.Pipe(duplex=False)
        self.process: BaseProcess = context.Process(  # type: ignore[attr-defined]
            target=_serve, args=(function, task, theirs), daemon=True
        )
        with _ONE:
            self.process.start()
        theirs.close()
        self.heard = time.monotonic()

    def outcome(self) -> Told | None:
        """Hear what it has to say; None while it goes on."""
        while self.pipe.poll():
            try:
                kind, value = self.pipe.recv()
            except (EOFError, OSError):
                return self._ended("died", f"the process ended by itself{self._signal()}")
            if kind == "told":
                self.value, self.heard = value, time.monotonic()
            else:
                return self._ended(kind, value)
        if self.limit is not None and time.monotonic() - self.heard > self.limit:
            return self._ended("timeout", f"killed after {self.limit:.0f} s")
        return None

    def kill(self) -> None:
        """End the process now."""
        with _ONE:
            self.process.kill()
            self.process.join()
        self.pipe.close()

    def _ended(self, ended: Ended, message: str) -> Told:
        if ended != "timeout":
            with _ONE:
                self.process.join(_CLEAN)
        self.kill()
        return Told(self.value, ended, message)

    def _signal(self) -> str:
        with _ONE:
            self.process.join(1.0)
        code = self.process.exitcode
        return f" ({signal.Signals(-code).name})" if code is not None and code < 0 else ""


def _serve(function: Callable[[Some], Iterator[Any]], task: Some, pipe: Connection) -> None:
    """Work on a task in a process that says nothing but what the pipe carries."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started this process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # libraries print, some of them past Python
        os.dup2(nowhere, stream)
    with suppress(BrokenPipeError):
        try:
            for value in function(task):
                pipe.send(("told", value))
        except Exception as error:
            pipe.send(("failed", f"{type(error).__name__}: {error}"))
        else:
            pipe.send(("done", ""))


def _end_with_parent() -> None:
    """End this process when the one that asked for it is gone, as when a worker of a cluster is killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _context() -> Any:
    """Give the way to start processes: never a plain fork, since forks hang where torch has used threads.

    Workers of Dask are daemons, which may have no children, lest these outlive them. Ours do not.
    """
    multiprocessing.current_process().daemon = False
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    context.set_forkserver_preload([_WARM])
    return context
