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

    from kansr.report.page import Page

_COLOURS = 48


def require_matplotlib() -> None:
    """Raise `UsageError` with the command that installs it where matplotlib is missing."""
    if find_spec("matplotlib") is None:
        raise UsageError("figures need matplotlib, which is not installed", hint='pip install "kansr[plot]"')


def draw(module: str, record: dict[str, Any]) -> Figure:
    """Draw a record by `kansr.report.figures.MODULE`."""
    require_matplotlib()
    from kansr.report.figures.style import styled  # noqa: PLC0415

    with styled():
        figure: Figure = import_module(f"kansr.report.figures.{module}").draw(record)
        figure.draw_without_rendering()
    return figure


def draw_run(name: str, page: Page) -> Figure:
    """Draw a figure of a run by its name in `kansr.report.figures.run`."""
    require_matplotlib()
    from kansr.report.figures.run import FIGURES  # noqa: PLC0415
    from kansr.report.figures.style import styled  # noqa: PLC0415

    with styled():
        figure = FIGURES[name](page)
        figure.draw_without_rendering()
    return figure


def save_as(figure: Figure, path: Path) -> None:
    """Write a figure as SVG, PNG or PDF, as the name of the file says; the same figure gives the same bytes."""
    from kansr.report.figures.style import styled  # noqa: PLC0415  (only where matplotlib is there)

    dates = {".svg": "Date", ".png": "Software", ".pdf": "CreationDate"}
    with styled(), replacing(path) as temporary:
        figure.savefig(temporary, metadata={dates[path.suffix.lower()]: None})


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure as `stem.svg` and `stem.png`; the same figure gives the same bytes."""
    from kansr.report.figures.style import styled  # noqa: PLC0415  (only where matplotlib is there)

    svg, png = stem.with_suffix(".svg"), stem.with_suffix(".png")
    with styled():
        with replacing(svg) as temporary:
            figure.savefig(temporary, metadata={"Date": None})
        with replacing(png) as temporary:
            figure.savefig(temporary, metadata={"Software": None})
            _with_a_palette(temporary)
    return [svg, png]


def _with_a_palette(path: Path) -> None:
    """Write a PNG again with a palette: a third of the size, and nothing to be seen of it in lines and letters."""
    from PIL import Image  # noqa: PLC0415  (comes with matplotlib)

    with Image.open(path) as image:
        few = image.convert("RGB").quantize(_COLOURS)
    few.save(path, optimize=True)
