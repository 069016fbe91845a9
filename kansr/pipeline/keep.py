"""What of a solution goes into the run folder, and how it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import accumulate, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kansr.errors import RunError, TableError, UsageError
from kansr.export import About, export
from kansr.network.curves import Curve, Spline
from kansr.network.graph import Graph, graph
from kansr.network.kan import KAN, edge_name, names
from kansr.network.sweep import forward
from kansr.pipeline.explain import result_of, staircase
from kansr.pipeline.groups import Groups
from kansr.pipeline.kept import load_settings
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import Solution
from kansr.progress import Clock
from kansr.recipe import Recipe, to_yaml
from kansr.record import DamagedError
from kansr.result import Result, StageRow, plain
from kansr.run import (
    DATA,
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
from kansr.symbolic.chain import Chain
from kansr.symbolic.curve import Function
from kansr.symbolic.custom import rows_of
from kansr.symbolic.held import Held, held
from kansr.symbolic.library import Primitive, primitive
from kansr.symbolic.symbol import Symbol
from kansr.table import Split, Table, card, split_rows
from kansr.table.split import crossed, is_few, repeated
from kansr.tensors import torch
from kansr.training.stages import Trained

if TYPE_CHECKING:
    from kansr.run import Arrays

AFTERWARDS = "cpu"
"""Where a network is when it has been found: reading it and working on it by hand are many small steps."""

_TRIED = 100  # rows at which a network that was read is tried
_HUGE = 1e100  # times the spread: no node of a trained network comes near

BY_HAND = ("set", "unset")
"""Stages that the user's hand makes."""


def save_problem(run: Run, problem: Problem, parts: Sequence[int] = ()) -> None:
    """Write what a run starts from: its settings and its rows.

    `parts` counts the rows of the first table and of each that was added to it: each is split by itself.
    """
    run.write_text(RECIPE, to_yaml(problem.recipe))
    run.write_json(DATA_CARD, card(problem.table, problem.split) | ({"parts": list(parts)} if parts else {}))
    run.write_table(problem.table)


def save_network(run: Run, kan: KAN, problem: Problem) -> None:
    """Write a network (b = 1); the one that was there before keeps its place beside it, named by its grid."""
    if run.has(NETWORK):
        metadata, arrays = run.read_network(NETWORK)
        run.write_network(_free_name(run, f"network-grid-{metadata['grid']}", ".safetensors"), metadata, arrays)
    write_network(run, NETWORK, kan, problem)


def write_network(run: Run, name: str, kan: KAN, problem: Problem, **more: Any) -> None:
    """Write a network (b = 1) as a file of the run; `more` is kept beside its graph."""
    metadata = {
        "features": list(problem.table.features),
        "target": problem.table.target,
        "scale": problem.inside,
        "groups": None if problem.groups is None else problem.groups.to_record(),
        "sha256": problem.table.sha256,
        "grid": kan.grid,
        "curves": [_curve_record(c) for c in kan.curves],
        "graph": _graph_record(kan.graph),
        **more,
    }
    parts = ("theta", "lower", "upper")
    run.write_network(name, metadata, {part: getattr(kan, part).cpu().numpy() for part in parts})


def _free_name(run: Run, stem: str, suffix: str) -> str:
    """Give the first of `stem`, `stem-2`, `stem-3` .. that the run does not hold yet."""
    names = (f"{stem}{suffix}" if n == 1 else f"{stem}-{n}{suffix}" for n in count(1))
    return next(name for name in names if not run.has(name))


def put_aside(run: Run, name: str) -> None:
    """Let a text file of the run keep its content under another name, such as `metrics-before.jsonl`."""
    if run.has(name):
        stem, _, suffix = name.partition(".")
        run.write_text(_free_name(run, f"{stem}-before", f".{suffix}"), run.read_text(name))
        run.path(name).unlink()


def load_problem(run: Run) -> Problem:
    """Read what a run starts from, on the processor: so a run that was made with a GPU goes on anywhere."""
    table, recipe, parts = run.read_table(), load_settings(run), load_parts(run)
    try:
        return Problem.of(table, recipe, split_parts(table, parts, recipe) if parts else None, device=AFTERWARDS)
    except TableError as error:  # no fit would have taken them
        raise DamagedError(f"the rows of this run cannot be used: {error.what}", run.path(DATA)) from error


def load_parts(run: Run) -> tuple[int, ...]:
    """Read the rows of each table that was put into a run; none where it is one table.

    Raises
    ------
    RunError
        If they are not the rows of the run.
    """
    card = run.read_json(DATA_CARD) if run.has(DATA_CARD) else {}
    parts = card.get("parts", []) if isinstance(card, dict) else []
    if parts and not (all(isinstance(n, int) and n > 0 for n in parts) and sum(parts) == card.get("rows")):
        raise RunError("the parts of this run are damaged", where=str(run.path(DATA_CARD)))
    return tuple(parts)


def split_parts(table: Table, parts: Sequence[int], recipe: Recipe) -> Split:
    """Split the rows of each table by itself: what chose and judged in one goes on to do so when more rows come."""
    starts = [0, *accumulate(parts)]
    tables = [replace(table, x=table.x[a : a + n], y=table.y[a : a + n]) for a, n in zip(starts, parts, strict=False)]
    shares = recipe.table.split
    splits = [split_rows(len(one), recipe.seed, shares, same=repeated(one.x, one.y)) for one in tables]

    def joined(name: str) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.concatenate([getattr(s, name) + at for s, at in zip(splits, starts, strict=False)])

    split = Split(train=joined("train"), validation=joined("validation"), test=joined("test"))
    return crossed(split) if is_few(len(table), shares) else split


def load_former(run: Run, problem: Problem) -> list[KAN]:
    """Read the networks that the run had before, those that are damaged left out."""
    found = []
    for path in sorted(run.folder.glob("network-grid-*.safetensors")):
        with suppress(RunError):
            found.append(load_network(run, problem, path.name)[0])
    return found


def load_network(run: Run, problem: Problem, name: str = NETWORK) -> tuple[KAN, Problem]:
    """Read the network of a run, or one of those that it had before.

    It comes with the problem as the network sees it: columns, or groups of them.

    Raises
    ------
    RunError
        If it is damaged, or was trained on other rows than the run holds.
    """
    if name == NETWORK and not run.has(NETWORK):
        what = "this run has no network of its own: it was fitted by a template or by groups"
        raise RunError(what, where=str(run.folder), hint="fit again without them to get a network to work on")
    path = run.path(name)
    metadata, arrays = run.read_network(name)
    if metadata["sha256"] != problem.table.sha256:
        where = f"{run.path(DATA)} and {path}"
        raise RunError("the rows of this run are not those that its network was trained on", where=where)
    try:
        kan = _kan(metadata, arrays, rows_of(problem.recipe.symbolic.custom), path)
        seen = _seen(metadata, problem)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, UsageError) as error:
        what = error.what if isinstance(error, UsageError) else str(error)
        raise DamagedError(f"the network of this run is damaged: {what}", path) from error
    if kan.graph.inputs != len(seen.inputs):
        raise DamagedError(f"graph.inputs is {kan.graph.inputs}, and the rows give {len(seen.inputs)}", path)
    if not _is_sound(kan, seen.data.train.x[:_TRIED]):
        raise DamagedError("theta, lower and upper give no values, or far too large ones, at the rows of the run", path)
    return kan, seen


def _kan(metadata: Mapping[str, Any], arrays: Arrays, custom: Sequence[Primitive], path: Path) -> KAN:
    """Put a network together. Raises `DamagedError` where its arrays are not those of its graph and curves."""
    record = metadata["graph"]
    shape = graph(record["inputs"], record["kinds"], [(a, b) for a, b in record["edges"]])
    curves = tuple(_curve(one, custom) for one in metadata["curves"])
    shapes = {"theta": (1, sum(one.size for one in curves)), "lower": (1, shape.nodes), "upper": (1, shape.nodes)}
    for name, wanted in shapes.items():
        if name not in arrays or arrays[name].shape != wanted:
            found = f"of shape {list(arrays[name].shape)}" if name in arrays else "missing"
            raise DamagedError(f"{name} is {found}, and should be of shape {list(wanted)}", path)
    return KAN(graph=shape, curves=curves, **{name: _tensor(arrays[name]) for name in shapes})


def _seen(metadata: Mapping[str, Any], problem: Problem) -> Problem:
    """Give the problem as a network sees it."""
    groups = metadata.get("groups")
    if tuple(metadata["features"]) != problem.table.features:  # the others of a wide table were left out
        problem = problem.narrowed(metadata["features"])
    seen = problem if groups is None else problem.grouped(Groups.from_record(groups))
    scale = float(metadata.get("scale", seen.inside))  # that of the rows which it was first trained on
    return seen if scale == seen.inside else seen.scaled(scale)


def _is_sound(kan: KAN, x: torch.Tensor) -> bool:
    """Whether all nodes of a network have values at rows x [n, i]: no training leaves one where they have none."""
    return all(bool((node.abs() < _HUGE).all()) for node in forward(kan, x).nodes)


def save_history(run: Run, trained: Trained, scale: float, **extra: Any) -> tuple[StageRow, ...]:
    """Add the stages of a training to the metrics, errors in the target's units; gives the stages of this network."""
    for row in staircase(trained.history, scale):
        run.append_line(METRICS, asdict(row) | extra)
    return load_history(run)


def load_history(run: Run) -> tuple[StageRow, ...]:
    """Read the stages that the network of a run went through, errors in the target's units.

    From the last time that the user set a function on: before it, there are the coarser grids of the network that was
    found without a hand.
    """
    wanted = ("stage", "grid", "parameters", "rmse_train", "rmse_validation", "seconds")
    lines = run.read_lines(METRICS) if run.has(METRICS) else ()
    rows = [StageRow(**{key: row[key] for key in wanted}) for row in lines]
    hands = [i for i, row in enumerate(rows) if row.stage in BY_HAND]
    if hands:
        first, last = hands[0], hands[-1]
        rows = [*(row for row in rows[:first] if row.grid < rows[last].grid), *rows[last:]]
    return tuple(rows)


def save_result(
    run: Run,
    solution: Solution,
    *,
    history: tuple[StageRow, ...],
    clock: Clock,
    hand: tuple[str, ...] = (),
    learned: tuple[str, ...] = (),
) -> Result:
    """Write formula, front and result, and give the result; one that was there before keeps its place beside it.

    `hand` says what the user's last choice did, `learned` what rows that were added taught.
    """
    if run.has(RESULT):
        run.write_text(_free_name(run, "result-before", ".json"), run.read_text(RESULT))
    every = (*_set_by_hand(solution), *hand)
    result = result_of(solution, history=history, clock=clock, run=str(run.folder), hand=every)
    result = replace(result, learned=learned)
    try:
        run.write_json(
            GRAPH, _graph_record(solution.found.trained.graph) | {"edges_text": list(solution.network.lines)}
        )
        if solution.structure:
            run.write_json(STRUCTURE, plain(solution.structure))
        return save_formulas(run, result)
    except RunError as error:
        hint = f"then: kansr resume {run.folder}; what was found is {result.target} = {result.formula.text}"
        raise RunError(error.what, where=error.where, hint=hint) from error


def save_formulas(run: Run, result: Result) -> Result:
    """Write formula, front and result, and give the result."""
    run.write_text(FORMULA_TXT, f"{result.target} = {result.formula.text}\n")
    run.write_text(FORMULA_TEX, export(result.formula, "latex"))
    run.write_text(FORMULA_PY, export(result.formula, "numpy", About.of(result)))
    header = ("complexity", "rmse_validation", "rmse_test", "label", "formula")
    run.write_csv(
        FRONT, header, [(f.complexity, f.rmse.validation, f.rmse.test, f.label, f.text) for f in result.front]
    )
    return save_again(run, result)


def save_again(run: Run, result: Result) -> Result:
    """Write a result of which more is known now, and give it back.

    `formula.json` is what the seed and the rows decide: neither the folder nor the seconds stand in it.
    """
    record = result.to_json()
    run.write_json(FORMULA_JSON, {key: value for key, value in record.items() if key not in {"run", "seconds"}})
    run.write_json(RESULT, result.to_record())
    return result


def _set_by_hand(solution: Solution) -> list[str]:
    kan, problem = solution.found.trained.kan, solution.problem
    nodes = names(kan.graph, problem.inputs, problem.output)
    pairs = ((kan.graph.edges[i], kan.curves[i]) for i in held(kan))
    return [f"{edge_name(edge, nodes)} is {curve.name}" for edge, curve in pairs if isinstance(curve, Held)]


def _curve_record(curve: Curve) -> list[Any] | dict[str, Any]:
    """Give a curve without its numbers: those of a spline, name and sign of a function, or its parts.

    A spline is grid and order, and by how many intervals it was widened below and above, if it was.
    """
    if isinstance(curve, Held):
        return {"held": _curve_record(curve.function)}
    if isinstance(curve, Chain):
        return {"first": _curve_record(curve.first), "then": _curve_record(curve.then)}
    if isinstance(curve, Symbol):
        return [curve.primitive.name, curve.sign, curve.free]
    if isinstance(curve, Spline):
        wider = [curve.below, curve.above] if curve.below or curve.above else []
        return [curve.grid, curve.order, *wider]
    raise TypeError(f"a {type(curve).__name__} cannot be kept")


def _curve(record: list[Any] | dict[str, Any], custom: Sequence[Primitive]) -> Curve:
    if isinstance(record, list) and not isinstance(record[0], str):
        grid, order, below, above = (*record, 0, 0)[:4]
        return Spline(int(grid), int(order), int(below), int(above))
    return _function(record, custom)


def _function(record: list[Any] | dict[str, Any], custom: Sequence[Primitive]) -> Function:
    if isinstance(record, list):
        name, sign, *free = record
        row = primitive(name, custom)
        return Symbol(replace(row, free=str(free[0])) if free else row, float(sign))
    if "held" in record:
        return Held(_function(record["held"], custom))
    return Chain(_function(record["first"], custom), _function(record["then"], custom))


def _tensor(array: np.ndarray[Any, np.dtype[np.float64]]) -> torch.Tensor:
    return torch.from_numpy(np.array(array))


def _graph_record(shape: Graph) -> dict[str, Any]:
    return {"inputs": shape.inputs, "kinds": list(shape.kinds), "edges": [list(edge) for edge in shape.edges]}
