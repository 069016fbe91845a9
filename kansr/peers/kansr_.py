"""kansr itself, with its default recipe."""

from __future__ import annotations

from kansr.peers.engine import Answer, Engine, Task, predictions
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import solve
from kansr.progress import Clock, silent
from kansr.recipe import Recipe
from kansr.table import Table
from kansr.table.table import fingerprint

_TARGET = "target_"  # no column of a law is called so


def fit(task: Task) -> Answer:
    """Fit as `kansr fit` does, without a run folder."""
    recipe = Recipe(seed=task.seed, budget=task.seconds)
    solution = solve(Problem.of(_table(task), recipe), clock=Clock(task.seconds), report=silent)
    formula, verdict = solution.formula, solution.found.verdict
    return Answer(
        predict=predictions(formula.text, task.columns),
        formula=formula.text,
        errors=formula.errors,
        remarks={
            "verdict": solution.verdict,
            "graph": solution.structure["graph"],
            "graph_right": verdict.right,
            "floor": verdict.floor,
        },
    )


def _table(task: Task) -> Table:
    return Table(
        features=task.columns,
        target=_TARGET,
        x=task.x,
        y=task.y,
        source="<rows>",
        sha256=fingerprint(task.columns, _TARGET, task.x, task.y),
    )


ENGINE = Engine(name="kansr", says="this program, by its default recipe", fit=fit)
