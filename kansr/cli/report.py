"""`kansr report`: a run on one page that opens without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from kansr.cli.options import (
    example,
    force_option,
    look_options,
    quiet_option,
    run_argument,
    verbose_option,
)

if TYPE_CHECKING:
    from kansr.formula.front import Rule
    from kansr.run import Run

_HEAD = 4096  # bytes in which the mark of a page stands


@click.command(no_args_is_help=False)
@run_argument
@look_options
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="The file to write.  [report.html in the run]"
)
@force_option
@quiet_option
@verbose_option
@example(
    "kansr report",
    "kansr report runs/data-001 -o pendulum.html",
    "kansr report --rank 2 -o simpler.html",
)
def report(
    *,
    run: str | None,
    rank: int | None,
    select: Rule | None,
    out: Path | None,
    force: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
) -> None:
    """Write a run as one HTML page: formula, errors, front, network, residuals, data.

    It holds all that it shows and asks for nothing from any network: send it, keep it, print it.
    RUN is a run folder or its name in runs; without it the last run is taken.
    """
    from kansr.cli.work import opened  # noqa: PLC0415

    write_report(opened(run, quiet), out, rank=rank, select=select, force=force, quiet=quiet)


def write_report(
    run: Run,
    out: Path | None = None,
    *,
    rank: int | None = None,
    select: Rule | None = None,
    force: bool = False,
    quiet: bool = False,
) -> None:
    """Write the page of a run, to its folder or to a file that is not there yet.

    The page that an earlier call left in the folder is renewed; whatever else has its name stays.
    """
    from kansr.cli.work import put  # noqa: PLC0415
    from kansr.pipeline.page import page  # noqa: PLC0415
    from kansr.report.html import render  # noqa: PLC0415
    from kansr.run import REPORT  # noqa: PLC0415

    place = run.path(REPORT) if out is None else out
    renewed = out is None and _is_ours(place)
    put(render(page(run, rank=rank, select=select)), place, force=force or renewed, quiet=quiet)


def _is_ours(path: Path) -> bool:
    """Whether a file is a page that kansr wrote."""
    from kansr.report.html import MARK  # noqa: PLC0415

    if not path.is_file():
        return False
    with path.open("rb") as file:
        return MARK.encode() in file.read(_HEAD)
