"""A sample of rows through the whole of kansr, as `kansr fit` takes a table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kansr.experiments.sample import Sample
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import Solution, solve
from kansr.progress import Clock, Report
from kansr.recipe import Recipe, load_recipe, with_options
from kansr.table import Split, Table
from kansr.table.table import fingerprint


def solved(
    drawn: Sample,
    *,
    seed: int,
    seconds: float,
    clock: Clock,
    report: Report,
    options: Mapping[str, object] | None = None,
) -> Solution:
    """Fit the rows of a sample as `kansr fit` would: graph, functions, formula, in at most so many seconds.

    `options` are keys of a recipe, such as `network.width`, that come before those of the default recipe.
    """
    recipe = with_options(load_recipe("default"), {"seed": seed, **(options or {})})
    return solve(problem_of(drawn, recipe), clock=clock.within(seconds), report=report)


def problem_of(drawn: Sample, recipe: Recipe) -> Problem:
    """Make the rows of a sample ready as a table is, with the same rows to fit, to choose by and to test on."""
    parts = [drawn.plain(rows) for rows in (drawn.data.train, drawn.data.validation, drawn.test)]
    x, y = np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])
    ends = np.cumsum([len(target) for _, target in parts])
    train, validation, test = np.split(np.arange(len(y)), ends[:-1])
    features = tuple(f"x{i + 1}" for i in range(x.shape[1]))
    table = Table(source="sample", target="y", features=features, x=x, y=y, sha256=fingerprint(features, "y", x, y))
    return Problem.of(table, recipe, split=Split(train=train, validation=validation, test=test))
