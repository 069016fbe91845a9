"""What is seen while kansr works: a moving line on a terminal, one line a stage elsewhere, nothing with `-q`.

All of it goes to stderr. Ctrl-C ends the work with the best so far; a second one ends it at once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from types import FrameType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from kansr.cli.text import of_spread, readable, shortened, visible
from kansr.progress import Clock, Event, Report

FINISHING = "kansr is finishing and saving (Ctrl-C again to abort)"


def error_console() -> Console:
    """Give a console on stderr that takes text as it is."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


@contextmanager
def drawing(clock: Clock, *, quiet: bool, verbose: bool, log: Callable[[str], None]) -> Iterator[Report]:
    """Give a `report` that draws the events on stderr and hands a line for each stage that ends to `log`."""
    console = error_console()
    live = Live(console=console, transient=True, refresh_per_second=8) if _is_live(console, quiet) else None
    last: Event | None = None

    def tell(event: Event) -> None:
        line = stage_line(event, clock.seconds())
        log(line)
        if not quiet:
            console.print(Text(visible(line)), soft_wrap=True)

    def report(event: Event) -> None:
        nonlocal last
        if last is not None and (last.stage != event.stage or (verbose and last.message != event.message)):
            tell(last)
        last = event
        if live is not None:
            live.update(moving_line(event, clock))

    with live or nullcontext():
        yield report
        if last is not None:
            tell(last)


@contextmanager
def stopping(clock: Clock, *, quiet: bool) -> Iterator[None]:
    """Let the first Ctrl-C (or SIGTERM) end the work of the clock, and the second one end it at once."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if clock.status == "interrupted":
            raise KeyboardInterrupt
        clock.interrupt()
        if not _is_live(error_console(), quiet):  # the moving line says it otherwise
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
    """Say in one line how a stage ended.

    >>> stage_line(Event(stage="grid 5", message="16 starts", loss=0.01), 1.26)
    '  1.3 s  grid 5          16 starts  error 1 % of the spread'
    """
    loss = "" if event.loss is None else f"error {of_spread(event.loss, 1.0)}"
    message = event.message or (shortened(readable(event.formula), 60) if event.formula else "")
    parts = (f"{seconds:5.1f} s", f"{event.stage:<14}", message, loss)
    return "  ".join(part for part in parts if part).rstrip()


def moving_line(event: Event, clock: Clock) -> RenderableType:
    """Draw where the work stands: stage, steps, error, time left, and the best formula so far."""
    row = Table.grid(padding=(0, 1))
    done = ProgressBar(total=event.steps, completed=min(event.step, event.steps), width=20) if event.steps else ""
    count = f"{event.step}/{event.steps}" if event.steps else ""
    loss = "" if event.loss is None else f"error {of_spread(event.loss, 1.0)}"
    row.add_row(Spinner("dots"), Text(visible(event.stage)), done, count, loss, Text(_time_left(event, clock), "dim"))
    below = FINISHING if clock.status == "interrupted" else event.formula or event.message
    return Group(row, Text(f"  {visible(below)}", style="dim", no_wrap=True, overflow="ellipsis"))


def _time_left(event: Event, clock: Clock) -> str:
    left = clock.left() if event.seconds_left is None else event.seconds_left
    return f"{left:.0f} s left" if left < 1e6 else time.strftime("%H:%M:%S", time.gmtime(clock.seconds()))


def _is_live(console: Console, quiet: bool) -> bool:
    return not quiet and console.is_terminal and not console.is_dumb_terminal and sys.stderr.isatty()
