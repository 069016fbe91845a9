"""Parquet, and Feather to read: any file in, and a table out and back without the loss of a bit."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kansr import record
from kansr.errors import KansrError, TableError
from kansr.files import replacing
from kansr.table.arrow import laid_out, sheet_of, usable
from kansr.table.room import CELL, check_columns, check_growth, check_room, held
from kansr.table.source import read_content
from kansr.table.table import Axis, Table, TableWarning, fingerprint
from kansr.table.text import Sheet

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_KEY = b"kansr"


def read_sheet(data: bytes, where: str, asked: Collection[str] = ()) -> Sheet:
    """Read the bytes of any Parquet file; an index that pandas stored is a column like the others.

    Columns of lists and records are left out, and it is said. Raises `TableError` for a damaged file, for one whose
    table takes too much room (see `kansr.table.room`), and where a column that is asked for holds no single values.
    """
    with arrow_errors(where), held(len(data), where):
        import pyarrow as pa  # noqa: PLC0415

        with opened(io.BytesIO(data), len(data), where) as file:
            check_room(CELL * file.metadata.num_rows * file.metadata.num_columns, len(data), where)
            kept, said = usable(file.schema_arrow, asked, where)
            arrow = _read(file, kept, len(data), where)
        arrow.validate(full=True)
        check_room(laid_out(arrow.columns), len(data), where)
        return sheet_of(pa.table(arrow.columns, names=arrow.column_names), said)


def read_feather(data: bytes, where: str, asked: Collection[str] = ()) -> Sheet:
    """Read the bytes of a Feather file, which are those of Arrow itself, as `read_sheet` does."""
    with arrow_errors(where, "Feather"), held(len(data), where):
        import pyarrow as pa  # noqa: PLC0415
        from pyarrow import ipc  # noqa: PLC0415

        kept, said = usable(ipc.open_file(data).schema, asked, where)
        options = ipc.IpcReadOptions(use_threads=False, included_fields=kept)
        file, batches, taken = ipc.open_file(data, options=options), [], 0
        for i in range(file.num_record_batches):
            batch = pa.Table.from_batches([file.get_batch(i)])
            taken += max(laid_out(batch.columns), batch.nbytes)
            check_room(taken, len(data), where)
            batches.append(batch)
        arrow = pa.concat_tables(batches) if batches else file.schema.empty_table()
        arrow.validate(full=True)
        return sheet_of(arrow, said)


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
    """Give the content of a file that kansr wrote, checked, and the names of the columns."""
    with arrow_errors(where), held(len(data), where), opened(io.BytesIO(data), len(data), where) as file:
        arrow = file.read(use_threads=False)
        arrow.validate(full=True)
        return arrow, arrow.column_names


def opened(source: io.BytesIO | Path, size: int, where: str) -> pq.ParquetFile:
    """Open a file, of so many bytes, that does not say of itself that it holds too many cells.

    A text that stands in many rows is read as one, so that what it takes can be counted before it is laid out.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415

    about = pq.read_metadata(source)
    check_columns(about.num_columns, where)
    check_growth(CELL * about.num_rows * about.num_columns, size, where)
    return pq.ParquetFile(source, read_dictionary=_texts(about))


def _texts(about: pq.FileMetaData) -> list[str]:
    """Name the columns of texts."""
    columns = [about.schema.column(i) for i in range(about.num_columns)]
    return [one.path for one in columns if one.physical_type == "BYTE_ARRAY" and one.max_repetition_level == 0]


def _read(file: pq.ParquetFile, kept: Sequence[int], size: int, where: str) -> pa.Table:
    """Read the columns at these places, if their pages are not too large unpacked."""
    names = [file.schema_arrow.field(i).name for i in kept]
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    # what is said of single columns is not asked: where that is damaged, the library ends the process
    check_room(sum(group.total_byte_size for group in groups), size, where)
    arrow = file.read(columns=list(dict.fromkeys(names)), use_threads=False)
    return arrow.select([arrow.schema.get_all_field_indices(name)[0] for name in names])


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
