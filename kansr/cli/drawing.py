"""What is seen while kansr works: a moving picture on a terminal, one line a stage elsewhere, nothing with `-q`.

All of it goes to stderr. Ctrl-C ends the work with the best so far; a second one ends it at once.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from threading import Event as Stop
from threading import Lock, Thread
from types import FrameType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from kansr.cli.console import console
from kansr.cli.live import FINISHING, Picture
from kansr.cli.text import of_spread, readable, shortened, visible
from kansr.errors import RunError
from kansr.progress import Clock, Event, Report

_PICTURES = 8  # a second


def error_console() -> Console:
    """Give a console on stderr that takes text as it is."""
    return console(stderr=True)


@contextmanager
def drawing(clock: Clock, *, quiet: bool, verbose: bool, log: Callable[[str], None]) -> Iterator[Report]:
    """Give a `report` that draws the events on stderr and hands a line for each stage that ends to `log`.

    A formula that is the best so far gets its line at once.
    """
    screen, picture, lock = error_console(), Picture(clock), Lock()
    live = Live(picture, console=screen, transient=True, auto_refresh=False) if _is_live(screen, quiet) else None
    last: Event | None = None

    def tell(event: Event | None) -> None:
        if event is None:
            return
        line = stage_line(event, clock.seconds())
        with suppress(RunError):  # a full disk shall not end the work: what writes the result will say so
            log(line)
        if not quiet:
            with lock:
                screen.print(Text(visible(line)), soft_wrap=True)

    def report(event: Event) -> None:
        nonlocal last
        is_best, ends = picture.take(event), event.known is not None
        if last is not None and (last.stage != event.stage or (verbose and last.message != event.message)):
            tell(last)
            last = None
        if is_best:
            tell(event)
        last = last if ends else event

    with nullcontext() if live is None else _moving(live, lock):
        yield report
        tell(last)


@contextmanager
def _moving(live: Live, lock: Lock) -> Iterator[None]:
    """Draw a picture again and again for the length of a `with` block, but never while a line is printed above it.

    Rich's own thread does so: what it then clears has the height of an earlier picture, and pieces of one stay.
    """
    stopped = Stop()

    def draw() -> None:
        while not stopped.wait(1 / _PICTURES):
            with lock:
                live.refresh()

    thread = Thread(target=draw, daemon=True)
    with live:
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()


@contextmanager
def stopping(clock: Clock, *, quiet: bool) -> Iterator[None]:
    """Let the first Ctrl-C (or SIGTERM) end the work of the clock, and the second one end it at once."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if clock.status == "interrupted":
            raise KeyboardInterrupt
        clock.interrupt()
        if not _is_live(error_console(), quiet):  # the moving picture says it otherwise
            with suppress(OSError):
                os.write(2, f"\n{FINISHING}\n".encode())  # print could have been what was interrupted

    try:
        before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not the main thread: whoever runs it handles signals
        before = {}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def stage_line(event: Event, seconds: float) -> str:
    """Say in one line how a stage ended, or which formula is known.

    >>> stage_line(Event(stage="grid 5", message="16 starts", loss=0.01), 1.26)
    '  1.3 s  grid 5          16 starts  error 1 % of the spread'
    """
    loss = "" if event.loss is None else f"error {of_spread(event.loss, 1.0)}"
    formula = event.formula if event.known is None else event.known.text
    message = event.message or (shortened(readable(formula), 60) if formula else "")
    parts = (f"{seconds:5.1f} s", f"{event.stage:<14}", message, loss)
    return "  ".join(part for part in parts if part).rstrip()


def _is_live(console: Console, quiet: bool) -> bool:
    return not quiet and console.is_terminal and not console.is_dumb_terminal and sys.stderr.isatty()
