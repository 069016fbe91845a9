"""How to read a table, and what to take from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kansr.errors import UsageError

WHITESPACE = r"\s+"
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", " ": WHITESPACE}
_NAMED |= {"space": WHITESPACE, "whitespace": WHITESPACE}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    r"""How to read a table, and what to take from it.

    Attributes
    ----------
    target
        The column to explain; None is the last one.
    features
        The columns to explain it with; None is every other column that holds numbers.
    units
        Units of columns by name, before those of the headers (see `kansr.table.units`); None is no units at all.
    delimiter
        One character, or `tab`, `comma`, `semicolon`, `pipe`, `whitespace` (any run of blanks); None is sniffed.
    decimal
        `.` or `,`; None is found out, and a comma is reported.
    encoding
        Of text files. A byte-order mark (UTF-8, UTF-16, UTF-32) is obeyed where this is `utf-8`.
    sheet
        The sheet of a workbook, by name; None is the first one that holds something.
    query
        What is asked of a database, in SQL. Files are not asked.
    name
        The table of a database that is read whole, where no query is given; None is the only one. Files have one.
    header
        Whether the first line holds the column names.
    skip_lines
        How many lines to leave out before the header.
    null_values
        Cells that stand for a missing value, besides the usual ones (empty, `NA`, `NaN`, `null`, ...).
    missing
        What to do with rows that miss a value: `drop` leaves them out and says which, `fail` refuses the table.
    limits
        What to do with detection limits such as `<0.05`: `fail` refuses the table, `drop` takes them for missing.
    time
        What dates and times are counted in: `seconds`, `hours`, `days`, `months` or `years`; None is months for months,
        hours for times of day, and days for dates (see `kansr.table.dates`).
    split
        Shares of the train, validation and test rows, relative to their sum.

    sigma
        The column that holds the standard deviation of each target, in its unit where it has none of its own; None:
        there is none.
    weights
        The column that holds what each row counts; None: all count alike. There can be one of the two.
    group
        The column of labels whose rows share one form, each label with constants of its own; None: there is none.
    sample
        How many rows of a longer Parquet or text file are searched; constants and errors are then of all rows, which
        are read in blocks (see `kansr.table.long`). None: all rows are held in memory and searched.

    Raises `UsageError` where a value cannot be.

    Examples
    --------
    >>> TableSpec(delimiter="tab").separator
    '\t'
    """

    target: str | None = None
    features: tuple[str, ...] | None = None
    units: Mapping[str, str] | None = field(default_factory=dict)
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str = "utf-8"
    sheet: str | None = None
    query: str | None = None
    name: str | None = None
    header: bool = True
    skip_lines: int = 0
    null_values: tuple[str, ...] = ()
    missing: Literal["drop", "fail"] = "drop"
    limits: Literal["fail", "drop"] = "fail"
    time: Literal["seconds", "hours", "days", "months", "years"] | None = None
    split: tuple[float, float, float] = (0.7, 0.15, 0.15)
    sigma: str | None = None
    weights: str | None = None
    group: str | None = None
    sample: int | None = 20_000

    def __post_init__(self) -> None:
        if self.decimal not in {None, ".", ","}:
            raise UsageError(f"the decimal sign cannot be {self.decimal!r}", hint="it is '.' or ','")
        if self.missing not in {"drop", "fail"}:
            raise UsageError(f"missing cannot be {self.missing!r}", hint="it is 'drop' or 'fail'")
        if self.limits not in {"drop", "fail"}:
            raise UsageError(f"limits cannot be {self.limits!r}", hint="it is 'fail' or 'drop'")
        if self.time not in {None, "seconds", "hours", "days", "months", "years"}:
            raise UsageError(f"time cannot be {self.time!r}", hint="it is seconds, hours, days, months or years")
        if self.skip_lines < 0:
            raise UsageError(f"cannot skip {self.skip_lines} lines", hint="give a number that is 0 or more")
        _check_separator(self.separator, self.decimal)
        check_shares(self.split)
        if self.query is not None and self.name is not None:
            raise UsageError("a table and a query are asked for", hint="give --table or --query")
        if self.sigma is not None and self.weights is not None:
            raise UsageError("rows have measurement errors or weights, not both", hint="give --sigma or --weights")

    @property
    def separator(self) -> str | None:
        """The delimiter as one character, or as `WHITESPACE`; None where it is to be sniffed."""
        return None if self.delimiter is None else _NAMED.get(self.delimiter, self.delimiter)

    @property
    def asked(self) -> tuple[str, ...]:
        """The columns that are asked for by name."""
        one = (self.target, self.sigma, self.weights, self.group)
        return (*(name for name in one if name is not None), *(self.features or ()))


def check_shares(shares: tuple[float, ...]) -> None:
    """Raise `UsageError` unless there are three shares above zero."""
    if len(shares) != 3 or not all(0 < share < float("inf") for share in shares):
        raise UsageError(
            f"the rows cannot be split as {', '.join(map(str, shares))}",
            hint="give three shares above zero for train, validation and test, such as 0.7, 0.15, 0.15",
        )


def _check_separator(separator: str | None, decimal: str | None) -> None:
    if separator is None or separator == WHITESPACE:
        return
    if len(separator) != 1 or separator in '"\r\n\0' or separator.isalnum() or not separator.isascii():
        raise UsageError(f"the delimiter cannot be {separator!r}", hint="it is one sign, such as ',' ';' '|' or tab")
    if separator in ".+-" or (separator == decimal and separator != ","):
        raise UsageError(f"the delimiter cannot be {separator!r}", hint="numbers are written with it")
