"""Figures of a run, for papers and slides: each draws a part of what a page shows, from the same numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kansr.errors import UsageError
from kansr.report.chart import Numbers
from kansr.report.charts import ROUNDING
from kansr.report.figures.network import draw_network
from kansr.report.figures.style import COLOURS, FAINT, coloured_legend, label, new_figure
from kansr.report.layout import beside, cut
from kansr.report.page import PARTS, Page
from kansr.report.words import readable

_COLUMNS = 3
_PANEL = 2.3  # inches of a panel's height
_CURVES = 24
_LETTERS = 44  # of a formula beside its point
_PART_COLOURS = (COLOURS[0], COLOURS[2], COLOURS[1])


def network(page: Page) -> Figure:
    """The network with the curve and the function of each edge."""
    if page.network is None:
        raise UsageError("this run has no network to draw", where=page.run)
    drawn = dict(page.network)
    figure, (axes,) = new_figure(1.2 + 2.0 * max(drawn["layers"]))
    width = max(beside(drawn, edge) for edge in drawn["edges"])
    figure.set_figwidth(max(4.2, min(16.0, 1.3 * width)))
    draw_network(axes, drawn)
    return figure


def front(page: Page) -> Figure:
    """Size against validation error, each formula beside its point."""
    figure, (axes,) = new_figure(3.6)
    floor = ROUNDING * (page.spread or 1.0)
    sizes = [one.complexity for one in page.front]
    errors = [max(one.rmse[1], floor) if math.isfinite(one.rmse[1]) else floor for one in page.front]
    axes.step(sizes, errors, where="post", color=FAINT, linewidth=1)
    axes.plot(sizes, errors, "o", color=COLOURS[0], markersize=6)
    axes.plot(sizes[page.chosen], errors[page.chosen], "o", color=COLOURS[1], markersize=8)
    axes.set_yscale("log")
    _name(axes, "size of the formula", page.error_of_front)
    for i, (one, size, error) in enumerate(zip(page.front, sizes, errors, strict=True)):
        right = size > sum(axes.get_xlim()) / 2
        at = (-8.0, 8.0) if right else (8.0, 8.0)
        label(axes, size, error, cut(readable(one.text), _LETTERS), colour=COLOURS[i == page.chosen], shift=at)
    axes.margins(0.08, 0.12)
    return figure


def staircase(page: Page) -> Figure:
    """Error of the network after each stage of its training."""
    if not page.history:
        raise UsageError("this run has no stages of a training", where=page.run)
    figure, (axes,) = new_figure(3.2)
    ends = range(len(page.history) + 1)
    both = ([stage.train for stage in page.history], [stage.validation for stage in page.history])
    for values, part, colour in zip(both, PARTS, _PART_COLOURS, strict=False):
        axes.step(ends, [*values, values[-1]], where="post", color=colour, label=part)
    axes.set_yscale("log")
    axes.set_xticks([i + 0.5 for i in ends[:-1]], [str(stage.grid or stage.stage) for stage in page.history])
    _name(axes, "grid of each stage", f"RMSE of the network{page.unit_of_target}")
    coloured_legend(axes)
    return figure


def predicted(page: Page) -> Figure:
    """Measured against predicted."""
    figure, (axes,) = new_figure(4.2)
    figure.set_figwidth(4.6)
    rows, target = page.scatter, page.named_with_unit(page.target)
    known = [v for v in (*rows.measured, *rows.predicted) if v is not None]
    axes.plot([min(known), max(known)], [min(known), max(known)], color=FAINT, linewidth=0.8)
    _dots(axes, page, rows.predicted, rows.measured)
    _name(axes, f"predicted {target}", f"measured {target}")
    coloured_legend(axes)
    return figure


def residuals(page: Page) -> Figure:
    """Residuals against the prediction and along the columns of the formula."""
    rows = page.scatter
    along: list[tuple[str, Numbers]] = [(f"predicted {page.named_with_unit(page.target)}", rows.predicted)]
    along += [(page.named_with_unit(name), values) for name, values in rows.columns.items()]
    figure, panels = _panels(len(along))
    for axes, (name, x) in zip(panels, along, strict=False):
        axes.axhline(0.0, color=FAINT, linewidth=0.8)
        _dots(axes, page, x, rows.residuals)
        _name(axes, name, f"measured − predicted{page.unit_of_target}" if axes is panels[0] else "")
    coloured_legend(panels[0])
    return figure


def curves(page: Page) -> Figure:
    """The curve of each edge in its own units, with its function over it."""
    if page.network is None:
        raise UsageError("this run has no network to draw", where=page.run)
    names, edges = page.network["names"], page.network["edges"][:_CURVES]
    figure, panels = _panels(len(edges))
    for axes, edge in zip(panels, edges, strict=False):
        axes.plot(edge["x"], edge["y"], color=COLOURS[0], linewidth=3.5, alpha=0.5)
        if edge["fitted"] is not None:
            axes.plot(edge["x"], edge["fitted"], color=COLOURS[1], linewidth=1.1)
        axes.set_title(cut(edge["label"] or "", 34), parse_math=False, fontsize=8, fontweight="normal")
        _name(axes, page.named_with_unit(names[edge["source"]]), f"into {names[edge['target']]}")
    return figure


FIGURES: dict[str, Callable[[Page], Figure]] = {
    "network": network,
    "front": front,
    "staircase": staircase,
    "residuals": residuals,
    "predicted": predicted,
    "curves": curves,
}
"""The figures by name."""


def _panels(count: int) -> tuple[Figure, list[Axes]]:
    """Give a figure of so many panels, three in a row."""
    columns = min(count, _COLUMNS)
    rows = math.ceil(count / columns)
    figure, panels = new_figure(0.3 + _PANEL * rows, rows, columns)
    for spare in panels[count:]:
        spare.set_axis_off()
    return figure, panels[:count]


def _dots(axes: Axes, page: Page, x: Numbers, y: Sequence[float | None]) -> None:
    """Draw rows as dots, in the colour of their part."""
    for which, (part, colour) in enumerate(zip(PARTS, _PART_COLOURS, strict=True)):
        rows = zip(page.scatter.part, x, y, strict=True)
        known = [(a, b) for of, a, b in rows if of == which and a is not None and b is not None]
        xs, ys = [a for a, _ in known], [b for _, b in known]
        if known or not page.crossed:
            label = "data points" if page.crossed else part
            axes.plot(xs, ys, "o", color=colour, markersize=2.2, alpha=0.6, markeredgewidth=0, label=label)


def _name(axes: Axes, x: str, y: str) -> None:
    """Name the axes; the names of columns are text, whatever signs of mathematics are in them."""
    axes.set_xlabel(x, parse_math=False)
    axes.set_ylabel(y, parse_math=False)
