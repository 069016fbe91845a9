"""One look for all figures: light, few lines, labels beside what they name. No state is shared: pyplot stays out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOURS = ("#1f6fb4", "#d1592b", "#2e8b57", "#8a5bb5", "#b8860b", "#5a6472", "#c2417c", "#3aa6a6")
"""Told apart also by most who do not see all colours; the first stands for what a figure is about."""

INK, FAINT, GRID = "#222222", "#7a7f87", "#e4e6e9"
_DPI = 150  # with the width below: readable at the width of a README
WIDTH = 8.4  # inches

_STYLE: Any = {
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 1.4,
    "lines.markersize": 3.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "kansr",
}


@contextmanager
def styled() -> Iterator[None]:
    """Let what is drawn and written inside have the common look; matplotlib's own settings come back after it."""
    with mpl.rc_context(_STYLE):
        yield


def new_figure(
    height: float, rows: int = 1, columns: int = 1, *, ratios: Sequence[float] | None = None
) -> tuple[Figure, list[Axes]]:
    """Give an empty figure of the common width, and its panels row by row.

    `height` is in inches; `ratios` are the heights of the rows beside each other (None: all alike).
    """
    with styled():
        figure = Figure(figsize=(WIDTH, height), dpi=_DPI, layout="constrained", facecolor="white")
        panels = figure.subplots(rows, columns, squeeze=False, height_ratios=ratios)
    return figure, list(panels.flat)


def log_axes(axes: Axes, x: str, y: str, *, log_x: bool = True, log_y: bool = True) -> None:
    """Name the axes and make them logarithmic."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if log_x:
        axes.set_xscale("log")
    if log_y:
        axes.set_yscale("log")
    axes.minorticks_off()


def label(axes: Axes, x: float, y: float, text: str, *, colour: str = INK, shift: tuple[float, float] = (4, 0)) -> None:
    """Write beside a point, `shift` points of print away."""
    side = "left" if shift[0] >= 0 else "right"
    axes.annotate(
        text, (x, y), xytext=shift, textcoords="offset points", color=colour, fontsize=8, ha=side, va="center"
    )


def coloured_legend(axes: Axes, **place: Any) -> None:
    """Name the lines of a panel in their colours, without a frame."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, labelcolor="linecolor", handlelength=1.2, fontsize=7.5, **place)


def below_legend(figure: Figure, axes: Axes) -> None:
    """Name the lines of a panel below the figure, in their colours."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(
            handles, labels, loc="outside lower center", ncols=3, frameon=False, labelcolor="linecolor", fontsize=7.5
        )
