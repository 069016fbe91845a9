"""From any file, stream or data frame to a `Table`, or to the columns that a formula needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kansr.errors import TableError, UsageError
from kansr.table.check import check_table
from kansr.table.choose import check_some, choose_features, choose_target, leave_out_useless, read_columns, take_errors
from kansr.table.columns import Column, on_axis, refused
from kansr.table.decode import decode
from kansr.table.group import Labels, known_group, labels_at, read_labels, take_group
from kansr.table.lines import check_lines
from kansr.table.located import by_cell, with_cell
from kansr.table.long import long_table
from kansr.table.missing import whole_rows
from kansr.table.names import found, listed, nearest, place, tidy
from kansr.table.parquet import read_feather, read_sheet
from kansr.table.related import related
from kansr.table.sample import sample
from kansr.table.source import is_url, public_name, read_content
from kansr.table.spec import TableSpec
from kansr.table.split import check_rows
from kansr.table.sql import read_sql
from kansr.table.table import Axis, Floats, Table, TableWarning, fingerprint
from kansr.table.text import Sheet, read_text
from kansr.table.uncertain import about_errors, error_columns
from kansr.table.units import factor_between, units_of, unreadable
from kansr.table.workbook import read_workbook

if TYPE_CHECKING:
    import pandas as pd

_DEFAULT = TableSpec()
_NO_UNITS: Mapping[str, str] = {}
_NO_AXES: Mapping[str, Axis] = {}


def read_table(source: str | Path, spec: TableSpec = _DEFAULT) -> Table:
    """Read a table: CSV, TSV or other text, Parquet, Feather or a spreadsheet, also packed with gzip or zstd.

    `-` is stdin; `sqlite:///lab.db`, or another URL that SQLAlchemy knows, is a database.

    Rows that miss a value are left out (or refused, see `TableSpec`), and so are columns that cannot be features;
    `Table.warnings` says which and why.

    Of a Parquet or text file with more rows than `TableSpec.sample` it is a sample (see `kansr.table.whole`).

    Raises `UsageError` where there is no such file or column, `TableError` where the table cannot be used.
    """
    long = long_table(source, spec)
    if long is not None and spec.sample is not None:
        frame, numbers = sample(long.frames(), spec.sample)
        return replace(table_of(long.sheet(frame, numbers.tolist()), spec, long.name), of=long.rows)
    sheet, name = read_cells(source, spec)
    return table_of(sheet, spec, name)


def read_cells(source: str | Path, spec: TableSpec = _DEFAULT) -> tuple[Sheet, str]:
    """Read all columns of a table as they stand, and give its name: nothing is chosen or left out yet.

    Raises as `read_table`, where the table cannot be read at all.
    """
    _check_asked(source, spec)
    return _sheet(source, spec)


def table_of(sheet: Sheet, spec: TableSpec, source: str) -> Table:
    """Choose target and features of what `read_cells` gave, as `read_table` does."""
    with by_cell(sheet):
        table = _table(sheet, spec, source)
    return replace(table, warnings=tuple(with_cell(warning, sheet) for warning in table.warnings))


def table_from_frame(
    frame: pd.DataFrame, spec: TableSpec = _DEFAULT, source: str = "<frame>", *, given: bool = False
) -> Table:
    """Take a table from a data frame, by the same rules as `read_table`; the index is not used.

    Where the columns were `given` by a caller as features and target, none of them is taken for measurement errors.

    >>> import pandas as pd
    >>> table = table_from_frame(pd.DataFrame({"x": range(0, 60, 2), "y": range(30)}))
    >>> table.features, table.target, table.x.shape
    (('x',), 'y', (30, 1))
    """
    return _table(_sheet_of(frame), spec, source, given=given)


def read_features(
    source: str | Path,
    names: Sequence[str],
    spec: TableSpec = _DEFAULT,
    units: Mapping[str, str] = _NO_UNITS,
    axes: Mapping[str, Axis] = _NO_AXES,
) -> Floats:
    """Read the columns that a formula needs, by name: [rows, names], float64. The target need not be there.

    In a table without a header, columns are taken in their order where there are as many as names. A column that has
    a unit in `units` and another one in this table is converted; without a unit here it is taken as it is. Dates are
    counted along the axis that the column has in `axes` (`Table.axes`), and are no numbers without one.

    Every row counts: raises `TableError` where a column is missing or a cell is missing, text or infinite, and
    `UsageError` where a column's unit measures something else.
    """
    return read_grouped(source, names, replace(spec, group=None), units, axes)[0]


def read_grouped(
    source: str | Path,
    names: Sequence[str],
    spec: TableSpec = _DEFAULT,
    units: Mapping[str, str] = _NO_UNITS,
    axes: Mapping[str, Axis] = _NO_AXES,
) -> tuple[Floats, Labels | None]:
    """Read the columns that a formula needs, as `read_features` does, and the labels of `TableSpec.group` beside them.

    Gives the columns [rows, names] and the labels [rows], None where `spec` names no group. Raises what
    `read_features` raises, `TableError` for a row without a label, and `UsageError` where there is no such column.
    """
    spec = replace(spec, target=None, features=tuple(names), sigma=None, weights=None)
    sheet, _ = _sheet(source, spec)
    group = None if spec.group is None else known_group(spec.group, list(sheet.frame.columns))
    with by_cell(sheet):
        labels = None if group is None else read_labels(sheet.frame[group], group, spec)
        return _features(sheet, names, spec, units, axes), labels


def features_from_frame(
    frame: pd.DataFrame,
    names: Sequence[str],
    spec: TableSpec = _DEFAULT,
    units: Mapping[str, str] = _NO_UNITS,
    axes: Mapping[str, Axis] = _NO_AXES,
) -> Floats:
    """Take the columns that a formula needs from a data frame, as `read_features` does."""
    return _features(_sheet_of(frame), names, spec, units, axes)


def _sheet(source: str | Path, spec: TableSpec) -> tuple[Sheet, str]:
    if is_url(source):
        return read_sql(str(source), spec), public_name(source)
    content = read_content(source)
    if content.form in {"parquet", "feather"}:
        read = read_sheet if content.form == "parquet" else read_feather
        return read(content.data, content.name, spec.asked), content.name
    if content.form == "workbook":
        return read_workbook(content.data, spec, content.name), content.name
    check_lines(content.data, content.name)
    text, guessed = decode(content.data, spec.encoding, content.name)
    sheet = read_text(text, spec, content.name)
    return replace(sheet, warnings=(*guessed, *sheet.warnings)), content.name


def _sheet_of(frame: pd.DataFrame) -> Sheet:
    names, unnamed = tidy([str(name) for name in frame.columns])
    return Sheet(frame=frame.set_axis(list(names), axis=1), warnings=unnamed)


def _check_asked(source: str | Path, spec: TableSpec) -> None:
    """Raise `UsageError` where a file is asked what only a database could answer."""
    if (spec.query is not None or spec.name is not None) and not is_url(source):
        flag = "--query" if spec.query is not None else "--table"
        hint = "a database is given by its URL, such as sqlite:///lab.db"
        raise UsageError(f"{flag} is for databases, and this is a file", where=public_name(source), hint=hint)


def _table(sheet: Sheet, spec: TableSpec, source: str, *, given: bool = False) -> Table:
    """Choose target and features, leave out what cannot be used, and check the rest."""
    check_rows(len(sheet.frame), source)
    decimal = spec.decimal or sheet.decimal
    frame, group, labels = take_group(sheet.frame, spec)
    frame, errors = take_errors(frame, spec, decimal)
    suspects = [] if given else error_columns(frame, spec, decimal)
    frame = frame.drop(columns=[one.name for one in suspects])
    target = choose_target(frame, spec, decimal)
    features, unusable = choose_features(frame, target.name, spec, decimal)
    features, useless = leave_out_useless(features, spec.features is not None)
    check_some(features, target, [*unusable, *useless])
    kept, missing = whole_rows([*features, target, *errors, *group], spec)
    kept, group = kept[: len(kept) - len(group)], kept[len(kept) - len(group) :]
    features, target, errors = kept[: len(features)], kept[len(features)], kept[len(features) + 1 :]
    features, emptied = leave_out_useless(features, spec.features is not None)
    check_some(features, target, emptied)
    silent = unreadable([one.name for one in (*features, target)], spec.units)
    spec = replace(spec, units=None) if silent else spec
    units = _units(list(sheet.frame.columns), [*features, target, *errors], spec)
    table = _stack([*features, target], _in_unit_of(target, errors, spec, units), spec, source)
    table = _grouped(table, group, labels)
    table = replace(table, units={one.name: units[one.name] for one in (*features, target) if one.name in units})
    table = replace(table, axes={one.name: one.axis for one in features if one.axis is not None})
    read = [warning for one in (*features, target, *errors) for warning in one.said]
    read += about_errors(suspects, target.name, spec)
    said = (*sheet.warnings, *read, *unusable, *useless, *missing, *emptied, *_rounded([*features, target]))
    return replace(
        table, warnings=(*said, *check_table(table), *related(table), *_without_unit(table), *_without_pint(silent))
    )


def _units(names: Sequence[str], columns: Sequence[Column], spec: TableSpec) -> dict[str, str]:
    """Give the units of the columns that are used; one that is given may belong to a column that is not."""
    used = [one.name for one in columns]
    given = None if spec.units is None else {found(name, names) or name: unit for name, unit in spec.units.items()}
    unused = set(names).difference(used)
    return units_of(used, given and {name: unit for name, unit in given.items() if name not in unused})


def _in_unit_of(
    target: Column, errors: Sequence[Column], spec: TableSpec, units: Mapping[str, str]
) -> Sequence[Column]:
    """Convert measurement errors to the unit of the target; without a unit they are taken as they are.

    Weights stay: only their ratios tell something. Raises `UsageError` where the unit measures something else.
    """
    if spec.sigma is None or not {target.name, *(one.name for one in errors)} <= set(units):
        return errors
    unit = units[target.name]
    return [replace(e, values=e.values * factor_between(units[e.name], unit, e.name, "the target")) for e in errors]


def _without_pint(columns: Sequence[str]) -> list[TableWarning]:
    """Say that units were not read."""
    if not columns:
        return []
    message = f'the header "{columns[0]}" holds a unit, and reading units needs pint: they are not used'
    return [TableWarning(kind="units", column=columns[0], message=f"{message} (pip install 'kansr[units]')")]


def _without_unit(table: Table) -> list[TableWarning]:
    """Say which units are missing where some are known: half of them check nothing."""
    missing = [name for name in (*table.features, table.target) if name not in table.units]
    if not missing or not table.units:
        return []
    message = f"the units of {listed(missing, limit=3)} are not known: units are not checked (1 stands for none)"
    return [TableWarning(kind="units", column=missing[0], message=message)]


def _stack(columns: Sequence[Column], errors: Sequence[Column], spec: TableSpec, source: str) -> Table:
    """Put features and, last, the target side by side; weights become the errors that they stand for."""
    features, target = tuple(one.name for one in columns[:-1]), columns[-1].name
    x, y = np.column_stack([one.values for one in columns[:-1]]), columns[-1].values
    absolute = spec.sigma is not None
    sigma = None if not errors else errors[0].values if absolute else errors[0].values ** -0.5
    digest = fingerprint(features, target, x, y, sigma=sigma)
    return Table(
        features=features, target=target, x=x, y=y, source=source, sha256=digest, sigma=sigma, absolute=absolute
    )


def _grouped(table: Table, group: Sequence[Column], labels: Labels) -> Table:
    """Put the labels of the rows that are left beside them."""
    if not group:
        return table
    of_rows = labels_at(group[0], labels)
    digest = fingerprint(table.features, table.target, table.x, table.y, sigma=table.sigma, group=of_rows)
    return replace(table, group=of_rows, sha256=digest)


def _rounded(columns: Sequence[Column]) -> list[TableWarning]:
    return [
        TableWarning(
            kind="rounded",
            column=one.name,
            row=one.rounded,
            message=f'whole numbers above 2^53 lose digits, first in row {one.rounded}, column "{one.name}"',
        )
        for one in columns
        if one.rounded is not None
    ]


def _features(
    sheet: Sheet, names: Sequence[str], spec: TableSpec, units: Mapping[str, str], axes: Mapping[str, Axis]
) -> Floats:
    frame = sheet.frame
    if not sheet.named and not set(names) <= set(frame.columns) and len(names) == len(frame.columns):
        frame = frame.set_axis(list(names), axis=1)
    here = [_present(name, list(frame.columns)) for name in names]
    columns = read_columns(frame, here, spec, spec.decimal or sheet.decimal)
    columns = [on_axis(one, frame[one.name], spec, axes.get(name)) for name, one in zip(names, columns, strict=True)]
    for one in columns:
        _check_whole(one)
    factors = [_factor(name, column, spec, units) for name, column in zip(names, here, strict=True)]
    return np.column_stack([one.values * factor for one, factor in zip(columns, factors, strict=True)])


def _present(name: str, columns: Sequence[str]) -> str:
    """Find a column that the formula needs."""
    column = found(name, columns)
    if column is None:
        what = f'column "{name}" is missing; it is needed'
        raise TableError(what, where=place(None, name), hint=nearest(name, columns))
    return column


def _factor(name: str, column: str, spec: TableSpec, units: Mapping[str, str]) -> float:
    """Give what converts a column of this table to the unit that the formula knows."""
    if name not in units or spec.units is None:
        return 1.0
    given = [unit for key, unit in spec.units.items() if found(key, [column])]
    here = units_of([column], {column: given[0]} if given else {}).get(column)
    return 1.0 if here is None else factor_between(here, units[name], column)


def _check_whole(one: Column) -> None:
    if one.kind != "number":
        raise refused(one, "feature")
    gaps = np.flatnonzero(np.isnan(one.values))
    if gaps.size:
        what = f"a value is missing, in {gaps.size} of {len(one.values)} rows"
        raise TableError(what, where=place(int(gaps[0]) + 1, one.name), hint="fill the cell, or leave the row out")
