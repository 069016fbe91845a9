"""From the record of an experiment to pictures on disk."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kansr.errors import UsageError
from kansr.files import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png")


def require_matplotlib() -> None:
    """Raise `UsageError` with the command that installs it where matplotlib is missing."""
    if find_spec("matplotlib") is None:
        raise UsageError("figures need matplotlib, which is not installed", hint='pip install "kansr[plot]"')


def draw(module: str, record: dict[str, Any]) -> Figure:
    """Draw a record by `kansr.report.figures.MODULE`."""
    require_matplotlib()
    from kansr.report.figures.style import styled  # noqa: PLC0415  (only where matplotlib is there)

    with styled():
        figure: Figure = import_module(f"kansr.report.figures.{module}").draw(record)
        figure.draw_without_rendering()
    return figure


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure as `stem.svg` and `stem.png`; the same figure gives the same bytes."""
    from kansr.report.figures.style import styled  # noqa: PLC0415

    paths = [stem.with_suffix(f".{suffix}") for suffix in FORMATS]
    for path in paths:
        with styled(), replacing(path) as temporary:
            dated = {"Date": None} if path.suffix == ".svg" else {"Software": None}
            figure.savefig(temporary, metadata=dated)
    return paths
