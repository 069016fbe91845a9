"""How long work tells of itself and how it is stopped: events go out, a clock is asked.

Work calls `report(Event(...))`; only `kansr.cli` draws it. A time limit and Ctrl-C are the same thing to the work:
`clock.over()` becomes true, and it returns the best that it has.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kansr.later import at_work

Status = Literal["done", "timeout", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A formula that is known while the search goes on.

    `complexity` counts the nodes of its printed form, `error` is an RMSE as a share of the target's spread, on the rows
    that may choose; `bits` is the length of its description: the shortest is the best so far.
    """

    text: str
    complexity: int
    error: float
    bits: float


def standing(front: tuple[Known, ...], new: Known) -> tuple[Known, ...]:
    """Give the formulas that no other beats in both complexity and error, simplest first, after a new one came.

    >>> line, law = (Known(text=t, complexity=c, error=e, bits=0.0) for t, c, e in (("x", 1, 0.5), ("sin(x)", 2, 0.1)))
    >>> [one.text for one in standing(standing((), law), line)]
    ['x', 'sin(x)']
    >>> [one.text for one in standing((line, law), Known(text="y", complexity=1, error=0.1, bits=0.0))]
    ['y']
    """
    if any(one.complexity <= new.complexity and one.error <= new.error for one in front):
        return front
    rest = (one for one in front if one.complexity < new.complexity or one.error < new.error)
    return tuple(sorted((*rest, new), key=lambda one: one.complexity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One sign of life of a long piece of work.

    `loss` is an RMSE as a share of the target's spread; `formula` is a formula as text; `known` is one that was found
    just now.
    """

    stage: str
    message: str = ""
    step: int = 0
    steps: int = 0
    loss: float | None = None
    formula: str | None = None
    seconds_left: float | None = None
    known: Known | None = None


Report = Callable[[Event], None]


def silent(event: Event) -> None:
    """Report to nobody."""


class Clock:
    """A time limit that can also be ended by hand. It stands still while a library is loaded (see `kansr.later`).

    >>> clock = Clock(budget=60.0)
    >>> clock.over(), clock.status
    (False, 'done')
    >>> clock.interrupt()
    >>> clock.over(), clock.status
    (True, 'interrupted')
    """

    def __init__(self, budget: float | None = None) -> None:
        self._start = at_work()
        self._budget = math.inf if budget is None else float(budget)
        self._interrupted = False
        self._timed_out = False
        self._cut = False  # a part of the work used up its share

    def seconds(self) -> float:
        """Seconds since the start."""
        return at_work() - self._start

    def left(self) -> float:
        """Seconds that are left: infinite without a budget, 0 when over."""
        return 0.0 if self._interrupted else max(0.0, self._budget - self.seconds())

    def over(self) -> bool:
        """Whether work should return the best that it has, now."""
        if self._interrupted:
            return True
        self._timed_out = self._timed_out or self.seconds() >= self._budget
        return self._timed_out

    def part(self, share: float) -> Clock:
        """Give a clock for a part of the work, which may take `share` of what is left; it ends with this one.

        Work that such a share ends early counts as ended by the time limit.
        """
        return _Part(self, self.left() * share)

    def before(self, seconds: float) -> Clock:
        """Give a clock for a part of the work that leaves some seconds to what comes after it, at most half of all.

        >>> Clock(budget=60.0).before(10.0).left() <= 50.0, Clock().before(10.0).left()
        (True, inf)
        """
        left = self.left()
        return _Part(self, left - min(seconds, left / 2))

    def apart(self, share: float) -> Clock:
        """Give a clock for work beside the main one, such as a repeat: its end does not make the whole incomplete."""
        return _Apart(self, self.left() * share)

    def within(self, seconds: float) -> Clock:
        """Give a clock for work beside the main one that may take some seconds, and ends with this one.

        >>> whole = Clock()
        >>> whole.within(0.0).over(), whole.over(), whole.status
        (True, False, 'done')
        """
        return _Apart(self, seconds)

    def __reduce__(self) -> tuple[type[Clock], tuple[float | None]]:
        """A clock that goes to another process takes what is left with it."""
        left = self.left()
        return Clock, (None if math.isinf(left) else left,)

    def cut(self) -> None:
        """Note that a part of the work was ended by its share of the time, so that the whole is not complete."""
        self._cut = True

    def interrupt(self) -> None:
        """End the work by hand (Ctrl-C)."""
        self._interrupted = True

    @property
    def status(self) -> Status:
        """Why the work ended: `done` when neither the limit nor a hand stopped it."""
        if self._interrupted:
            return "interrupted"
        return "timeout" if self._timed_out or self._cut else "done"


class _Part(Clock):
    """A clock inside another: when its share is used up, the whole goes on, but is no longer complete."""

    def __init__(self, whole: Clock, budget: float) -> None:
        super().__init__(budget)
        self._whole = whole

    def over(self) -> bool:
        if super().over():
            self._whole.cut()
        return self._whole.over() or super().over()

    def cut(self) -> None:
        self._whole.cut()

    def left(self) -> float:
        return min(self._whole.left(), super().left())


class _Apart(Clock):
    """A clock inside another that ends with it, and of which it knows nothing."""

    def __init__(self, whole: Clock, budget: float) -> None:
        super().__init__(budget)
        self._whole = whole

    def over(self) -> bool:
        return super().over() or self._whole.over()

    def left(self) -> float:
        return min(self._whole.left(), super().left())
