"""`kansr run`: the experiments of the KAN paper, each with one command."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from click.exceptions import Exit

from kansr.cli.options import NULL, budget_option, example, force_option, option, talk_options

if TYPE_CHECKING:
    from kansr.progress import Clock, Report
    from kansr.run import Run

RESULTS, FIGURE = "results.json", "figure"
INTERRUPTED = 130


@click.command(no_args_is_help=False)
@click.argument("name", required=False, metavar="[NAME]")
@option("--quick", is_flag=True, help="Smaller settings: about a minute.")
@option("--seed", type=int, metavar="N", help="The number that decides every random draw.")
@budget_option
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="The run folder.  [runs/NAME-001]")
@force_option
@talk_options
@example("kansr run", "kansr run grid-extension", "kansr run special-functions --quick -o special")
def run(
    *,
    name: str | None,
    quick: bool,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    **given: Any,
) -> None:
    """Run an experiment of the KAN paper: its numbers, and its figure.

    Without a name, the experiments are listed. The run folder gets results.json, figure.svg and figure.png.
    """
    if name is None:
        _list(as_json=as_json)
        return
    from kansr.cli.work import note  # noqa: PLC0415  (heavy: only once there is work)
    from kansr.experiments import EXPERIMENTS  # noqa: PLC0415
    from kansr.recipe import load_experiment  # noqa: PLC0415
    from kansr.run import Run  # noqa: PLC0415
    from kansr.shipped import shipped_experiment  # noqa: PLC0415

    module = import_module(f"kansr.experiments.{EXPERIMENTS[shipped_experiment(name).name]}")
    changes = {key: None if value is NULL else value for key, value in given.items() if value is not None}
    settings = load_experiment(name, module.Settings, quick=quick, **changes)
    folder = Run.create(name, out, force)
    try:
        record = _measured(module, settings, folder, name=name, quiet=quiet, verbose=verbose)
    finally:
        folder.discard_if_unused()
    _show(record, as_json=as_json)
    note(f"run: {folder.folder}", quiet)
    _draw(EXPERIMENTS[name], record, folder, quiet=quiet)
    if record["status"] == "interrupted":
        raise Exit(INTERRUPTED)


def _measured(module: Any, settings: Any, folder: Run, *, name: str, quiet: bool, verbose: bool) -> dict[str, Any]:
    """Do the work, and keep its numbers in the run folder; Ctrl-C keeps what there is."""
    from kansr import __version__  # noqa: PLC0415
    from kansr.cli.drawing import drawing, stopping  # noqa: PLC0415
    from kansr.files import append_line  # noqa: PLC0415
    from kansr.progress import Clock  # noqa: PLC0415
    from kansr.run import LOG  # noqa: PLC0415

    clock = Clock(settings.budget)
    log = partial(append_line, folder.path(LOG))
    with folder.lock(), stopping(clock, quiet=quiet), drawing(clock, quiet=quiet, verbose=verbose, log=log) as report:
        record = _record(module, settings, clock, report)
    head = {"experiment": name, "kansr": __version__, "status": clock.status, "seconds": clock.seconds()}
    record = {**head, "settings": asdict(settings), **record}
    folder.write_json(RESULTS, record)
    return record


def _record(module: Any, settings: Any, clock: Clock, report: Report) -> dict[str, Any]:
    """Run the experiment; its numbers as they stand in JSON, so that a figure sees what a file would give."""
    from kansr.result import plain  # noqa: PLC0415

    record: dict[str, Any] = json.loads(json.dumps(plain(module.run(settings, clock=clock, report=report))))
    return record


def _draw(module: str, record: dict[str, Any], folder: Run, *, quiet: bool) -> None:
    """Draw the figure; without matplotlib the numbers stand, and the error says how to get the figure."""
    from kansr.cli.work import note  # noqa: PLC0415
    from kansr.report.picture import draw, save  # noqa: PLC0415

    for path in save(draw(module, record), folder.path(FIGURE)):
        note(f"figure: {path}", quiet)


def _show(record: dict[str, Any], *, as_json: bool) -> None:
    """Print the record as JSON, or its table."""
    if as_json:
        print(json.dumps(record, ensure_ascii=False, allow_nan=False))
        return
    from kansr.cli.grid import aligned  # noqa: PLC0415

    print("\n".join(aligned(record["summary"]["columns"], record["summary"]["rows"])))


def _list(*, as_json: bool) -> None:
    """List the experiments in their own order, each with the first line of its recipe."""
    from kansr.experiments import EXPERIMENTS  # noqa: PLC0415
    from kansr.shipped import shipped_experiment  # noqa: PLC0415

    said = {name: shipped_experiment(name).summary for name in EXPERIMENTS}
    if as_json:
        print(json.dumps([{"name": name, "summary": text} for name, text in said.items()], ensure_ascii=False))
        return
    for name, text in said.items():
        print(f"{name:<17}  {text}")
