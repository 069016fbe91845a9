"""gplearn (Stephens 2016): genetic programming in Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kansr.peers.engine import Answer, Array, Engine, Task, predictions, written
from kansr.progress import Clock

_GENERATIONS = 500
_FUNCTIONS = ("add", "sub", "mul", "div", "log", "sqrt", "sin", "cos")
_GUARDED = {"log": "log({})", "sqrt": "sqrt({})"}
_WRITTEN = {
    "add": "({} + {})", "sub": "({} - {})", "mul": "({} * {})", "div": "({} / {})", "sin": "sin({})", "cos": "cos({})",
}  # fmt: skip


def fit(task: Task) -> Answer:
    """Fit with the settings of gplearn's entry to SRBench, one generation at a time until the time is over.

    These are: 1000 individuals, 500 generations at most, tournaments of 20, mean absolute error, parsimony 0.001,
    crossover 0.9 and each mutation 0.01, and the functions above; it has no exp. The program of the last generation
    with the best error is the answer, as in gplearn itself.
    """
    from gplearn.genetic import SymbolicRegressor  # noqa: PLC0415

    clock, longest = Clock(task.seconds), 0.0
    regressor = SymbolicRegressor(
        population_size=1000,
        generations=1,
        tournament_size=20,
        init_depth=(2, 6),
        init_method="half and half",
        function_set=_FUNCTIONS,
        metric="mean absolute error",
        parsimony_coefficient=0.001,
        p_crossover=0.9,
        p_subtree_mutation=0.01,
        p_hoist_mutation=0.01,
        p_point_mutation=0.01,
        p_point_replace=0.05,
        warm_start=True,
        low_memory=True,
        random_state=task.seed,
    )
    for generation in range(1, _GENERATIONS + 1):
        before = clock.left()
        regressor.set_params(generations=generation)
        regressor.fit(task.x, task.y)
        longest = max(longest, before - clock.left())
        if clock.left() < longest:  # the next one would end too late
            break
    formula = written(_text(regressor._program.program, task), task.columns)
    return Answer(
        predict=lambda x: np.asarray(regressor.predict(x), dtype=np.float64),
        formula=formula,
        remarks={"generations": len(regressor.run_details_["generation"])},
    )


def _text(program: list[Any], task: Task) -> str:
    """Write a program, a list in prefix order, as a formula with all digits of its numbers.

    gplearn's log and sqrt take the absolute value of what they get. That is written only where some row needs it. Its
    quotient is 1 where the denominator is below 0.001; no formula says so.
    """
    return _read(iter(program), task)


def _read(nodes: Iterator[Any], task: Task) -> str:
    node = next(nodes)
    if isinstance(node, (int, np.integer)):
        return task.columns[int(node)]
    if isinstance(node, (float, np.floating)):
        return f"({float(node)!r})"
    parts = [_read(nodes, task) for _ in range(node.arity)]
    if node.name in _GUARDED:
        return _GUARDED[node.name].format(_positive(parts[0], task))
    return _WRITTEN[node.name].format(*parts)


def _positive(part: str, task: Task) -> str:
    """Give a part with `Abs` around it, unless it is positive on every row; with a minus where it is never positive."""
    plain = written(part, task.columns)
    values: Array = np.full(1, np.nan) if plain is None else predictions(plain, task.columns)(task.x)
    if bool((values > 0).all()):
        return part
    return f"-({part})" if bool((values < 0).all()) else f"Abs({part})"


ENGINE = Engine(
    name="gplearn",
    says="gplearn with the settings of its entry to SRBench",
    fit=fit,
    needs=("gplearn", "sklearn"),
)
