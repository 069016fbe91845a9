"""Figure of `special-functions`: the error on each law beside the paper's."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from kansr.report.figures.style import COLOURS, FAINT, log_axes, new_figure


def draw(record: dict[str, Any]) -> Figure:
    """Draw one line a law: kansr's network to the left of the paper's where it is better."""
    laws = record["laws"][::-1]
    figure, (axes,) = new_figure(0.9 + 0.28 * max(len(laws), 1))
    log_axes(axes, f"test RMSE ({record['rows']} rows to fit; logarithmic)", "", log_y=False)
    for at, law in enumerate(laws):
        own, paper = law["best"]["rmse_test"], law["published"]
        if paper:
            axes.plot([own, paper], [at, at], color=FAINT, linewidth=0.8, zorder=1)
            axes.plot(paper, at, "o", color=COLOURS[1], markersize=5)
        axes.plot(own, at, "o", color=COLOURS[0], markersize=5)
        shape = f"[{','.join(map(str, law['best']['width']))}] G={law['best']['grid']}"
        axes.text(1.01, at, shape, transform=axes.get_yaxis_transform(), va="center", fontsize=8, color=COLOURS[0])
    axes.set_yticks(range(len(laws)), [_title(law) for law in laws])
    axes.grid(axis="y", visible=False)
    axes.plot([], [], "o", color=COLOURS[0], label="kansr, chosen by validation error")
    axes.plot([], [], "o", color=COLOURS[1], label="KAN paper, best")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.1), ncols=2, frameon=False, labelcolor="linecolor")
    return figure


def _title(law: dict[str, Any]) -> str:
    """Name a law: its call, or its own name where the formula is longer."""
    return str(law["formula"]) if len(law["formula"]) < 20 else str(law["name"])
