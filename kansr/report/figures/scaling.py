"""Figure of `scaling`: the test error of each toy function against the grid, and against the parameters."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kansr.report.figures.style import COLOURS, FAINT, below_legend, log_axes, new_figure


def draw(record: dict[str, Any]) -> Figure:
    """Draw both panels."""
    figure, (by_grid, by_size) = new_figure(4.2, 1, 2)
    toys = [toy for toy in record["toys"] if toy["stages"]]
    for colour, toy in zip(COLOURS, toys, strict=False):
        power = "" if toy["slope"] is None else f"  G^{toy['slope']:.1f}"
        _line(by_grid, toy, "grid", colour, f"{toy['law']} [{','.join(map(str, toy['width']))}]{power}")
        _line(by_size, toy, "parameters", colour, "")
    log_axes(by_grid, "grid G", "test RMSE")
    log_axes(by_size, "parameters", "test RMSE")
    by_grid.set_title("error against grid")
    by_size.set_title("error against parameters")
    _guide(by_grid)
    _guide(by_size)
    below_legend(figure, by_grid)
    return figure


def _line(axes: Axes, toy: dict[str, Any], key: str, colour: str, text: str) -> None:
    axes.plot(
        [s[key] for s in toy["stages"]], [s["rmse_test"] for s in toy["stages"]], color=colour, marker="o", label=text
    )


def _guide(axes: Axes) -> None:
    """A line that falls as the fourth power, across the upper right."""
    low, high = axes.get_xlim()
    top = axes.get_ylim()[1]
    start = (low * high) ** 0.5
    axes.plot([start, high], [top, top * (high / start) ** -4], color=FAINT, linestyle="--", linewidth=0.9)
    axes.annotate(
        "power -4", (start, top), xytext=(16, -4), textcoords="offset points", color=FAINT, fontsize=8, ha="left"
    )
    axes.set_xlim(low, high)
