"""A chart as shapes: what a template needs to write it as SVG. Nothing here knows what the numbers mean."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from kansr.report.scale import Axis, tick_text

LARGE, SMALL = (400, 270), (320, 225)
"""Width and height: of a chart that has half of a page for itself, and of one that has a third."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 30, 44

Numbers = Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Numbers that are drawn alike: a line, dots, steps (a line that keeps its height), or a band from `y` to `top`.

    `style` is the class that gives the colour; where a number is None there is a gap.
    """

    kind: Literal["line", "dots", "steps", "band"]
    style: str
    x: Numbers
    y: Numbers
    top: Numbers = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point that can be chosen: its place, where it leads, and what is said of it."""

    x: float
    y: float
    href: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart that is laid out: ticks are places and texts, paths are classes and the `d` of SVG."""

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    paths: tuple[tuple[str, str], ...]
    marks: tuple[Mark, ...] = ()
    size: tuple[int, int] = LARGE
    left: int = _LEFT

    @property
    def right(self) -> int:
        """Where the panel ends."""
        return self.size[0] - _RIGHT

    @property
    def bottom(self) -> int:
        """Where the panel stands."""
        return self.size[1] - _BOTTOM


def chart(
    title: str,
    series: Sequence[Series],
    *,
    labels: tuple[str, str],
    log: tuple[bool, bool] = (False, False),
    marks: Sequence[Mark] = (),
    x_texts: Sequence[tuple[float, str]] | None = None,
    size: tuple[int, int] = LARGE,
    least: float = 0.0,
) -> Chart:
    """Lay out a chart.

    Parameters
    ----------
    title
        What it shows, for those who cannot see it.
    labels, log
        Of both axes: what stands beside them, and whether they are logarithmic.
    marks
        Points that can be chosen, in the numbers of the axes.
    x_texts
        Numbers and texts below the chart in place of round numbers.
    size
        Width and height.
    least
        How far the axis of y reaches from its middle at least.
    """
    values = [*(v for s in series for v in s.x), *(m.x for m in marks)]
    heights = [*(v for s in series for v in (*s.y, *s.top)), *(m.y for m in marks)]
    x = Axis.around(values, _LEFT, size[0] - _RIGHT, log=log[0])
    y = Axis.around(heights, size[1] - _BOTTOM, _TOP, log=log[1], least=least)
    return Chart(
        title=title,
        x_label=labels[0],
        y_label=labels[1],
        x_ticks=_ticks(x) if x_texts is None else tuple((x.at(at), text) for at, text in x_texts),
        y_ticks=_ticks(y),
        size=size,
        paths=tuple((f"{s.kind} {s.style}", _path(s, x, y)) for s in series),
        marks=tuple(
            Mark(x=round(x.at(m.x), 1), y=round(y.at(m.y), 1), href=m.href, label=m.label, chosen=m.chosen)
            for m in marks
        ),
    )


def path(points: Iterable[tuple[float, float]]) -> str:
    """Write a line through points as the `d` of SVG.

    >>> path([(0, 0), (10.04, 5)])
    'M0 0L10 5'
    """
    return "".join(f"{'L' if i else 'M'}{_short(x)} {_short(y)}" for i, (x, y) in enumerate(points))


def _ticks(axis: Axis) -> tuple[tuple[float, str], ...]:
    values = [v for v in axis.ticks() if axis.low <= v <= axis.high]
    return tuple((round(axis.at(v), 1), tick_text(v, values, log=axis.log)) for v in values)


def _path(series: Series, x: Axis, y: Axis) -> str:
    if series.kind == "band":
        return _band(series, x, y)
    runs = [[(x.at(a), y.at(b)) for a, b in run] for run in _runs(series.x, series.y)]
    if series.kind == "dots":  # a line of no length with round ends: a third of the letters that a circle takes
        return "".join(f"M{_short(a)} {_short(b)}h0" for run in runs for a, b in run)
    return "".join(path(_stairs(run) if series.kind == "steps" else run) for run in runs)


def _band(series: Series, x: Axis, y: Axis) -> str:
    """Write the outline of each part of a band: forth below, back above."""
    sides = (_runs(series.x, _where(series.y, series.top)), _runs(series.x, _where(series.top, series.y)))
    found = ""
    for below, above in zip(*sides, strict=True):
        outline = [*below, *reversed(above)]
        found += path((x.at(a), y.at(b)) for a, b in outline) + "Z"
    return found


def _where(values: Numbers, others: Numbers) -> Numbers:
    """Keep the values where the others are numbers, too."""
    return [v if o is not None and math.isfinite(o) else None for v, o in zip(values, others, strict=True)]


def _runs(xs: Numbers, ys: Numbers) -> list[list[tuple[float, float]]]:
    """Give the points between gaps."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(xs, ys, strict=True):
        if x is None or y is None or not (math.isfinite(x) and math.isfinite(y)):
            runs.append([])
        else:
            runs[-1].append((x, y))
    return [run for run in runs if run]


def _stairs(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Keep the height of a point until the next one."""
    corners = [[here, (after[0], here[1])] for here, after in pairwise(points)]
    return [*(corner for pair in corners for corner in pair), *points[-1:]]


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
