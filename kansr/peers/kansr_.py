"""kansr itself, with its default recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kansr.peers.engine import Answer, Engine, Task, predictions
from kansr.progress import Clock, silent

if TYPE_CHECKING:
    from kansr.table import Table

_TARGET = "target_"  # no column of a law is called so


def fit(task: Task) -> Answer:
    """Fit as `kansr fit` does, without a run folder."""
    from kansr.pipeline.problem import Problem  # noqa: PLC0415
    from kansr.pipeline.solve import solve  # noqa: PLC0415
    from kansr.recipe import Recipe  # noqa: PLC0415

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
    from kansr.table import Table  # noqa: PLC0415
    from kansr.table.table import fingerprint  # noqa: PLC0415

    return Table(
        features=task.columns,
        target=_TARGET,
        x=task.x,
        y=task.y,
        source="<rows>",
        sha256=fingerprint(task.columns, _TARGET, task.x, task.y),
    )


ENGINE = Engine(
    name="kansr", says="this program, by its default recipe", fit=fit, needs=("kansr.pipeline.solve", "kansr.recipe")
)
