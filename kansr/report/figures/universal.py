"""Figure of `universal`: staircases of both graphs, the curves that two layers learn, and exp(mean sin^2)."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kansr.report.figures.network import draw_network
from kansr.report.figures.style import COLOURS, FAINT, coloured_legend, log_axes, new_figure

_COLUMNS = 3


def draw(record: dict[str, Any]) -> Figure:
    """Draw a row for each function: staircase, [n, 2n+1, 1], its own graph; below, the numbers of inputs."""
    functions = record["functions"]
    below = 0.2 * (len(record["dimensions"]) + 1)  # inches
    figure, panels = new_figure(2.2 * max(len(functions), 1) + below, max(len(functions), 1), _COLUMNS)
    for row, function in enumerate(functions):
        _staircase(panels[_COLUMNS * row], function)
        for column, network in enumerate(function["networks"][: _COLUMNS - 1], start=1):
            axes = panels[_COLUMNS * row + column]
            draw_network(axes, network["picture"])
            shape = ",".join(map(str, network["width"]))
            text = f"[{shape}], {network['bends']:.1f} turns a curve"
            axes.set_title(text, fontsize=8, fontweight="normal", color=FAINT)
    _dimensions(figure, record["dimensions"])
    return figure


def _staircase(axes: Axes, function: dict[str, Any]) -> None:
    for colour, network in zip((COLOURS[1], COLOURS[0]), function["networks"], strict=False):
        grids = [s["grid"] for s in network["stages"]]
        errors = [s["rmse_test"] for s in network["stages"]]
        axes.plot(grids, errors, color=colour, marker="o", label=f"[{','.join(map(str, network['width']))}]")
    log_axes(axes, "grid G", "test RMSE")
    axes.set_title(function["formula"], fontsize=min(8.0, 320 / len(function["formula"])))  # a long one must fit, too
    coloured_legend(axes, loc="lower left")


def _dimensions(figure: Figure, cases: list[dict[str, Any]]) -> None:
    """Write what came out for each number of inputs: lines, since there is no curve to draw."""
    lines = [
        f"n = {c['inputs']}, {c['rows']} rows, {c['way']}: {c['verdict']}, test RMSE {c['rmse_test']:.1e} after "
        f"{c['seconds']:.0f} CPU s of {c['limit']:.0f} (the splines: {c['network_rmse_test']:.1e})"
        for c in cases
    ]
    if lines:
        figure.supxlabel("\n".join(["exp(mean sin²) of n inputs", *lines]), fontsize=8.5, x=0.02, ha="left")
