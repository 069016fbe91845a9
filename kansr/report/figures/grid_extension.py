"""Figure of `grid-extension`: two staircases, error against grid, time against grid."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kansr.report.figures.style import COLOURS, FAINT, coloured_legend, label, log_axes, new_figure

_NARROW = 0.1  # share of all steps below which a stage is too narrow for its label


def draw(record: dict[str, Any]) -> Figure:
    """Draw the four panels of figure 2.3 of the KAN paper."""
    figure, panels = new_figure(6.2, 2, 2)
    for axes, network in zip(panels, record["networks"], strict=False):
        _staircase(axes, network)
    _errors(panels[2], record)
    _times(panels[3], record)
    return figure


def _name(network: dict[str, Any]) -> str:
    return f"[{','.join(map(str, network['width']))}]"


def _staircase(axes: Axes, network: dict[str, Any]) -> None:
    """Losses after each step, with a line where the grid is extended."""
    steps = network["steps"]
    count = range(1, len(steps["train"]) + 1)
    axes.plot(count, steps["train"], color=COLOURS[0])
    axes.plot(count, steps["test"], color=COLOURS[1])
    log_axes(axes, "step", "RMSE", log_x=False)
    axes.set_title(f"{_name(network)}: the staircase")
    done, row = 0, 0
    for stage in network["stages"]:
        if done:
            axes.axvline(done + 0.5, color=FAINT, linewidth=0.6, linestyle=":")
        named = f"{stage['grid']}" if done else f"G={stage['grid']}"
        label(axes, done + 1, axes.get_ylim()[1], named, colour=FAINT, shift=(0, -4 - 10 * row))
        row = row + 1 if stage["steps"] < _NARROW * len(count) else 0  # the next label would stand in this one
        done += stage["steps"]
    label(axes, done, steps["train"][-1], "train", colour=COLOURS[0], shift=(4, -4))
    label(axes, done, steps["test"][-1], "test", colour=COLOURS[1], shift=(4, 5))
    axes.set_xlim(right=done * 1.12)


def _errors(axes: Axes, record: dict[str, Any]) -> None:
    """Test error against grid, with the fitted power."""
    log_axes(axes, "grid G", "test RMSE")
    axes.set_title("error against grid")
    networks = [*record["networks"], *([record["deep"]] if record["deep"] else [])]
    for colour, network in zip(COLOURS, networks, strict=False):
        grids = [s["grid"] for s in network["stages"]]
        errors = [s["rmse_test"] for s in network["stages"]]
        power = f"  G^{network['slope']:.2f}" if network["slope"] is not None else ""
        axes.plot(grids, errors, color=colour, marker="o", label=f"{_name(network)}{power}")
    coloured_legend(axes, loc="upper right")
    if record["networks"]:
        _guide(axes, record["networks"][0])


def _guide(axes: Axes, network: dict[str, Any]) -> None:
    """A line that falls as G^-4, the power of cubic splines."""
    first = next((s for s in network["stages"] if s["grid"] >= 10), None)
    if first is None:
        return
    ends = [first["grid"], 20 * first["grid"]]
    values = [first["rmse_test"] / 3, first["rmse_test"] / 3 / 20**4]
    axes.plot(ends, values, color=FAINT, linestyle="--", linewidth=0.9)
    label(axes, ends[0], values[0], "G^-4", colour=FAINT, shift=(-4, -4))


def _times(axes: Axes, record: dict[str, Any]) -> None:
    """Seconds on each grid; the starts are in the first."""
    log_axes(axes, "grid G", "CPU seconds on this grid")
    axes.set_title("time against grid (one core)")
    for colour, network in zip(COLOURS, record["networks"], strict=False):
        grids = [s["grid"] for s in network["stages"]]
        seconds = [s["seconds"] for s in network["stages"]]
        axes.plot(grids, seconds, color=colour, marker="o")
        label(axes, grids[-1], seconds[-1], _name(network), colour=colour, shift=(5, 4))
        if network["skipped"]:
            text = f"{_name(network)}, G={network['skipped'][0]} and finer:\nfar more parameters than rows"
            axes.text(0.98, 0.03, text, transform=axes.transAxes, fontsize=7.5, color=colour, ha="right")
    axes.set_xlim(right=4e3)
