"""The moving picture on a terminal: time, stage, the best formula so far, and the front so far."""

from __future__ import annotations

import time

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from kansr.cli.text import of_spread, readable, visible
from kansr.progress import Clock, Event, Known, standing

FINISHING = "kansr is finishing and saving (Ctrl-C again to abort)"
_ROWS = 4  # of the front that are drawn: the most accurate ones
_WIDEST = 100
_BAR = 20


class Picture:
    """What is known at the moment; rich draws it again and again, so that time goes on between events."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.event = clock, Event(stage="start")
        self.front: tuple[Known, ...] = ()
        self.best: Known | None = None
        self._spinner = Spinner("dots")

    def take(self, event: Event) -> bool:
        """Take in an event; gives whether it brings the best formula so far."""
        known = event.known
        if known is None:
            self.event = event
            return False
        self.front = standing(self.front, known)
        if self.best is not None and (known.bits >= self.best.bits or known.text == self.best.text):
            return False
        self.best = known
        return True

    def __rich__(self) -> RenderableType:
        """Draw it."""
        rows: list[RenderableType] = [self._time(), _line(_stage(self.event), "dim")]
        if self.best is not None:
            rows += [_line(_formula(self.best), "bold")]
        if len(self.front) > 1:
            rows += [_front(self.front, self.best)]
        return Panel(Group(*rows), box=box.ROUNDED, border_style="dim", padding=(0, 1), width=None)

    def _time(self) -> RenderableType:
        row = Table.grid(padding=(0, 1))
        if self.clock.status == "interrupted":
            row.add_row(self._spinner, Text(FINISHING, style="yellow", no_wrap=True, overflow="ellipsis"))
            return row
        seconds, event = self.clock.seconds(), self.event
        budget = seconds + self.clock.left()
        shown = f"{seconds:.0f} s" if budget < 1e6 else time.strftime("%H:%M:%S", time.gmtime(seconds))
        bar = ProgressBar(total=budget, completed=seconds, width=_BAR) if budget < 1e6 else ""
        if event.steps:
            bar = ProgressBar(total=event.steps, completed=min(event.step, event.steps), width=_BAR)
        count = f"{event.step}/{event.steps}" if event.steps else ""
        row.add_row(self._spinner, Text(f"{shown} of {budget:.0f} s" if budget < 1e6 else shown), bar, count)
        return row


def _stage(event: Event) -> str:
    loss = "" if event.loss is None else f"error {of_spread(event.loss, 1.0)}"
    return "  ".join(part for part in (event.stage, event.message or event.formula, loss) if part)


def _formula(known: Known) -> str:
    return f"{readable(known.text)}   error {of_spread(known.error, 1.0)}"


def _front(front: tuple[Known, ...], best: Known | None) -> Table:
    """Draw the most accurate formulas so far; the best one is marked."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    for name in ("", "size", "error"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("front so far", no_wrap=True, overflow="ellipsis")
    for one in front[-_ROWS:]:
        error = of_spread(one.error, 1.0).removesuffix(" of the spread")
        mark = ">" if best is not None and one.text == best.text else ""
        table.add_row(mark, str(one.complexity), error, Text(visible(readable(one.text))), style="dim")
    return table


def _line(text: str, style: str) -> Text:
    return Text(visible(text), style=style, no_wrap=True, overflow="ellipsis")
