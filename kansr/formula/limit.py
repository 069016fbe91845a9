"""A time limit for sympy: some of its rewritings take minutes on expressions of a few dozen operations."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kansr.errors import FormulaError
from kansr.later import at_work


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """End the work inside after so many seconds with a `FormulaError`.

    The limit needs a timer signal: outside of the main thread, or where the system has none, there is no limit. A limit
    inside another ends with the sooner of the two, and leaves the outer one what is left of it.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise FormulaError("this expression takes too long to work on")

    before = signal.signal(signal.SIGALRM, stop)
    started = at_work()
    left, _ = signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3))
    if 0 < left < seconds:
        signal.setitimer(signal.ITIMER_REAL, left)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left > 0:
            signal.setitimer(signal.ITIMER_REAL, max(left - (at_work() - started), 1e-3))
