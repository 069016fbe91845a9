"""Which columns of a frame are the target and the features, and which are left out, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kansr.errors import TableError, UsageError
from kansr.table.cells import shown
from kansr.table.check import is_constant, is_counter
from kansr.table.columns import Column, broken, column, instead, refused
from kansr.table.names import found, nearest, place
from kansr.table.spec import TableSpec
from kansr.table.table import Kind, TableWarning

if TYPE_CHECKING:
    import pandas as pd

_ID = re.compile(
    r"unnamed([:_ ]*\d+)?|__index_level_\d+__|#|n[or]\.?|idx|index|rows?|row[ _-]?(id|no|nr|num|number|names?|index)"
    r"|(.*[ _-])?ids?|(sample|case|record|obs|observation)[ _-]?(no|nr|num|number)|序号|编号|番号|번호|№",
    re.IGNORECASE,
)

Left = tuple[list[Column], list[TableWarning]]  # columns that are left, and what is said about the others


def read_columns(frame: pd.DataFrame, names: Iterable[str], spec: TableSpec, decimal: str) -> list[Column]:
    """Convert the named columns of a frame."""
    return [column(frame[name], name, spec, decimal) for name in names]


def take_errors(frame: pd.DataFrame, spec: TableSpec, decimal: str) -> tuple[pd.DataFrame, list[Column]]:
    """Take the column of measurement errors or weights, if one is named, out of a frame.

    Raises `UsageError` when there is no such column or it is target or feature too, `TableError` for a value that is
    not above zero.
    """
    asked, role = (spec.sigma, "measurement errors") if spec.sigma is not None else (spec.weights, "weights")
    if asked is None:
        return frame, []
    name = _known(asked, list(frame.columns), role)
    if name in {found(one, frame.columns) for one in (spec.target, *(spec.features or ())) if one is not None}:
        raise UsageError(f'"{name}" holds {role} and cannot be target or feature', hint="choose other columns")
    (errors,) = read_columns(frame, [name], spec, decimal)
    if errors.kind != "number":
        raise refused(errors, role)
    wrong = np.flatnonzero(errors.values <= 0)
    if wrong.size:
        row = int(wrong[0])
        what = f"{errors.values[row]:g} is not above zero, as {role} are"
        raise TableError(what, where=place(row + 1, name), hint="correct the cell, or leave the row out")
    return frame.drop(columns=[name]), [errors]


def choose_target(frame: pd.DataFrame, spec: TableSpec, decimal: str) -> Column:
    """Give the target: the one that is asked for, or the last column.

    Raises `UsageError` when there is no such column, `TableError` when it does not hold numbers.
    """
    names = list(frame.columns)
    name = names[-1] if spec.target is None else _known(spec.target, names, "target")
    (target,) = read_columns(frame, [name], spec, decimal)
    if target.kind != "number":
        raise refused(target, "target")
    return target


def choose_features(frame: pd.DataFrame, target: str, spec: TableSpec, decimal: str) -> Left:
    """Give the features: those that are asked for, or all other columns that hold numbers; dates are read as numbers.

    Text, dates that cannot be read, and empty columns are left out with a warning, but refused where they were asked
    for. Raises `UsageError` when there is no such column, `TableError` for a column of numbers with a cell that is
    none.
    """
    names = list(frame.columns)
    if spec.features is None:
        return _numeric(read_columns(frame, (name for name in names if name != target), spec, decimal))
    asked = read_columns(frame, _asked(spec.features, names, target), spec, decimal)
    features = [_on_axis(one) for one in asked]
    for feature in features:
        if feature.kind != "number":
            raise refused(feature, "feature")
    return features, []


def leave_out_useless(features: Sequence[Column], asked: bool) -> Left:
    """Leave out columns that cannot help: constant ones, copies of another feature, and row counters named like one.

    A counter that was asked for stays.
    """
    rules = [_constant, _copies(), *([] if asked else [_row_number])]
    left, said = [], []
    for feature in features:
        warning = next((found for rule in rules if (found := rule(feature))), None)
        left += [] if warning else [feature]
        said += [warning] if warning else []
    return left, said


def check_some(features: Sequence[Column], target: Column, said: Sequence[TableWarning]) -> None:
    """Raise `TableError` when no feature is left, and say why each was left out."""
    if features:
        return
    reasons = "; ".join(warning.message for warning in said[:3]) or f'"{target.name}" is the only column'
    raise TableError(
        f"no feature is left: {reasons}",
        hint=f'"{target.name}" needs another column of numbers to depend on: are target (-t) and delimiter (-d) right?',
    )


def _numeric(columns: Iterable[Column]) -> Left:
    """Keep the columns of numbers; refuse those that hold numbers but for some cells."""
    left, said = [], []
    for one in columns:
        if one.kind == "broken":
            raise broken(one)
        on_axis = _on_axis(one)
        left += [on_axis] if on_axis.kind == "number" else []
        said += [] if on_axis.kind == "number" else [_not_used(one)]
    return left, said


def _on_axis(one: Column) -> Column:
    """Take dates for the numbers that they were read as."""
    return one if one.axis is None else replace(one, kind="number")


def _not_used(one: Column) -> TableWarning:
    kind: Kind = "empty" if one.kind == "empty" else "date" if one.kind == "date" else "text"
    what = {"empty": "holds no values", "date": "holds dates", "text": "holds text"}[kind]
    cell = "" if kind == "empty" else f" ({shown(one.cell)} in row {one.row})"
    warning = _left_out(kind, one.name, f"{what}{cell}", row=one.row or None)
    return replace(warning, message=f"{warning.message}{instead(one)}")


def _left_out(kind: Kind, name: str, what: str, row: int | None = None) -> TableWarning:
    return TableWarning(kind=kind, column=name, row=row, message=f'column "{name}" {what}: it is left out')


def _known(name: str, names: Sequence[str], role: str) -> str:
    column = found(name, names)
    if column is None:
        raise UsageError(f'there is no column "{name}" for the {role}', hint=nearest(name, names))
    return column


def _asked(features: Sequence[str], names: Sequence[str], target: str) -> list[str]:
    """Give the columns that are asked for, by their whole names."""
    if not features:
        raise UsageError("no features are given", hint="name at least one column, or leave -x away to use them all")
    asked = [_known(name, names, "feature") for name in features]
    for position, name in enumerate(asked):
        if name == target:
            raise UsageError(f'"{name}" is both target and feature', hint="choose another target with -t")
        if name in asked[:position]:
            raise UsageError(f'"{name}" is given twice as a feature', hint="name each column once")
    return asked


def _constant(feature: Column) -> TableWarning | None:
    present = feature.values[~np.isnan(feature.values)]
    if not is_constant(present):
        return None
    if feature.finer:
        return _left_out(
            "constant", feature.name, f"differs only in digits that a double of {present[0]:g} cannot hold"
        )
    value = f"{present[0]:g}" if feature.axis is None else shown(feature.cell)
    return _left_out("constant", feature.name, f"is constant ({value})")


def _row_number(feature: Column) -> TableWarning | None:
    if feature.axis is not None or not _ID.fullmatch(feature.name) or not is_counter(feature.values):
        return None
    first, last = feature.values[0], feature.values[-1]
    return _left_out("id-like", feature.name, f"only counts the rows ({first:g} to {last:g})")


def _copies() -> Callable[[Column], TableWarning | None]:
    """Give a rule that knows the columns it has seen."""
    seen: dict[bytes, str] = {}

    def rule(feature: Column) -> TableWarning | None:
        first = seen.setdefault((feature.values + 0.0).tobytes(), feature.name)  # + 0.0 makes one zero of two
        if first == feature.name:
            return None
        return _left_out("duplicate", feature.name, f'has the same values as "{first}"')

    return rule
