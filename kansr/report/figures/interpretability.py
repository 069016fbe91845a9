"""Figure of `interpretability`: for each law the network after each step, and the formula that came out."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kansr.report.figures.network import draw_network
from kansr.report.figures.style import FAINT, INK, new_figure

_STEPS = 3
_LONGEST = 48  # signs of a formula that are written
_TITLE = 0.12  # height of a line above three panels, as a share of theirs


def draw(record: dict[str, Any]) -> Figure:
    """Draw a row for each law: sparsified, pruned, with functions; above it the law, and what came out."""
    examples = record["examples"]
    count = max(len(examples), 1)
    figure, panels = new_figure(0.3 + 1.95 * count, 2 * count, _STEPS, ratios=[_TITLE, 1.0] * count)
    for axes in panels:
        axes.set_axis_off()
    for row, example in enumerate(examples):
        above, drawn = (panels[_STEPS * i : _STEPS * (i + 1)] for i in (2 * row, 2 * row + 1))
        _write(above[0], f"y = {example['formula']}", weight="bold")
        found = example["found"] if len(example["found"]) <= _LONGEST else f"{example['found'][:_LONGEST]}…"
        _write(above[1], f"refitted: y = {found}   test RMSE {example['rmse_test']:.1e}", weight="normal")
        for axes, step in zip(drawn, example["steps"], strict=False):
            draw_network(axes, step)
            shape = ",".join(map(str, step["width"]))
            text = f"{step['title']} [{shape}], test RMSE {step['rmse_test']:.1e}"
            axes.set_title(text, fontsize=7.5, fontweight="normal", color=FAINT)
    return figure


def _write(axes: Axes, text: str, *, weight: str) -> None:
    """Write into a panel and, where the text is long, over those beside it."""
    written = axes.text(0, 0, text, transform=axes.transAxes, fontsize=8.5, fontweight=weight, color=INK)
    written.set_in_layout(False)  # else the panels would make room for it
