"""Tables too long for memory: Parquet files, folders of them, and plain text files, read in blocks of rows.

A plain text file has its header in the first line (after those that are skipped) and rows below; one with titles,
comments or units around its rows is read whole, as are packed files, workbooks, databases and pipes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kansr.errors import TableError, UsageError
from kansr.table.arrow import frame_of, laid_out, usable
from kansr.table.dialect import Dialect, sniff
from kansr.table.names import tidy
from kansr.table.parquet import arrow_errors, opened
from kansr.table.room import check_room, held
from kansr.table.ruled import is_rule
from kansr.table.source import is_url
from kansr.table.spec import TableSpec
from kansr.table.table import TableWarning
from kansr.table.text import Sheet, in_blocks

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

BLOCK = 1 << 17
"""Rows in memory at a time."""

_CELLS = 1 << 24  # cells in memory at a time: of wide tables fewer rows
_HEAD = 1 << 16  # bytes by which a text file is known
_CHUNK = 1 << 24  # bytes that are searched for ends of lines at a time
_PARQUET = b"PAR1"
_ODD = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK", b"ARROW1", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Rows of a sample by their numbers in the source.

    >>> Numbers(rows=(4, 6)).name(2, "v")
    'row 7 of all'
    """

    rows: Sequence[int]

    def name(self, row: int, column: str) -> str:  # noqa: ARG002  (as in Cells)
        """Name a row of the sample (from 1) by its number in the source (from 1)."""
        return f"row {self.rows[row - 1] + 1} of all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Long:
    """A table that is read in blocks.

    `frames` gives its blocks from the first row on, each time that it is called, with all columns or with those named;
    `decimal`, `named` and `warnings` are as in `Sheet`.
    """

    name: str
    rows: int
    frames: Callable[..., Iterator[pd.DataFrame]]
    decimal: Literal[".", ","] = "."
    named: bool = True
    warnings: tuple[TableWarning, ...] = ()

    def sheet(self, frame: pd.DataFrame, numbers: Sequence[int]) -> Sheet:
        """Put rows of this table in a sheet that knows their numbers, from 0."""
        return Sheet(
            frame=frame, decimal=self.decimal, named=self.named, cells=Numbers(rows=numbers), warnings=self.warnings
        )


def long_table(source: str | Path, spec: TableSpec) -> Long | None:
    """Give a table that has more rows than `spec.sample`; None where it is to be read whole.

    Raises `TableError` for damaged files, and `UsageError` for a folder that holds no Parquet files.
    """
    if spec.sample is None or spec.group is not None or is_url(source) or str(source) == "-":
        return None
    path = Path(source)
    if path.is_dir():
        files = sorted(one for one in path.glob("*.parquet") if one.is_file())
        return _parquet(files, str(source), spec.asked) if files else None
    if not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_PARQUET):
        found: Long | None = _parquet([path], str(source), spec.asked)
    else:
        found = None if head.startswith(_ODD) or b"\0" in head else _text(path, head, spec)
    return found if found is not None and found.rows > spec.sample else None


def _parquet(files: Sequence[Path], name: str, asked: Sequence[str]) -> Long:
    """Take Parquet files as one table, in the order of their names."""
    rows, columns = 0, None
    warnings: tuple[TableWarning, ...] = ()
    for path in files:
        size = path.stat().st_size
        with arrow_errors(str(path)), held(size, str(path)), opened(path, size, str(path)) as file:
            kept, said = usable(file.schema_arrow, asked, str(path))
            rows, own = rows + file.metadata.num_rows, [file.schema_arrow.field(i).name for i in kept]
        columns, warnings = (own, said) if columns is None else (columns, warnings)
        if own != columns:
            what = f"the columns are {', '.join(own)}, and those of {files[0].name} are {', '.join(columns)}"
            raise TableError(what, where=str(path), hint="all files of a folder must have the same columns")
    names, unnamed = tidy(columns or [])
    frames = partial(_batches, files, dict(zip(names, columns or [], strict=True)))
    return Long(name=name, rows=rows, frames=frames, warnings=(*warnings, *unnamed))


def _batches(
    files: Sequence[Path], stored: dict[str, str], columns: Iterable[str] | None = None
) -> Iterator[pd.DataFrame]:
    names = list(stored) if columns is None else list(columns)
    for path in files:
        size, where = path.stat().st_size, str(path)
        with arrow_errors(where), opened(path, size, where) as file:
            rows = min(BLOCK, _CELLS // len(names))
            batches = file.iter_batches(rows, columns=[stored[name] for name in names], use_threads=False)
            while (frame := _next(batches, [stored[name] for name in names], names, size, where)) is not None:
                yield frame


def _next(
    batches: Iterator[pa.RecordBatch], stored: Sequence[str], names: Sequence[str], size: int, where: str
) -> pd.DataFrame | None:
    """Lay out the next rows of a file of this size, with the columns stored by these names; None where it ends."""
    with held(size, where):
        batch = next(batches, None)
        if batch is None:
            return None
        import pyarrow as pa  # noqa: PLC0415

        block = pa.Table.from_batches([batch])
        block = block.select([block.schema.get_all_field_indices(name)[0] for name in stored])
        check_room(laid_out(block.columns), size, where)
        return frame_of(block, names)


def _text(path: Path, head: bytes, spec: TableSpec) -> Long | None:
    """Take a text file in blocks, if it is plain and has lines enough."""
    if spec.sample is None or path.stat().st_size < 2 * spec.sample:
        return None
    try:
        text = head[: head.rfind(b"\n") + 1].decode(spec.encoding)
        lines = text.splitlines()[spec.skip_lines :]
        dialect = sniff("\n".join(lines), spec, "")
    except (UnicodeDecodeError, LookupError, TableError, UsageError):
        return None  # read whole, it is said what is wrong
    drawn = any(line.lstrip().startswith(("#", "|")) or is_rule(line) for line in lines)
    if dialect.above != int(spec.header) or dialect.warnings or drawn:
        return None
    count = _lines(path)
    rows = 0 if count is None else count - spec.skip_lines - dialect.above
    if rows <= spec.sample:
        return None
    names = tidy(dialect.names)[0]
    frames = partial(_rows_of_text, path, dialect, spec, names)
    return Long(name=str(path), rows=rows, frames=frames, decimal=dialect.decimal, named=dialect.named)


def _rows_of_text(
    path: Path, dialect: Dialect, spec: TableSpec, names: Sequence[str], columns: Iterable[str] | None = None
) -> Iterator[pd.DataFrame]:
    for frame in in_blocks(path, dialect, spec, BLOCK):
        named = frame.set_axis(list(names), axis=1)
        yield named if columns is None else named[list(columns)]


def _lines(path: Path) -> int | None:
    """Count the ends of lines, and one more where the last has none; None where one begins with `#` or has no end."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if (
                (len(chunk) == _CHUNK and b"\n" not in chunk)
                or b"\n#" in chunk
                or (last == b"\n" and chunk.startswith(b"#"))
            ):
                return None
            count, last = count + chunk.count(b"\n"), chunk[-1:]
    return count + (last != b"\n")
