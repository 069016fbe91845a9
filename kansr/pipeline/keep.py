"""What of a solution goes into the run folder, and how it comes back."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from kansr.errors import RunError, UsageError
from kansr.export import export
from kansr.network.curves import Curve, Spline
from kansr.network.graph import Graph, graph
from kansr.network.kan import KAN
from kansr.pipeline.groups import Groups
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import Solution
from kansr.progress import Clock
from kansr.recipe import to_yaml
from kansr.result import Result, StageRow, plain
from kansr.run import (
    DATA_CARD,
    FORMULA_JSON,
    FORMULA_PY,
    FORMULA_TEX,
    FORMULA_TXT,
    FRONT,
    GRAPH,
    METRICS,
    NETWORK,
    RECIPE,
    RESULT,
    STRUCTURE,
    Run,
)
from kansr.symbolic.library import primitive
from kansr.symbolic.symbol import Symbol
from kansr.table import card
from kansr.training.stages import Trained


def save_problem(run: Run, problem: Problem) -> None:
    """Write what a run starts from: its settings and its rows."""
    run.write_text(RECIPE, to_yaml(problem.recipe))
    run.write_json(DATA_CARD, card(problem.table, problem.split))
    run.write_table(problem.table)


def save_network(run: Run, kan: KAN, problem: Problem) -> None:
    """Write a network of splines (b = 1); the one that was there before keeps its place beside it by its grid."""
    if run.has(NETWORK):
        metadata, arrays = run.read_network(NETWORK)
        run.write_network(f"network-grid-{metadata['grid']}.safetensors", metadata, arrays)
    metadata = {
        "features": list(problem.table.features),
        "target": problem.table.target,
        "scale": problem.inside,
        "groups": None if problem.groups is None else problem.groups.to_record(),
        "sha256": problem.table.sha256,
        "grid": kan.grid,
        "curves": [_curve_record(c) for c in kan.curves],
        "graph": _graph_record(kan.graph),
    }
    parts = ("theta", "lower", "upper")
    run.write_network(NETWORK, metadata, {name: getattr(kan, name).cpu().numpy() for name in parts})


def load_network(run: Run, problem: Problem) -> tuple[KAN, Problem]:
    """Read the network of a run, and give the problem as the network sees it: columns, or groups of them.

    Raises
    ------
    RunError
        If it is damaged, or was trained on other rows than the run holds.
    """
    metadata, arrays = run.read_network(NETWORK)
    if metadata.get("sha256") != problem.table.sha256:
        raise RunError("the rows of this run are not those that its network was trained on", where=str(run.folder))
    try:
        record = metadata["graph"]
        shape = graph(int(record["inputs"]), list(record["kinds"]), [(int(a), int(b)) for a, b in record["edges"]])
        curves = tuple(_curve(c) for c in metadata["curves"])
        groups = metadata.get("groups")
        seen = problem if groups is None else problem.grouped(Groups.from_record(groups))
        kan = KAN(graph=shape, curves=curves, **{name: _tensor(arrays[name]) for name in ("theta", "lower", "upper")})
        sound = kan.theta.shape == (1, kan.parameters) and kan.lower.shape == kan.upper.shape == (1, shape.nodes)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, UsageError) as error:
        raise RunError("the network of this run is damaged", where=str(run.path(NETWORK))) from error
    if not sound or len(curves) != len(shape.edges) or shape.inputs != len(seen.inputs):
        raise RunError("the network of this run is damaged", where=str(run.path(NETWORK)))
    return kan, seen


def save_history(run: Run, trained: Trained, scale: float, **extra: Any) -> tuple[StageRow, ...]:
    """Add the stages of a training to the metrics, errors in the target's units; gives all stages of the run."""
    for row in trained.history:
        record = {
            "stage": row.stage,
            "grid": row.grid,
            "parameters": row.parameters,
            "rmse_train": row.rmse_train * scale,
            "rmse_validation": row.rmse_validation * scale,
            "seconds": row.seconds,
        }
        run.append_line(METRICS, record | extra)
    wanted = ("stage", "grid", "parameters", "rmse_train", "rmse_validation", "seconds")
    return tuple(StageRow(**{key: row[key] for key in wanted}) for row in run.read_lines(METRICS))


def save_result(
    run: Run, problem: Problem, solution: Solution, *, history: tuple[StageRow, ...], clock: Clock
) -> Result:
    """Write formula, front and result, and give the result."""
    table = problem.table
    result = Result(
        run=str(run.folder),
        status=clock.status,
        target=table.target,
        features=table.features,
        formula=solution.formula,
        front=solution.front,
        verdict=solution.verdict,
        spread=float(np.std(table.y[problem.split.test])),
        network=solution.network,
        history=history,
        exact=solution.exact,
        seconds=clock.seconds(),
        warnings=(*(str(w) for w in table.warnings), *solution.warnings),
        units=dict(table.units),
    )
    run.write_text(FORMULA_TXT, f"{table.target} = {result.formula.text}\n")
    run.write_text(FORMULA_TEX, export(result.formula, "latex"))
    run.write_text(FORMULA_PY, export(result.formula, "python"))
    run.write_json(GRAPH, _graph_record(solution.found.trained.graph) | {"edges_text": list(solution.network.lines)})
    if solution.structure:
        run.write_json(STRUCTURE, plain(solution.structure))
    header = ("complexity", "rmse_validation", "rmse_test", "label", "formula")
    run.write_csv(
        FRONT, header, [(f.complexity, f.rmse.validation, f.rmse.test, f.label, f.text) for f in result.front]
    )
    run.write_json(FORMULA_JSON, result.to_json())
    run.write_json(RESULT, result.to_record())
    return result


def load_result(run: Run) -> Result:
    """Read the result of a run.

    Raises
    ------
    RunError
        If there is none yet, or it is damaged.
    """
    if not run.has(RESULT):
        raise RunError("this run has no formula yet", where=str(run.folder), hint="it was stopped too early: fit again")
    try:
        return Result.from_record(run.read_json(RESULT))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError("the result of this run is damaged", where=str(run.path(RESULT))) from error


def load_structure(run: Run) -> dict[str, Any]:
    """Read the account of the search for the graph.

    Raises
    ------
    RunError
        If the run has none, or it is damaged.
    """
    if not run.has(STRUCTURE):
        raise RunError("this run has no account of its graph", where=str(run.folder), hint="fit again to get one")
    record = run.read_json(STRUCTURE)
    if not isinstance(record, dict) or not {"graph", "tree", "inputs", "trees", "tried"} <= set(record):
        raise RunError("the account of the graph is damaged", where=str(run.path(STRUCTURE)))
    return record


def _curve_record(curve: Curve) -> list[Any]:
    """Give a curve without its numbers: grid and order of a spline, name and sign of a function."""
    if isinstance(curve, Symbol):
        return [curve.primitive.name, curve.sign]
    if isinstance(curve, Spline):
        return [curve.grid, curve.order]
    raise TypeError(f"a {type(curve).__name__} cannot be kept")


def _curve(record: list[Any]) -> Curve:
    first, second = record
    return Symbol(primitive(first), float(second)) if isinstance(first, str) else Spline(int(first), int(second))


def _tensor(array: np.ndarray[Any, np.dtype[np.float64]]) -> torch.Tensor:
    return torch.from_numpy(np.array(array))


def _graph_record(shape: Graph) -> dict[str, Any]:
    return {"inputs": shape.inputs, "kinds": list(shape.kinds), "edges": [list(edge) for edge in shape.edges]}
