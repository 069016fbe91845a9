"""What is seen of a training from outside: its error on test rows, and how long it took to come there."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kansr.datasets import Law
from kansr.experiments.sample import formula_law
from kansr.progress import Clock

Array = NDArray[np.float64]
Predict = Callable[[Array], Array]

LAW = formula_law("exp(sin(pi*x1) + x2**2)", 2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Rows x [n, inputs], y [n] that a training sees, and rows that it never sees."""

    x: Array
    y: Array
    test_x: Array
    test_y: Array


def drawn(law: Law, *, rows: int, test: int, seed: int) -> Drawn:
    """Draw both from a law, evenly in its ranges."""
    x, y = law.sample(rows + test, seed)
    return Drawn(x=x[:rows], y=y[:rows], test_x=x[rows:], test_y=y[rows:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """RMSE on the test rows at a moment of a training; seconds on the wall and on the processor until then."""

    stage: str
    error: float
    seconds: float
    processor: float


class Watched:
    """A training under a stopwatch, which stands still while the network is looked at.

    `clock` is for the training: it is over when the last target is reached, or the limit. The limit is in seconds of
    the processor, and asked at each look: a busy machine makes a training longer, and must not make it fail.
    """

    def __init__(self, table: Drawn, *, target: float, limit: float) -> None:
        self.clock = Clock()
        self.marks: list[Mark] = []
        self._table, self._target, self._limit = table, target, limit
        self._begun, self._worked = time.perf_counter(), time.process_time()

    def look(self, predict: Predict, stage: str) -> None:
        """Measure a network; how long that takes does not count."""
        now, worked = time.perf_counter(), time.process_time()
        error = float(np.sqrt(np.mean((predict(self._table.test_x) - self._table.test_y) ** 2)))
        passed = {"seconds": now - self._begun, "processor": worked - self._worked}
        self.marks.append(Mark(stage=stage, error=error, **passed))
        if error < self._target or passed["processor"] > self._limit:
            self.clock.interrupt()
        self._begun += time.perf_counter() - now
        self._worked += time.process_time() - worked

    @property
    def ended(self) -> str:
        """Why the training ended: the target was reached, the limit was, or the tool was done before both."""
        if any(mark.error < self._target for mark in self.marks):
            return "target"
        return "limit" if self.marks and self.marks[-1].processor > self._limit else "done"


def reached(marks: Sequence[Mark], target: float) -> Mark | None:
    """Give the first moment at which the error was below a target; None if it never was."""
    return next((mark for mark in marks if mark.error < target), None)
