"""Operon (Burlacu, Kronberger and Kommenda 2020): genetic programming in C++ with Levenberg-Marquardt for constants."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from kansr.peers.engine import Answer, Array, Engine, Task, written
from kansr.progress import Clock

_SYMBOLS = "add,sub,mul,div,sin,cos,exp,log,sqrt,pow,constant,variable"
_DIGITS = 17  # of each constant in the text; Operon works with 7


def fit(task: Task) -> Answer:
    """Fit with the settings of Operon's entry to SRBench.

    These are: objectives R^2 and length (NSGA-II), 1000 individuals, one step of local search on each, and the model of
    the front with the shortest description, for which noise is what a random forest leaves over. The entry tunes the
    symbols and the largest length in up to 100 trials of five minutes; here the whole time goes to one trial with the
    most symbols and the greatest length of that search, which hold all others.
    """
    from pyoperon.sklearn import SymbolicRegressor  # noqa: PLC0415

    clock = Clock(task.seconds)
    sigma = _noise(task)
    regressor = SymbolicRegressor(
        allowed_symbols=_SYMBOLS,
        objectives=["r2", "length"],
        offspring_generator="basic",
        initialization_method="btc",
        reinserter="keep-best",
        female_selector="tournament",
        male_selector="tournament",
        optimizer_iterations=1,
        epsilon=1e-5,
        brood_size=5,
        population_size=1000,
        max_length=50,
        max_evaluations=1_000_000,
        model_selection_criterion="minimum_description_length",
        uncertainty=[sigma],
        n_threads=1,
        max_time=max(int(clock.left()), 1),  # it takes whole seconds only
        random_state=task.seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        regressor.fit(task.x, task.y)
    return Answer(
        predict=lambda x: np.asarray(regressor.predict(x), dtype=np.float64),
        formula=_formula(regressor, task.columns),
        remarks={"generations": regressor.stats_["generations"], "noise": sigma},
    )


def _noise(task: Task) -> float:
    """Estimate the noise as the entry does: by the residual of a random forest on its own rows."""
    from sklearn.ensemble import RandomForestRegressor  # noqa: PLC0415

    forest = RandomForestRegressor(random_state=task.seed).fit(task.x, task.y)
    residual: Array = task.y - forest.predict(task.x)
    return float(np.sqrt(np.mean(residual**2))) or 1.0


def _formula(regressor: Any, columns: tuple[str, ...]) -> str | None:
    """Print the chosen model; a constant has no variables, of which Operon warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return written(regressor.get_model_string(regressor.model_, _DIGITS, list(columns)), columns)


ENGINE = Engine(
    name="pyoperon",
    says="Operon with the settings of its entry to SRBench",
    fit=fit,
    needs=("pyoperon", "sklearn"),
)
