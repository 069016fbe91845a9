"""Predictions of a run at other rows: by its formula, for which no network is read, or by its network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kansr.formula.formula import predict as predict_formula
from kansr.formula.parts import ByGroup
from kansr.later import later
from kansr.pipeline.kept import load_result, reader_of
from kansr.run import Run
from kansr.table import TableSpec, read_grouped

if TYPE_CHECKING:
    from kansr.network import sweep
    from kansr.network.kan import KAN
    from kansr.pipeline import keep, labelled
    from kansr.pipeline.problem import Problem
else:
    sweep = later("kansr.network.sweep")
    keep, labelled = later("kansr.pipeline.keep"), later("kansr.pipeline.labelled")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prediction:
    """Values [n] of the target, and which rows [n] lie outside the range of the rows of the run."""

    values: NDArray[np.float64]
    outside: NDArray[np.bool_]


def predict(run: Run, source: str, spec: TableSpec | None = None, *, by_network: bool = False) -> Prediction:
    """Predict the target at the rows of a table by the formula of a run, or by the network behind it.

    Raises
    ------
    TableError
        If a column that is needed is missing (a formula needs those that stand in it, a network all), or holds what is
        no number; or if a row is of a group that the run has no constants for.
    UsageError
        If a column has a unit that measures something else than in the run; other units are converted.
    """
    result = load_result(run)
    table = run.read_rows(result.formula)
    by_group = result.formula.by_group
    own = [] if by_group is None else [by_group.name(constant) for constant in by_group.constants]
    used = [name for name in result.formula.names.values() if name not in own] or list(result.features[:1])
    network = keep.load_network(run, keep.load_problem(run)) if by_network else None
    needed = used if network is None else list(network[1].table.features)
    x, labels = read_grouped(source, needed, _reader(run, spec, by_group), table.units, table.axes)
    columns = dict(zip(needed, x.T, strict=True))
    if by_group is not None and labels is not None:
        columns |= labelled.filled_columns(by_group, labels.tolist())
    known = table.x[:, [table.features.index(name) for name in needed]]
    outside = ((x < known.min(0)) | (x > known.max(0))).any(1)
    values = predict_formula(result.formula, columns) if network is None else _by_network(*network, x)
    return Prediction(values=np.array(np.broadcast_to(values, (len(x),))), outside=outside)


def _reader(run: Run, spec: TableSpec | None, by_group: ByGroup | None) -> TableSpec:
    """Say how to read the rows to predict: with the column of groups where the formula asks for it."""
    return replace(reader_of(run, spec), group=None if by_group is None else by_group.column)


def _by_network(kan: KAN, problem: Problem, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values [n] of the target by a network at the columns x [n, features] of its problem."""
    return problem.outside(x, lambda rows: sweep.predict(kan, rows)[0])
