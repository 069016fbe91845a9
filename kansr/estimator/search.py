"""From arrays to one result a target: what `KANSymbolicRegressor.fit` calls. The only file here that loads torch."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kansr.estimator.refused import RefusedError
from kansr.estimator.rows import Rows, weighed_rows
from kansr.estimator.settings import settings
from kansr.pipeline.explain import explain
from kansr.progress import Clock, Event, Report, silent
from kansr.recipe import Recipe
from kansr.result import Result
from kansr.table.frame import table_from_arrays

Array = NDArray[np.float64]

_LEAST = 1e-3  # seconds for a target when the others have used up the time: it then gets what is found first


def formulas(
    x: Array,
    y: Any,
    weight: Array | None,
    *,
    columns: Sequence[str],
    targets: Sequence[str] | None,
    parameters: Mapping[str, Any],
) -> list[Result]:
    """Find a formula for each target; they share the time limit evenly, and what one leaves goes to the next.

    Parameters
    ----------
    x, y, weight
        Features [n, features], targets [n] or [n, targets], and what each row counts [n].
    columns, targets
        Their names; targets without names are y, or y1, y2, ...
    parameters
        Those of the estimator.

    Raises
    ------
    UsageError, TableError
        If rows or parameters cannot be used.
    """
    recipe = settings(parameters)
    report = _print if parameters.get("verbose") else silent
    values = _numbers(y)
    rows = [weighed_rows(x, target, weight) for target in values.T]
    named = targets or (["y"] if len(rows) == 1 else [f"y{i}" for i in range(1, len(rows) + 1)])
    clock = Clock(recipe.budget)
    results = []
    for i, (part, name) in enumerate(zip(rows, named, strict=True)):
        own = recipe if recipe.budget is None else replace(recipe, budget=max(clock.left() / (len(rows) - i), _LEAST))
        results.append(_formula(part, columns, name, recipe=own, report=report))
    return results


def _formula(rows: Rows, columns: Sequence[str], target: str, *, recipe: Recipe, report: Report) -> Result:
    table = table_from_arrays(rows.x, rows.y, features=columns, target=target, weights=rows.weight, spec=recipe.table)
    return explain(table, recipe, report=report)


def _numbers(y: Any) -> Array:
    """Give the targets as columns of numbers [n, targets]."""
    try:
        values = np.asarray(y, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise RefusedError(
            "y does not hold numbers", hint="kansr does regression: give a number for each row"
        ) from error
    return values[:, None] if values.ndim == 1 else values


def _print(event: Event) -> None:
    """Print a step to stderr, where progress belongs."""
    words = (event.message, event.formula or "", "" if event.known is None else event.known.text)
    error = "" if event.loss is None else f"error {event.loss:.1g} of the spread"
    print(f"  {event.stage:14}  {'  '.join(filter(None, (*words, error)))}", file=sys.stderr, flush=True)
