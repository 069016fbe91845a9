"""Figure of `continual`: a column a phase; the rows that it gave, what the KAN knows after it, what the MLP knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kansr.report.figures.style import COLOURS, FAINT, INK, new_figure

_HEIGHT = 4.6
_BOTTOM, _TOP = -0.5, 1.7  # of the axes: above the peaks there is room for two lines of numbers
_NAMES = {"kan": "KAN", "mlp": "MLP"}


def draw(record: Mapping[str, Any]) -> Figure:
    """Draw as many columns as there were phases."""
    phases = record["phases"]
    columns = max(len(phases), 1)
    figure, panels = new_figure(_HEIGHT, 3, columns)
    for number, phase in enumerate(phases):
        column = panels[number::columns]
        _rows(column[0], record, phase, number)
        for axes, name, colour in zip(column[1:], _NAMES, COLOURS, strict=False):
            _curve(axes, record, phase[name], colour)
    names = [f"{text}\n{record['parameters'][name]} parameters" for name, text in _NAMES.items()]
    for axes, text in zip(panels[::columns], ["rows of\nthe phase", *names], strict=True):
        axes.set_ylabel(text, fontsize=8)
    for i, axes in enumerate(panels):
        _frame(axes, first=i % columns == 0, last=i >= 2 * columns)
    return figure


def _rows(axes: Axes, record: Mapping[str, Any], phase: Mapping[str, Any], number: int) -> None:
    axes.plot(record["x"], record["law"], color=FAINT, linewidth=0.7, linestyle=":")
    axes.plot(phase["x"], phase["y"], color=INK, marker=".", markersize=2, linewidth=0)
    axes.set_title(f"phase {number + 1}", fontsize=9)


def _curve(axes: Axes, record: Mapping[str, Any], phase: Mapping[str, Any], colour: str) -> None:
    """Draw what is known after a phase over the law, with the errors on the present peak and the change before it."""
    axes.plot(record["x"], record["law"], color=FAINT, linewidth=0.7, linestyle=":")
    axes.plot(record["x"], phase["curve"], color=colour, linewidth=1.1)
    lines = [f"RMSE {phase['rmse_rows']:.1e}"]
    if phase["change_earlier"]:
        change = max(phase["change_earlier"])
        lines.append(f"earlier peaks moved {change:.2g}")
    axes.text(0.02, 0.98, "\n".join(lines), transform=axes.transAxes, va="top", fontsize=6.8, color=INK)


def _frame(axes: Axes, *, first: bool, last: bool) -> None:
    axes.set(xlim=(-1.05, 1.05), ylim=(_BOTTOM, _TOP), xticks=(-1, 0, 1), yticks=(0, 1))
    axes.tick_params(labelleft=first, labelbottom=last, labelsize=8)
    if last:
        axes.set_xlabel("x", fontsize=8)
