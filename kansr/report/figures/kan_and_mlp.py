"""Figure of `kan-and-mlp`: test error against parameters, and against time."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kansr.report.figures.style import COLOURS, FAINT, below_legend, label, log_axes, new_figure


def draw(record: dict[str, Any]) -> Figure:
    """Draw both panels: KANs as lines over their grids, MLPs as points, and as paths over their steps."""
    figure, (by_size, by_time) = new_figure(4.2, 1, 2)
    kans = [kan for kan in record["kans"] if kan["stages"]]
    for colour, kan in zip(COLOURS, kans, strict=False):
        name = f"KAN [{','.join(map(str, kan['width']))}], growing grid"
        _line(by_size, kan["stages"], "parameters", colour, name)
        _line(by_time, kan["stages"], "seconds", colour, name)
        for stage in kan["stages"]:
            label(by_size, stage["parameters"], stage["rmse_test"], f"{stage['grid']}", colour=colour, shift=(-5, -5))
    shades = COLOURS[len(kans) :]
    for at, mlp in enumerate(record["mlps"]):
        colour = shades[at % len(shades)]
        name = f"MLP [{','.join(map(str, mlp['width']))}] {mlp['activation']}, {mlp['optimiser']}"
        by_size.plot(mlp["parameters"], mlp["rmse_test"], "s", color=colour, markersize=5)
        path = mlp["path"]
        by_time.plot(
            [p["seconds"] for p in path], [p["rmse_test"] for p in path], color=colour, label=name, linewidth=1.0
        )
    log_axes(by_size, "parameters", "test RMSE")
    log_axes(by_time, "CPU seconds", "test RMSE")
    by_size.set_ylim(top=2 * by_size.get_ylim()[1])
    by_size.set_title("error against parameters")
    by_time.set_title("error against time")
    by_size.text(
        0.98, 0.97, "parameters of a KAN: O(N² L G), of an MLP: O(N² L)", transform=by_size.transAxes, fontsize=7.5,
        color=FAINT, ha="right", va="top",
    )  # fmt: skip
    below_legend(figure, by_time)
    return figure


def _line(axes: Axes, stages: list[dict[str, Any]], key: str, colour: str, name: str) -> None:
    axes.plot([s[key] for s in stages], [s["rmse_test"] for s in stages], color=colour, marker="o", label=name)
