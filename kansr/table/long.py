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
from kansr.table.dialect import Dialect, sniff
from kansr.table.names import tidy
from kansr.table.parquet import arrow_errors
from kansr.table.ruled import is_rule
from kansr.table.source import is_url
from kansr.table.spec import TableSpec
from kansr.table.text import Sheet, in_blocks

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 1 << 17
"""Rows in memory at a time."""

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
    `decimal` and `named` are as in `Sheet`.
    """

    name: str
    rows: int
    frames: Callable[..., Iterator[pd.DataFrame]]
    decimal: Literal[".", ","] = "."
    named: bool = True

    def sheet(self, frame: pd.DataFrame, numbers: Sequence[int]) -> Sheet:
        """Put rows of this table in a sheet that knows their numbers, from 0."""
        return Sheet(frame=frame, decimal=self.decimal, named=self.named, cells=Numbers(rows=numbers))


def long_table(source: str | Path, spec: TableSpec) -> Long | None:
    """Give a table that has more rows than `spec.sample`; None where it is to be read whole.

    Raises `TableError` for damaged files, and `UsageError` for a folder that holds no Parquet files.
    """
    if spec.sample is None or spec.group is not None or is_url(source) or str(source) == "-":
        return None
    path = Path(source)
    if path.is_dir():
        files = sorted(path.glob("*.parquet"))
        return _parquet(files, str(source)) if files else None
    if not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_PARQUET):
        found: Long | None = _parquet([path], str(source))
    else:
        found = None if head.startswith(_ODD) or b"\0" in head else _text(path, head, spec)
    return found if found is not None and found.rows > spec.sample else None


def _parquet(files: Sequence[Path], name: str) -> Long:
    """Take Parquet files as one table, in the order of their names."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    rows, columns = 0, None
    for path in files:
        with arrow_errors(str(path)):
            about = pq.read_metadata(path)
            rows, own = rows + about.num_rows, about.schema.to_arrow_schema().names
        columns = columns or own
        if own != columns:
            what = f"the columns are {', '.join(own)}, and those of {files[0].name} are {', '.join(columns)}"
            raise TableError(what, where=str(path), hint="all files of a folder must have the same columns")
    names = tidy(columns or [])[0]
    return Long(name=name, rows=rows, frames=partial(_batches, files, dict(zip(names, columns or [], strict=True))))


def _batches(
    files: Sequence[Path], stored: dict[str, str], columns: Iterable[str] | None = None
) -> Iterator[pd.DataFrame]:
    import pyarrow.parquet as pq  # noqa: PLC0415

    names = list(stored) if columns is None else list(columns)
    for path in files:
        with arrow_errors(str(path)), pq.ParquetFile(path) as file:
            for batch in file.iter_batches(BLOCK, columns=[stored[name] for name in names]):
                frame = batch.to_pandas().reset_index(drop=True)
                yield frame[[stored[name] for name in names]].set_axis(names, axis=1)


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
    """Count the ends of lines, and one more where the last line has none; None where a line begins with `#`."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\n#" in chunk or (last == b"\n" and chunk.startswith(b"#")):
                return None
            count, last = count + chunk.count(b"\n"), chunk[-1:]
    return count + (last != b"\n")
