"""A text table as a data frame: comments and blank lines left out, every row of the same width."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from kansr.errors import TableError
from kansr.table.dialect import Dialect, delimiter_of, records, sniff
from kansr.table.layout import about_notes, about_titles, behind_marks, notes, titles
from kansr.table.limits import joined_limits
from kansr.table.lines import LONGEST
from kansr.table.names import tidy
from kansr.table.room import check_columns, held
from kansr.table.ruled import is_rule, without_rules
from kansr.table.spec import WHITESPACE, TableSpec
from kansr.table.table import TableWarning

if TYPE_CHECKING:
    import pandas as pd

_LINE_END = re.compile(r"\r\n|\n|\r")
_BLANK = re.compile(r"\s*[\r\n]+")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$")
_COMMENT = re.compile(r"(?:^|(?<=[\r\n]))#[^\r\n]*(?:\r\n|\n|\r|$)")
_AROUND, _TAIL = 25, 4096  # lines and letters that are looked at above and below the rows
_DECLARED = re.compile(r'"?sep=([;,|\t])"?(?:\r\n|\n|\r)')  # what Excel writes and reads


class Names(Protocol):
    """What names a cell: a row (from 1) and a column."""

    def name(self, row: int, column: str) -> str:
        """Name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Where the cells of a spreadsheet are: the sheet, the line of each row, the letters of each column.

    >>> Cells(sheet="Data", lines=(4, 6), letters={"v": "C"}).name(2, "v")
    'cell C6 of sheet "Data"'
    """

    sheet: str
    lines: Sequence[int]
    letters: Mapping[str, str]

    def name(self, row: int, column: str) -> str:
        """Name the cell of a row (from 1) and a column."""
        return f'cell {self.letters[column]}{self.lines[row - 1]} of sheet "{self.sheet}"'


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """Columns as they were read: numbers where a whole column is, else text.

    `frame` has one named column each; `decimal` is how numbers are written in the text that is left; `named` is False
    where the names were made up; `cells` names the cells of a spreadsheet, or the rows of a sample.
    """

    frame: pd.DataFrame
    decimal: Literal[".", ","] = "."
    named: bool = True
    cells: Names | None = None
    warnings: tuple[TableWarning, ...] = ()


def read_text(text: str, spec: TableSpec, where: str) -> Sheet:
    """Read a text table.

    Raises `TableError` when there is no data row, or a row is longer or shorter than the header.
    """
    body = _skip(text, spec.skip_lines, where)
    body, comment, marked = _without_comments(body)
    body = without_rules(body)
    body = body[match.end() :] if (match := _BLANK.match(body)) else body
    declared = _DECLARED.match(body)
    if declared and spec.delimiter is None:
        body, spec = body[declared.end() :], replace(spec, delimiter=declared[1])
    if not body or body.isspace():
        raise TableError("there is no data: the table holds no lines", where=where, hint="check the file")
    body, remarks, delimiter = _without_remarks(body, spec)
    dialect = sniff(body, replace(spec, delimiter=delimiter), comment)
    sheet = _sheet(_parse(body, dialect, spec, where), body, dialect, where)
    hidden = behind_marks([next(records(line, delimiter), []) for line in marked], dialect.width)
    return replace(sheet, warnings=(*remarks, *sheet.warnings, *hidden))


def _skip(text: str, lines: int, where: str) -> str:
    """Leave out the first lines."""
    start = 0
    for n in range(lines):
        end = _LINE_END.search(text, start)
        if end is None:
            raise TableError(f"cannot skip {lines} lines: there are only {n + 1}", where=where, hint="see --skip-lines")
        start = end.end()
    return text[start:]


def _without_comments(text: str) -> tuple[str, str, list[str]]:
    """Leave out lines that begin with `#`.

    Give also the last of them that stands before the first record, and those that stand behind it.
    """
    if not text.lstrip().startswith("#") and "\n#" not in text and "\r#" not in text:
        return text, "", []
    comment = ""
    position = 0
    while match := _BLANK.match(text, position) or _COMMENT.match(text, position):
        comment = match[0] if match[0].startswith("#") and not is_rule(_unmarked(match[0])) else comment
        position = match.end()
        if not match[0]:
            break
    behind = [_unmarked(match[0]) for match in _COMMENT.finditer(text, position)]
    return _COMMENT.sub("", text), _unmarked(comment), behind


def _unmarked(comment: str) -> str:
    return comment.strip().lstrip("#").strip()


def _without_remarks(body: str, spec: TableSpec) -> tuple[str, list[TableWarning], str]:
    """Leave out titles above the header and notes below the rows; gives also what is said, and the delimiter.

    Blanks part words as well as cells, so there a line of words is no sign of anything but itself.
    """
    delimiter = spec.separator or delimiter_of(body)
    if delimiter == WHITESPACE:
        return joined_limits(body), [], delimiter
    said = []
    first = [*islice(_lines(body, delimiter), _AROUND)]
    check_columns(max((len(cells) for cells, _ in first), default=0))
    above = titles([cells for cells, _ in first]) if spec.header else 0
    if above:
        said.append(about_titles([cells for cells, _ in first[:above]]))
        body = body[first[above - 1][1] :]
        body = body[match.end() :] if (match := _BLANK.match(body)) else body
    start = body.rfind("\n", 0, max(0, len(body) - _TAIL)) + 1
    last = [*_lines(body[start:], delimiter)][-_AROUND:]
    width = len(first[above][0]) if len(first) > above else 0
    below = notes([cells for cells, _ in last[1:]], width)
    if below:
        said.append(about_notes([cells for cells, _ in last[-below:]]))
        body = body[: start + last[-below - 1][1]]
    return body, said, delimiter


def _lines(text: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Walk the lines that hold something: their cells, and where they end. Where a quote is left open, it stops."""
    for match in _LINE.finditer(text):
        line = match[0]
        if line.count('"') % 2:
            return
        if line.strip():
            yield next(records(line, delimiter), []), match.end()


def _lines_above(body: str, dialect: Dialect) -> int:
    """Count the lines above the rows as pandas counts them: blank ones, too."""
    if dialect.above < 2:
        return dialect.above
    left = dialect.above
    for n, line in enumerate(io.StringIO(body, newline=""), start=1):
        left -= bool(line.strip())
        if not left:
            return n
    return dialect.above


def _parse(body: str, dialect: Dialect, spec: TableSpec, where: str) -> pd.DataFrame:
    """Read all rows with the C engine of pandas; its numbers are correctly rounded, to the last bit."""
    import pandas as pd  # takes half a second  # noqa: PLC0415

    if dialect.cells > len(dialect.names):  # pandas would cut this row
        raise _ragged(1, dialect.cells, dialect, where)
    try:
        with held(len(body), where):
            return pd.read_csv(
                io.BytesIO(body.encode()),  # faster than text
                engine="c",
                sep=dialect.delimiter,
                decimal=dialect.decimal,
                header=None,
                skiprows=_lines_above(body, dialect),
                names=list(range(len(dialect.names))),
                index_col=False,
                na_values=list(spec.null_values),
                skipinitialspace=True,
                low_memory=False,
            )
    except TableError:
        raise
    except Exception as error:
        _check_widths(body, dialect, where)
        raise TableError(f"the table cannot be read: {str(error).strip()}", where=where, hint=_about(error)) from error


def _about(error: Exception) -> str:
    return "is a quote left open?" if "EOF inside string" in str(error) else "is the delimiter (-d) right?"


def in_blocks(path: Path, dialect: Dialect, spec: TableSpec, rows: int) -> Iterator[pd.DataFrame]:
    """Give the rows of a text file, so many at a time: its header is the first line that is not skipped.

    Columns go by their numbers. Raises `TableError` for a row that is longer than the header.
    """
    import pandas as pd  # noqa: PLC0415

    above, size = spec.skip_lines + dialect.above, path.stat().st_size
    with path.open("rb") as file:
        for _ in range(above):
            file.readline(LONGEST)
        try:
            blocks = pd.read_csv(
                file,
                engine="c",
                sep=dialect.delimiter,
                decimal=dialect.decimal,
                header=None,
                names=list(range(len(dialect.names))),
                index_col=False,
                na_values=list(spec.null_values),
                skipinitialspace=True,
                low_memory=False,
                encoding=spec.encoding,
                chunksize=rows,
                on_bad_lines="error",
            )
            while (frame := _next(blocks, size, str(path))) is not None:
                yield frame
        except (ValueError, UnicodeDecodeError) as error:
            what = f"the table cannot be read: {str(error).strip()}"
            raise TableError(what, where=str(path), hint=_about(error)) from error


def _next(blocks: Iterator[pd.DataFrame], size: int, where: str) -> pd.DataFrame | None:
    """Give the next rows of a file of this size; None where it ends."""
    with held(size, where):
        return next(blocks, None)


def _sheet(frame: pd.DataFrame, body: str, dialect: Dialect, where: str) -> Sheet:
    """Check the widths of rows, drop columns that have neither a name nor a value, and name the rest."""
    if frame.empty:
        raise TableError("there is no data: the table has a header and no rows", where=where, hint="check the file")
    gaps = frame.isna()
    nameless = [i for i, name in enumerate(dialect.names) if not name.strip() and gaps.iloc[:, i].all()]
    kept = [i for i in range(len(dialect.names)) if i not in nameless]
    if not kept:
        raise TableError("there is no data: no cell holds anything", where=where, hint="check the file")
    if kept[-1] >= dialect.width or gaps.iloc[:, dialect.width - 1].any():
        _check_widths(body, dialect, where)
    names, unnamed = tidy([dialect.names[i] for i in kept])
    named = frame.iloc[:, kept].set_axis(list(names), axis=1)
    warnings = (*dialect.warnings, *unnamed, *_spare(nameless))
    return Sheet(frame=named, decimal=dialect.decimal, named=dialect.named, warnings=warnings)


def _spare(nameless: list[int]) -> tuple[TableWarning, ...]:
    if not nameless:
        return ()
    message = f"column {nameless[0] + 1} has neither a name nor a value: a delimiter too many ends the lines"
    return (TableWarning(kind="trailing-delimiter", message=message),)


def _check_widths(body: str, dialect: Dialect, where: str) -> None:
    """Raise `TableError` for the first row that is longer or shorter than the header. Slow: only when one may be."""
    rows = records(body, dialect.delimiter)
    for n, cells in enumerate(islice(rows, dialect.above, None), start=1):
        beyond = any(cell.strip() for cell in cells[dialect.width :])
        if beyond or not dialect.width <= len(cells) <= len(dialect.names):
            raise _ragged(n, len(cells), dialect, where)


def _ragged(row: int, cells: int, dialect: Dialect, where: str) -> TableError:
    return TableError(
        f"row {row} has {cells} cell{'' if cells == 1 else 's'}, and the header has {dialect.width}",
        where=where,
        hint="is a delimiter missing or too many there, or a quote left open? The delimiter is set with -d",
    )
