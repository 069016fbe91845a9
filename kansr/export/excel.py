"""A formula as a formula of Excel, for row 2 of a sheet: column A is the first feature of the table.

Excel keeps 15 digits of a number that is typed in; what is left of one that has more is added behind it.
"""

from __future__ import annotations

from kansr.errors import UsageError
from kansr.export.about import About
from kansr.export.code import COMMON, Language
from kansr.export.quoting import quoted
from kansr.formula.formula import Formula
from kansr.formula.text import printed

ROW = 2
"""The row that the formula stands in; the first row of a sheet holds the names."""

_LONGEST, _COLUMNS = 8192, 16384  # what Excel takes


def _number(number: float) -> str:
    """Write a number of which Excel keeps every bit.

    >>> _number(0.1), _number(9.812345678901234)
    ('0.1', '(9.81234567890123+3.5527136788005E-15)')
    """
    short = f"{number:.15g}".replace("e", "E")
    rest = number - float(short)
    return f"({short}{rest:+.15g})".replace("e", "E") if rest else short


EXCEL = Language(
    functions={name: name.upper() for name in (*COMMON, "sign", "erf", "max", "min")}
    | {"log": "LN", "Abs": "ABS", "step": "IF({}>=0,1,0)"},
    pi="PI()",
    e="EXP(1)",
    whole=_number,
    decimal=_number,
    power="POWER({}, {})",  # -A2^2 is the square of -A2 in Excel
)


def render_excel(formula: Formula, about: About) -> str:
    """Give the formula, and a line for each cell that it takes. Outside its domain it is `#NUM!` or `#DIV/0!`.

    Raises `UsageError` for a formula or table that is too large for Excel.
    """
    places = cells(formula, about)
    names = places | {name: _number(value) for name, value in formula.constants.items()}
    line = f"={EXCEL.line(printed(formula.expression), names)}"
    if len(line) > _LONGEST:
        raise UsageError(f"the formula has {len(line):,} characters in Excel", hint=f"Excel takes {_LONGEST:,}")
    return "\n".join([line, *(f"{places[name]}: {quoted(column)}" for name, column in formula.names.items())])


def cells(formula: Formula, about: About) -> dict[str, str]:
    """Give the cell of each column of the formula."""
    order = [*about.features, *(column for column in formula.names.values() if column not in about.features)]
    if len(order) > _COLUMNS:
        raise UsageError(f"the table has {len(order):,} columns", hint=f"a sheet of Excel has {_COLUMNS:,}")
    return {name: f"{letters(order.index(column))}{ROW}" for name, column in formula.names.items()}


def letters(column: int) -> str:
    """Name a column of a sheet, counted from 0.

    >>> letters(0), letters(25), letters(26), letters(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    before, last = divmod(column, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)
