"""What an engine is: rows and seconds in; a formula, or predictions alone, out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.errors import FormulaError
from kansr.formula.complexity import complexity
from kansr.formula.evaluate import evaluate
from kansr.formula.parse import parse
from kansr.formula.text import to_text

Array = NDArray[np.float64]
Predict = Callable[[Array], Array]

HINT = 'pip install "kansr[bench]" brings the engines that kansr is compared with'


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """A table to explain, and the time for it.

    Parameters
    ----------
    x, y
        Rows [n, columns] and targets [n].
    columns
        Names of the columns that can stand in a formula (see `kansr.formula.names`).
    seconds
        Time that the engine has. It is asked to end by itself.
    seed
        Decides what is left to chance.
    """

    x: Array
    y: Array
    columns: tuple[str, ...]
    seconds: float
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What an engine found.

    Parameters
    ----------
    predict
        Rows [n, columns] -> values [n], as the engine itself computes them.
    formula
        In kansr's language (see `kansr.formula.parse`); None for a model that has none, or one that is not real.
    errors
        Standard errors of the formula's decimals, where the engine tells them.
    complexity
        Nodes of the printed formula, counted as kansr counts them for every engine.
    seconds, processor
        Time that the fit took, on the wall and on the processor: they differ on a busy machine. Loading its library is
        in neither.
    remarks
        What else the engine tells, as JSON values.
    """

    predict: Predict
    formula: str | None = None
    errors: Mapping[str, float] = field(default_factory=dict)
    complexity: int | None = None
    seconds: float = 0.0
    processor: float = 0.0
    remarks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A way to explain a table.

    Parameters
    ----------
    name
        As the command line spells it.
    says
        What it is, and with which settings it runs, in a sentence.
    fit
        Task -> answer. `answer` adds complexity and times.
    needs
        Modules that must be there.
    """

    name: str
    says: str
    fit: Callable[[Task], Answer]
    needs: tuple[str, ...] = ()

    def missing(self) -> str | None:
        """Say why this engine cannot run here; None if it can. Nothing is loaded for the answer."""
        absent = [name for name in self.needs if find_spec(name.partition(".")[0]) is None]
        return f"{', '.join(absent)} cannot be imported" if absent else None

    def load(self) -> None:
        """Import what it needs, so that no fit pays for it. Raises `ImportError`."""
        for name in self.needs:
            import_module(name)

    def answer(self, task: Task) -> Answer:
        """Fit, with the time that it took and the size of the formula."""
        self.load()
        started, worked = time.monotonic(), time.process_time()
        with _generators_kept():
            found = self.fit(task)
        seconds, processor = time.monotonic() - started, time.process_time() - worked
        size = None if found.formula is None else complexity(parse(found.formula, task.columns))
        return replace(found, seconds=seconds, processor=processor, complexity=size)


@contextmanager
def _generators_kept() -> Iterator[None]:
    """Put the global generators of Python and NumPy back: some libraries seed them, or draw from them."""
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])  # noqa: NPY002


def written(text: str, columns: tuple[str, ...]) -> str | None:
    """Give a formula as kansr prints it; None for one that has no real value, or no place in kansr's language.

    >>> written("(2 * X1) ^ 2 - log(0 - 1)", ("X1",)) is None, written("1.5 * (X1 - (-2) * X1)", ("X1",))
    (True, '4.5*X1')
    """
    try:
        text = to_text(parse(text, columns))
        parse(text, columns)
    except FormulaError:
        return None
    return text


def predictions(formula: str, columns: tuple[str, ...]) -> Predict:
    """Give the function of rows that a formula is.

    >>> predictions("x + 1", ("x",))(np.array([[1.0], [2.0]]))
    array([2., 3.])
    """
    expression: sp.Expr = parse(formula, columns)

    def predict(x: Array) -> Array:
        values = evaluate(expression, dict(zip(columns, x.T, strict=True)))
        return np.broadcast_to(values, len(x)).copy()

    return predict
