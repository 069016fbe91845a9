"""Figure of `interpretability`: for each law the network after each step, and the formula that came out."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kansr.report.figures.network import draw_network
from kansr.report.figures.style import FAINT, INK, new_figure

_STEPS = 3
_LONGEST = 66


def draw(record: dict[str, Any]) -> Figure:
    """Draw a row for each law: sparsified, pruned, with functions."""
    examples = record["examples"]
    figure, panels = new_figure(0.4 + 2.0 * max(len(examples), 1), max(len(examples), 1), _STEPS)
    for row, example in enumerate(examples):
        for column in range(_STEPS):
            axes = panels[_STEPS * row + column]
            axes.set_axis_off()
            if column < len(example["steps"]):
                step = example["steps"][column]
                draw_network(axes, step)
                shape = ",".join(map(str, step["width"]))
                text = f"{step['title']} [{shape}], test RMSE {step['rmse_test']:.1e}"
                axes.set_title(text, fontsize=7.5, fontweight="normal", color=FAINT)
        _above(panels[_STEPS * row], f"y = {example['formula']}", weight="bold")
        found = example["found"] if len(example["found"]) <= _LONGEST else f"{example['found'][:_LONGEST]}…"
        _above(
            panels[_STEPS * row + 1], f"refitted: y = {found}   test RMSE {example['rmse_test']:.1e}", weight="normal"
        )
    return figure


def _above(axes: Axes, text: str, *, weight: str) -> None:
    """Write above a panel and, where it is long, above the next one."""
    written = axes.text(0, 1.2, text, transform=axes.transAxes, fontsize=9, fontweight=weight, color=INK)
    written.set_in_layout(False)  # else the panels would make room for it
