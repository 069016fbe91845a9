"""Dates, months and times of day as an axis: a number of days, hours or months since the first of them.

Cells are read by explicit formats with the parser of pandas, and all of a column by one. Where several formats fit, the
one that was taken is said, and why.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from kansr.table.table import Axis, Floats

if TYPE_CHECKING:
    import pandas as pd

TimeUnit = Literal["seconds", "hours", "days", "months", "years"]
Sort = Literal["dates", "months", "months of the year", "times of day"]

_DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y-%b-%d"),
    *("%d.%m.%Y", "%d-%m-%Y", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%m.%d.%Y"),
    *("%d.%m.%y", "%d-%m-%y", "%m/%d/%y", "%d/%m/%y", "%m-%d-%y", "%y-%m-%d", "%y/%m/%d"),
    *(f"%d{gap}{month}{gap}{year}" for gap, month, year in product((" ", "-", "/"), ("%b", "%B"), ("%Y", "%y"))),
    *(f"{day}{month}{gap}%Y" for day, month, gap in product(("%d. ",), ("%b", "%B"), (" ", ". "))),
    *(f"{month} %d{gap}%Y" for month, gap in product(("%b", "%B"), (", ", " "))),
)
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
_STAMPS = tuple(f"{gap}{clock}{zone}" for gap, clock, zone in product((" ", "T"), _CLOCKS, ("", "%z")))
_MONTHS = (
    *("%Y-%m", "%Y/%m", "%m/%Y", "%m.%Y", "%m-%Y", "%Y年%m月", "%Y %b", "%Y-%b"),
    *(f"{month}{gap}{year}" for gap, month, year in product((" ", "-", "/", ". "), ("%b", "%B"), ("%Y", "%y"))),
)
_NAMES = ("%b", "%B", "%b.", "%m月")
_SORTS: tuple[tuple[Sort, tuple[str, ...]], ...] = (
    ("months of the year", _NAMES),
    ("times of day", _CLOCKS),
    ("months", _MONTHS),
    ("dates", _DAYS),
)
_MAY_BE = re.compile(r"\d[-/.:年月]|[A-Za-z]{3}", re.ASCII)
_SEPT = re.compile(r"\bSept\b", re.IGNORECASE)
_SIZE = {"seconds": 1.0, "hours": 3600.0, "days": 86400.0}
_DAY = np.timedelta64(1, "D")
_SHORT = 2  # days below which stamps are counted in hours
_UNEVEN = 3.0  # how much larger the largest step may be before another reading is taken

_FIRST, _LAST = np.datetime64("0001-01-01"), np.datetime64("9999-12-31")  # years that have a name here
_STORED = "%Y-%m-%d %H:%M:%S.%f"

Times = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """A column of dates as numbers [rows], NaN where a cell is missing; along which axis; and what is said of it."""

    values: Floats
    axis: Axis
    said: str


def read_dates(series: pd.Series[Any], missing: npt.NDArray[np.bool_], unit: TimeUnit | None) -> Reading | None:
    """Read a column of which all cells that are not missing [rows] are dates, months or times of day; None: it is not.

    The unit is, where None is asked for: months for months, hours for times of day and for stamps of less than two
    days, and days for all others.
    """
    found = next(_fitting(series, missing), None)
    if found is None:
        return None
    sort, times_by_format = found
    chosen, why = _chosen(times_by_format)
    times = times_by_format[chosen]
    run = _run_on(times, sort)
    wraps = run is not None
    times = times if run is None else run
    first = times.min()
    axis = Axis(
        sort=sort,
        format=chosen,
        unit=unit or _unit(times, sort),
        origin=str(first.astype("datetime64[us]")),
        wraps=wraps,
    )
    values = np.full(len(missing), np.nan)
    values[~missing] = _counted(times, axis)
    return Reading(values=values, axis=axis, said=f"holds {sort}: it is read as {since(axis)}{why}")


def along(series: pd.Series[Any], missing: npt.NDArray[np.bool_], axis: Axis) -> Floats | None:
    """Read a column along an axis that is known: [rows], NaN where a cell is missing; None where it holds others."""
    fitting = next((formats for sort, formats in _fitting(series, missing) if sort == axis.sort), None)
    if fitting is None:
        return None
    times = fitting[axis.format] if axis.format in fitting else fitting[_chosen(fitting)[0]]
    run = _run_on(times, axis.sort) if axis.wraps else None
    times = _after(times if run is None else run, axis)
    values = np.full(len(missing), np.nan)
    values[~missing] = _counted(times, axis)
    return values


def since(axis: Axis) -> str:
    """Say what the numbers of an axis are.

    >>> since(Axis(sort="dates", format="%Y-%m-%d", unit="days", origin="2023-01-01T00:00:00.000000"))
    'days since 2023-01-01'
    """
    first = datetime.datetime.fromisoformat(axis.origin)
    day = first.strftime("%H:%M:%S").removesuffix(":00")
    if axis.sort == "months of the year":
        return f"{axis.unit} since {_MONTH_NAMES[first.month - 1]}"
    if axis.sort == "times of day":
        return f"{axis.unit} since {day}"
    whole = first.strftime("%Y-%m") if axis.sort == "months" else first.date().isoformat()
    return f"{axis.unit} since {whole}{'' if day == '00:00' else f' {day}'}"


_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


# -- which format -----------------------------------------------------------------------------------------------------


def _texts(series: pd.Series[Any], missing: npt.NDArray[np.bool_]) -> list[str]:
    """Give each cell that is there as text; what a spreadsheet or Parquet holds as a date, in one format."""
    return [_text(cell) for cell in series.to_numpy(dtype=object)[~missing]]


def _text(cell: object) -> str:
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ", "microseconds")
    if isinstance(cell, datetime.date):
        return f"{cell.isoformat()} 00:00:00.000000"
    if isinstance(cell, datetime.time):
        return cell.isoformat("microseconds")
    return _SEPT.sub("Sep", str(cell).strip()) if isinstance(cell, str) else ""


def _fitting(series: pd.Series[Any], missing: npt.NDArray[np.bool_]) -> Iterator[tuple[Sort, dict[str, Times]]]:
    """Give the sorts that all cells are of, each with its formats and what they read."""
    if series.dtype.kind == "M":
        stamps = series[~missing]
        stamps = stamps.dt.tz_convert(None) if stamps.dt.tz is not None else stamps
        times = stamps.to_numpy(dtype="datetime64[us]")
        if times.size and times.min() >= _FIRST and times.max() <= _LAST:
            yield "dates", {_STORED: times}
        return
    texts = _texts(series, missing)
    if not texts or _MAY_BE.search(texts[0]) is None:
        return
    for sort, formats in _SORTS:
        every = [*formats, *(f"{day}{stamp}" for day in formats for stamp in _STAMPS if ":" in texts[0])]
        candidates = every if sort == "dates" else list(formats)
        read = {one: times for one in candidates if (times := _read(texts, one)) is not None}
        if read:
            yield sort, read


def _read(texts: Sequence[str], form: str) -> Times | None:
    """Read all cells by one format; None where one of them is not written so."""
    import pandas as pd  # noqa: PLC0415

    try:
        datetime.datetime.strptime(texts[0], form)  # quick: most formats fail at the first cell
        times = pd.to_datetime(pd.Series(texts), format=form, errors="raise", utc=True)
    except ValueError:
        return None
    return times.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")


def _chosen(fitting: dict[str, Times]) -> tuple[str, str]:
    """Choose a format, and say why where they read different days: rows in even steps come before what is usual."""
    first = next(iter(fitting))
    others = [form for form in fitting if not np.array_equal(fitting[form], fitting[first])]
    if not others:
        return first, ""
    jumps = {form: _jump(fitting[form]) for form in (first, *others)}
    best = min(jumps, key=lambda form: jumps[form])
    even = jumps[first] > _UNEVEN * jumps[best]
    chosen, why = (best, "the rows follow in even steps then") if even else (first, "as is usual with such signs")
    other = next(form for form in (first, *others) if form != chosen)
    return chosen, f", as {_order(chosen)} and not {_order(other)}: {why}; dates written as 2023-12-31 are certain"


def _jump(times: Times) -> float:
    """Give the largest step between rows in usual ones; infinite where the rows are in no order."""
    steps = np.diff(times.astype(np.int64))
    if not steps.size or not ((steps >= 0).all() or (steps <= 0).all()) or not np.median(steps):
        return np.inf
    return float(np.abs(steps).max() / np.abs(np.median(steps)))


def _order(form: str) -> str:
    """Say the order of a format.

    >>> _order("%m/%d/%Y")
    'month/day/year'
    """
    words = {"%d": "day", "%m": "month", "%Y": "year", "%y": "year", "%b": "month", "%B": "month"}
    return re.sub("%.", lambda match: words.get(match[0], ""), re.split("[ T]%[HI]", form)[0])


# -- which number -----------------------------------------------------------------------------------------------------


def _unit(times: Times, sort: Sort) -> TimeUnit:
    if sort in {"months", "months of the year"}:
        return "months"
    stamped = bool((times != times.astype("datetime64[D]")).any())
    short = times.max() - times.min() < _SHORT * _DAY
    return "hours" if sort == "times of day" or (stamped and short) else "days"


def _run_on(times: Times, sort: Sort) -> Times | None:
    """Let months run on over the end of the year, and times of day over midnight, where the rows follow each other.

    Months do where each is as far behind the one before it, times of day where each is less than half a day behind.
    None where nothing runs over the end.
    """
    if sort == "months of the year":
        months = times.astype("datetime64[M]").astype(np.int64)
        steps = np.diff(months)
        if not (steps < 0).any() or len(np.unique(steps % 12)) > 1:
            return None
        return np.asarray((months + 12 * _turns(steps)).astype("datetime64[M]").astype("datetime64[us]"))
    if sort == "times of day":
        steps = np.diff(times.astype(np.int64))
        day = int(_DAY / np.timedelta64(1, "us"))
        if not (steps < 0).any() or (steps % day >= day // 2).any():
            return None
        return np.asarray(times + _turns(steps) * _DAY)
    return None


def _turns(steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Count for each row how often the rows before it have gone back."""
    return np.concatenate([[0], np.cumsum(steps < 0)])


def _after(times: Times, axis: Axis) -> Times:
    """Put the times of an axis that ran over the end behind its origin."""
    origin = np.datetime64(axis.origin)
    if not axis.wraps:
        return times
    if axis.sort == "times of day":
        return np.where(times < origin, times + _DAY, times)
    months = times.astype("datetime64[M]")
    return np.where(times < origin, (months + np.timedelta64(12, "M")).astype("datetime64[us]"), times)


def _counted(times: Times, axis: Axis) -> Floats:
    """Count from the origin [rows]; months are those of the calendar, and a year has twelve."""
    origin = np.datetime64(axis.origin)
    if axis.unit in _SIZE:
        seconds = (times - origin).astype("timedelta64[us]").astype(np.float64) / 1e6
        return np.asarray(seconds / _SIZE[axis.unit])
    months = _months(times) - _months(np.array([origin]))[0]
    return np.asarray(months if axis.unit == "months" else months / 12)


def _months(times: Times) -> Floats:
    """Give the months [rows] since 1970 and the share of the last one that is over."""
    whole = times.astype("datetime64[M]")
    start, end = whole.astype("datetime64[us]"), (whole + 1).astype("datetime64[us]")
    return np.asarray(whole.astype(np.int64) + (times - start) / (end - start))
