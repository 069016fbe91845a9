"""Parameters of the estimator as keys of a recipe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from numbers import Integral
from typing import Any

import numpy as np

from kansr.estimator.refused import RefusedError
from kansr.recipe import Recipe, load_recipe, with_options

_LARGEST = 2**31 - 1  # the largest seed that a recipe may hold

# parameter -> key of the recipe
KEYS = {
    "select": "select",
    "width": "network.width",
    "grid": "training.grid",
    "functions": "symbolic.functions",
    "constants": "symbolic.constants",
    "units": "table.units",
    "device": "device",
}


def settings(parameters: Mapping[str, Any]) -> Recipe:
    """Give the recipe that the parameters of an estimator ask for; one that is None is as the recipe says.

    Raises
    ------
    UsageError
        If a parameter cannot be, or there is no such recipe.

    >>> recipe = settings({"recipe": "quick", "max_time": 5, "random_state": 7, "grid": [3, 5]})
    >>> recipe.seed, recipe.budget, recipe.training.grid, recipe.training.starts
    (7, 5.0, (3, 5), 6)
    """
    recipe = parameters["recipe"]
    recipe = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    options = {key: plain(parameters[name]) for name, key in KEYS.items() if parameters.get(name) is not None}
    recipe = with_options(recipe, options | {"seed": seed_of(parameters.get("random_state"))})
    limit = parameters.get("max_time")
    return recipe if limit is None else replace(recipe, budget=_seconds(limit))


def seed_of(random_state: Any) -> int:
    """Give the seed of a `random_state`: a number is itself, a generator is asked, None is a new seed each time.

    Raises
    ------
    RefusedError
        If it is none of these.
    """
    if random_state is None:
        return int(np.random.default_rng().integers(_LARGEST))
    if isinstance(random_state, Integral):
        return int(random_state)
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(_LARGEST))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(_LARGEST))
    raise RefusedError(f"random_state is {random_state!r}", hint="give a whole number, a NumPy generator or None")


def plain(value: Any) -> Any:
    """Turn NumPy values, as a grid search gives them, into those of Python.

    >>> plain({"width": (np.int64(2), np.int64(1))})
    {'width': [2, 1]}
    """
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value.tolist() if isinstance(value, (np.generic, np.ndarray)) else value


def _seconds(limit: Any) -> float | None:
    """Give the time limit in seconds; None is none."""
    try:
        seconds = float(limit)
    except (TypeError, ValueError):
        seconds = math.nan
    if not seconds > 0:
        raise RefusedError(f"max_time is {limit!r}", hint="give seconds above 0; float('inf') is no limit")
    return None if math.isinf(seconds) else seconds
