"""`kansr plot`: the figures of a run as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from kansr.cli.options import example, force_option, look_options, quiet_option, verbose_option

if TYPE_CHECKING:
    from kansr.formula.front import Rule

FIGURES = ("network", "front", "staircase", "residuals", "predicted", "curves")
SUFFIXES = (".svg", ".png", ".pdf")


@click.command(no_args_is_help=False)
@click.argument("places", nargs=-1, required=True, metavar="[RUN] FIGURE")
@look_options
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="An .svg, .png or .pdf.  [FIGURE.svg]"
)
@force_option
@quiet_option
@verbose_option
@example(
    "kansr plot network",
    "kansr plot runs/data-001 residuals -o residuals.pdf",
    "kansr plot front -o front.png",
)
def plot(
    *,
    places: tuple[str, ...],
    rank: int | None,
    select: Rule | None,
    out: Path | None,
    force: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
) -> None:
    """Draw a figure of a run into a file, for a paper or a slide.

    FIGURE is network, front, staircase, residuals, predicted or curves.
    RUN is a run folder or its name in runs; without it the last run is taken.
    """
    figure = _figure(places)
    place = Path(f"{figure}.svg") if out is None else out
    _check(place)
    from kansr.cli.work import note, opened, refuse_existing  # noqa: PLC0415
    from kansr.pipeline.page import page  # noqa: PLC0415
    from kansr.report.picture import draw_run, require_matplotlib, save_as  # noqa: PLC0415

    refuse_existing(place, force)
    require_matplotlib()
    shown = page(opened(places[0] if len(places) == 2 else None, quiet), rank=rank, select=select)
    save_as(draw_run(figure, shown), place)
    note(f"written: {place}", quiet)


def _figure(places: tuple[str, ...]) -> str:
    """Take the name of the figure from the arguments."""
    context = click.get_current_context()
    if len(places) > 2:
        raise click.UsageError("One run and one figure at most: kansr plot [RUN] FIGURE", context)
    if places[-1] not in FIGURES:
        raise click.UsageError(f"There is no figure '{places[-1]}'. Figures: {', '.join(FIGURES)}.", context)
    return places[-1]


def _check(out: Path) -> None:
    if out.suffix.lower() not in SUFFIXES:
        what = f"'{out}' says no format: its name must end with {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        raise click.UsageError(what, click.get_current_context())
