"""From a run folder to what a page shows of it: everything is read or computed from the files of the run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kansr.errors import RunError
from kansr.export import export
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula
from kansr.formula.front import Rule
from kansr.formula.functions import Array
from kansr.formula.mathml import to_mathml
from kansr.network.kan import names as node_names
from kansr.pipeline.hand import stands
from kansr.pipeline.keep import load_network, load_problem
from kansr.pipeline.kept import load, load_structure
from kansr.pipeline.picture import picture, with_functions
from kansr.pipeline.problem import Problem
from kansr.report.page import Constant, Dependence, Page, Scatter, Stage, Written
from kansr.result import Result
from kansr.run import DATA_CARD, RECIPE, Run
from kansr.table import Table

SHOWN = 1000
"""Rows that are drawn of a large table."""

_SAMPLE = 300  # rows that a partial dependence is the mean over
_STEPS = 61  # values of the column there
_PANELS = 12  # columns that are drawn: those that move the formula most


def page(run: Run, *, rank: int | None = None, select: Rule | None = None) -> Page:
    """Collect what a page shows of a run, with another formula of its front where a rank or rule is given.

    Raises
    ------
    RunError
        If the run has no formula yet, or is damaged.
    UsageError
        If the front has no such formula.
    """
    result, problem = load(run, rank=rank, select=select), load_problem(run)
    own = load(run).formula == result.formula
    table, formula = problem.table, result.formula
    wide = run.read_rows(formula)
    return Page(
        run=run.folder.name,
        version=run.made_by(),
        command=_command(run, table),
        recipe=run.read_text(RECIPE),
        python=export(formula, "python"),
        latex=formula.latex,
        target=result.target,
        units=dict(table.units),
        verdict=result.verdict,
        why=result.why,
        noise=None if result.noise is None else result.noise.text,
        crossed=result.validation == "cross",
        status=result.status,
        seconds=result.seconds,
        formula=_written(formula, result.target),
        spread=result.spread,
        network_error=result.network.rmse_test,
        r2=formula.r2.test,
        chi2=None if formula.chi2 is None else formula.chi2.test,
        symbols=dict(formula.symbols),
        named=formula.constants,
        fitted=_fitted(formula),
        stability=None if result.stability is None else result.stability.to_json(),
        rivals=tuple(_written(rival, result.target) for rival in result.rivals),
        front=tuple(_written(one) for one in result.front),
        chosen=next((i for i, one in enumerate(result.front) if one == formula), 0),
        hand=result.hand,
        learned=result.learned,
        warnings=result.warnings,
        width=result.network.width,
        grid=result.network.grid,
        network=_network(run, problem, labelled=own),
        history=_history(result),
        structure=_structure(run),
        scatter=_scatter(problem, wide, formula),
        dependence=_dependence(table.features, wide, formula),
        card=run.read_json(DATA_CARD),
    )


def _command(run: Run, table: Table) -> str:
    """Give the command that makes the run again: its recipe holds every setting."""
    source = "-" if table.source.startswith("<") else table.source
    return f"kansr fit {shlex.quote(source)} --recipe {shlex.quote((Path(run.folder) / RECIPE).as_posix())}"


def _written(formula: Formula, target: str | None = None) -> Written:
    names = formula.names | {name: name for name in formula.constants}
    return Written(
        text=formula.text,
        mathml=to_mathml(formula.expression, names, target=target),
        complexity=formula.complexity,
        rmse=(formula.rmse.train, formula.rmse.validation, formula.rmse.test),
    )


def _fitted(formula: Formula) -> tuple[Constant, ...]:
    """Give the constants that were fitted, with what is known of each."""
    texts = [text for text in {**formula.errors, **formula.units} if text not in formula.constants]
    return tuple(Constant(text=t, error=formula.errors.get(t), unit=formula.units.get(t)) for t in texts)


def _history(result: Result) -> tuple[Stage, ...]:
    return tuple(
        Stage(
            stage=row.stage,
            grid=row.grid,
            parameters=row.parameters,
            train=row.rmse_train,
            validation=row.rmse_validation,
            seconds=row.seconds,
        )
        for row in result.history
    )


def _network(run: Run, problem: Problem, *, labelled: bool) -> Mapping[str, Any] | None:
    """Draw the network of the run; its functions belong to the formula that the run chose, and to no other."""
    with suppress(RunError):
        kan, seen = load_network(run, problem)
        names = node_names(kan.graph, seen.inputs, seen.output)
        labels = stands(run, kan) if labelled else None
        return with_functions(picture(kan, seen.data.train.x, labels), names)
    return None


def _structure(run: Run) -> Mapping[str, Any] | None:
    with suppress(RunError):
        return load_structure(run)
    return None


def _some(count: int, most: int) -> NDArray[np.intp]:
    """Choose at most so many of the rows, always the same ones."""
    if count <= most:
        return np.arange(count, dtype=np.intp)
    drawn = np.random.default_rng(0).choice(count, most, replace=False)
    return np.sort(drawn).astype(np.intp)


def _scatter(problem: Problem, wide: Table, formula: Formula) -> Scatter:
    table, split = problem.table, problem.split
    rows = _some(len(table), SHOWN)
    part = np.zeros(len(table), dtype=int)
    if not split.cross:
        part[split.validation], part[split.test] = 1, 2
    predicted = _values(formula, wide, wide.x[rows])
    used = set(formula.names.values())
    return Scatter(
        of=len(table),
        part=part[rows].tolist(),
        measured=table.y[rows].tolist(),
        predicted=_plain(predicted),
        columns={name: table.x[rows, i].tolist() for i, name in enumerate(table.features) if name in used},
    )


def _dependence(features: Sequence[str], table: Table, formula: Formula) -> tuple[Dependence, ...]:
    """Let each column of a formula run over its range, with the others as in some rows of the table.

    Constants by group, which are columns of the table beside its features, stay as they are in the rows.
    """
    used = [i for i, name in enumerate(features) if name in formula.names.values()]
    rows = table.x[_some(len(table), _SAMPLE)]
    every = [_along(table, formula, i, rows=rows) for i in used]
    moved = sorted(every, key=lambda one: -float(np.nan_to_num(np.nanstd(np.array(one.mean, dtype=float)))))
    kept = {id(one) for one in moved[:_PANELS]}
    return tuple(one for one in every if id(one) in kept)


def _along(table: Table, formula: Formula, column: int, *, rows: Array) -> Dependence:
    x = np.linspace(table.x[:, column].min(), table.x[:, column].max(), _STEPS)
    crossed = np.repeat(rows[None], _STEPS, axis=0)  # [steps, rows, features]
    crossed[:, :, column] = x[:, None]
    values = _values(formula, table, crossed.reshape(-1, rows.shape[1])).reshape(_STEPS, -1)
    known = np.ma.masked_invalid(values)
    some = known.count(axis=1) > len(rows) / 2  # elsewhere the formula has hardly a value
    low, high = (_percentile(values, share) for share in (10, 90))
    return Dependence(
        column=table.features[column],
        x=x.tolist(),
        mean=_plain(np.where(some, known.mean(axis=1).filled(np.nan), np.nan)),
        low=_plain(np.where(some, low, np.nan)),
        high=_plain(np.where(some, high, np.nan)),
    )


def _percentile(values: Array, share: float) -> Array:
    """Give a percentile of each row, of what is finite in it."""
    finite = [row[np.isfinite(row)] for row in values]
    return np.array([np.percentile(row, share) if len(row) else np.nan for row in finite])


def _values(formula: Formula, table: Table, x: Array) -> Array:
    """Give the formula's values [n] at rows x [n, features]."""
    columns = {name: x[:, table.features.index(column)] for name, column in formula.names.items()}
    return evaluate(formula.expression, columns or {"": x[:, 0]})


def _plain(values: Array) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]
