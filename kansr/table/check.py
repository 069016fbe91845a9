"""What is odd about a table that can be used: each finding is a warning, nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from kansr.errors import TableError
from kansr.table.names import place
from kansr.table.table import Floats, Table, TableWarning

_EPS = float(np.finfo(np.float64).eps)
_COUNTER_ROWS = 10  # a shorter run of whole numbers is no sign of a counter
_CLASS_ROWS = 10
_ROWS_A_FEATURE = 10
_SMALLEST, _LARGEST = 1e-150, 1e150  # sizes of numbers whose squares float64 holds


def check_table(table: Table) -> tuple[TableWarning, ...]:
    """Give the warnings about a table: few rows, a constant target or one of two values, leaking features, counters.

    >>> x = np.arange(30.0)[:, None] ** 2
    >>> table = Table(features=("x",), target="y", x=x, y=np.ones(30), source="<frame>", sha256="")
    >>> [warning.kind for warning in check_table(table)]
    ['constant-target']
    """
    return tuple(warning for check in _CHECKS for warning in check(table))


def check_sizes(table: Table) -> None:
    """Refuse numbers whose squares a float64 cannot hold: each error of a fit is a mean of squares.

    Raises
    ------
    TableError
        If the largest number of a column is above 1e150, or below 1e-150 and not 0.
    """
    for name, values in zip((*table.features, table.target), (*table.x.T, table.y), strict=True):
        size = float(np.abs(values).max())
        if size > _LARGEST or 0 < size < _SMALLEST:
            raise TableError(
                f"the numbers are too {'large' if size > 1 else 'small'} to compute with, as {size:g}",
                where=place(None, name),
                hint=f"give the column in another unit: numbers from {_SMALLEST:g} to {_LARGEST:g} have squares, too",
            )


def is_constant(values: Floats) -> bool:
    """Whether all values are the same, but for rounding.

    >>> is_constant(np.array([0.3, 0.1 + 0.2]))
    True
    """
    if not values.size:
        return True
    low, high = float(values.min()), float(values.max())
    return high / 2 - low / 2 <= 4 * _EPS * max(abs(low), abs(high))


def is_counter(values: Floats) -> bool:
    """Whether the values are whole numbers, each one more than the one before.

    >>> is_counter(np.array([7.0, 8.0, 9.0])), is_counter(np.array([1.0, 3.0]))
    (True, False)
    """
    if len(values) < 3 or values[0] != np.floor(values[0]):
        return False
    with np.errstate(over="ignore"):
        return bool(np.all(values[1:] - values[:-1] == 1.0))


def is_straight_line(x: Floats, y: Floats) -> bool:
    """Whether y = a x + b, but for rounding: the correlation is 1 or -1."""
    if is_constant(x) or is_constant(y):
        return False
    a, b = _standard(x), _standard(y)
    slope = float(a @ b) / len(a)
    return float(np.abs(b - slope * a).max()) < 1e-9


def _standard(values: Floats) -> Floats:
    """Shift and scale to mean 0 and standard deviation 1; the largest is scaled first, so that no square overflows."""
    scaled = values / np.abs(values).max()
    centred = scaled - scaled.mean()
    centred /= np.abs(centred).max()
    return np.asarray(centred / np.sqrt(np.mean(centred**2)))


def _few_rows(table: Table) -> Iterator[TableWarning]:
    if len(table) < _ROWS_A_FEATURE * (len(table.features) + 1):
        message = f"there are only {len(table)} rows for {_count(len(table.features), 'feature')}"
        message += ": a network with more parameters than rows can fit anything, so check the formula on new data"
        yield TableWarning(kind="few-rows", message=message)


def _constant_target(table: Table) -> Iterator[TableWarning]:
    if is_constant(table.y):
        message = f'the target "{table.target}" is constant ({table.y[0]:g}): so is the formula'
        yield TableWarning(kind="constant-target", column=table.target, message=message)


def _two_values(table: Table) -> Iterator[TableWarning]:
    """Find a target that names one of two classes; with very few rows, two values are no sign of that."""
    values = np.unique(table.y)
    if len(values) == 2 and len(table) >= _CLASS_ROWS and not is_constant(table.y):
        message = f'the target "{table.target}" has two values only ({values[0]:g} and {values[1]:g}), as a class has'
        message += ": kansr does regression, so its formula gives numbers between and beyond them"
        yield TableWarning(kind="two-values", column=table.target, message=message)


def _leaking(table: Table) -> Iterator[TableWarning]:
    """Find features that give the target away; where there is only one, that is the law itself."""
    if len(table.features) < 2:
        return
    for name, values in zip(table.features, table.x.T, strict=True):
        same = np.array_equal(values, table.y)
        if same or is_straight_line(values, table.y):
            what = "has the same values as" if same else "is a straight line of"
            message = f'feature "{name}" {what} the target "{table.target}"'
            message += ": if it was made from the target, leave it out with -x"
            yield TableWarning(kind="leaking", column=name, message=message)


def _counters(table: Table) -> Iterator[TableWarning]:
    for name, values in zip(table.features, table.x.T, strict=True):
        if len(values) >= _COUNTER_ROWS and name not in table.axes and is_counter(values):
            message = f'feature "{name}" goes up by one in each row: if it only counts the rows, leave it out with -x'
            yield TableWarning(kind="counter", column=name, message=message)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


_CHECKS: tuple[Callable[[Table], Iterator[TableWarning]], ...] = (
    _few_rows,
    _constant_target,
    _two_values,
    _leaking,
    _counters,
)
