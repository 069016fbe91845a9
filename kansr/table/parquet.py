"""Parquet, and Feather to read: any file in, and a table out and back without the loss of a bit."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kansr import record
from kansr.errors import KansrError, TableError
from kansr.files import replacing
from kansr.table.names import tidy
from kansr.table.packed import limit_of, too_large
from kansr.table.source import read_content
from kansr.table.table import Axis, Table, TableWarning, fingerprint
from kansr.table.text import Sheet

if TYPE_CHECKING:
    import pyarrow as pa

_KEY = b"kansr"


def read_sheet(data: bytes, where: str) -> Sheet:
    """Read the bytes of any Parquet file; an index that pandas stored is a column like the others."""
    return _sheet(_arrow(data, where)[0], where)


def read_feather(data: bytes, where: str) -> Sheet:
    """Read the bytes of a Feather file, which are those of Arrow itself."""
    from pyarrow import feather  # noqa: PLC0415

    with arrow_errors(where, "Feather"):
        arrow = feather.read_table(io.BytesIO(data))
        arrow.validate(full=True)
    return _sheet(arrow, where)


def _sheet(arrow: pa.Table, where: str) -> Sheet:
    names = arrow.column_names
    tidied, unnamed = tidy(names)
    with arrow_errors(where):
        frame = arrow.rename_columns(list(map(str, range(len(names))))).to_pandas(ignore_metadata=True)
    return Sheet(frame=frame.set_axis(list(tidied), axis=1), warnings=unnamed)


def write_parquet(table: Table, path: Path) -> None:
    """Write a table: one float64 column each, features first; what else is known of it goes into the metadata.

    The file is written whole or not at all. Raises `RunError` when it cannot be written.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    about: dict[str, Any] = {
        "source": table.source,
        "sha256": table.sha256,
        "units": dict(table.units),
        "axes": {name: asdict(axis) for name, axis in table.axes.items()},
        "warnings": [asdict(one) for one in table.warnings],
    }
    errors = [] if table.sigma is None else [table.sigma]
    if table.of is not None:
        about["of"] = table.of
    if errors:
        about["absolute"] = table.absolute  # says that the column behind the target holds errors
    columns = [pa.array(np.ascontiguousarray(values)) for values in (*table.x.T, table.y, *errors)]
    names = [*table.features, table.target, *["sigma" for _ in errors]]
    if table.group is not None:
        about["group"] = True  # says that the last column holds labels
        columns, names = [*columns, pa.array(table.group.tolist(), pa.string())], [*names, "group"]
    arrow = pa.Table.from_arrays(columns, names=_different(names))
    with replacing(path) as temporary:
        pq.write_table(arrow.replace_schema_metadata({_KEY: json.dumps(about)}), temporary, compression="zstd")


def read_parquet(path: Path) -> Table:
    """Give the table that `write_parquet` wrote: same names, bits, source, units and warnings.

    Raises `TableError` when the file is damaged or was not written by `write_parquet`, `UsageError` when it is missing
    or when what stands beside the rows is of another kind.
    """
    arrow, names = _arrow(read_content(path).data, str(path))
    try:
        about: dict[str, Any] = record.read("data.parquet", arrow.schema.metadata[_KEY].decode(), path)
        labels = arrow.columns[-1].to_pylist() if "group" in about else None
        group = None if labels is None else np.array(labels, dtype=np.str_)
        count = len(names) - ("absolute" in about) - ("group" in about)
        *features, target = names[:count]
        *x, y = [column.to_numpy() for column in arrow.columns[:count]]
        sigma = np.ascontiguousarray(arrow.columns[count].to_numpy()) if "absolute" in about else None
        table = Table(
            features=tuple(features),
            target=target,
            x=np.column_stack(x),
            y=np.ascontiguousarray(y),
            source=about["source"],
            sha256=about["sha256"],
            warnings=tuple(TableWarning(**warning) for warning in about["warnings"]),
            sigma=sigma,
            absolute=bool(about.get("absolute")),
            units=dict(about.get("units", {})),
            group=group,
            axes={name: Axis(**axis) for name, axis in about.get("axes", {}).items()},
            of=None if about.get("of") is None else int(about["of"]),
        )
        numbers = (table.x, table.y, *([] if sigma is None else [sigma]))
        sound = all(part.dtype == np.float64 and np.isfinite(part).all() for part in numbers)
        own = fingerprint(table.features, target, table.x, table.y, sigma=sigma, group=group)
        same = sound and len(y) > 0 and own == table.sha256
    except (TypeError, KeyError, ValueError, IndexError) as error:
        raise TableError("this Parquet file was not written by kansr", where=str(path)) from error
    if not same:
        raise TableError("the values are not those that were written", where=str(path), hint="the file was changed")
    return table


def _different(names: Iterable[str]) -> list[str]:
    """Write underscores behind a name that another column before it has."""
    given: list[str] = []
    for name in names:
        free = name
        while free in given:
            free += "_"
        given.append(free)
    return given


def _arrow(data: bytes, where: str) -> tuple[pa.Table, list[str]]:
    """Give the content, checked, and the names of the columns."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    with arrow_errors(where):
        about = pq.read_metadata(io.BytesIO(data))
        if 8 * about.num_rows * about.num_columns > limit_of(len(data)):
            raise too_large(len(data), where)
        arrow = pq.read_table(io.BytesIO(data))
        arrow.validate(full=True)
        return arrow, arrow.column_names


@contextmanager
def arrow_errors(where: str, form: str = "Parquet") -> Iterator[None]:
    """Raise `TableError` in the place of what pyarrow raises; errors of kansr pass."""
    try:
        yield
    except (KansrError, GeneratorExit):
        raise
    except MemoryError as error:
        raise TableError("the table does not fit into memory", where=where, hint="give fewer rows") from error
    except Exception as error:
        said = " ".join(str(error).split())  # pyarrow breaks lines
        raise TableError(f"the {form} file is damaged: {said}", where=where, hint="copy it again") from error
